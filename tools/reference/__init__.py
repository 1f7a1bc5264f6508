"""Writes the tables of settings, outputs and resources (``python -m tools.reference``)."""
