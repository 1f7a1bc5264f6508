"""What a make target needs beyond one line."""
