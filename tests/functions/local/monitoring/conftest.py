import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from local.monitoring import clock
from local.monitoring.monitoring import Monitoring
from tests.support.local_functions import ACCOUNT, REGION, LocalAws, eventually, local_aws


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """A local AWS whose alarms are evaluated."""
    monitoring = Monitoring()
    with local_aws(tmp_path_factory.mktemp("work")) as running:
        monitoring.start()
        try:
            yield running
        finally:
            monitoring.stop()


class Watched:
    """A topic with a queue that hears what it publishes, and alarms that publish to it."""

    def __init__(self, aws: LocalAws) -> None:
        self.aws = aws
        self.name = uuid.uuid4().hex[:8]
        self.cloudwatch = aws.client("cloudwatch")
        self.topic = aws.client("sns").create_topic(Name=f"topic-{self.name}")["TopicArn"]
        self._url, arn = aws.queue()
        aws.client("sns").subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=arn)

    def alarm(self, name: str = "", **settings: Any) -> str:
        """Makes an alarm of the metric `m` in a namespace of its own; gives its name."""
        name = f"alarm-{name}{self.name}"
        self.cloudwatch.put_metric_alarm(
            **{
                "AlarmName": name,
                "Namespace": self.name,
                "MetricName": "m",
                **({} if "ExtendedStatistic" in settings else {"Statistic": "Sum"}),
                "Period": 60,
                "EvaluationPeriods": 1,
                "Threshold": 0,
                "ComparisonOperator": "GreaterThanThreshold",
                "TreatMissingData": "notBreaching",
                "AlarmActions": [self.topic],
                "OKActions": [self.topic],
                **settings,
            }
        )
        return name

    def put(self, value: float, metric: str = "m", **settings: Any) -> None:
        """Puts a value of this very moment, by the monitoring's clock."""
        self.cloudwatch.put_metric_data(
            Namespace=self.name,
            MetricData=[
                {
                    "MetricName": metric,
                    **({} if "Values" in settings else {"Value": value}),
                    "Timestamp": clock.now(),
                    **settings,
                }
            ],
        )

    def state(self, name: str) -> str:
        described = self.cloudwatch.describe_alarms(AlarmNames=[name])
        (alarm,) = described["MetricAlarms"] + described["CompositeAlarms"]
        return str(alarm["StateValue"])

    def wait(self, name: str, state: str) -> None:
        assert eventually(lambda: self.state(name) == state, 5), self.state(name)

    def minutes(self, count: int = 1) -> None:
        """Lets minutes pass."""
        clock.advance(60 * count)

    def heard(self) -> list[tuple[str, Any]]:
        """Takes what was published since, one message at least: subject and message, read as JSON."""
        told: list[tuple[str, Any]] = []
        # a state is seen before its message is there
        while messages := self.aws.receive(self._url, 0.3 if told else 10):
            for message in messages:
                self.aws.client("sqs").delete_message(
                    QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"]
                )
                body = json.loads(message["Body"])
                told.append((body["Subject"], json.loads(body["Message"])))
        return told


@pytest.fixture
def watched(aws: LocalAws) -> Watched:
    return Watched(aws)


def alarm_arn(name: str) -> str:
    return f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}"
