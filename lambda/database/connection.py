"""Connections to PostgreSQL that are kept between invocations.

Where they lead, libpq's own environment says: ``PGHOST``, ``PGPORT``, ``PGDATABASE``, for TLS that verifies
the server ``PGSSLMODE=verify-full`` with ``PGSSLROOTCERT``, and where a reader will not do
``PGTARGETSESSIONATTRS=read-write``::

    connections = Connections(IamCredentials(boto3.client("rds")))  # once, outside the handler

    with connections.connection() as connection:                    # in every invocation
        connection.execute("SELECT ...")                            # its own transaction
        with connection.transaction():                              # several statements in one
            ...
"""

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.pq import TransactionStatus

from .credentials import Credentials, IamCredentials, Login, SecretCredentials

__all__ = ["Connections", "Credentials", "IamCredentials", "Login", "SecretCredentials"]

DEADLINE_SECONDS = 25.0
"""No attempt to open one begins later than this. A paused cluster needs some 15 s to resume, and API Gateway
gives up after 29 s.
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html
"""
ATTEMPT_SECONDS = 10
PAUSE_SECONDS = 0.5

UNCHECKED_SECONDS = 10.0
"""A connection used this recently is asked nothing before its next use, if the server has not hung up."""

SILENCE_SECONDS = 10
"""A silent server is asked after this long whether it is there, and taken for gone after as long again."""

# The server's side has no code for these: libpq found nobody, or was sent away before it could log in.
_NOT_YET = (
    "Connection refused",
    "server closed the connection unexpectedly",
    "the database system is starting up",
    "the database system is shutting down",
    "the database system is not yet accepting connections",
    "the database system is in recovery mode",
    "session is read-only",  # while the writer's name still leads to the former one (PGTARGETSESSIONATTRS)
)


class Connections:
    """Open connections, each lent to one user at a time; safe for threads.

    With one user at a time, as in a Lambda function, there is one connection.
    """

    def __init__(self, credentials: Credentials, deadline_seconds: float = DEADLINE_SECONDS) -> None:
        """Open nothing yet.

        Args:
            credentials: Asked once for every new connection.
            deadline_seconds: How long opening may take, attempts and pauses included; 2 s more if the
                server says nothing to the last attempt.
        """
        self._credentials = credentials
        self._deadline_seconds = deadline_seconds
        self._idle: list[tuple[psycopg.Connection, float]] = []

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection]:
        """Lend a connection in autocommit mode that worked a moment ago; a new one where none does.

        What is lent is not asked for twice: a statement that fails since the server goes away fails for
        the caller. A connection given back inside a transaction is closed, which rolls back.

        Raises:
            psycopg.OperationalError: The database can't be reached, or refuses the login.
        """
        connection = self._take()
        try:
            yield connection
        except psycopg.errors.ReadOnlySqlTransaction:
            # Where a failover has made a reader of the writer that it leads to.
            connection.close()
            raise
        finally:
            if connection.info.transaction_status == TransactionStatus.IDLE:
                self._idle.append((connection, time.monotonic()))
            else:
                connection.close()

    def close(self) -> None:
        """Close the connections that are not lent."""
        while self._idle:
            self._idle.pop()[0].close()

    def _take(self) -> psycopg.Connection:
        while self._idle:
            connection, used_at = self._idle.pop()
            if _works(connection, time.monotonic() - used_at):
                return connection
            connection.close()
        return self._open()

    def _open(self) -> psycopg.Connection:
        deadline = time.monotonic() + self._deadline_seconds
        while True:
            login = self._credentials.login()
            left = deadline - time.monotonic()
            try:
                return psycopg.connect(
                    user=login.user,
                    password=login.password,
                    connect_timeout=max(2, min(ATTEMPT_SECONDS, int(left))),  # libpq's least is 2
                    tcp_user_timeout=1000 * SILENCE_SECONDS,
                    keepalives_idle=SILENCE_SECONDS,
                    autocommit=True,
                )
            except psycopg.OperationalError as error:
                if not _is_passing(error) or time.monotonic() + PAUSE_SECONDS >= deadline:
                    raise
            time.sleep(PAUSE_SECONDS)


def _works(connection: psycopg.Connection, idle_seconds: float) -> bool:
    # Anything to read, and nothing was asked: the server's farewell, or the end of the stream.
    listening = select.poll()
    listening.register(connection, select.POLLIN)
    if not listening.poll(0) and idle_seconds < UNCHECKED_SECONDS:
        return True
    try:
        connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def _is_passing(error: psycopg.OperationalError) -> bool:
    return isinstance(error, psycopg.errors.ConnectionTimeout) or any(text in str(error) for text in _NOT_YET)
