"""Entry point: what a subscription filter picked, published as one alert."""

import os
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.data_classes import CloudWatchLogsEvent, event_source
from aws_lambda_powertools.utilities.typing import LambdaContext

from .alert import Alert, LogEvent, compose

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

logger = Logger()


@cache
def _sns() -> "SNSClient":
    return boto3.client("sns")


@logger.inject_lambda_context
@event_source(data_class=CloudWatchLogsEvent)
def handler(event: CloudWatchLogsEvent, _: LambdaContext) -> None:
    """Publish one alert about the events of one delivery.

    A failure is raised: Lambda tries again, and hands the delivery to the dead-letter queue in the end.
    """
    picked = event.parse_logs_data()
    if picked.message_type != "DATA_MESSAGE":  # CloudWatch Logs tests the way now and then
        return
    events = [
        LogEvent(datetime.fromtimestamp(line.timestamp / 1000, UTC), line.message)
        for line in picked.log_events
    ]
    _publish(compose(picked.owner, os.environ["AWS_REGION"], picked.log_group, events))
    logger.info("alert published", watched_log_group=picked.log_group, events=len(events))


def _publish(alert: Alert) -> None:
    _sns().publish(TopicArn=os.environ["TOPIC_ARN"], Subject=alert.subject, Message=alert.body)
