"""The alert function beside a topic and a table of its own, in this process."""

import base64
import gzip
import importlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

TABLE = "alerts"
WINDOW_SECONDS = 900


@dataclass
class LambdaContext:
    """What Lambda tells a function of the invocation.

    Attributes:
        remaining_milliseconds: how long it may still run.
    """

    remaining_milliseconds: int = 30_000
    function_name: str = "critical-events"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:critical-events"
    aws_request_id: str = "request"

    def get_remaining_time_in_millis(self) -> int:
        """Answers as Lambda does."""
        return self.remaining_milliseconds


def delivery(
    *messages: str, type_: str = "DATA_MESSAGE", log_group: str = "/aws/lambda/processor"
) -> dict[str, Any]:
    """What CloudWatch Logs hands to the function."""
    picked = {
        "messageType": type_,
        "owner": "111122223333",
        "logGroup": log_group,
        "logStream": "2026/01/01/[$LATEST]0",
        "subscriptionFilters": ["critical"],
        "logEvents": [
            {"id": str(index), "timestamp": 1_767_225_600_000 + index, "message": message}
            for index, message in enumerate(messages)
        ],
    }
    data = base64.b64encode(gzip.compress(json.dumps(picked).encode())).decode()
    return {"awslogs": {"data": data}}


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The handler's module, loaded anew as a cold start does, with its topic and its table."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "POWERTOOLS_SERVICE_NAME": "critical-events",
        "POWERTOOLS_METRICS_NAMESPACE": "trading-functions-dev",
        "ALERTS_TABLE": TABLE,
        "ALERT_WINDOW_SECONDS": str(WINDOW_SECONDS),
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        topic = boto3.client("sns").create_topic(Name="alerts")
        monkeypatch.setenv("TOPIC_ARN", topic["TopicArn"])
        boto3.client("dynamodb").create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        )
        yield importlib.reload(importlib.import_module("critical_events.handler"))


@pytest.fixture
def published(handler: ModuleType) -> Callable[[], list[tuple[str, str]]]:
    """Subject and text of what was published so far."""

    def read() -> list[tuple[str, str]]:
        (topic,) = sns_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].topics.values()
        return [(notification[2], notification[1]) for notification in topic.sent_notifications]

    return read
