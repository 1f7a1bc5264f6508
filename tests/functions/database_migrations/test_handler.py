"""The function that Terraform invokes: what it answers, says and measures."""

import json
from types import ModuleType
from typing import Any

import psycopg
import pytest
from database_migrations.migrations import Migration, MigrationError, read_migrations

from tests.support.lambda_context import LambdaContext

NAMES = [migration.name for migration in read_migrations()]
BROKEN = Migration("9999_broken", "SELECT no_such_function()")


def _invoke(function: ModuleType) -> Any:
    return function.handler({}, LambdaContext())


def _measured(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    (line,) = capsys.readouterr().out.splitlines()
    metrics = json.loads(line)
    return {name: metrics[name] for name in ("AppliedMigrations", "FailedMigrations") if name in metrics}


def test_answer_names_what_was_applied(
    function: ModuleType, master: psycopg.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _invoke(function) == {"applied": NAMES}
    assert master.execute("SELECT to_regclass('market.bars')::text").fetchone() == ("market.bars",)
    assert _measured(capsys) == {"AppliedMigrations": [len(NAMES)]}


def test_next_deployment_applies_nothing(function: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    _invoke(function)
    capsys.readouterr()
    assert _invoke(function) == {"applied": []}
    assert _measured(capsys) == {"AppliedMigrations": [0]}


def test_failure_is_logged_measured_and_told_to_terraform(
    function: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(function, "read_migrations", lambda: [BROKEN])
    with pytest.raises(MigrationError, match=r"^9999_broken failed, .* no_such_function\(\) does not exist"):
        _invoke(function)
    assert _measured(capsys) == {"FailedMigrations": [1]}
    assert ("ERROR", "migration failed") in [
        (record.levelname, record.getMessage()) for record in caplog.records
    ]
    assert "UndefinedFunction" in caplog.text


def test_no_line_holds_the_password(
    function: ModuleType, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PGDATABASE", "nowhere")
    with pytest.raises(psycopg.OperationalError, match='database "nowhere" does not exist'):
        _invoke(function)
    assert "migration failed" in caplog.text
    assert "hush-hush" not in caplog.text
