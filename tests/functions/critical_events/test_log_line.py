"""A line of a log says what happened, why and to what, whoever wrote it."""

import json
import time
from typing import Any

import pytest
from critical_events.log_line import ABOUT_LIMIT, TEXT_LIMIT, Statement, is_of_function, read

TRACEBACK = "Traceback (most recent call last):\n  in f\n    x: int = y\nKeyError: no such symbol"


@pytest.mark.requirement("OBS-3")
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {
                "level": "ERROR",
                "message": "not a trades file",
                "reason": "no header",
                "raw_object": "s3://raw/picture.csv",
                "function_request_id": "r-1",
            },
            Statement(
                "not a trades file", reason="no header", about="file s3://raw/picture.csv, request r-1"
            ),
        ),
        (
            {"level": "ERROR", "message": "no key", "exception": TRACEBACK, "exception_name": "KeyError"},
            Statement("no key", "KeyError", "no such symbol"),
        ),
        (
            {"level": "ERROR", "message": "request failed", "operation": "listBars", "requestId": "r-1"},
            Statement("request failed", about="operation listBars, request r-1"),
        ),
        ({"level": "ERROR", "message": {"code": 5}}, Statement('{"code": 5}')),
        (
            {
                "log_level": "ERROR",
                "errorMessage": "division by zero",
                "errorType": "ZeroDivisionError",
                "requestId": "r-1",
            },
            Statement("division by zero", "ZeroDivisionError", about="request r-1"),
        ),
        (
            {
                "type": "platform.report",
                "record": {
                    "status": "timeout",
                    "requestId": "r-1",
                    "metrics": {"memorySizeMB": 256, "maxMemoryUsedMB": 90},
                },
            },
            Statement("invocation timed out", "", "90 of 256 MB of memory in use", "request r-1"),
        ),
        (
            {
                "type": "platform.report",
                "record": {"status": "failure", "errorType": "Runtime.OutOfMemory"},
            },
            Statement("invocation broke off", "Runtime.OutOfMemory"),
        ),
        (
            {
                "status": "500",
                "method": "GET",
                "resource": "/v1/bars/{symbol}",
                "sourceIp": "192.0.2.1",
                "error": "Internal server error",
                "requestId": "r-1",
                "apiKeyId": "-",
            },
            Statement("500 GET /v1/bars/{symbol}", "", "Internal server error", "request r-1"),
        ),
        (
            {
                "status": "429",
                "method": "GET",
                "resource": "/v1/symbols",
                "apiKeyId": "k-1",
                "requestId": "r",
            },
            Statement("429 GET /v1/symbols", about="API key id k-1, request r"),
        ),
        (
            {
                "errorCode": "AccessDenied",
                "eventSource": "s3.amazonaws.com",
                "eventName": "GetObject",
                "errorMessage": "not allowed",
                "userIdentity": {"arn": "arn:aws:iam::1:user/eve"},
            },
            Statement(
                "AccessDenied s3.amazonaws.com GetObject", "", "not allowed", "caller arn:aws:iam::1:user/eve"
            ),
        ),
        (
            {"errorCode": "AccessDenied", "eventSource": "s3.amazonaws.com", "userIdentity": None},
            Statement("AccessDenied s3.amazonaws.com"),
        ),
        ({"unknown": "fields"}, Statement('{"unknown": "fields"}')),
    ],
    ids=[
        "log",
        "exception",
        "operation",
        "nested",
        "unhandled",
        "time-out",
        "crash",
        "access",
        "throttled",
        "trail",
        "anonymous",
        "unknown",
    ],
)
def test_json_says_what_its_fields_say(fields: dict[str, Any], expected: Statement) -> None:
    assert read(json.dumps(fields)) == expected


@pytest.mark.requirement("OBS-3")
@pytest.mark.parametrize("text", ["Task failed", "[1, 2]", '"text"', "null", "5"])
def test_anything_else_is_quoted(text: str) -> None:
    assert read(text) == Statement(text)


@pytest.mark.requirement("OBS-3")
def test_no_field_shows_a_secret() -> None:
    secret = "password=hunter2"
    for fields in (
        {"message": secret, "exception": f"E: {secret}", "exception_name": secret, "raw_object": secret},
        {"message": "m", "reason": secret, "function_request_id": secret},
        {"errorCode": secret, "errorMessage": secret, "userIdentity": {"arn": secret}},
        {"method": secret, "status": secret, "resource": secret, "error": secret, "requestId": secret},
        {"record": {"status": secret, "errorType": secret, "requestId": secret}},
        {"unknown": secret},
    ):
        assert "hunter2" not in str(read(json.dumps(fields)))
    assert "hunter2" not in str(read(secret))


def test_statements_are_short_lines() -> None:
    assert read("first\n  second\tthird").what == "first second third"
    assert read("x" * TEXT_LIMIT).what == "x" * TEXT_LIMIT
    assert read("x" * (TEXT_LIMIT + 1)).what == "x" * (TEXT_LIMIT - 3) + "..."
    key = "s3://raw/" + "k" * 1024
    about = read(json.dumps({"message": "m", "raw_object": key})).about
    assert about == f"file {key}"
    assert len(read(json.dumps({"message": "m", "raw_object": key * 2})).about) == ABOUT_LIMIT


def test_longest_lines_are_read_in_no_time() -> None:
    start = time.monotonic()
    for _ in range(20):
        read("a" * 2**20)
    assert time.monotonic() - start < 2


@pytest.mark.requirement("OBS-3")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "2026-01-01T09:30:00.123Z 8f14e45f-ceea-467f-ab6c-1f0d3d1e2a3b failed after 3 tries at 0x7ffe",
            "2026-01-02T10:00:01.456Z 45c48cce-2e2d-4bb8-9d3a-0a1b2c3d4e5f failed after 5 tries at 0x1234",
        ),
        ('authentication failed for user "alice"', 'authentication failed for user "bob"'),
        ("no column 'a' in it", "no column 'b' in it"),
        ("can't read s3://raw/a.csv", "can't read s3://raw/b.csv"),
        (
            '{"message": "m", "raw_object": "a", "function_request_id": "1"}',
            '{"message": "m", "raw_object": "b", "function_request_id": "2"}',
        ),
    ],
    ids=["ids", "quoted", "quoted-once", "addresses", "about"],
)
def test_lines_that_differ_in_names_and_numbers_only_are_of_one_kind(one: str, other: str) -> None:
    assert read(one).kind == read(other).kind


@pytest.mark.requirement("OBS-3")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("disk full", "no route"),
        ('{"message": "m", "exception_name": "KeyError"}', '{"message": "m", "exception_name": "OSError"}'),
        ('{"message": "m", "reason": "no header"}', '{"message": "m", "reason": "no row"}'),
        ("can't open it, won't try", "can't close it, won't try"),
    ],
)
def test_lines_that_say_something_else_are_of_other_kinds(one: str, other: str) -> None:
    assert read(one).kind != read(other).kind


@pytest.mark.requirement("OBS-3")
def test_own_calls_in_the_audit_trail_are_known() -> None:
    own = json.dumps({"userIdentity": {"arn": "arn:aws:sts::1:assumed-role/alerts-role/alerts"}})
    assert is_of_function(own, "alerts")
    assert not is_of_function(own, "lerts")
    assert not is_of_function('{"userIdentity": null}', "alerts")
    assert not is_of_function('{"userIdentity": {}}', "alerts")
    assert not is_of_function("[]", "alerts")
    assert not is_of_function("alerts", "alerts")
