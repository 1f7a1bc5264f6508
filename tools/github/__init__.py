"""What the workflows tell GitHub, and ask it."""
