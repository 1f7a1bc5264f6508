"""Entry point: S3 notifications from a queue, a partial-batch response back.

A message whose objects were not all processed is reported as failed; the queue delivers it again, and hands
it to the failure queue in the end. Logs name objects, counts and reasons, never the contents of a row.
"""

import json
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes import S3Event
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from .config import Config
from .ingestion import Source, ingest
from .s3 import ProcessedBucket
from .trade_file import NotATradesFileError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

logger = Logger(serialize_stacktrace=False)
metrics = Metrics()
batch = BatchProcessor(event_type=EventType.SQS)


@cache
def _config() -> Config:
    return Config.from_environment()


@cache
def _s3() -> "S3Client":
    return boto3.client("s3")


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Process a batch of queue messages, each holding an S3 notification.

    Raises:
        BatchProcessingError: Every message failed; then the queue delivers them all again.
    """
    return process_partial_response(
        event=event, record_handler=_process_message, processor=batch, context=context
    )


def _process_message(record: SQSRecord) -> None:
    try:
        notification = json.loads(record.body)
        if notification.get("Event") == "s3:TestEvent":  # what S3 sends when a notification is set up
            logger.info("test event of S3 ignored")
            return
        for change in S3Event(notification).records:
            _process_object(change.s3.bucket.name, unquote_plus(change.s3.get_object.key))
    except Exception:
        metrics.add_metric("FailedMessages", MetricUnit.Count, 1)
        logger.exception("message failed", message_id=record.message_id)
        raise


def _process_object(bucket: str, key: str) -> None:
    with logger.append_context_keys(raw_object=f"s3://{bucket}/{key}"):
        raw = _s3().get_object(Bucket=bucket, Key=key)
        source = Source(name=f"{bucket}/{key}", content=raw["ETag"].strip('"'))
        processed = ProcessedBucket(_s3(), _config().processed_bucket)
        try:
            summary = ingest(raw["Body"], source, processed, _config().engine_memory_mb)
        except NotATradesFileError as error:
            metrics.add_metric("UnreadableObjects", MetricUnit.Count, 1)
            logger.error("not a trades file", reason=str(error))
            raise
        metrics.add_metric("ProcessedObjects", MetricUnit.Count, 1)
        metrics.add_metric("Trades", MetricUnit.Count, summary.rows - summary.rejects)
        metrics.add_metric("Rejects", MetricUnit.Count, summary.rejects)
        logger.info(
            "object processed", rows=summary.rows, rejects=summary.rejects, partitions=summary.partitions
        )
