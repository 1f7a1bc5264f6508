"""The relational database (DB-1 to DB-3)."""
