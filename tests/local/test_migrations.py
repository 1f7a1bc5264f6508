"""The deployment itself makes the database's schema, and fails where it can't."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from database_migrations.migrations import read_migrations

from tests.local.conftest import Deployment

MIGRATIONS = {migration.name: migration.checksum for migration in read_migrations()}
FUNCTION = "trading-migrations-function-dev"


@pytest.fixture
def master(deployment: Deployment) -> Iterator[psycopg.Connection]:
    """A connection of the master user."""
    with deployment.database() as connection:
        yield connection


def _run(deployment: Deployment) -> dict[str, Any]:
    """What Terraform keeps of the migrations' run."""
    state = json.loads(deployment.stack.terraform("show", "-json").stdout)
    (run,) = (
        resource
        for resource in state["values"]["root_module"]["resources"]
        if resource["type"] == "aws_lambda_invocation"
    )
    return dict(run)


@pytest.mark.requirement("DB-1")
def test_deployment_applied_every_migration(deployment: Deployment, master: psycopg.Connection) -> None:
    assert json.loads(_run(deployment)["values"]["result"]) == {"applied": list(MIGRATIONS)}
    ledger = master.execute("SELECT name, checksum FROM schema_migrations").fetchall()
    assert dict(ledger) == MIGRATIONS


def test_next_run_applies_none(deployment: Deployment) -> None:
    answer = deployment.client("lambda").invoke(FunctionName=FUNCTION, Payload=b"{}")
    assert "FunctionError" not in answer
    assert json.load(answer["Payload"]) == {"applied": []}


@pytest.mark.requirement("DB-1")
def test_run_would_be_repeated_for_other_code_or_another_cluster(deployment: Deployment) -> None:
    (cluster,) = deployment.client("rds").describe_db_clusters()["DBClusters"]
    code = deployment.client("lambda").get_function(FunctionName=FUNCTION)["Configuration"]["CodeSha256"]
    assert _run(deployment)["values"]["triggers"] == {
        "cluster": cluster["DbClusterResourceId"],
        "code": code,
    }


@pytest.mark.requirement("DB-2")
def test_functions_users_log_in_by_iam(master: psycopg.Connection) -> None:
    users = master.execute(
        "SELECT rolname, rolcanlogin, pg_has_role(rolname, 'rds_iam', 'usage') FROM pg_roles "
        "WHERE rolname LIKE 'market%' ORDER BY rolname"
    ).fetchall()
    assert users == [("market_reader", True, True), ("market_writer", True, True)]


@pytest.mark.requirement("DB-1")
def test_migration_that_fails_fails_the_deployment_and_says_why(
    deployment: Deployment, master: psycopg.Connection
) -> None:
    name = next(iter(MIGRATIONS))
    address = _run(deployment)["address"]
    again = ("apply", "-auto-approve", "-input=false", "-no-color", f"-target={address}")
    master.execute("UPDATE schema_migrations SET checksum = 'of another file' WHERE name = %s", (name,))
    try:
        failed = deployment.stack.terraform(*again, f"-replace={address}")
    finally:
        master.execute("UPDATE schema_migrations SET checksum = %s WHERE name = %s", (MIGRATIONS[name], name))
    assert failed.returncode == 1
    assert (
        f'{FUNCTION}): {{"errorMessage": "applied before, and changed or removed since: {name}.'
        in failed.stderr
    )
    assert deployment.stack.terraform(*again, f"-replace={address}").returncode == 0
