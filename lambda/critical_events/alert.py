"""What an alert says: events that differ in times, ids and numbers only are told once, with how many."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .console import log_events_url

SUBJECT_LIMIT = 100
"""Characters that SNS takes as the subject of a mail: printable ASCII, no line break."""

TEXT_LIMIT = 500
"""Characters of one event that an alert quotes; the log has the rest."""

KINDS_LIMIT = 20
"""Kinds of events that one alert lists."""

# What differs between two events that say the same: times, ids, addresses, numbers.
_VARIABLE = re.compile(
    r"\d{4}-\d\d-\d\d[T ][\d:.,]+(?:Z|[+-]\d\d:?\d\d)?"
    r"|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
    r"|\b0x[0-9a-f]+\b|\b[0-9a-f]{16,}\b"
    r"|\d+",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class LogEvent:
    """One critical log event.

    Attributes:
        time: When it was logged.
        message: The line, JSON or plain text.
    """

    time: datetime
    message: str


@dataclass(frozen=True)
class Alert:
    """What is published.

    Attributes:
        subject: Subject of the mail.
        body: Its text.
    """

    subject: str
    body: str


def compose(account: str, region: str, log_group: str, events: Sequence[LogEvent]) -> Alert:
    """Write one alert about events of one log group.

    Args:
        account: AWS account id.
        region: AWS region.
        log_group: Name of the log group.
        events: At least one event, in any order.
    """
    kinds: dict[str, list[LogEvent]] = {}
    for event in sorted(events, key=lambda event: event.time):
        kinds.setdefault(_kind(event.message), []).append(event)
    first = min(event.time for event in events)
    last = max(event.time for event in events)
    number = "1 critical event" if len(events) == 1 else f"{len(events)} critical events"
    listed = [_paragraph(same) for same in list(kinds.values())[:KINDS_LIMIT]]
    if len(kinds) > KINDS_LIMIT:
        listed.append(f"... and {len(kinds) - KINDS_LIMIT} more kinds")
    body = [
        f"{number} in {log_group}",
        f"Account {account}, {region}, {_span(first, last)}",
        *listed,
        f"Log: {log_events_url(region, log_group, first, last)}",
    ]
    return Alert(_subject(f"{number} in {log_group}"), "\n\n".join(body))


def summary(message: str) -> str:
    """Say in one line what an event is about.

    Of JSON the fields that tell: those of a function's log line, of the platform's report, of an API's access
    log, or of CloudTrail. Anything else is quoted as it is.
    """
    try:
        fields = json.loads(message)
    except ValueError:
        fields = None
    text = _of_fields(fields) if isinstance(fields, dict) else ""
    line = " ".join((text or message).split())
    return line if len(line) <= TEXT_LIMIT else f"{line[: TEXT_LIMIT - 3]}..."


def _of_fields(fields: dict[str, Any]) -> str:
    record = fields.get("record")
    if isinstance(record, dict) and "status" in record:
        told = [fields.get("type"), record.get("status"), record.get("errorType")]
    elif "errorCode" in fields:
        told = [
            fields.get("errorCode"),
            fields.get("eventSource"),
            fields.get("eventName"),
            fields.get("errorMessage"),
        ]
    elif "method" in fields:
        told = [fields.get("status"), fields.get("method"), fields.get("resource"), fields.get("error")]
    else:
        error = fields.get("exception_name") or fields.get("errorType")
        told = [
            fields.get("level"),
            fields.get("message") or fields.get("errorMessage"),
            error,
            fields.get("reason"),
        ]
    return " ".join(text if isinstance(text, str) else json.dumps(text) for text in told if text)


def _kind(message: str) -> str:
    return _VARIABLE.sub("#", summary(message))


def _paragraph(same: Sequence[LogEvent]) -> str:
    times = f"{len(same)} times, " if len(same) > 1 else ""
    return f"* {times}{_span(same[0].time, same[-1].time)}\n  {summary(same[-1].message)}"


def _span(first: datetime, last: datetime) -> str:
    start, end = (time.strftime("%Y-%m-%d %H:%M:%S UTC") for time in (first, last))
    return start if start == end else f"{start} to {end}"


def _subject(text: str) -> str:
    printable = re.sub(r"[^ -~]", "?", text)
    return printable if len(printable) <= SUBJECT_LIMIT else f"{printable[: SUBJECT_LIMIT - 3]}..."
