"""What goes wrong becomes a metric, an alarm, and a message to whoever is to know."""

import json
import mailbox
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.local.conftest import Deployment
from tools import trades

PATIENCE_SECONDS = 60
SUBSCRIBER = "operations@example.com"
NO_TRADES = b"\x89PNG\r\n\x1a\n"


class Watch:
    """Subscribers of the alert topic: a queue, and somebody who gets mail."""

    def __init__(self, deployment: Deployment, url: str) -> None:
        self._deployment = deployment
        self._url = url
        self._heard: list[dict[str, Any]] = []

    def message(self, alarm: str, state: str) -> dict[str, Any]:
        """Waits until the topic has said that an alarm is in a state; gives what it said."""
        sqs = self._deployment.client("sqs")

        def look() -> dict[str, Any] | None:
            for message in sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get(
                "Messages", []
            ):
                sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
                text = json.loads(message["Body"])["Message"]
                if text.startswith("{"):
                    self._heard.append(json.loads(text))
            found = [one for one in self._heard if (one["AlarmName"], one["NewStateValue"]) == (alarm, state)]
            return found[-1] if found else None

        said: dict[str, Any] = _eventually(look)
        return said

    def mails(self) -> list[str]:
        """The subjects of all mail."""
        box = mailbox.mbox(self._deployment.stack.workspace.mailbox)
        return [str(mail["Subject"]).replace("\n", "") for mail in box if mail["To"] == SUBSCRIBER]


def _eventually(look: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    end = time.monotonic() + seconds
    while not (seen := look()) and time.monotonic() < end:
        time.sleep(0.2)
    assert seen
    return seen


@pytest.fixture
def watch(deployment: Deployment) -> Iterator[Watch]:
    sqs, sns = deployment.client("sqs"), deployment.client("sns")
    url = sqs.create_queue(QueueName="watch-of-the-tests")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    subscriptions = [
        sns.subscribe(
            TopicArn=deployment.outputs["alert_topic_arn"],
            Protocol=protocol,
            Endpoint=endpoint,
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]
        for protocol, endpoint in (("sqs", arn), ("email", SUBSCRIBER))
    ]
    yield Watch(deployment, url)
    for subscription in subscriptions:
        sns.unsubscribe(SubscriptionArn=subscription)
    sqs.delete_queue(QueueUrl=url)


@contextmanager
def _visibility(deployment: Deployment, url: str, seconds: int) -> Iterator[None]:
    """Lets failed messages of a queue come back soon, for a while."""
    sqs = deployment.client("sqs")
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(seconds)})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=before)


def _empty(sqs: Any, url: str) -> None:
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


@pytest.mark.requirement("OBS-3")
def test_a_file_that_is_no_csv_ends_in_the_failure_queue_and_alarms(
    deployment: Deployment, watch: Watch
) -> None:
    sqs = deployment.client("sqs")
    data_path = trades.DataPath.find(deployment.stack.endpoint, deployment.outputs)
    _empty(sqs, data_path.failure_queue_url)
    deployment.minutes_pass(4)
    with _visibility(deployment, data_path.queue_url, 1):
        deployment.client("s3").put_object(
            Bucket=deployment.outputs["raw_bucket"], Key="chart.csv", Body=NO_TRADES
        )

        def failed() -> list[dict[str, Any]]:
            received = sqs.receive_message(QueueUrl=data_path.failure_queue_url, VisibilityTimeout=0)
            return list(received.get("Messages", []))

        (message,) = _eventually(failed)
    (record,) = json.loads(message["Body"])["Records"]
    assert record["s3"]["object"]["key"] == "chart.csv"

    deployment.minutes_pass()
    said = watch.message("trading-raw-objects-dead-letters-alarm-dev", "ALARM")
    assert said["Trigger"]["Dimensions"] == [{"value": "trading-raw-objects-dlq-dev", "name": "QueueName"}]
    watch.message("trading-market-data-unreadable-files-alarm-dev", "ALARM")
    subject = 'ALARM: "trading-raw-objects-dead-letters-alarm-dev" in US East (N. Virginia)'
    assert subject in watch.mails()

    _empty(sqs, data_path.failure_queue_url)
    deployment.minutes_pass(4)
    watch.message("trading-raw-objects-dead-letters-alarm-dev", "OK")
    watch.message("trading-market-data-unreadable-files-alarm-dev", "OK")


@pytest.mark.requirement("OBS-3")
def test_a_metric_filter_counts_log_lines_for_its_alarm(deployment: Deployment, watch: Watch) -> None:
    logs = deployment.client("logs")
    filters = logs.describe_metric_filters(filterNamePrefix="trading-db-failed-logins")["metricFilters"]
    (group,) = (one["logGroupName"] for one in filters)
    stream = f"of-the-tests-{time.time_ns()}"
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    line = 'FATAL:  PAM authentication failed for user "market_reader"'
    now = int(time.time() * 1000)
    for _ in range(6):
        logs.put_log_events(
            logGroupName=group,
            logStreamName=stream,
            logEvents=[{"timestamp": now, "message": line}],
        )

    deployment.minutes_pass()
    said = watch.message("trading-db-failed-logins-alarm-dev", "ALARM")
    assert said["NewStateReason"].startswith("Threshold Crossed: 1 out of the last 1 datapoints [6.0 ")


def test_every_alarm_is_understood(deployment: Deployment) -> None:
    deployment.minutes_pass()
    cloudwatch = deployment.client("cloudwatch")

    def evaluated() -> bool:
        described = cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
        return bool(described) and all(one["StateValue"] != "INSUFFICIENT_DATA" for one in described)

    _eventually(evaluated)
    said = deployment.stack.workspace.server_log.read_text(encoding="utf-8")
    assert "is not evaluated" not in said
    assert "knows no action" not in said
