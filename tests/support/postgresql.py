"""A real PostgreSQL with the project's schema in it, made by the project's own migrations.

A conftest gets the fixtures by name::

    from tests.support.postgresql import database, postgresql  # noqa: F401
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from database_migrations.migrations import migrate, read_migrations

from local.database.cluster import Cluster

DATABASE = "trading"
MASTER = "administrator"


@dataclass(frozen=True)
class Database:
    """A migrated database.

    Attributes:
        cluster: Its server.
    """

    cluster: Cluster

    def environment(self, user: str) -> dict[str, str]:
        """Variables that lead a function there, as the user ``market_writer`` or ``market_reader``.

        The server knows no TLS and asks for no password; whoever signs tokens needs AWS credentials, of
        any value.
        """
        return {
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.cluster.port),
            "PGDATABASE": DATABASE,
            "PGUSER": user,
            "PGSSLMODE": "disable",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
        }

    def connect(self, user: str = MASTER) -> psycopg.Connection:
        """Connect, in autocommit mode, as any user."""
        return self.cluster.connect(DATABASE, user)

    def empty(self) -> None:
        """Remove the rows of every table."""
        with self.connect() as connection:
            connection.execute("TRUNCATE market.bars, market.daily_analytics")


@contextmanager
def migrated_database() -> Iterator[Database]:
    """Start a server, and stop it and remove its files in the end; some 0.7 s."""
    with Cluster(Path(tempfile.mkdtemp(prefix="postgresql-")), listens=True) as cluster:
        cluster.create_database(DATABASE, MASTER)
        database = Database(cluster)
        with database.connect() as connection:
            migrate(connection, read_migrations())
        yield database


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Database]:
    """A migrated database for the whole session; its tables hold what was left in them."""
    with migrated_database() as database:
        yield database


@pytest.fixture
def database(postgresql: Database) -> Database:
    """The session's database with empty tables."""
    postgresql.empty()
    return postgresql
