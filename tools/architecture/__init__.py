"""Draws each stack as it is synthesized (``python -m tools.architecture``)."""
