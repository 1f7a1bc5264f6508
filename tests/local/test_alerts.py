"""A failure of a function becomes one readable alert on the topic."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.local.conftest import Deployment

PATIENCE_SECONDS = 30
ALERT_LOG = "/aws/lambda/trading-critical-events-function-dev"


@pytest.fixture
def inbox(deployment: Deployment) -> Iterator[str]:
    """A queue that is subscribed to the alert topic, as an operator's mailbox would be."""
    sqs, sns = deployment.client("sqs"), deployment.client("sns")
    url = sqs.create_queue(QueueName="inbox-of-the-tests")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    subscription = sns.subscribe(
        TopicArn=deployment.outputs["alert_topic_arn"],
        Protocol="sqs",
        Endpoint=arn,
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    yield url
    sns.unsubscribe(SubscriptionArn=subscription)
    sqs.delete_queue(QueueUrl=url)


def _alert(sqs: Any, url: str, saying: str, patience: float = PATIENCE_SECONDS) -> dict[str, str]:
    """Waits for the alert that says so; others may come before it."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        for message in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", []):
            alert: dict[str, str] = json.loads(message["Body"])
            if saying in alert["Message"]:
                return alert
    raise AssertionError(f"no alert about {saying!r} within {patience} s")


def _suppressed(logs: Any) -> int:
    """Alerts that were not told again, as the alert function's log has them."""
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=ALERT_LOG)
    lines = [json.loads(event["message"]) for page in pages for event in page["events"]]
    return int(sum(sum(line.get("SuppressedAlerts", [])) for line in lines))


@pytest.mark.requirement("OBS-3")
def test_unreadable_files_are_alerted_of_once_by_name_with_a_link_to_the_log(
    deployment: Deployment, inbox: str
) -> None:
    s3, sqs, logs = (deployment.client(service) for service in ("s3", "sqs", "logs"))
    bucket = deployment.outputs["raw_bucket"]

    s3.put_object(Bucket=bucket, Key="picture.csv", Body=b"\x89PNG\r\n\x1a\n")
    alert = _alert(sqs, inbox, "not a trades file")
    assert f"About: file s3://{bucket}/picture.csv" in alert["Message"]
    assert "Reason: " in alert["Message"]
    assert "/aws/lambda/trading-market-data-function-dev" in alert["Message"]
    assert "console.aws.amazon.com/cloudwatch" in alert["Message"]
    assert alert["Subject"].startswith("trading-market-data-function-dev: ")

    before = _suppressed(logs)
    s3.put_object(Bucket=bucket, Key="another-picture.csv", Body=b"\x89PNG\r\n\x1a\n")
    end = time.monotonic() + PATIENCE_SECONDS
    while _suppressed(logs) == before and time.monotonic() < end:
        time.sleep(0.5)
    assert _suppressed(logs) > before
    with pytest.raises(AssertionError, match="no alert"):
        _alert(sqs, inbox, "another-picture.csv", patience=2)
