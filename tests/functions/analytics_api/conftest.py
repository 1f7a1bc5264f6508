"""The API function beside an AWS of its own, in this process."""

import importlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import boto3
import pytest
from moto import mock_aws

RAW, PROCESSED, TABLE = "raw", "processed", "sessions"
Answer = tuple[int, Any, dict[str, Any]]


@dataclass
class _Context:
    """What powertools' logger reads of an invocation's context."""

    function_name: str = "analytics-api"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:analytics-api"
    aws_request_id: str = "request"


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The handler's module, loaded anew as a cold start does, with its buckets and table."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "RAW_BUCKET": RAW,
        "PROCESSED_BUCKET": PROCESSED,
        "SESSIONS_TABLE": TABLE,
        "ORIGINS": "https://dashboard.example.com,https://beta.example.com",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        s3 = boto3.client("s3")
        for bucket in (RAW, PROCESSED):
            s3.create_bucket(Bucket=bucket)
        boto3.client("dynamodb").create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "session_id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "session_id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield importlib.reload(importlib.import_module("analytics_api.handler"))


@pytest.fixture
def call(handler: ModuleType) -> Callable[..., Answer]:
    """Call the API as API Gateway does; returns status, body and headers."""

    def request(
        method: str, path: str, body: Any = None, *, client: str = "key-1", origin: str = "", **query: str
    ) -> Answer:
        answer = handler.handler(
            {
                "resource": path,
                "path": path,
                "httpMethod": method,
                "headers": {"Origin": origin} if origin else {},
                "multiValueHeaders": {"Origin": [origin]} if origin else {},
                "queryStringParameters": {name.rstrip("_"): value for name, value in query.items()} or None,
                "multiValueQueryStringParameters": None,
                "pathParameters": None,
                "body": body if isinstance(body, str) or body is None else json.dumps(body),
                "isBase64Encoded": False,
                "requestContext": {
                    "requestId": "request-1",
                    "stage": "dev",
                    "identity": {"apiKeyId": client, "sourceIp": "192.0.2.1"},
                },
            },
            _Context(),
        )
        text = answer["body"]
        return answer["statusCode"], json.loads(text) if text else None, answer.get("multiValueHeaders", {})

    return request
