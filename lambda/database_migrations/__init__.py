"""Brings the database's schema up to date when the stack is deployed."""
