"""Answers the clients of the platform: symbols, bars, sessions, uploads (FN-3)."""
