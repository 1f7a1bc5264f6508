"""Entry point: S3 notifications from a queue, a partial-batch response back.

A message whose objects were not all processed is reported as failed; the queue delivers it again, and hands
it to the failure queue in the end. Logs name objects, counts and reasons, never the contents of a row.
"""

import json
import logging
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

import boto3
import psycopg
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes import S3Event
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from database.connection import Connections, IamCredentials

from .config import Config
from .ingestion import LostRaceError, Summary, SupersededError, ingest
from .postgres import Database
from .publication import TwoStores
from .s3 import ProcessedBucket, RawObject
from .trade_file import NotATradesFileError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Lambda sets the functions' level for libraries too, whose DEBUG lines hold signatures, tokens and secrets.
logging.getLogger().setLevel(logging.INFO)

logger = Logger(serialize_stacktrace=False)
metrics = Metrics()
# botocore alone: to look for every library that X-Ray knows takes longer than to import this module.
tracer = Tracer(patch_modules=["botocore"])
batch = BatchProcessor(event_type=EventType.SQS)

_ATTEMPTS = 3


@cache
def _config() -> Config:
    return Config.from_environment()


@cache
def _database() -> Database:
    return Database(_connections())


@cache
def _connections() -> Connections:
    return Connections(IamCredentials(boto3.client("rds")))


@cache
def _s3() -> "S3Client":
    return boto3.client("s3")


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False)
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
        _count("FailedMessages")
        logger.exception("message failed", message_id=record.message_id)
        raise
    finally:
        logger.remove_keys(["raw_object"])


def _process_object(bucket: str, key: str) -> None:
    logger.append_keys(raw_object=f"s3://{bucket}/{key}")  # until the message ends, also with a failure
    summary = _ingest_current(bucket, key)
    _count("ProcessedObjects")
    _count("Trades", summary.rows - summary.rejects)
    _count("Rejects", summary.rejects)
    if summary.lost_races:
        _count("LostRaces", summary.lost_races)
    logger.info("object processed", rows=summary.rows, rejects=summary.rejects, partitions=summary.partitions)


def _ingest_current(bucket: str, key: str) -> Summary:
    """Process what the object holds now, anew if it is replaced meanwhile."""
    objects = ProcessedBucket(_s3(), _config().processed_bucket)
    for attempts_left in reversed(range(_ATTEMPTS)):
        raw = RawObject(_s3(), bucket, key)
        publication = TwoStores(raw, objects, _database())
        try:
            return ingest(raw.body, raw.source, publication, _config().engine_memory_mb)
        except SupersededError:
            _count("SupersededObjects")
            if not attempts_left:
                raise
            logger.info("object was replaced while it was processed")
        except NotATradesFileError as error:
            _count("UnreadableObjects")
            logger.error("not a trades file", reason=str(error))
            raise
        except LostRaceError:
            _count("LostRaces")
            raise
        except psycopg.errors.LockNotAvailable:
            _count("LockTimeouts")
            raise
        except psycopg.Error:
            _count("DatabaseFailures")
            raise
    raise AssertionError("the last attempt returns or raises")


def _count(metric: str, value: int = 1) -> None:
    metrics.add_metric(metric, MetricUnit.Count, value)
