"""The migrations' log holds neither the master user's password nor the role's credentials, at any level."""

import importlib
from types import ModuleType

import psycopg
import pytest

from tests.support.function_logs import CREDENTIALS, everything_logged
from tests.support.lambda_context import LambdaContext

SECRETS = ["hush-hush", *CREDENTIALS.values()]


@pytest.mark.requirement("DB-2")
def test_no_log_line_holds_a_secret(function: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    with everything_logged() as log:
        loaded = importlib.reload(importlib.import_module(function.__name__))
        loaded.handler({}, LambdaContext())
        loaded._connections().close()
        monkeypatch.setenv("PGDATABASE", "nowhere")
        with pytest.raises(psycopg.OperationalError):
            loaded.handler({}, LambdaContext())
    assert "schema is up to date" in log.getvalue()
    assert "migration failed" in log.getvalue()
    assert [secret for secret in SECRETS if secret in log.getvalue()] == []
