"""Stacks: each in its own file, wiring constructs together and nothing else."""
