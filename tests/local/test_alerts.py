"""A failure of a function becomes one readable alert on the topic."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.local.conftest import Deployment

PATIENCE_SECONDS = 30


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


def _alert(sqs: Any, url: str) -> dict[str, str]:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        for message in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", []):
            alert: dict[str, str] = json.loads(message["Body"])
            return alert
    raise AssertionError(f"no alert within {PATIENCE_SECONDS} s")


@pytest.mark.requirement("OBS-3")
def test_a_file_that_is_no_csv_alerts_with_a_link_to_the_log(deployment: Deployment, inbox: str) -> None:
    deployment.client("s3").put_object(
        Bucket=deployment.outputs["raw_bucket"], Key="picture.csv", Body=b"\x89PNG\r\n\x1a\n"
    )
    alert = _alert(deployment.client("sqs"), inbox)
    assert "/aws/lambda/trading-market-data-function-dev" in alert["Message"]
    assert "console.aws.amazon.com/cloudwatch" in alert["Message"]
    assert "not a trades file" in alert["Message"]
