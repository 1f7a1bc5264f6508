"""The alert function's log holds no secret, at any level."""

import importlib
from types import ModuleType

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.functions.critical_events.conftest import TABLE, LambdaContext, delivery
from tests.support.function_logs import CREDENTIALS, everything_logged

SECRETS = ["hunter2-password", "hunter2-token", "hunter2-key", *CREDENTIALS.values()]
LINES = [
    '{"level": "ERROR", "message": "login with password=hunter2-password"}',
    '{"level": "ERROR", "message": "refused", "reason": "Authorization: Bearer hunter2-token"}',
    "FATAL:  x-api-key: hunter2-key",
]


@pytest.mark.requirement("OBS-3")
def test_no_log_line_holds_a_secret(handler: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    with everything_logged() as log:
        function = importlib.reload(importlib.import_module(handler.__name__))
        function.handler(delivery(*LINES), LambdaContext())
        boto3.client("dynamodb").delete_table(TableName=TABLE)
        function.handler(delivery(*LINES), LambdaContext())
        monkeypatch.setenv("TOPIC_ARN", "arn:aws:sns:us-east-1:123456789012:nowhere")
        with pytest.raises(ClientError):
            function.handler(delivery(*LINES), LambdaContext())
    assert "alert published" in log.getvalue()
    assert "alerts can't be remembered" in log.getvalue()
    assert [secret for secret in SECRETS if secret in log.getvalue()] == []
