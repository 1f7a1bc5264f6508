"""Alerts are short, readable, and tell events that say the same once."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from critical_events.alert import KINDS_LIMIT, SUBJECT_LIMIT, TEXT_LIMIT, Alert, LogEvent, compose, summary
from hypothesis import given
from hypothesis import strategies as st

START = datetime(2026, 1, 1, 9, 30, tzinfo=UTC)
SNS_LIMIT = 256 * 1024


def _alert(*messages: str, log_group: str = "/aws/lambda/api") -> Alert:
    events = [LogEvent(START + timedelta(seconds=index), text) for index, text in enumerate(messages)]
    return compose("111122223333", "us-east-1", log_group, events)


@pytest.mark.requirement("OBS-3")
def test_alert_reads_like_this() -> None:
    alert = _alert(
        json.dumps({"level": "ERROR", "message": "no key", "exception_name": "KeyError"}),
        "Task timed out after 3.00 seconds",
        "Task timed out after 4.00 seconds",
    )
    assert alert.subject == "3 critical events in /aws/lambda/api"
    assert alert.body == (
        "3 critical events in /aws/lambda/api\n\n"
        "Account 111122223333, us-east-1, 2026-01-01 09:30:00 UTC to 2026-01-01 09:30:02 UTC\n\n"
        "* 2026-01-01 09:30:00 UTC\n  ERROR no key KeyError\n\n"
        "* 2 times, 2026-01-01 09:30:01 UTC to 2026-01-01 09:30:02 UTC\n"
        "  Task timed out after 4.00 seconds\n\n"
        "Log: https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1"
        "#logsV2:log-groups/log-group/$252Faws$252Flambda$252Fapi/log-events"
        "$3Fstart$3D1767259740000$26end$3D1767259862000"
    )


@pytest.mark.requirement("OBS-3")
def test_one_event_is_told_in_the_singular() -> None:
    assert _alert("trouble").subject == "1 critical event in /aws/lambda/api"


def test_events_that_differ_in_ids_times_and_numbers_are_one_kind() -> None:
    body = _alert(
        "2026-01-01T09:30:00.123Z 8f14e45f-ceea-467f-ab6c-1f0d3d1e2a3b failed after 3 tries at 0x7ffe",
        "2026-01-02T10:00:01.456Z 45c48cce-2e2d-4bb8-9d3a-0a1b2c3d4e5f failed after 5 tries at 0x1234",
    ).body
    assert "* 2 times" in body
    assert body.count("failed after") == 1


def test_events_that_say_something_else_are_told_apart() -> None:
    assert _alert("disk full", "no route").body.count("\n* ") == 2


def test_events_out_of_order_are_told_in_order() -> None:
    events = [LogEvent(START + timedelta(seconds=1), "late"), LogEvent(START, "early")]
    body = compose("1", "us-east-1", "g", events).body
    assert body.index("early") < body.index("late")


@pytest.mark.requirement("OBS-3")
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"level": "ERROR", "message": "not a trades file", "reason": "no header"},
            "ERROR not a trades file no header",
        ),
        ({"level": "ERROR", "message": {"code": 5}}, 'ERROR {"code": 5}'),
        (
            {"errorMessage": "division by zero", "errorType": "ZeroDivisionError"},
            "division by zero ZeroDivisionError",
        ),
        (
            {"type": "platform.report", "record": {"status": "timeout", "requestId": "x"}},
            "platform.report timeout",
        ),
        (
            {"status": "500", "method": "GET", "resource": "/v1/bars/{symbol}", "sourceIp": "192.0.2.1"},
            "500 GET /v1/bars/{symbol}",
        ),
        (
            {"errorCode": "AccessDenied", "eventSource": "s3.amazonaws.com", "eventName": "GetObject"},
            "AccessDenied s3.amazonaws.com GetObject",
        ),
        ({"unknown": "fields"}, '{"unknown": "fields"}'),
    ],
    ids=["log", "nested", "unhandled", "platform", "access", "trail", "unknown"],
)
def test_summary_of_json_tells_what_matters(fields: dict[str, Any], expected: str) -> None:
    assert summary(json.dumps(fields)) == expected


def test_summary_is_one_short_line() -> None:
    assert summary("first\n  second\tthird") == "first second third"
    assert summary("x" * TEXT_LIMIT) == "x" * TEXT_LIMIT
    long = summary("x" * (TEXT_LIMIT + 1))
    assert len(long) == TEXT_LIMIT
    assert long.endswith("x...")


def test_alert_lists_so_many_kinds_and_counts_the_rest() -> None:
    body = _alert(*(f"trouble {'x' * index}" for index in range(KINDS_LIMIT + 3))).body
    assert body.count("\n* ") == KINDS_LIMIT
    assert "... and 3 more kinds" in body


def test_subject_is_what_a_mail_takes() -> None:
    subject = _alert("x", log_group="/grüße/" + "a" * 200).subject
    assert len(subject) == SUBJECT_LIMIT
    assert subject.startswith("1 critical event in /gr??e/a")
    assert subject.endswith("a...")


@given(st.lists(st.text(), min_size=1, max_size=50), st.text(min_size=1, max_size=512))
def test_any_log_makes_an_alert_that_sns_takes(messages: list[str], log_group: str) -> None:
    alert = _alert(*messages, log_group=log_group)
    assert 0 < len(alert.subject) <= SUBJECT_LIMIT
    assert alert.subject.isascii()
    assert alert.subject.isprintable()
    assert len(alert.body.encode()) <= SNS_LIMIT
