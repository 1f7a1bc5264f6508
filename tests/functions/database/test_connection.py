"""Connections outlive invocations, and are replaced when the server has closed them."""

import os
import socket
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from database import connection as module
from database.connection import Connections, Login

from local.database.cluster import SUPERUSER, Cluster
from tests.support.postgresql import Database

PASSWORD = "hush-hush"


class CountedCredentials:
    """Credentials that count how often they are asked."""

    def __init__(self, user: str) -> None:
        self.user = user
        self.logins = 0

    def login(self) -> Login:
        """A login whose password nobody checks."""
        self.logins += 1
        return Login(self.user, PASSWORD)


@pytest.fixture
def credentials() -> CountedCredentials:
    return CountedCredentials("market_writer")


@pytest.fixture
def connections(
    database: Database, credentials: CountedCredentials, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Connections]:
    for name, value in database.environment("somebody else").items():
        monkeypatch.setenv(name, value)
    connections = Connections(credentials)
    yield connections
    connections.close()


def _backend(connection: psycopg.Connection) -> int:
    return connection.info.backend_pid


def _terminate(database: Database, backend: int) -> None:
    with database.cluster.connect() as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", (backend,))


def _last_statement(database: Database, backend: int) -> str:
    with database.cluster.connect() as admin:
        row = admin.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", (backend,)).fetchone()
    assert row is not None
    return str(row[0])


def _user(connection: psycopg.Connection) -> str:
    row = connection.execute("SELECT current_user").fetchone()
    assert row is not None
    return str(row[0])


def test_user_is_the_credentials(connections: Connections) -> None:
    with connections.connection() as connection:
        assert _user(connection) == "market_writer"


def test_next_invocation_gets_the_same_connection(
    connections: Connections, credentials: CountedCredentials
) -> None:
    with connections.connection() as connection:
        first = _backend(connection)
    with connections.connection() as connection:
        assert _backend(connection) == first
    assert credentials.logins == 1


def test_one_that_the_server_closed_is_replaced_with_a_new_login(
    connections: Connections, credentials: CountedCredentials, database: Database
) -> None:
    with connections.connection() as connection:
        first = _backend(connection)
    _terminate(database, first)
    with connections.connection() as connection:
        assert _backend(connection) != first
        assert _user(connection) == "market_writer"
    assert credentials.logins == 2


def test_one_that_the_server_closed_while_it_was_lent_is_replaced(
    connections: Connections, database: Database
) -> None:
    with connections.connection() as connection:
        first = _backend(connection)
        _terminate(database, first)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    with connections.connection() as connection:
        assert _backend(connection) != first


def test_all_that_a_restart_closed_are_replaced_by_one(
    connections: Connections, credentials: CountedCredentials, database: Database
) -> None:
    with connections.connection() as one, connections.connection() as other:
        backends = _backend(one), _backend(other)
    for backend in backends:
        _terminate(database, backend)
    with connections.connection() as connection:
        assert _backend(connection) not in backends
    assert credentials.logins == 3


def test_one_used_a_moment_ago_is_not_asked_whether_it_works(
    connections: Connections, database: Database
) -> None:
    with connections.connection() as connection:
        connection.execute("SELECT 'work'")
    with connections.connection() as connection:
        assert _last_statement(database, _backend(connection)) == "SELECT 'work'"


def test_one_that_was_idle_for_long_is_asked_whether_it_works(
    connections: Connections, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "UNCHECKED_SECONDS", 0)
    with connections.connection() as connection:
        connection.execute("SELECT 'work'")
        first = _backend(connection)
    with connections.connection() as connection:
        assert _backend(connection) == first
        assert _last_statement(database, first) == "SELECT 1"


def test_server_that_vanishes_is_noticed_within_seconds(connections: Connections) -> None:
    # Linux ends a connection after the user time-out without an answer, to data and to keep-alives alike.
    with connections.connection() as connection, socket.socket(fileno=os.dup(connection.fileno())) as used:
        assert used.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert used.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 10
        assert used.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 10_000


def test_two_at_once_are_two(connections: Connections, credentials: CountedCredentials) -> None:
    with connections.connection() as one, connections.connection() as other:
        assert _backend(one) != _backend(other)
    with connections.connection(), connections.connection():
        assert credentials.logins == 2


def test_each_statement_is_its_own_transaction(connections: Connections, database: Database) -> None:
    with connections.connection() as connection:
        connection.execute("INSERT INTO market.daily_analytics VALUES ('IBM', '2013-10-07', 0.1, 180, '[]')")
        with database.connect() as other:
            assert other.execute("SELECT symbol FROM market.daily_analytics").fetchall() == [("IBM",)]


def test_failed_statement_costs_no_connection(
    connections: Connections, credentials: CountedCredentials
) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable), connections.connection() as connection:
        connection.execute("SELECT * FROM nowhere")
    with connections.connection() as connection:
        assert _user(connection) == "market_writer"
    assert credentials.logins == 1


def test_one_that_leads_to_a_reader_by_now_is_not_kept(connections: Connections) -> None:
    with connections.connection() as connection:
        first = _backend(connection)
        connection.execute("SET default_transaction_read_only = on")
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction), connections.connection() as connection:
        connection.execute("DELETE FROM market.bars")
    with connections.connection() as connection:
        assert _backend(connection) != first
        connection.execute("DELETE FROM market.bars")


def test_reader_in_the_place_of_a_writer_is_not_taken(
    database: Database, connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGTARGETSESSIONATTRS", "read-write")
    with connections.connection():
        pass
    reader = CountedCredentials("market_reader")
    with (
        pytest.raises(psycopg.OperationalError, match="session is read-only"),
        Connections(reader, deadline_seconds=0.8).connection(),
    ):
        pass
    assert reader.logins == 2  # the name soon leads to the new writer


def test_unfinished_transaction_is_rolled_back_with_its_connection(
    connections: Connections, database: Database
) -> None:
    with connections.connection() as connection:
        first = _backend(connection)
        connection.execute("BEGIN")
        connection.execute("INSERT INTO market.daily_analytics VALUES ('IBM', '2013-10-07', 0.1, 180, '[]')")
    with connections.connection() as connection:
        assert _backend(connection) != first
        assert connection.execute("SELECT * FROM market.daily_analytics").fetchall() == []


@pytest.mark.parametrize(
    ("variable", "value"), [("PGDATABASE", "nowhere"), ("PGSSLMODE", "require"), ("PGPORT", "no port")]
)
def test_what_time_does_not_mend_fails_at_once(
    variable: str,
    value: str,
    connections: Connections,
    credentials: CountedCredentials,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(psycopg.OperationalError), connections.connection():
        pass
    assert credentials.logins == 1


@pytest.fixture
def late_cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """A server that has an address, and does not run yet."""
    cluster = Cluster(Path(tempfile.mkdtemp(prefix="postgresql-")), listens=True)
    target = {"PGHOST": "127.0.0.1", "PGPORT": str(cluster.port), "PGDATABASE": "postgres"}
    for name, value in {**target, "PGSSLMODE": "disable"}.items():
        monkeypatch.setenv(name, value)
    yield cluster
    cluster.stop()


def test_server_that_is_still_starting_is_waited_for(late_cluster: Cluster) -> None:
    starting = threading.Timer(0.7, late_cluster.start)
    starting.start()
    credentials = CountedCredentials(SUPERUSER)
    with Connections(credentials, deadline_seconds=20).connection() as connection:
        assert _user(connection) == SUPERUSER
        connection.close()
    starting.join()
    assert credentials.logins > 1  # a token may expire while one waits


def _seconds(call: Callable[[], object]) -> float:
    started = time.monotonic()
    call()
    return time.monotonic() - started


@pytest.mark.usefixtures("late_cluster")
def test_server_that_never_comes_is_given_up_at_the_deadline() -> None:
    credentials = CountedCredentials(SUPERUSER)

    def fail() -> None:
        with (
            pytest.raises(psycopg.OperationalError, match="Connection refused"),
            Connections(credentials, deadline_seconds=1.2).connection(),
        ):
            pass

    assert 0.5 <= _seconds(fail) < 1.2
    assert credentials.logins == 3


@contextmanager
def _server(*answers: str | None) -> Iterator[int]:
    """A server that refuses each login with the next answer, or keeps silent; gives its port.

    https://www.postgresql.org/docs/17/protocol-message-formats.html
    """
    with socket.create_server(("127.0.0.1", 0)) as listener, ExitStack() as connections:

        def serve() -> None:
            for answer in answers:
                client = connections.enter_context(listener.accept()[0])
                client.recv(8192)
                if answer is not None:
                    fields = f"SFATAL\0VFATAL\0C57P03\0M{answer}\0\0".encode()
                    client.sendall(b"E" + (4 + len(fields)).to_bytes(4) + fields)
                    client.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def _attempts(monkeypatch: pytest.MonkeyPatch, port: int, deadline_seconds: float) -> int:
    """How often a connection is tried until the deadline."""
    credentials = CountedCredentials("market_writer")
    for name, value in {"PGHOST": "127.0.0.1", "PGPORT": str(port), "PGSSLMODE": "disable"}.items():
        monkeypatch.setenv(name, value)
    with (
        pytest.raises(psycopg.OperationalError),
        Connections(credentials, deadline_seconds=deadline_seconds).connection(),
    ):
        pass
    return credentials.logins


@pytest.mark.parametrize(
    "state", ["starting up", "shutting down", "not yet accepting connections", "in recovery mode"]
)
def test_server_that_is_between_two_states_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    answer = f"the database system is {state}"
    with _server(answer, answer) as port:
        assert _attempts(monkeypatch, port, deadline_seconds=0.8) == 2


def test_server_that_hangs_up_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang_up(listener: socket.socket) -> None:
        for _ in range(2):
            listener.accept()[0].close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=hang_up, args=[listener], daemon=True).start()
        assert _attempts(monkeypatch, listener.getsockname()[1], deadline_seconds=0.8) == 2


def test_server_that_has_another_reason_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with _server("sorry, too many clients already") as port:
        assert _attempts(monkeypatch, port, deadline_seconds=10) == 1


def test_server_that_never_answers_is_given_up_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    # A paused cluster takes connections, and leaves them waiting.
    monkeypatch.setattr(module, "ATTEMPT_SECONDS", 2)
    with _server(None, None) as port:
        started = time.monotonic()
        assert _attempts(monkeypatch, port, deadline_seconds=3) == 2
        assert 4 <= time.monotonic() - started < 6


def test_attempt_takes_no_longer_than_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    with _server(None) as port:
        started = time.monotonic()
        assert _attempts(monkeypatch, port, deadline_seconds=2.4) == 1
        assert 2 <= time.monotonic() - started < 4


@pytest.mark.usefixtures("late_cluster")
def test_errors_name_the_server_and_hold_no_password() -> None:
    try:
        with Connections(CountedCredentials("market_writer"), deadline_seconds=0).connection():
            pass
    except psycopg.OperationalError as error:
        told = "".join(traceback.format_exception(error)) + repr(error)
        assert "127.0.0.1" in told
        assert PASSWORD not in told
    else:
        pytest.fail("connected to nothing")
