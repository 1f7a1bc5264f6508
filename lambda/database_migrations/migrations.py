"""Applies SQL files to a database in the order of their names, each exactly once."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

DIRECTORY = Path(__file__).parent / "migrations"

# Any number will do, as long as every run uses the same one.
_LOCK = 0x6D6967726174  # "migrat"

_LEDGER_TABLE = """
CREATE TABLE IF NOT EXISTS public.schema_migrations (
    name text PRIMARY KEY,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""


class ChangedMigrationError(Exception):
    """A file that was applied is not the file that was applied: it has been edited, or is gone."""


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
    return [
        Migration(path.stem, path.read_text(encoding="utf-8")) for path in sorted(directory.glob("*.sql"))
    ]


def migrate(connection: psycopg.Connection, migrations: Sequence[Migration]) -> list[str]:
    """Apply what was not applied before; of two runs at once, one waits for the other.

    Each migration is one transaction, together with its line in the ledger ``public.schema_migrations``.

    Args:
        connection: Of a user who may do what the migrations do; in autocommit mode.
        migrations: All of them, in order, those applied before as well.

    Returns:
        The names of those that were applied now.

    Raises:
        ChangedMigrationError: One that was applied has changed, or is missing; nothing was done.
        psycopg.Error: One failed; those before it stay, nothing of it does.
    """
    # The lock belongs to the session, and goes with it if the function dies.
    connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
    try:
        connection.execute(_LEDGER_TABLE)
        pending = _pending(connection, migrations)
        for migration in pending:
            with connection.transaction():
                connection.execute(migration.statements.encode())
                connection.execute(
                    "INSERT INTO public.schema_migrations (name, checksum) VALUES (%s, %s)",
                    (migration.name, migration.checksum),
                )
    finally:
        if not connection.closed:
            connection.execute("SELECT pg_advisory_unlock(%s)", (_LOCK,))
    return [migration.name for migration in pending]


def _pending(connection: psycopg.Connection, migrations: Sequence[Migration]) -> list[Migration]:
    applied: dict[str, str] = dict(
        connection.execute("SELECT name, checksum FROM public.schema_migrations ORDER BY name").fetchall()
    )
    given = {migration.name: migration.checksum for migration in migrations}
    changed = [name for name, checksum in applied.items() if given.get(name) != checksum]
    if changed:
        raise ChangedMigrationError(
            f"applied before and changed or removed since: {', '.join(changed)}; add a new migration instead"
        )
    return [migration for migration in migrations if migration.name not in applied]
