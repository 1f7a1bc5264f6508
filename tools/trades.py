"""Puts trades into the deployed stack and waits for what the market-data processor makes of them."""

import json
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import boto3
import duckdb

from tools.errors import ToolError

BARS_PREFIX = "bars/interval=1m/"
REJECTS_PREFIX = "rejects/"
PATIENCE_SECONDS = 300.0


class TradesError(ToolError):
    """The trades didn't become bars; the text says why, as far as is known."""


@dataclass(frozen=True)
class DataPath:
    """The way from trades to bars, as it was deployed.

    Attributes:
        endpoint: the AWS that it is deployed in.
        raw_bucket: takes trades.
        analytics_bucket: gets bars and rejects.
        queue_url: what the raw bucket notifies.
        failure_queue_url: where that queue's hopeless messages end.
    """

    endpoint: str
    raw_bucket: str
    analytics_bucket: str
    queue_url: str
    failure_queue_url: str

    @classmethod
    def find(cls, endpoint: str, outputs: Mapping[str, Any]) -> "DataPath":
        """Follows it from a stack's outputs: bucket, notification, queue, failure queue."""
        s3 = boto3.client("s3", endpoint_url=endpoint)
        sqs = boto3.client("sqs", endpoint_url=endpoint)
        raw = outputs["raw_bucket"]
        notifications = s3.get_bucket_notification_configuration(Bucket=raw)
        queue_url = _queue_url(sqs, notifications["QueueConfigurations"][0]["QueueArn"])
        attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["RedrivePolicy"])
        redrive = json.loads(attributes["Attributes"]["RedrivePolicy"])
        failure_queue_url = _queue_url(sqs, redrive["deadLetterTargetArn"])
        return cls(endpoint, raw, outputs["analytics_bucket"], queue_url, failure_queue_url)


@dataclass(frozen=True)
class Processed:
    """What became of a file of trades.

    Attributes:
        bars: keys of the one-minute bars' objects that it changed.
        rejects: the rows set aside, each with its line number and reason.
    """

    bars: list[str]
    rejects: list[dict[str, Any]]


def process(path: Path, data_path: DataPath, say: Callable[[str], None]) -> Processed:
    """Uploads a file of trades and waits until the processor is done with it.

    Args:
        path: CSV, plain or gzip.
        data_path: where to.
        say: is told how far it is.

    Raises:
        TradesError: the file went to the failure queue, or nothing came out in time.
    """
    s3 = boto3.client("s3", endpoint_url=data_path.endpoint)
    sqs = boto3.client("sqs", endpoint_url=data_path.endpoint)
    key = f"trades/{path.name}"
    before = _objects(s3, data_path.analytics_bucket)
    failures = _messages(sqs, data_path.failure_queue_url)
    # Files that failed earlier stay in the queue until their retries are used up.
    older = _messages(sqs, data_path.queue_url)
    say(f"uploading {path.name}")
    uploaded_at = time.time()
    s3.upload_file(str(path), data_path.raw_bucket, key)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if error := _error(data_path, key, uploaded_at):
            raise TradesError(f"{path.name} was not processed: {error}")
        if _messages(sqs, data_path.failure_queue_url) > failures:
            raise TradesError(f"{path.name} ended in the failure queue {data_path.failure_queue_url}")
        after = _objects(s3, data_path.analytics_bucket)
        changed = sorted(name for name, version in after.items() if before.get(name) != version)
        bars = [name for name in changed if name.startswith(BARS_PREFIX)]
        waiting = max(0, _messages(sqs, data_path.queue_url) - older)
        say(f"{len(bars)} symbol-days of bars, {waiting} messages in the queue")
        if changed and not waiting:
            rejects = [name for name in changed if name.startswith(REJECTS_PREFIX)]
            return Processed(bars, [row for name in rejects for row in _rejects(s3, data_path, name)])
        time.sleep(0.5)
    raise TradesError(
        f"{path.name} wasn't processed within {PATIENCE_SECONDS:.0f} s, and no error was logged"
    )


def read_bars(
    keys: list[str], data_path: DataPath, limit: int
) -> tuple[list[str], list[tuple[Any, ...]], int]:
    """Column names, the first rows and the number of all rows of bars, from their Parquet files."""
    s3 = boto3.client("s3", endpoint_url=data_path.endpoint)
    with tempfile.TemporaryDirectory() as folder:
        for key in keys:
            target = Path(folder) / key
            target.parent.mkdir(parents=True, exist_ok=True)
            s3.download_file(data_path.analytics_bucket, key, str(target))
        files = f"{folder}/{BARS_PREFIX}**/*.parquet"
        with duckdb.connect() as database:
            bars = database.read_parquet(files, hive_partitioning=True)
            count = bars.count("*").fetchall()[0][0]
            columns = "symbol, * EXCLUDE (symbol, interval, date) REPLACE (start AT TIME ZONE 'UTC' AS start)"
            first = bars.order("symbol, start").limit(limit).select(columns)
            return first.columns, first.fetchall(), count


def partition(key: str) -> tuple[str, date]:
    """The symbol and the day of an object of bars, by its key."""
    parts = dict(part.split("=", 1) for part in key.split("/") if "=" in part)
    return parts["symbol"], date.fromisoformat(parts["date"])


def _objects(s3: Any, bucket: str) -> dict[str, str]:
    """The current version of every object: the same content written again within a second is another one."""
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket)
    return {
        entry["Key"]: entry["VersionId"]
        for page in pages
        for entry in page.get("Versions", ())
        if entry["IsLatest"]
    }


def _messages(sqs: Any, queue_url: str) -> int:
    """Messages waiting in a queue or in the hands of a consumer."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"]
    return sum(int(attributes[name]) for name in names)


def _rejects(s3: Any, data_path: DataPath, key: str) -> list[dict[str, Any]]:
    body = s3.get_object(Bucket=data_path.analytics_bucket, Key=key)["Body"].read()
    return [json.loads(line) for line in body.splitlines()]


def _queue_url(sqs: Any, arn: str) -> str:
    return str(sqs.get_queue_url(QueueName=arn.rsplit(":", 1)[1])["QueueUrl"])


def _error(data_path: DataPath, key: str, since: float) -> str | None:
    """What the function that the queue feeds has logged as an error, about an object or about no object.

    Its retries come too late to wait for: a failed message stays hidden for several of its time-outs.
    """
    sqs = boto3.client("sqs", endpoint_url=data_path.endpoint)
    functions = boto3.client("lambda", endpoint_url=data_path.endpoint)
    logs = boto3.client("logs", endpoint_url=data_path.endpoint)
    attributes = sqs.get_queue_attributes(QueueUrl=data_path.queue_url, AttributeNames=["QueueArn"])
    arn = attributes["Attributes"]["QueueArn"]
    mappings = functions.list_event_source_mappings(EventSourceArn=arn)["EventSourceMappings"]
    if not mappings:
        return "no function takes from the queue"
    function = functions.get_function_configuration(FunctionName=mappings[0]["FunctionArn"])
    group = function["LoggingConfig"]["LogGroup"]
    events = logs.filter_log_events(logGroupName=group, startTime=int(since * 1000))["events"]
    errors = [event["message"].strip() for event in events if "ERROR" in event["message"]]
    # One failure is logged several times within a millisecond; the line that names the object says most.
    errors = [each for each in errors if key in each] or [each for each in errors if "raw_object" not in each]
    return f"{errors[0]} (log group {group})" if errors else None
