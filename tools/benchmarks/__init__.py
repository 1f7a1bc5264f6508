"""What `make bench` measures, one kind of measurement a file, each with `measure(runs) -> Measurement`."""
