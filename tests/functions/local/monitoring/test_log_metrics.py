"""Log events that become metric data: metric filters and the embedded metric format.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
import time
import uuid
from typing import Any

import pytest

from local.monitoring import clock
from tests.support.local_functions import LocalAws, eventually

JSON = '{ $.type = "trade" }'


class Group:
    """A log group with one metric filter, whose metric is `m` in a namespace of its own."""

    def __init__(self, aws: LocalAws, pattern: str | None = None, **transformation: Any) -> None:
        self.aws = aws
        self.name = f"/app/{uuid.uuid4().hex[:8]}"
        self.namespace = self.name
        self.logs = aws.client("logs")
        self.logs.create_log_group(logGroupName=self.name)
        self.logs.create_log_stream(logGroupName=self.name, logStreamName="stream")
        if pattern is not None:
            self.filter(pattern, **transformation)

    def filter(self, pattern: str, **transformation: Any) -> None:
        self.logs.put_metric_filter(
            logGroupName=self.name,
            filterName="filter",
            filterPattern=pattern,
            metricTransformations=[
                {"metricName": "m", "metricNamespace": self.namespace, "metricValue": "1", **transformation}
            ],
        )

    def put(self, *events: Any) -> None:
        self.logs.put_log_events(
            logGroupName=self.name,
            logStreamName="stream",
            logEvents=[
                {
                    "timestamp": int(time.time() * 1000),
                    "message": event if isinstance(event, str) else json.dumps(event),
                }
                for event in events
            ],
        )

    def sums(self, metric: str = "m", **dimensions: str) -> list[tuple[float, str]]:
        """The sum and the unit of each datapoint, the oldest first."""
        points = self.aws.client("cloudwatch").get_metric_statistics(
            Namespace=self.namespace,
            MetricName=metric,
            StartTime=clock.now() - 3600,
            EndTime=clock.now() + 60,
            Period=3600,
            Statistics=["Sum"],
            Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        )["Datapoints"]
        return [(point["Sum"], point["Unit"]) for point in points]


def metrics(group: Group) -> list[dict[str, str]]:
    """The dimensions of each metric of the group's namespace."""
    listed = group.aws.client("cloudwatch").list_metrics(Namespace=group.namespace)["Metrics"]
    return [{one["Name"]: one["Value"] for one in metric["Dimensions"]} for metric in listed]


def test_every_match_adds_the_filters_value(aws: LocalAws) -> None:
    group = Group(aws, "ERROR", metricValue="2", unit="Count")
    group.put("ERROR one", "all is well", "ERROR two")
    assert group.sums() == [(4, "Count")]


def test_a_value_may_come_from_the_event(aws: LocalAws) -> None:
    group = Group(aws, "{ $.latency = * }", metricValue="$.latency", unit="Milliseconds")
    group.put(
        {"latency": 50},
        {"latency": 1.5},
        {"latency": "7"},
        {"latency": "slow"},
        {"latency": "nan"},
        {"latency": None},
        {"latency": [4]},
        {"latency": True},
        {"latency": {"max": 3}},
        {"other": 1},
        "no JSON",
    )
    assert group.sums() == [(58.5, "Milliseconds")]


def test_a_value_may_come_from_a_space_delimited_field(aws: LocalAws) -> None:
    group = Group(aws, "[ip, request, status, bytes > 1000]", metricValue="$bytes")
    group.put('127.0.0.1 "GET / HTTP/1.0" 200 1534', '127.0.0.1 "GET / HTTP/1.0" 200 10')
    assert group.sums() == [(1534, "None")]


def test_dimensions_come_from_the_event_and_an_event_without_them_does_not_count(aws: LocalAws) -> None:
    group = Group(aws, JSON, dimensions={"Symbol": "$.symbol", "Odd": "$.odd"})
    group.put({"type": "trade", "symbol": "IBM", "odd": False}, {"type": "trade", "symbol": "IBM"})
    assert metrics(group) == [{"Symbol": "IBM", "Odd": "false"}]
    assert group.sums(Symbol="IBM", Odd="false") == [(1, "None")]


def test_the_default_is_reported_for_minutes_with_events_of_which_none_matches(aws: LocalAws) -> None:
    group = Group(aws, "ERROR", defaultValue=0)
    group.put("all is well", "all is well")
    assert group.sums() == []
    clock.advance(60)
    assert eventually(group.sums) == [(0, "None")]
    clock.advance(60)
    time.sleep(0.5)
    described = aws.client("cloudwatch").get_metric_statistics(
        Namespace=group.namespace,
        MetricName="m",
        StartTime=clock.now() - 3600,
        EndTime=clock.now(),
        Period=3600,
        Statistics=["SampleCount"],
    )
    assert [point["SampleCount"] for point in described["Datapoints"]] == [1]  # none without events


def test_no_default_beside_a_match_in_the_same_minute(aws: LocalAws) -> None:
    group = Group(aws, "ERROR", defaultValue=7)
    group.put("all is well", "ERROR")
    clock.advance(60)
    time.sleep(0.5)
    assert group.sums() == [(1, "None")]


def test_a_filter_that_is_put_again_counts_once(aws: LocalAws) -> None:
    group = Group(aws, "ERROR")
    group.filter("WARN", metricValue="5")
    group.put("ERROR WARN")
    assert group.sums() == [(5, "None")]
    described = group.logs.describe_metric_filters(logGroupName=group.name)["metricFilters"]
    assert [one["filterPattern"] for one in described] == ["WARN"]


def test_a_pattern_that_is_not_understood_counts_nothing_and_says_so(
    aws: LocalAws, caplog: pytest.LogCaptureFixture
) -> None:
    group = Group(aws, "[broken")
    group.put("anything")
    assert group.sums() == []
    assert "metric filter filter counts nothing" in caplog.text


def embedded(**root: Any) -> dict[str, Any]:
    directive = {
        "Namespace": root.pop("namespace"),
        "Dimensions": [["service"], ["service", "symbol"], []],
        "Metrics": [{"Name": "Rows", "Unit": "Count"}, {"Name": "Delay"}],
    }
    return {"_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}, **root}


def test_embedded_metrics_count_for_every_set_of_dimensions(aws: LocalAws) -> None:
    group = Group(aws)
    group.put(embedded(namespace=group.namespace, service="s", symbol="IBM", Rows=3, Delay=[1, 2.5]))
    assert group.sums("Rows", service="s", symbol="IBM") == [(3, "Count")]
    assert group.sums("Delay", service="s", symbol="IBM") == [(3.5, "None")]
    seen = [frozenset(one) for one in metrics(group)]
    for names in ({"service"}, {"service", "symbol"}, set[str]()):
        assert frozenset(names) in seen


@pytest.mark.parametrize(
    "change",
    [
        {"Rows": "many"},
        {"Rows": True},
        {"Rows": [1] * 101},
        {"_aws": {"Timestamp": "now", "CloudWatchMetrics": []}},
        {"_aws": {"CloudWatchMetrics": "none"}},
        {"_aws": None},
    ],
)
def test_what_is_not_to_the_specification_is_only_a_log_event(aws: LocalAws, change: dict[str, Any]) -> None:
    group = Group(aws)
    group.put({**embedded(namespace=group.namespace, service="s", symbol="IBM", Rows=3), **change})
    assert group.sums("Rows") == []


def test_a_set_of_dimensions_that_the_event_lacks_is_left_out(aws: LocalAws) -> None:
    group = Group(aws)
    group.put(embedded(namespace=group.namespace, service="s", Rows=3))
    assert [set(one) for one in metrics(group)] in ([{"service"}, set()], [set(), {"service"}], [{"service"}])
    assert group.sums("Rows", service="s") == [(3, "Count")]


@pytest.mark.requirement("OBS-3")
def test_what_powertools_writes_in_a_function_becomes_metrics(aws: LocalAws) -> None:
    namespace = f"n-{uuid.uuid4().hex[:8]}"
    line = json.dumps(embedded(namespace=namespace, service="s", symbol="IBM", Rows=3))
    aws.invoke(aws.function(f"def handler(event, context):\n    print({line!r})\n"))
    listed = aws.client("cloudwatch").list_metrics(Namespace=namespace)["Metrics"]
    assert listed
