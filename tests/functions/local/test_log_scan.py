"""The scan of the logs finds what must not be there."""

import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.support.log_scan import Leak, leaks


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client = boto3.client("logs")
        for group in ("first", "second"):
            client.create_log_group(logGroupName=group)
            client.create_log_stream(logGroupName=group, logStreamName="stream")
        yield client


def _log(logs: Any, group: str, *lines: str) -> None:
    now = int(time.time() * 1000)
    events = [{"timestamp": now + number, "message": line} for number, line in enumerate(lines)]
    logs.put_log_events(logGroupName=group, logStreamName="stream", logEvents=events)


def test_known_secret_is_found_in_any_group(logs: Any) -> None:
    _log(logs, "first", "all is well")
    _log(logs, "second", "all is well", "the password is hunter2-and-more!")
    assert leaks(logs, {"the password": "hunter2-and-more", "the key": "another-secret"}) == {
        Leak("second", "stream", "the password")
    }


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("GET /k?X-Amz-Signature=0123456789abcdef0123", "a signature"),
        ("{'X-Amz-Security-Token': 'IQoJb3JpZ2luX2VjEB0aCXVz'}", "a security token"),
        ("https://h/?X-Amz-Security-Token=IQoJb3JpZ2luX2VjEB0%2F", "a security token"),
        ("Authorization: AWS4-HMAC-SHA256 Credential=AKIA/2026", "a signed request"),
        ("-----BEGIN RSA PRIVATE KEY-----", "a private key"),
        ("Authorization: Bearer 0123456789abcdef", "a bearer's token"),
    ],
)
def test_what_looks_like_a_secret_is_found(logs: Any, line: str, found: str) -> None:
    _log(logs, "first", line)
    assert leaks(logs, {}) == {Leak("first", "stream", found)}


def test_ordinary_lines_are_no_leaks(logs: Any) -> None:
    _log(
        logs, "first", '{"level": "INFO", "signature": "none"}', "X-Amz-Signature=(hidden)", "Bearer (hidden)"
    )
    assert leaks(logs, {"the key": "another-secret"}) == set()


def test_secret_that_is_too_short_is_refused(logs: Any) -> None:
    with pytest.raises(AssertionError, match="too short"):
        leaks(logs, {"the key": "short"})
