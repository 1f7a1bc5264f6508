"""Entry point: what a subscription filter picked, published as one alert, once for each kind and window.

An error is raised: Lambda tries again after a minute and after two more, and hands the delivery to the
dead-letter queue in the end.
"""

import logging
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

import boto3
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.data_classes import CloudWatchLogsEvent, event_source
from aws_lambda_powertools.utilities.data_classes.cloud_watch_logs_event import CloudWatchLogsDecodedData
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config

from .alert import Happening, LogEvent, Origin, by_kind, compose
from .log_line import is_of_function
from .memory import AlertTable, TableMemory
from .telling import tell

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

# Both together take less than the time-out: a table that does not answer must not cost the alert.
_TABLE_PATIENCE = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2})
_TOPIC_PATIENCE = Config(connect_timeout=2, read_timeout=4, retries={"total_max_attempts": 2})

# Lambda sets the functions' level for libraries too, whose DEBUG lines hold signatures, tokens and secrets.
logging.getLogger().setLevel(logging.INFO)

logger = Logger()
# botocore alone: to look for every library that X-Ray knows takes longer than to import this module.
tracer = Tracer(patch_modules=["botocore"])
metrics = Metrics()


@cache
def _sns() -> "SNSClient":
    return boto3.client("sns", config=_TOPIC_PATIENCE)


@cache
def _table() -> AlertTable:
    client = boto3.client("dynamodb", config=_TABLE_PATIENCE)
    return AlertTable(client, os.environ["ALERTS_TABLE"], int(os.environ["ALERT_WINDOW_SECONDS"]))


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
@event_source(data_class=CloudWatchLogsEvent)
def handler(event: CloudWatchLogsEvent, context: LambdaContext) -> None:
    """Publish one alert about the events of one delivery.

    Raises:
        BeingToldError: Another invocation claimed a kind of event and did not say that it told it.
        ClientError: The alert was not published.
        BotoCoreError: SNS did not answer.
    """
    picked = event.parse_logs_data()
    if picked.message_type != "DATA_MESSAGE":  # CloudWatch Logs tests the way now and then
        return
    events = [
        LogEvent(datetime.fromtimestamp(line.timestamp / 1000, UTC), line.message)
        for line in picked.log_events
        # What the audit trail says of this function's own calls would be a loop; its alarms tell of them.
        if not is_of_function(line.message, context.function_name)
    ]
    memory = TableMemory(_table(), picked.log_group, context.get_remaining_time_in_millis)
    try:
        tell(by_kind(events), memory, lambda *told: _publish(picked, *told), _suppress)
    finally:
        if memory.failed:
            metrics.add_metric("UnrememberedAlerts", MetricUnit.Count, 1)


def _publish(
    picked: CloudWatchLogsDecodedData,
    happenings: Mapping[str, Happening],
    untold: Mapping[str, int],
    more_kinds: int,
) -> None:
    origin = Origin(picked.owner, os.environ["AWS_REGION"], picked.log_group, picked.log_stream)
    alert = compose(origin, happenings, untold, more_kinds)
    try:
        _sns().publish(TopicArn=os.environ["TOPIC_ARN"], Subject=alert.subject, Message=alert.body)
    except Exception:
        metrics.add_metric("FailedAlerts", MetricUnit.Count, 1)
        raise
    metrics.add_metric("PublishedAlerts", MetricUnit.Count, 1)
    logger.info("alert published", watched_log_group=picked.log_group, kinds=len(happenings))


def _suppress(kinds: int) -> None:
    metrics.add_metric("SuppressedAlerts", MetricUnit.Count, kinds)
