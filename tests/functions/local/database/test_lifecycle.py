"""Databases come and go with their clusters, and none outlives the local AWS."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import boto3
import psycopg
import pytest
from botocore.exceptions import ClientError
from moto.rds.models import DBCluster, RDSBackend

from local.database import messages
from local.database.cluster import Cluster
from local.runtime import worker_environment
from tests.support.local_rds import MASTER, REGION, LocalRds, serve


def servers(folder: Path) -> int:
    """How many PostgreSQL servers have their files below a folder."""
    shown = subprocess.run(["ps", "-ww", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return sum(f"postgres -D {folder}" in line for line in shown.splitlines())


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the time is up"
        time.sleep(0.05)


def test_nothing_is_left_of_a_deleted_cluster(rds: LocalRds) -> None:
    before = set(rds.work.iterdir())
    cluster = rds.create()
    (folder,) = set(rds.work.iterdir()) - before
    connection = cluster.connect()
    assert servers(folder) == 1

    rds.delete(cluster)

    assert servers(folder) == 0
    assert not folder.exists()
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", cluster.port))


def test_a_connection_that_has_not_said_who_comes_ends_with_the_cluster(rds: LocalRds) -> None:
    cluster = rds.create()
    with socket.create_connection(("127.0.0.1", cluster.port), timeout=10) as waiting:
        waiting.sendall(messages.SSL_REQUEST_PACKET)
        assert waiting.recv(1) == b"S"

        rds.delete(cluster)

        with contextlib.suppress(ConnectionResetError):
            assert waiting.recv(1) == b""


def test_a_cluster_of_the_same_name_begins_empty(rds: LocalRds) -> None:
    first = rds.create(DBClusterIdentifier="again")
    with first.connect() as connection:
        connection.execute("CREATE TABLE left_behind (number int)")
    rds.delete(first)

    second = rds.create(DBClusterIdentifier="again")
    with second.connect() as connection:
        assert connection.execute("SELECT to_regclass('left_behind')").fetchone() == (None,)
    rds.delete(second)


def test_a_cluster_whose_server_does_not_start_does_not_exist(rds: LocalRds) -> None:
    before = set(rds.work.iterdir())
    with (
        mock.patch.object(Cluster, "create_database", side_effect=psycopg.OperationalError("no space left")),
        pytest.raises(ClientError, match="local AWS: no PostgreSQL for the cluster: no space left"),
    ):
        rds.create(DBClusterIdentifier="failing")

    assert set(rds.work.iterdir()) == before
    rds.delete(rds.create(DBClusterIdentifier="failing"))


def test_a_server_that_died_is_said_to_be_down_and_can_be_deleted(rds: LocalRds) -> None:
    before = set(rds.work.iterdir())
    cluster = rds.create()
    (folder,) = set(rds.work.iterdir()) - before
    os.kill(int((folder / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    until(lambda: servers(folder) == 0)

    with pytest.raises(psycopg.OperationalError, match="FATAL:  the database system is shut down"):
        cluster.connect()

    rds.delete(cluster)
    assert not folder.exists()


def test_a_cluster_that_may_not_be_deleted_keeps_its_database(rds: LocalRds) -> None:
    cluster = rds.create(DeletionProtection=True)
    with pytest.raises(ClientError, match="Cannot delete protected Cluster"):
        rds.delete(cluster)
    cluster.connect().close()

    name = cluster.described["DBClusterIdentifier"]
    rds.client("rds").modify_db_cluster(DBClusterIdentifier=name, DeletionProtection=False)
    rds.delete(cluster)


def test_all_goes_with_the_databases(rds: LocalRds) -> None:
    before = (RDSBackend.create_db_cluster, DBCluster.endpoint)
    with serve() as other:
        assert RDSBackend.create_db_cluster is not before[0]
        other.create()
        assert servers(other.work) == 1
        work = other.work

    assert servers(work) == 0
    assert not work.exists()
    assert (RDSBackend.create_db_cluster, DBCluster.endpoint) == before


@pytest.fixture
def work() -> Iterator[Path]:
    with TemporaryDirectory(prefix="server-") as folder:
        yield Path(folder)


@pytest.fixture
def process(work: Path) -> Iterator[subprocess.Popen[str]]:
    """The local AWS as a process of its own, in a group of its own."""
    command = [sys.executable, "-m", "local.server", "--work", str(work / "work")]
    command += ["--rds-certificate", str(work / "rds-ca.pem")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    with process:
        yield process
        process.kill()


def created_in(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    rds = boto3.client(
        "rds",
        endpoint_url=process.stdout.readline().strip(),
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    created: Any = rds.create_db_cluster(
        DBClusterIdentifier="db",
        Engine="aurora-postgresql",
        MasterUsername=MASTER,
        MasterUserPassword="opensesame",
    )["DBCluster"]
    return dict(created)


@pytest.mark.parametrize(
    ("number", "group"),
    [(signal.SIGTERM, False), (signal.SIGINT, False), (signal.SIGKILL, False), (signal.SIGKILL, True)],
)
def test_no_server_outlives_the_local_aws(
    process: subprocess.Popen[str], work: Path, number: signal.Signals, group: bool
) -> None:
    cluster = created_in(process)
    psycopg.connect(
        host=cluster["Endpoint"],
        port=cluster["Port"],
        user=MASTER,
        dbname="postgres",
        password="opensesame",
        sslmode="verify-full",
        sslrootcert=str(work / "rds-ca.pem"),
    ).close()
    assert servers(work) == 1

    (os.killpg if group else os.kill)(process.pid, number)
    process.wait(10)

    if number == signal.SIGKILL:
        until(lambda: servers(work) == 0)
        until(lambda: not any((work / "work" / "databases").iterdir()))
    else:
        assert process.returncode == 0
        assert servers(work) == 0
        assert not (work / "work" / "databases").exists()


def test_what_a_killed_server_left_is_removed_by_the_next(process: subprocess.Popen[str], work: Path) -> None:
    created_in(process)
    process.kill()
    process.wait()
    (work / "work" / "databases" / "other").mkdir()

    command = [sys.executable, "-m", "local.server", "--work", str(work / "work")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as second:
        try:
            created_in(second)
            assert not (work / "work" / "databases" / "other").exists()
            assert (work / "work" / "rds-ca.pem").is_file()
            until(lambda: servers(work) == 1)
        finally:
            second.terminate()
    assert servers(work) == 0


@pytest.mark.parametrize(
    ("own", "expected"),
    [({"PGSSLROOTCERT": "database/rds-ca.pem"}, "/local/rds-ca.pem"), ({"PGHOST": "127.0.0.1"}, None)],
)
def test_functions_that_verify_a_database_verify_the_local_one(
    own: dict[str, str], expected: str | None
) -> None:
    function = mock.MagicMock(
        environment=own,
        account_id="123456789012",
        region=REGION,
        role_arn="arn:aws:iam::123456789012:role/r",
        json_logs=False,
    )

    environment = worker_environment.build(
        function,
        endpoint_url="http://127.0.0.1:4566",
        rds_certificate=Path("/local/rds-ca.pem"),
        runtime_api="127.0.0.1:1",
        log_stream="s",
        code=Path("/code"),
        python_path=(),
        temporary=Path("/tmp"),
    )

    assert environment.get("PGSSLROOTCERT") == expected
