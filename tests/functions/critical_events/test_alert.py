"""Alerts are short, readable, and tell events that say the same once."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from critical_events.alert import (
    KINDS_LIMIT,
    SUBJECT_LIMIT,
    Alert,
    Happening,
    LogEvent,
    Origin,
    by_kind,
    compose,
)
from critical_events.log_line import Statement
from hypothesis import given
from hypothesis import strategies as st

START = datetime(2026, 1, 1, 9, 30, tzinfo=UTC)
SNS_LIMIT = 256 * 1024


def _events(*messages: str) -> list[LogEvent]:
    return [LogEvent(START + timedelta(seconds=index), text) for index, text in enumerate(messages)]


def _alert(
    events: Sequence[LogEvent],
    *,
    log_group: str = "/aws/lambda/processor",
    log_stream: str = "2026/01/01/[$LATEST]0",
    untold: int = 0,
    more_kinds: int = 0,
) -> Alert:
    kinds = by_kind(events)
    origin = Origin("111122223333", "us-east-1", log_group, log_stream)
    return compose(origin, kinds, dict.fromkeys(list(kinds)[:1], untold), more_kinds)


@pytest.mark.requirement("OBS-3")
def test_alert_about_an_unreadable_file_reads_like_this() -> None:
    def line(**fields: str) -> str:
        return json.dumps(
            {"level": "ERROR", "service": "market-data", "function_request_id": "r-1", **fields}
        )

    alert = _alert(
        _events(
            line(message="not a trades file", reason="no header", raw_object="s3://raw/a.csv"),
            line(message="not a trades file", reason="no header", raw_object="s3://raw/b.csv"),
            line(message="message failed", exception="T\nValueError: bad", exception_name="ValueError"),
        ),
        untold=4,
    )
    assert alert.subject == "processor: not a trades file (+1 more)"
    assert alert.body == (
        "3 critical events in /aws/lambda/processor\n\n"
        "Account 111122223333, us-east-1, 2026-01-01 09:30:00 UTC to 2026-01-01 09:30:02 UTC\n\n"
        "* 2 times, 2026-01-01 09:30:00 UTC to 2026-01-01 09:30:01 UTC\n"
        "  not a trades file\n"
        "  Reason: no header\n"
        "  About: file s3://raw/a.csv, request r-1\n"
        "  About: file s3://raw/b.csv, request r-1\n"
        "  4 earlier events of this kind came after its last alert\n\n"
        "* 2026-01-01 09:30:02 UTC\n"
        "  message failed (ValueError)\n"
        "  Reason: bad\n"
        "  About: request r-1\n\n"
        "Log: https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1"
        "#logsV2:log-groups/log-group/$252Faws$252Flambda$252Fprocessor"
        "/log-events/2026$252F01$252F01$252F$255B$2524LATEST$255D0"
        "$3Fstart$3D1767259740000$26end$3D1767259862000"
    )


@pytest.mark.requirement("OBS-3")
def test_one_event_is_told_in_the_singular() -> None:
    alert = _alert(_events("trouble"), log_group="/aws/rds/cluster/db/postgresql", untold=1)
    assert alert.subject == "/aws/rds/cluster/db/postgresql: trouble"
    assert alert.body.startswith("1 critical event in /aws/rds/cluster/db/postgresql\n")
    assert "* 2026-01-01 09:30:00 UTC\n  trouble\n  1 earlier event of this kind" in alert.body
    assert "Reason" not in alert.body
    assert "About" not in alert.body


@pytest.mark.requirement("OBS-3")
def test_of_one_kind_the_latest_is_quoted() -> None:
    alert = _alert(_events("took 1 s", "took 2 s"))
    assert alert.subject == "processor: took 2 s"
    assert "took 1 s" not in alert.body


def test_events_are_put_together_by_kind_in_order_of_time() -> None:
    first, second, third = _events("b took 1 s", "a failed", "b took 2 s")
    assert by_kind([third, second, first]) == {
        "b took # s\n\n": Happening(
            first.time, third.time, [Statement("b took 1 s"), Statement("b took 2 s")]
        ),
        "a failed\n\n": Happening(second.time, second.time, [Statement("a failed")]),
    }
    assert list(by_kind([third, second, first])) == ["b took # s\n\n", "a failed\n\n"]


@pytest.mark.requirement("OBS-3")
def test_some_files_are_named_and_the_others_counted_each_once() -> None:
    lines = [json.dumps({"message": "m", "raw_object": name}) for name in ("a", "b", "a", "c", "d", "e")]
    body = _alert(_events(*lines)).body
    assert [line.strip() for line in body.splitlines() if line.startswith("  ")] == [
        "m",
        "About: file a",
        "About: file b",
        "About: file c",
        "... and 2 more",
    ]
    assert "more" not in _alert(_events(*lines[:4])).body


def test_kinds_that_are_not_listed_are_counted() -> None:
    alert = _alert(_events("trouble"), more_kinds=3)
    assert "\n\n... and 3 more kinds of event\n\n" in alert.body
    assert alert.subject == "processor: trouble (+3 more)"
    assert "... and 1 more kind of event" in _alert(_events("trouble"), more_kinds=1).body


def test_subject_is_what_a_mail_takes() -> None:
    subject = _alert(_events("x", "y"), log_group="/grüße/" + "a" * 200).subject
    assert len(subject) == SUBJECT_LIMIT == 99
    assert subject.startswith("/gr??e/a")
    assert subject.endswith("a... (+1 more)")
    exact = _alert(_events("x" * (SUBJECT_LIMIT - len("processor: ")))).subject
    assert len(exact) == SUBJECT_LIMIT
    assert exact.endswith("x")


@pytest.mark.requirement("OBS-3")
def test_the_longest_alert_is_one_that_sns_takes() -> None:
    wide = "\U0001f4a5" * 2000
    lines = [
        json.dumps(
            {
                "message": chr(0x4E00 + kind) + wide,
                "reason": wide,
                "exception_name": wide,
                "raw_object": f"{each}{wide}",
            }
        )
        for kind in range(KINDS_LIMIT)
        for each in "abcd"
    ]
    body = _alert(_events(*lines), log_group="\U0001f4a5" * 512, log_stream="\U0001f4a5" * 512).body
    assert body.count("\n\n* ") == KINDS_LIMIT
    assert 200_000 < len(body.encode()) <= SNS_LIMIT


@given(st.lists(st.text(), min_size=1, max_size=KINDS_LIMIT), st.text(min_size=1, max_size=512))
def test_any_log_makes_an_alert_that_sns_takes(messages: list[str], log_group: str) -> None:
    alert = _alert(_events(*messages), log_group=log_group)
    assert 0 < len(alert.subject) <= SUBJECT_LIMIT
    assert alert.subject.isascii()
    assert alert.subject.isprintable()
    assert len(alert.body.encode()) <= SNS_LIMIT
