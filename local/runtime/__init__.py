"""Functions run as Lambda runs them, without Docker: AWS's own runtime client in warm worker processes."""
