"""The function as Lambda runs it: queue messages in, objects in the processed bucket out."""

import gzip
import importlib
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

import boto3
import duckdb
import psycopg
import pytest
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError
from market_data_processor import config
from market_data_processor.ingestion import LostRaceError, SupersededError
from market_data_processor.trade_file import HEADER
from moto import mock_aws

from tests.support.market_data import csv, read_bars, trade
from tests.support.postgresql import Database

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

RAW, PROCESSED = "raw", "processed"
SAMPLE = Path(__file__).parents[3] / "samples" / "ibm-20131007-trades.csv.gz"
BARS = "bars/interval=1m/symbol=IBM/date=2013-10-07/bars.parquet"
ENVIRONMENT = {
    "PROCESSED_BUCKET": PROCESSED,
    "ENGINE_MEMORY_MB": "128",
    "POWERTOOLS_SERVICE_NAME": "market-data-processor",
    "POWERTOOLS_METRICS_NAMESPACE": "TradingAnalytics",
    "POWERTOOLS_TRACE_DISABLED": "true",
}

pytestmark = pytest.mark.requirement("FN-2")


class Context:
    """What powertools' logger reads of an invocation's context."""

    function_name = "market-data-processor"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:market-data-processor"
    aws_request_id = "request"


@pytest.fixture
def client(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator["S3Client"]:
    for name, value in {**ENVIRONMENT, **database.environment("market_writer")}.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        client = boto3.client("s3")
        for bucket in (RAW, PROCESSED):
            client.create_bucket(Bucket=bucket)
        yield client


@pytest.fixture
def function(client: "S3Client") -> Iterator[ModuleType]:
    """The handler's module, loaded anew as a cold start does."""
    module = importlib.reload(importlib.import_module("market_data_processor.handler"))
    yield module
    module._connections().close()


@pytest.fixture
def log(function: ModuleType, monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the function logs."""
    stream = io.StringIO()
    monkeypatch.setattr(function.logger.registered_handler, "stream", stream)
    return stream


def notification(*keys: str) -> dict[str, Any]:
    """What S3 says of new objects, whose keys it quotes as in a URL."""
    return {
        "Records": [
            {
                "eventSource": "aws:s3",
                "eventName": "ObjectCreated:Put",
                "s3": {"bucket": {"name": RAW}, "object": {"key": key}},
            }
            for key in keys
        ]
    }


def batch(*bodies: dict[str, Any] | str) -> dict[str, Any]:
    """A batch of queue messages, numbered from 0."""
    return {
        "Records": [
            {
                "messageId": str(number),
                "receiptHandle": "handle",
                "body": body if isinstance(body, str) else json.dumps(body),
                "attributes": {},
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:market-data",
                "awsRegion": "us-east-1",
            }
            for number, body in enumerate(bodies)
        ]
    }


def put(client: "S3Client", key: str, content: bytes) -> None:
    client.put_object(Bucket=RAW, Key=key, Body=content)


def keys(client: "S3Client") -> list[str]:
    return [item["Key"] for item in client.list_objects_v2(Bucket=PROCESSED).get("Contents", [])]


def contents(client: "S3Client") -> dict[str, bytes]:
    """Every object of the processed bucket."""
    return {key: client.get_object(Bucket=PROCESSED, Key=key)["Body"].read() for key in keys(client)}


def minute_bars(client: "S3Client", folder: Path) -> list[Any]:
    path = folder / "bars.parquet"
    client.download_file(PROCESSED, BARS, str(path))
    return read_bars(path)


def test_the_sample_day_becomes_bars(client: "S3Client", function: ModuleType, tmp_path: Path) -> None:
    put(client, "2013/ibm.csv.gz", SAMPLE.read_bytes())
    assert function.handler(batch(notification("2013/ibm.csv.gz")), Context()) == {"batchItemFailures": []}
    bars = minute_bars(client, tmp_path)
    assert len(bars) == 453
    assert bars[0].start == "2013-10-07T08:00:00Z"
    assert [bar.start for bar in bars] == sorted(bar.start for bar in bars)
    kinds = [key.split("/")[0] for key in keys(client)]
    assert kinds == ["analytics", *["bars"] * 5, "partials", "sources"]


def test_the_columns_that_readers_expect(client: "S3Client", function: ModuleType, tmp_path: Path) -> None:
    put(client, "trades.csv", csv(trade("15:00:00.000")))
    function.handler(batch(notification("trades.csv")), Context())
    path = tmp_path / "bars.parquet"
    client.download_file(PROCESSED, BARS, str(path))
    with duckdb.connect() as engine:
        query = "DESCRIBE FROM read_parquet(?, hive_partitioning = false)"
        columns = engine.execute(query, [str(path)]).fetchall()
    assert [(name, kind) for name, kind, *_ in columns] == [
        ("start", "TIMESTAMP WITH TIME ZONE"),
        ("open", "DECIMAL(18,4)"),
        ("high", "DECIMAL(18,4)"),
        ("low", "DECIMAL(18,4)"),
        ("close", "DECIMAL(18,4)"),
        ("volume", "BIGINT"),
        ("vwap", "DECIMAL(18,6)"),
        ("trade_count", "BIGINT"),
    ]


def test_the_same_object_twice_leaves_the_same_bytes(client: "S3Client", function: ModuleType) -> None:
    put(client, "trades.csv.gz", SAMPLE.read_bytes())
    event = batch(notification("trades.csv.gz"))
    function.handler(event, Context())
    first = contents(client)
    function.handler(event, Context())
    assert contents(client) == first


def test_objects_that_cover_the_same_minute_are_merged(
    client: "S3Client", function: ModuleType, tmp_path: Path
) -> None:
    put(client, "late.csv", csv(trade("15:00:30.000", "3.0000", 1)))
    put(client, "early.csv", csv(trade("15:00:10.000", "2.0000", 2)))
    for key in ("late.csv", "early.csv", "late.csv"):
        function.handler(batch(notification(key)), Context())
    (bar,) = minute_bars(client, tmp_path)
    assert (bar.open, bar.close, bar.volume, bar.trade_count) == (Decimal(2), Decimal(3), 3, 2)


def test_new_content_under_the_same_key_replaces_the_former(
    client: "S3Client", function: ModuleType, tmp_path: Path
) -> None:
    for size in (100, 7):
        put(client, "trades.csv", csv(trade("15:00:00.000", size=size)))
        function.handler(batch(notification("trades.csv")), Context())
    (bar,) = minute_bars(client, tmp_path)
    assert bar.volume == 7


def test_bad_rows_become_a_rejects_object(
    client: "S3Client", function: ModuleType, tmp_path: Path, log: io.StringIO
) -> None:
    secret = "4111111111111111"
    put(client, "day/trades.csv", csv(trade("15:00:00.000"), secret, "", trade("15:00:01.000")))
    event = batch(notification("day/trades.csv"))
    for _ in range(2):
        function.handler(event, Context())
    (key,) = (key for key in keys(client) if key.startswith("rejects/"))
    etag = client.head_object(Bucket=RAW, Key="day/trades.csv")["ETag"].strip('"')
    assert key == f"rejects/{RAW}/day/trades.csv/{etag}.jsonl"
    body = client.get_object(Bucket=PROCESSED, Key=key)["Body"].read().decode()
    assert [json.loads(line) for line in body.splitlines()] == [
        {"line": 3, "reason": "6 fields expected, 1 found", "raw": secret},
        {"line": 4, "reason": "6 fields expected, 1 found", "raw": ""},
    ]
    (bar,) = minute_bars(client, tmp_path)
    assert bar.volume == 200
    lines = log.getvalue().splitlines()
    summary, _ = (json.loads(line) for line in lines if "object processed" in line)
    assert (summary["rows"], summary["rejects"], summary["partitions"]) == (4, 2, 1)
    assert summary["raw_object"] == f"s3://{RAW}/day/trades.csv"
    assert not any(secret in line for line in lines)


def test_one_bad_message_fails_alone(
    client: "S3Client",
    function: ModuleType,
    tmp_path: Path,
    log: io.StringIO,
    capsys: pytest.CaptureFixture[str],
) -> None:
    put(client, "good.csv", csv(trade("15:00:00.000")))
    put(client, "picture.png", b"\x89PNG\r\n\x1a\n")
    event = batch(
        notification("picture.png"), notification("good.csv"), notification("absent.csv"), "no JSON"
    )
    assert function.handler(event, Context()) == {
        "batchItemFailures": [{"itemIdentifier": "0"}, {"itemIdentifier": "2"}, {"itemIdentifier": "3"}]
    }
    assert len(minute_bars(client, tmp_path)) == 1
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    (refusal,) = [line for line in lines if line["message"] == "not a trades file"]
    assert refusal["reason"] == f"the first line is not '{HEADER}'"
    assert refusal["raw_object"] == f"s3://{RAW}/picture.png"
    metrics = json.loads(capsys.readouterr().out)
    assert (metrics["UnreadableObjects"], metrics["ProcessedObjects"]) == ([1], [1])
    assert metrics["FailedMessages"] == [1, 1, 1]
    assert (metrics["Trades"], metrics["Rejects"]) == ([1], [0])


def test_a_damaged_file_publishes_nothing(client: "S3Client", function: ModuleType) -> None:
    put(client, "cut.csv.gz", SAMPLE.read_bytes()[:-1000])
    with pytest.raises(BatchProcessingError, match="damaged gzip stream"):
        function.handler(batch(notification("cut.csv.gz")), Context())
    assert keys(client) == []


@pytest.mark.parametrize("key", ["a b.csv", "a+b.csv", "100%/ü=1.csv"])
def test_keys_arrive_quoted(client: "S3Client", function: ModuleType, key: str) -> None:
    put(client, key, csv(trade("15:00:00.000")))
    function.handler(batch(notification(quote_plus(key))), Context())
    assert BARS in keys(client)


def test_a_message_may_tell_of_several_objects(
    client: "S3Client", function: ModuleType, tmp_path: Path
) -> None:
    for key in ("1.csv", "2.csv"):
        put(client, key, csv(trade("15:00:00.000")))
    function.handler(batch(notification("1.csv", "2.csv")), Context())
    (bar,) = minute_bars(client, tmp_path)
    assert bar.volume == 200


def test_the_test_event_of_s3_is_ignored(client: "S3Client", function: ModuleType) -> None:
    event = batch({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": RAW})
    assert function.handler(event, Context()) == {"batchItemFailures": []}
    assert keys(client) == []


def test_a_gzip_file_without_its_suffix(client: "S3Client", function: ModuleType) -> None:
    put(client, "trades", gzip.compress(csv(trade("15:00:00.000"))))
    function.handler(batch(notification("trades")), Context())
    assert BARS in keys(client)


def test_working_files_are_removed(
    client: "S3Client", function: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    put(client, "trades.csv", csv(trade("15:00:00.000")))
    put(client, "bad.csv", b"no CSV")
    function.handler(batch(notification("trades.csv"), notification("bad.csv")), Context())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("error", "metric", "times"),
    [
        (SupersededError("replaced"), "SupersededObjects", 3),
        (LostRaceError("others were faster"), "LostRaces", 1),
        (psycopg.errors.LockNotAvailable("lock timeout"), "LockTimeouts", 1),
        (psycopg.OperationalError("connection refused"), "DatabaseFailures", 1),
        (psycopg.errors.QueryCanceled("statement timeout"), "DatabaseFailures", 1),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_every_failure_has_a_metric(
    client: "S3Client",
    function: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    metric: str,
    times: int,
) -> None:
    put(client, "trades.csv", csv(trade("15:00:00.000")))

    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(function, "ingest", fail)
    with pytest.raises(BatchProcessingError):
        function.handler(batch(notification("trades.csv")), Context())
    metrics = json.loads(capsys.readouterr().out)
    assert (metrics[metric], metrics["FailedMessages"]) == ([1] * times, [1])


def test_settings_come_from_the_environment() -> None:
    found = config.Config.from_environment({"PROCESSED_BUCKET": "bars", "ENGINE_MEMORY_MB": "256"})
    assert found == config.Config(processed_bucket="bars", engine_memory_mb=256)


@pytest.mark.parametrize("missing", ["PROCESSED_BUCKET", "ENGINE_MEMORY_MB"])
def test_a_missing_setting_is_named(missing: str) -> None:
    environment = {"PROCESSED_BUCKET": "bars", "ENGINE_MEMORY_MB": "256"}
    del environment[missing]
    with pytest.raises(KeyError, match=missing):
        config.Config.from_environment(environment)
