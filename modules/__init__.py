"""Constructs: each owns one concern, takes frozen documented props and exposes typed attributes."""
