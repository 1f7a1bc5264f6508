"""The alert function beside an SNS of its own, in this process."""

import importlib
from collections.abc import Iterator
from types import ModuleType

import boto3
import pytest
from moto import mock_aws


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The handler's module, loaded anew as a cold start does, with its topic."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "POWERTOOLS_SERVICE_NAME": "critical-events",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        topic = boto3.client("sns").create_topic(Name="alerts")
        monkeypatch.setenv("TOPIC_ARN", topic["TopicArn"])
        yield importlib.reload(importlib.import_module("critical_events.handler"))
