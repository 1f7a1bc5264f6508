"""The API function beside an AWS of its own and a real PostgreSQL, in this process."""

import importlib
import json
import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import boto3
import pytest
from analytics_api import description
from moto import mock_aws

from tests.support.description import Described
from tests.support.postgresql import Database, database, postgresql  # noqa: F401 - fixtures
from tests.support.proxy_events import proxy_event

RAW, PROCESSED, TABLE = "raw", "processed", "sessions"
DESCRIBED = Described()


@dataclass(frozen=True)
class Answer:
    """What API Gateway is given.

    Attributes:
        status: HTTP status.
        headers: headers, the first value of each.
        text: content.
    """

    status: int
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> Any:
        """The content, read as JSON; None where there is none."""
        return json.loads(self.text) if self.text else None


Call = Callable[..., Answer]


@dataclass
class Context:
    """What powertools' logger reads of an invocation's context."""

    function_name: str = "analytics-api"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:analytics-api"
    aws_request_id: str = "request"


def environment(database_environment: dict[str, str]) -> dict[str, str]:
    """The function's environment."""
    return {
        **database_environment,
        "RAW_BUCKET": RAW,
        "PROCESSED_BUCKET": PROCESSED,
        "SESSIONS_TABLE": TABLE,
        "ORIGINS": "https://dashboard.example.com,https://beta.example.com",
        "POWERTOOLS_SERVICE_NAME": "api",
        "POWERTOOLS_METRICS_NAMESPACE": "functions",
    }


def load_handler() -> ModuleType:
    """The handler's module, loaded anew as a cold start does; its buckets and table are made."""
    s3 = boto3.client("s3")
    for bucket in (RAW, PROCESSED):
        s3.create_bucket(Bucket=bucket)
    boto3.client("dynamodb").create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "session_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "session_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return importlib.reload(importlib.import_module("analytics_api.handler"))


@pytest.fixture(scope="module")
def loaded(postgresql: Database) -> Iterator[ModuleType]:  # noqa: F811
    """The handler's module with its buckets and its table, once for a module of tests: it takes its time."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(postgresql.environment("market_reader")).items():
            patch.setenv(name, value)
        with mock_aws():
            yield load_handler()


@pytest.fixture
def handler(loaded: ModuleType, database: Database) -> ModuleType:  # noqa: F811
    """The handler's module with an empty database and no connection to it yet."""
    loaded._market_data.cache_clear()
    return loaded


@pytest.fixture
def call(handler: ModuleType) -> Call:
    """Call the API as API Gateway does. Every answer is held against the description."""

    def request(method: str, path: str, body: Any = None, **options: Any) -> Answer:
        # pytest gives each phase of a test its own stdout.
        logging.getLogger("api").handlers[0].stream = sys.stdout  # type: ignore[attr-defined]
        answer = handler.handler(proxy_event(method, path, body, **options), Context())
        DESCRIBED.check(operation_of(method, path), answer)
        headers = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
        return Answer(answer["statusCode"], headers, answer["body"] or "")

    return request


def operation_of(method: str, path: str) -> str | None:
    """The id of the operation that a path belongs to, found without the function's routes."""
    parts = path.split("/")
    for operation in description.operations():
        template = operation.path.split("/")
        if (
            operation.method == method
            and len(template) == len(parts)
            and all(
                known in ("{symbol}", "{id}") or known == part
                for known, part in zip(template, parts, strict=True)
            )
        ):
            return operation.id
    return None
