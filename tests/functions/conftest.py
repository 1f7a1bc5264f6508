"""A real PostgreSQL for whatever test asks for it, started once."""

from tests.support.postgresql import database, postgresql

__all__ = ["database", "postgresql"]
