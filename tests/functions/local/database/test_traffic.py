"""What passes through an endpoint once a connection is open."""

import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from local.database.cluster import SUPERUSER
from tests.support.local_rds import DATABASE, AuroraCluster, LocalRds

MOST_LATENCY_ADDED_MS = 1.0
"""0.15 ms on an idle machine of 2 cores; other tests may run beside this one."""


def test_a_large_copy_comes_back_as_it_was_sent(cluster: AuroraCluster) -> None:
    rows = 300_000
    with cluster.enter("iam_user") as connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM entries")
        with cursor.copy("COPY entries FROM STDIN") as copy:
            for begin in range(0, rows, 1000):
                copy.write("".join(f"{n}\t{n:0100}\n" for n in range(begin, begin + 1000)))

        received = 0
        with cursor.copy("COPY (SELECT * FROM entries ORDER BY number) TO STDOUT") as copy:
            for n, (number, text) in enumerate(copy.rows()):
                assert (number, text) == (str(n), f"{n:0100}")
                received += 1
        cursor.execute("DELETE FROM entries")

    assert received == rows


def test_messages_of_every_size_pass(cluster: AuroraCluster) -> None:
    with cluster.enter("iam_user") as connection:
        for size in (0, 1, 16_383, 16_384, 16_385, 65_536, 5_000_000):
            text = "x" * size
            assert connection.execute("SELECT %s", [text]).fetchone() == (text,)


def test_a_client_that_does_not_read_holds_up_only_itself(cluster: AuroraCluster) -> None:
    """And its answer waits in PostgreSQL, not in the server's memory."""
    before = _resident_mb()
    with cluster.enter("iam_user") as slow, cluster.enter("iam_user") as quick:
        slow.pgconn.send_query(b"SELECT repeat('x', 1000) FROM generate_series(1, 300000)")
        slow.pgconn.flush()
        time.sleep(1)

        assert quick.execute("SELECT 1").fetchone() == (1,)
        assert _resident_mb() - before < 50
        slow.pgconn.finish()


def _resident_mb() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmRSS")


def test_twenty_connections_at_once(cluster: AuroraCluster) -> None:
    together = threading.Barrier(20)

    def count(number: int) -> int:
        together.wait(30)
        with cluster.enter("iam_user") as connection:
            together.wait(30)
            for _ in range(20):
                row = connection.execute("SELECT %s::int + pg_backend_pid() * 0", [number]).fetchone()
                assert row == (number,)
        return number

    cluster.allowed("iam_user")
    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(count, range(20))) == list(range(20))


_CANCEL = """
import sys, threading, psycopg
with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    threading.Timer(0.3, getattr(connection, sys.argv[2])).start()
    try:
        connection.execute("SELECT pg_sleep(20)")
    except psycopg.errors.QueryCanceled:
        print(connection.execute("SELECT 'cancelled'").fetchone()[0])
"""


@pytest.mark.parametrize("way", ["cancel_safe", "cancel"])
def test_a_query_is_cancelled(cluster: AuroraCluster, way: str) -> None:
    """By libpq's newer way, which encrypts the request, and by its older one, which does not.

    From a process of its own: the older one stops all threads of a process until it is answered.
    """
    with cluster.enter("iam_user") as connection:
        target = make_conninfo(connection.info.dsn, password=cluster.token("iam_user"))

    run = subprocess.run(
        [sys.executable, "-c", _CANCEL, target, way], capture_output=True, text=True, timeout=15, check=True
    )

    assert run.stdout == "cancelled\n"


def test_the_server_s_session_ends_with_the_client_s(cluster: AuroraCluster) -> None:
    with cluster.connect() as watch:

        def alive(pid: int) -> bool:
            return (
                watch.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone() is not None
            )

        connection = cluster.enter("iam_user")
        pid = connection.info.backend_pid
        assert alive(pid)
        with socket.socket(fileno=connection.pgconn.socket) as wire:  # without a word to the server
            wire.shutdown(socket.SHUT_RDWR)
            wire.detach()

        _until(lambda: not alive(pid))


def test_the_client_s_connection_ends_with_the_server_s(cluster: AuroraCluster) -> None:
    with cluster.connect() as watch:
        connection = cluster.connect()
        assert watch.execute("SELECT pg_terminate_backend(%s)", [connection.info.backend_pid]).fetchone() == (
            True,
        )

        with pytest.raises(psycopg.errors.AdminShutdown):
            connection.execute("SELECT 1")
        assert connection.closed


def test_the_endpoint_adds_little_latency(rds: LocalRds, cluster: AuroraCluster) -> None:
    def milliseconds(connection: psycopg.Connection) -> float:
        cursor, times = connection.cursor(), []
        for _ in range(500):
            begin = time.perf_counter()
            cursor.execute("SELECT 1")
            times.append(time.perf_counter() - begin)
        return statistics.median(times) * 1000

    socket_folder = str(next(rds.work.iterdir()))
    with (
        psycopg.connect(host=socket_folder, user=SUPERUSER, dbname=DATABASE, autocommit=True) as direct,
        cluster.enter("iam_user") as through,
    ):
        added = min(milliseconds(through) - milliseconds(direct) for _ in range(5))

    assert added < MOST_LATENCY_ADDED_MS


def _until(condition: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
