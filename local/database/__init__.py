"""A real PostgreSQL behind the endpoints that the local RDS returns."""
