"""The processor's log holds neither credentials nor what is in files and messages, at any level."""

import importlib
import json
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError
from moto import mock_aws

from tests.support.function_logs import CREDENTIALS, everything_logged
from tests.support.lambda_context import LambdaContext
from tests.support.postgresql import Database, database, postgresql  # noqa: F401 - fixtures

RAW, PROCESSED = "raw", "processed"
SECRETS = ["4111111111111111", "hunter2-content", "hunter2-message", *CREDENTIALS.values()]
HEADER = "timestamp,symbol,price,size,exchange,conditions\n"
FILES = {
    "good.csv": f"{HEADER}2013-10-08T14:00:00.000Z,AIG,50.25,100,N,1\n4111111111111111,a,bad,row,N,1\n",
    "picture.csv": "hunter2-content\nhunter2-content,hunter2-content\n",
    "empty.csv": "",
}


@pytest.fixture
def environment(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:  # noqa: F811
    variables = {
        **database.environment("market_writer"),
        "PROCESSED_BUCKET": PROCESSED,
        "ENGINE_MEMORY_MB": "128",
        "POWERTOOLS_SERVICE_NAME": "market-data",
        "POWERTOOLS_METRICS_NAMESPACE": "functions",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        s3 = boto3.client("s3")
        for bucket in (RAW, PROCESSED):
            s3.create_bucket(Bucket=bucket)
        for key, text in FILES.items():
            s3.put_object(Bucket=RAW, Key=key, Body=text.encode())
        yield


def _message(body: str) -> dict[str, Any]:
    return {"Records": [{"messageId": "m", "body": body, "eventSource": "aws:sqs", "eventSourceARN": "arn"}]}


def _notification(key: str) -> dict[str, Any]:
    change = {"eventSource": "aws:s3", "s3": {"bucket": {"name": RAW}, "object": {"key": key}}}
    return _message(json.dumps({"Records": [change]}))


@pytest.mark.requirement("FN-2")
@pytest.mark.usefixtures("environment")
def test_no_log_line_holds_a_secret() -> None:
    with everything_logged() as log:
        function: ModuleType = importlib.reload(importlib.import_module("market_data_processor.handler"))
        assert function.handler(_notification("good.csv"), LambdaContext()) == {"batchItemFailures": []}
        for event in (
            _notification("picture.csv"),
            _notification("empty.csv"),
            _notification("missing.csv"),
            _message("no JSON: hunter2-message"),
            _message(json.dumps({"Records": [{"s3": {"bucket": "hunter2-message"}}]})),
        ):
            with pytest.raises(BatchProcessingError):
                function.handler(event, LambdaContext())
    logged = log.getvalue()
    for said in ("object processed", "not a trades file", "message failed", "s3://raw/picture.csv"):
        assert said in logged
    assert [secret for secret in SECRETS if secret in logged] == []


@pytest.mark.requirement("OBS-3")
@pytest.mark.usefixtures("environment")
def test_every_line_about_a_file_names_it() -> None:
    """The alert function tells what the line says."""
    with everything_logged() as log:
        function: ModuleType = importlib.reload(importlib.import_module("market_data_processor.handler"))
        for event in (_notification("missing.csv"), _notification("picture.csv"), _message("no JSON")):
            with pytest.raises(BatchProcessingError):
                function.handler(event, LambdaContext())
    lines = [json.loads(line) for line in log.getvalue().splitlines() if line.startswith('{"level"')]
    assert [(line["message"], line.get("raw_object")) for line in lines] == [
        ("message failed", "s3://raw/missing.csv"),
        ("not a trades file", "s3://raw/picture.csv"),
        ("message failed", "s3://raw/picture.csv"),
        ("message failed", None),
    ]
