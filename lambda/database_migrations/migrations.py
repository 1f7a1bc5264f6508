"""Applies SQL files to a database in the order of their names, each exactly once."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

DIRECTORY = Path(__file__).parent / "migrations"

LOCK_TIMEOUT = "10s"
"""A migration that waits for a table makes everybody after it wait as well; so it gives up, and is retried by
the next deployment."""

# Any number will do, as long as every run uses the same one.
_LOCK = 0x6D6967726174  # "migrat"

_CREATE_LEDGER = """
CREATE TABLE IF NOT EXISTS public.schema_migrations (
    name text PRIMARY KEY,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""


class MigrationError(Exception):
    """The schema is not what the migrations say, and what to do about it."""


@dataclass(frozen=True)
class Migration:
    """One file.

    Attributes:
        name: The file's name, without its ending.
        statements: Its SQL.
    """

    name: str
    statements: str

    @property
    def checksum(self) -> str:
        """The SHA-256 of the SQL, in hexadecimal."""
        return hashlib.sha256(self.statements.encode()).hexdigest()


def read_migrations(directory: Path = DIRECTORY) -> list[Migration]:
    """Read the ``*.sql`` files of a directory, in the order in which they are applied."""
    paths = sorted(directory.glob("*.sql"))
    return [Migration(path.stem, path.read_text(encoding="utf-8")) for path in paths]


def migrate(connection: psycopg.Connection, migrations: Sequence[Migration]) -> list[str]:
    """Apply what was not applied before; of two runs at once, one waits for the other.

    Each migration is one transaction, together with its line in the ledger ``public.schema_migrations``.

    Args:
        connection: In autocommit mode, of a user who may do what the migrations do.
        migrations: All of them, in order, those applied before as well.

    Returns:
        The names of those that were applied now.

    Raises:
        MigrationError: One that was applied has changed or is missing, and nothing was done; or one failed:
            those before it stay, nothing of it does.
    """
    # The lock belongs to the session, and goes with it if the function dies.
    connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
    try:
        connection.execute(_CREATE_LEDGER)
        pending = _pending(connection, migrations)
        for migration in pending:
            _apply(connection, migration)
    finally:
        if not connection.closed:
            connection.execute("SELECT pg_advisory_unlock(%s)", (_LOCK,))
    return [migration.name for migration in pending]


def _pending(connection: psycopg.Connection, migrations: Sequence[Migration]) -> list[Migration]:
    ledger = connection.execute("SELECT name, checksum FROM public.schema_migrations ORDER BY name")
    applied: dict[str, str] = dict(ledger.fetchall())
    given = {migration.name: migration.checksum for migration in migrations}
    changed = [name for name, checksum in applied.items() if given.get(name) != checksum]
    if changed:
        raise MigrationError(
            f"applied before, and changed or removed since: {', '.join(changed)}. Restore it, and write what "
            "is to change as a new migration."
        )
    return [migration for migration in migrations if migration.name not in applied]


def _apply(connection: psycopg.Connection, migration: Migration) -> None:
    try:
        with connection.transaction():
            connection.execute("SELECT set_config('lock_timeout', %s, true)", (LOCK_TIMEOUT,))
            connection.execute(migration.statements)
            connection.execute(
                "INSERT INTO public.schema_migrations (name, checksum) VALUES (%s, %s)",
                (migration.name, migration.checksum),
            )
    except psycopg.Error as error:
        raise MigrationError(f"{migration.name} failed, and nothing of it stays: {error}") from error
