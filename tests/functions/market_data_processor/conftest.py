from tests.support.postgresql import database, postgresql

__all__ = ["database", "postgresql"]
