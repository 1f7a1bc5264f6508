"""The vital metrics of each service, and what is too much of them (OBS-3).

Each function returns alarms for one resource, data for :class:`modules.alarms.Alarms`. The metrics' names and
dimensions are those of each service's "CloudWatch metrics" page.
"""

from collections.abc import Sequence
from dataclasses import replace

from modules.alarms import Alarm, Comparison, Expression, Metric, MissingData

_FIVE_MINUTES = 300
_HOUR = 3600

_TABLE_OPERATIONS = ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query")


def function_alarms(
    purpose: str,
    function_name: str,
    dead_letter_queue_name: str,
    *,
    timeout_seconds: int,
    reserved_concurrency: int,
) -> list[Alarm]:
    """Watch a function: errors, throttles, time, concurrency and what it gave up on.

    Args:
        purpose: The function's purpose, part of the alarms' names.
        function_name: The function.
        dead_letter_queue_name: Its dead-letter queue.
        timeout_seconds: Its time-out; an alarm fires at four fifths of it.
        reserved_concurrency: Its reserved concurrency; an alarm fires when nine tenths are in use for long.
    """

    def metric(name: str, statistic: str) -> Metric:
        return Metric("AWS/Lambda", name, {"FunctionName": function_name}, statistic)

    return [
        Alarm(
            f"{purpose}-errors",
            f"The function {purpose} failed; its log group says why.",
            metric("Errors", "Sum"),
            threshold=0,
        ),
        Alarm(
            f"{purpose}-throttles",
            f"The function {purpose} was asked for more executions at once than its reserved concurrency.",
            metric("Throttles", "Sum"),
            threshold=0,
            periods=5,
            bad_periods=3,
        ),
        Alarm(
            f"{purpose}-duration",
            f"The slowest executions of {purpose} come near its time-out of {timeout_seconds} s.",
            metric("Duration", "p99"),
            threshold=timeout_seconds * 1000 * 0.8,
            periods=5,
            bad_periods=3,
        ),
        Alarm(
            f"{purpose}-concurrency",
            f"The function {purpose} has used nine tenths of its reserved concurrency for minutes.",
            metric("ConcurrentExecutions", "Maximum"),
            threshold=reserved_concurrency * 0.9,
            comparison=Comparison.AT_LEAST,
            periods=15,
        ),
        dead_letter_alarm(purpose, dead_letter_queue_name),
    ]


def lost_events_alarm(purpose: str, function_name: str) -> Alarm:
    """Watch a function that is called asynchronously: whether what it gave up on is kept."""
    return Alarm(
        f"{purpose}-lost-events",
        f"An event of the function {purpose} is lost: it failed, and the dead-letter queue refused it.",
        Metric("AWS/Lambda", "DeadLetterErrors", {"FunctionName": function_name}),
        threshold=0,
    )


def queue_alarms(
    purpose: str, queue_name: str, dead_letter_queue_name: str, *, oldest_message_seconds: int
) -> list[Alarm]:
    """Watch a queue: whether its consumer keeps up and what it could not process.

    Args:
        purpose: Part of the alarms' names.
        queue_name: The queue.
        dead_letter_queue_name: Its dead-letter queue.
        oldest_message_seconds: How long a message may wait.
    """
    return [
        Alarm(
            f"{purpose}-age",
            f"A message of {purpose} has waited longer than {oldest_message_seconds} s.",
            Metric("AWS/SQS", "ApproximateAgeOfOldestMessage", {"QueueName": queue_name}, "Maximum"),
            threshold=oldest_message_seconds,
            periods=3,
        ),
        dead_letter_alarm(purpose, dead_letter_queue_name),
    ]


def dead_letter_alarm(purpose: str, queue_name: str) -> Alarm:
    """Watch a dead-letter queue: one message there is one too many."""
    return Alarm(
        f"{purpose}-dead-letters",
        f"Something of {purpose} failed for good and waits in the dead-letter queue.",
        Metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": queue_name}, "Maximum"),
        threshold=0,
    )


def database_alarms(
    purpose: str,
    cluster_id: str,
    *,
    cpu_percent: int,
    min_capacity: float,
    max_capacity: float,
    has_readers: bool,
) -> list[Alarm]:
    """Watch an Aurora cluster. A paused one reports nothing, which is fine.

    Args:
        purpose: Part of the alarms' names.
        cluster_id: Identifier of the cluster.
        cpu_percent: Processor use that is too much.
        min_capacity: Fewest capacity units of the cluster.
        max_capacity: Most capacity units of the cluster.
        has_readers: Whether the cluster has readers, which can lag behind.
    """

    def metric(name: str, statistic: str) -> Metric:
        return Metric("AWS/RDS", name, {"DBClusterIdentifier": cluster_id}, statistic)

    connections = _most_connections(min_capacity, max_capacity) * 4 // 5
    lag = Alarm(
        f"{purpose}-replica-lag",
        "A reader of the database is more than a second behind the writer.",
        metric("AuroraReplicaLagMaximum", "Maximum"),
        threshold=1000,
        periods=5,
        bad_periods=3,
    )
    return [
        Alarm(
            f"{purpose}-cpu",
            f"The database uses more than {cpu_percent} % of its processor.",
            metric("CPUUtilization", "Average"),
            threshold=cpu_percent,
            periods=5,
        ),
        Alarm(
            f"{purpose}-capacity",
            "The database has run at nine tenths of its largest capacity; it can't grow much further.",
            metric("ACUUtilization", "Average"),
            threshold=90,
            periods=15,
        ),
        Alarm(
            f"{purpose}-connections",
            f"The database has more than {connections} connections, four fifths of what it takes.",
            metric("DatabaseConnections", "Maximum"),
            threshold=connections,
            periods=3,
        ),
        Alarm(
            f"{purpose}-deadlocks",
            "Transactions of the database waited for each other in a circle; some were aborted.",
            metric("Deadlocks", "Maximum"),
            threshold=0,
        ),
        *([lag] if has_readers else []),
    ]


def _most_connections(min_capacity: float, max_capacity: float) -> int:
    """Return fewer than Aurora allows, 189 for one capacity unit and 3360 for sixteen.

    Aurora Serverless v2 sets ``max_connections`` by the largest capacity, up to 5000, and up to 2000 if the
    smallest is half a unit or none (Aurora user guide, "Maximum connections for Aurora Serverless v2").
    """
    return min(int(max_capacity * 189), 2000 if min_capacity <= 0.5 else 5000)


def table_alarms(purpose: str, table_name: str) -> list[Alarm]:
    """Watch a DynamoDB table: throttles and failures of the service.

    Args:
        purpose: Part of the alarms' names.
        table_name: The table.
    """
    dimensions = {"TableName": table_name}
    return [
        Alarm(
            f"{purpose}-throttles",
            f"Requests to the table {purpose} were throttled.",
            Expression(
                "FILL(reads, 0) + FILL(writes, 0)",
                "Throttled requests",
                {
                    "reads": Metric("AWS/DynamoDB", "ReadThrottleEvents", dimensions),
                    "writes": Metric("AWS/DynamoDB", "WriteThrottleEvents", dimensions),
                },
            ),
            threshold=0,
            periods=5,
            bad_periods=3,
        ),
        Alarm(
            f"{purpose}-system-errors",
            f"DynamoDB failed on requests to the table {purpose}.",
            # Reported by operation only.
            Expression(
                "SUM(METRICS())",
                "System errors",
                {
                    operation.lower(): Metric(
                        "AWS/DynamoDB", "SystemErrors", {**dimensions, "Operation": operation}
                    )
                    for operation in _TABLE_OPERATIONS
                },
            ),
            threshold=0,
        ),
    ]


def api_alarms(
    purpose: str,
    api_name: str,
    stage_name: str,
    *,
    server_error_percent: float,
    client_error_percent: float,
    latency_p99_ms: int,
) -> list[Alarm]:
    """Watch a REST API's stage: errors and latency.

    Args:
        purpose: Part of the alarms' names.
        api_name: Name of the API.
        stage_name: Name of the stage.
        server_error_percent: Share of server errors that is too much.
        client_error_percent: Share of client errors that is too much, throttled requests among them.
        latency_p99_ms: 99th percentile of the latency that is too much, in milliseconds.
    """

    def metric(name: str, statistic: str) -> Metric:
        return Metric("AWS/ApiGateway", name, {"ApiName": api_name, "Stage": stage_name}, statistic)

    # The average of a metric that is 0 or 1 for each request is the share.
    return [
        Alarm(
            f"{purpose}-server-errors",
            f"More than {server_error_percent:g} % of the API's answers are server errors.",
            metric("5XXError", "Average"),
            threshold=server_error_percent / 100,
            periods=5,
            bad_periods=3,
        ),
        Alarm(
            f"{purpose}-client-errors",
            f"More than {client_error_percent:g} % of the API's answers are client errors (throttling too).",
            metric("4XXError", "Average"),
            threshold=client_error_percent / 100,
            periods=15,
            bad_periods=10,
        ),
        Alarm(
            f"{purpose}-latency",
            f"One in a hundred requests to the API takes longer than {latency_p99_ms} ms.",
            metric("Latency", "p99"),
            threshold=latency_p99_ms,
            periods=5,
            bad_periods=3,
        ),
    ]


def delivery_alarms(purpose: str, delivery_stream_name: str) -> list[Alarm]:
    """Watch a Firehose to S3: whether what goes in comes out.

    Args:
        purpose: Part of the alarms' names.
        delivery_stream_name: The delivery stream.
    """

    def metric(name: str, statistic: str) -> Metric:
        return Metric(
            "AWS/Firehose", name, {"DeliveryStreamName": delivery_stream_name}, statistic, _FIVE_MINUTES
        )

    return [
        Alarm(
            f"{purpose}-freshness",
            f"The oldest record of {purpose} has waited more than half an hour for its delivery.",
            metric("DeliveryToS3.DataFreshness", "Maximum"),
            threshold=1800,
            periods=2,
        ),
        Alarm(
            f"{purpose}-delivery",
            f"Deliveries of {purpose} to S3 fail.",
            metric("DeliveryToS3.Success", "Average"),
            threshold=1,
            comparison=Comparison.BELOW,
            periods=2,
        ),
        # Subscription filters that deliver nothing: Firehose then sees nothing wrong.
        silence_alarm(purpose, f"the log groups to {purpose}", metric("IncomingRecords", "Sum")),
    ]


def silence_alarm(purpose: str, what: str, metric: Metric) -> Alarm:
    """Watch something that always reports: an hour without anything means that it is broken.

    Args:
        purpose: Part of the alarm's name.
        what: What has fallen silent.
        metric: Counts what it reports.
    """
    return Alarm(
        f"{purpose}-silence",
        f"Nothing has come from {what} for an hour.",
        replace(metric, period_seconds=_HOUR),
        threshold=1,
        comparison=Comparison.BELOW,
        missing=MissingData.BAD,
    )


def topic_alarms(purpose: str, topic_name: str) -> list[Alarm]:
    """Watch a topic: whether its subscribers get what is published.

    Args:
        purpose: Part of the alarms' names.
        topic_name: The topic.
    """
    return [
        Alarm(
            f"{purpose}-delivery",
            "A subscriber did not get what was published; the subscribers' addresses may be out of date.",
            Metric("AWS/SNS", "NumberOfNotificationsFailed", {"TopicName": topic_name}),
            threshold=0,
        )
    ]


def firewall_alarms(purpose: str, web_acl_name: str, region: str, *, blocked_requests: int) -> list[Alarm]:
    """Watch a web firewall: whether somebody attacks.

    Args:
        purpose: Part of the alarms' names.
        web_acl_name: The web ACL's metric name.
        region: Its region.
        blocked_requests: Blocked requests in five minutes that are too many.
    """
    return [
        Alarm(
            f"{purpose}-blocked",
            f"The firewall blocked more than {blocked_requests} requests in five minutes.",
            Metric(
                "AWS/WAFV2",
                "BlockedRequests",
                {"WebACL": web_acl_name, "Region": region, "Rule": "ALL"},
                period_seconds=_FIVE_MINUTES,
            ),
            threshold=blocked_requests,
        )
    ]


def nat_gateway_alarms(purpose: str, nat_gateway_ids: Sequence[str]) -> list[Alarm]:
    """Watch NAT gateways: whether they run out of ports.

    Args:
        purpose: Part of the alarms' names; numbered where there are several.
        nat_gateway_ids: Their ids.
    """
    return [
        Alarm(
            f"{purpose}-{number}-ports",
            "The NAT gateway had no port left for a connection, which therefore failed.",
            Metric("AWS/NATGateway", "ErrorPortAllocation", {"NatGatewayId": id_}),
            threshold=0,
        )
        for number, id_ in enumerate(nat_gateway_ids, start=1)
    ]
