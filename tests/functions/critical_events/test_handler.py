"""One delivery of a subscription filter becomes one message on the topic."""

import base64
import gzip
import json
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends


@dataclass
class _Context:
    function_name: str = "critical-events"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:critical-events"
    aws_request_id: str = "request"


def _delivery(*messages: str, type_: str = "DATA_MESSAGE") -> dict[str, Any]:
    picked = {
        "messageType": type_,
        "owner": "111122223333",
        "logGroup": "/aws/lambda/processor",
        "logStream": "2026/01/01/[$LATEST]0",
        "subscriptionFilters": ["critical"],
        "logEvents": [
            {"id": str(index), "timestamp": 1_767_225_600_000 + index, "message": message}
            for index, message in enumerate(messages)
        ],
    }
    data = base64.b64encode(gzip.compress(json.dumps(picked).encode())).decode()
    return {"awslogs": {"data": data}}


def _published() -> list[tuple[str, str]]:
    (topic,) = sns_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].topics.values()
    return [(notification[2], notification[1]) for notification in topic.sent_notifications]


@pytest.mark.requirement("OBS-3")
def test_delivery_is_published_as_one_alert_with_a_link(handler: ModuleType) -> None:
    handler.handler(_delivery('{"level": "ERROR", "message": "no key"}', "plain"), _Context())
    ((subject, body),) = _published()
    assert subject == "2 critical events in /aws/lambda/processor"
    assert "ERROR no key" in body
    assert "plain" in body
    assert "111122223333, us-east-1, 2026-01-01 00:00:00 UTC" in body
    assert "#logsV2:log-groups/log-group/$252Faws$252Flambda$252Fprocessor/log-events" in body


@pytest.mark.requirement("OBS-3")
def test_test_of_the_way_raises_no_alert(handler: ModuleType) -> None:
    handler.handler(_delivery("CWL CONTROL MESSAGE: Checking health", type_="CONTROL_MESSAGE"), _Context())
    assert _published() == []


@pytest.mark.requirement("OBS-3")
def test_alert_that_cannot_be_published_fails_the_invocation(handler: ModuleType) -> None:
    boto3.client("sns").delete_topic(TopicArn=f"arn:aws:sns:us-east-1:{DEFAULT_ACCOUNT_ID}:alerts")
    with pytest.raises(ClientError):
        handler.handler(_delivery("trouble"), _Context())
