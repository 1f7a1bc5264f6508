"""A cluster of its own with an empty database, as RDS leaves it, and the function beside it."""

import importlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import boto3
import psycopg
import pytest
from moto import mock_aws

from local.database.cluster import Cluster
from tests.support.postgresql import DATABASE, MASTER


@pytest.fixture(scope="session")
def _cluster() -> Iterator[Cluster]:
    with Cluster(Path(tempfile.mkdtemp(prefix="postgresql-")), listens=True) as cluster:
        cluster.create_database(DATABASE, MASTER)
        yield cluster


@pytest.fixture
def cluster(_cluster: Cluster) -> Iterator[Cluster]:
    """A server with the users of RDS, and a database in which nothing is."""
    yield _cluster
    with _cluster.connect() as admin:
        admin.execute(f'DROP DATABASE "{DATABASE}" WITH (FORCE)')
        admin.execute(f'CREATE DATABASE "{DATABASE}" OWNER "{MASTER}"')
        admin.execute("DROP ROLE IF EXISTS market_writer")
        admin.execute("DROP ROLE IF EXISTS market_reader")


@pytest.fixture
def master(cluster: Cluster) -> Iterator[psycopg.Connection]:
    """A connection of the master user."""
    with cluster.connect(DATABASE, MASTER) as connection:
        yield connection


@pytest.fixture
def function(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The function's handler module, and the secret that RDS would manage."""
    target = {"PGHOST": "127.0.0.1", "PGPORT": str(cluster.port), "PGDATABASE": DATABASE}
    powertools = {"POWERTOOLS_SERVICE_NAME": "migrations", "POWERTOOLS_METRICS_NAMESPACE": "functions"}
    for name, value in {**target, **powertools, "PGSSLMODE": "disable"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        secret = boto3.client("secretsmanager").create_secret(
            Name="rds!cluster-1", SecretString=json.dumps({"username": MASTER, "password": "hush-hush"})
        )
        monkeypatch.setenv("MASTER_SECRET_ARN", secret["ARN"])
        module = importlib.reload(importlib.import_module("database_migrations.handler"))
        yield module
        module._connections().close()
