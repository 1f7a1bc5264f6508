"""Each service's vital metrics are watched, by their right names, dimensions and thresholds."""

from collections.abc import Sequence

import pytest

from modules import service_alarms
from modules.alarms import Alarm, Comparison, Expression, Metric, MissingData

Row = tuple[str, str, str, Comparison, float]


def _rows(alarms: Sequence[Alarm], dimensions: dict[str, str]) -> list[Row]:
    """Purpose, metric, statistic, comparison, threshold; the dimensions are all the same."""
    rows = []
    for alarm in alarms:
        assert isinstance(alarm.metric, Metric)
        assert alarm.metric.dimensions == dimensions
        metric = f"{alarm.metric.namespace} {alarm.metric.name}"
        rows.append((alarm.purpose, metric, alarm.metric.statistic, alarm.comparison, alarm.threshold))
    return rows


ABOVE, AT_LEAST, BELOW = Comparison.ABOVE, Comparison.AT_LEAST, Comparison.BELOW


@pytest.mark.requirement("OBS-3")
def test_function() -> None:
    *of_function, dead_letters = service_alarms.function_alarms(
        "api", "api-function", "api-dlq", timeout_seconds=10, reserved_concurrency=20
    )
    assert _rows(of_function, {"FunctionName": "api-function"}) == [
        ("api-errors", "AWS/Lambda Errors", "Sum", ABOVE, 0),
        ("api-throttles", "AWS/Lambda Throttles", "Sum", ABOVE, 0),
        ("api-duration", "AWS/Lambda Duration", "p99", ABOVE, 8000),
        ("api-concurrency", "AWS/Lambda ConcurrentExecutions", "Maximum", AT_LEAST, 18),
    ]
    assert _rows([dead_letters], {"QueueName": "api-dlq"}) == [
        ("api-dead-letters", "AWS/SQS ApproximateNumberOfMessagesVisible", "Maximum", ABOVE, 0)
    ]


@pytest.mark.requirement("OBS-3")
def test_queue() -> None:
    age, dead_letters = service_alarms.queue_alarms("raw", "queue", "dlq", oldest_message_seconds=900)
    assert _rows([age], {"QueueName": "queue"}) == [
        ("raw-age", "AWS/SQS ApproximateAgeOfOldestMessage", "Maximum", ABOVE, 900)
    ]
    assert _rows([dead_letters], {"QueueName": "dlq"}) == [
        ("raw-dead-letters", "AWS/SQS ApproximateNumberOfMessagesVisible", "Maximum", ABOVE, 0)
    ]


@pytest.mark.requirement("OBS-3")
@pytest.mark.parametrize("has_readers", [True, False])
def test_database(has_readers: bool) -> None:
    alarms = service_alarms.database_alarms(
        "database",
        "cluster",
        cpu_percent=70,
        min_capacity=2,
        max_capacity=4,
        has_readers=has_readers,
    )
    lag = ("database-replica-lag", "AWS/RDS AuroraReplicaLagMaximum", "Maximum", ABOVE, 1000)
    assert _rows(alarms, {"DBClusterIdentifier": "cluster"}) == [
        ("database-cpu", "AWS/RDS CPUUtilization", "Average", ABOVE, 70),
        ("database-capacity", "AWS/RDS ACUUtilization", "Average", ABOVE, 90),
        ("database-connections", "AWS/RDS DatabaseConnections", "Maximum", ABOVE, 604),
        ("database-deadlocks", "AWS/RDS Deadlocks", "Maximum", ABOVE, 0),
        *([lag] if has_readers else []),
    ]


@pytest.mark.requirement("OBS-3")
@pytest.mark.parametrize(
    ("min_capacity", "max_capacity", "connections"),
    [(0, 1, 151), (0.5, 8, 1209), (0, 32, 1600), (0.5, 32, 1600), (1, 32, 4000), (2, 256, 4000)],
)
def test_database_alarms_before_aurora_refuses_connections(
    min_capacity: float, max_capacity: float, connections: int
) -> None:
    alarms = service_alarms.database_alarms(
        "db",
        "cluster",
        cpu_percent=70,
        min_capacity=min_capacity,
        max_capacity=max_capacity,
        has_readers=False,
    )
    assert {alarm.purpose: alarm.threshold for alarm in alarms}["db-connections"] == connections


@pytest.mark.requirement("OBS-3")
def test_table_whose_system_errors_are_reported_by_operation_only() -> None:
    throttles, errors = service_alarms.table_alarms("sessions", "table")
    assert isinstance(throttles.metric, Expression)
    assert isinstance(errors.metric, Expression)
    assert {metric.name for metric in throttles.metric.metrics.values()} == {
        "ReadThrottleEvents",
        "WriteThrottleEvents",
    }
    assert all(metric.dimensions == {"TableName": "table"} for metric in throttles.metric.metrics.values())
    assert {tuple(metric.dimensions.values()) for metric in errors.metric.metrics.values()} == {
        ("table", operation) for operation in ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query")
    }
    assert {metric.name for metric in errors.metric.metrics.values()} == {"SystemErrors"}


@pytest.mark.requirement("OBS-3")
def test_api_whose_shares_are_averages() -> None:
    alarms = service_alarms.api_alarms(
        "api", "api", "dev", server_error_percent=5, client_error_percent=50, latency_p99_ms=2000
    )
    assert _rows(alarms, {"ApiName": "api", "Stage": "dev"}) == [
        ("api-server-errors", "AWS/ApiGateway 5XXError", "Average", ABOVE, 0.05),
        ("api-client-errors", "AWS/ApiGateway 4XXError", "Average", ABOVE, 0.5),
        ("api-latency", "AWS/ApiGateway Latency", "p99", ABOVE, 2000),
    ]


@pytest.mark.requirement("OBS-3")
def test_delivery_firewall_and_nat() -> None:
    delivery = service_alarms.delivery_alarms("archive", "stream")
    assert _rows(delivery, {"DeliveryStreamName": "stream"}) == [
        ("archive-freshness", "AWS/Firehose DeliveryToS3.DataFreshness", "Maximum", ABOVE, 1800),
        ("archive-delivery", "AWS/Firehose DeliveryToS3.Success", "Average", BELOW, 1),
        ("archive-silence", "AWS/Firehose IncomingRecords", "Sum", BELOW, 1),
    ]
    assert [alarm.missing for alarm in delivery] == [MissingData.FINE, MissingData.FINE, MissingData.BAD]
    firewall = service_alarms.firewall_alarms("firewall", "acl", "us-east-1", blocked_requests=1000)
    assert _rows(firewall, {"WebACL": "acl", "Region": "us-east-1", "Rule": "ALL"}) == [
        ("firewall-blocked", "AWS/WAFV2 BlockedRequests", "Sum", ABOVE, 1000)
    ]
    first, second = service_alarms.nat_gateway_alarms("nat", ["nat-a", "nat-b"])
    assert _rows([first], {"NatGatewayId": "nat-a"}) == [
        ("nat-1-ports", "AWS/NATGateway ErrorPortAllocation", "Sum", ABOVE, 0)
    ]
    assert second.purpose == "nat-2-ports"


@pytest.mark.requirement("OBS-3")
def test_what_always_reports_is_missed_after_an_hour() -> None:
    metric = Metric("AWS/Logs", "IncomingLogEvents", {"LogGroupName": "trail"})
    assert service_alarms.silence_alarm("trail", "the trail", metric) == Alarm(
        "trail-silence",
        "Nothing has come from the trail for an hour.",
        Metric("AWS/Logs", "IncomingLogEvents", {"LogGroupName": "trail"}, period_seconds=3600),
        threshold=1,
        comparison=BELOW,
        missing=MissingData.BAD,
    )


@pytest.mark.requirement("OBS-3")
def test_topic_and_asynchronous_function() -> None:
    assert _rows(service_alarms.topic_alarms("alerts", "topic"), {"TopicName": "topic"}) == [
        ("alerts-delivery", "AWS/SNS NumberOfNotificationsFailed", "Sum", ABOVE, 0)
    ]
    lost = service_alarms.lost_events_alarm("alerts", "function")
    assert _rows([lost], {"FunctionName": "function"}) == [
        ("alerts-lost-events", "AWS/Lambda DeadLetterErrors", "Sum", ABOVE, 0)
    ]
