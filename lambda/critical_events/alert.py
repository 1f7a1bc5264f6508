"""What an alert says: events that differ in times, ids, names and numbers only are told once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from .console import log_events_url
from .log_line import Statement, read

SUBJECT_LIMIT = 99
"""Characters of a mail's subject: SNS takes less than 100, printable ASCII without a line break."""

KINDS_LIMIT = 10
"""Kinds of events that one alert lists. The longest alert so stays below the 256 KiB that SNS takes."""

ABOUT_LIMIT = 3
"""Files, requests or callers that an alert lists of one kind."""

_FUNCTION_LOGS = "/aws/lambda/"


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
class Origin:
    """Where events were logged.

    Attributes:
        account: AWS account id.
        region: AWS region.
        log_group: Name of the log group.
        log_stream: Name of the log stream.
    """

    account: str
    region: str
    log_group: str
    log_stream: str


@dataclass(frozen=True)
class Happening:
    """Events of one kind, in order of time.

    Attributes:
        first: When the first one was logged.
        last: When the last one was logged.
        statements: What each says; at least one.
    """

    first: datetime
    last: datetime
    statements: Sequence[Statement]


@dataclass(frozen=True)
class Alert:
    """What is published.

    Attributes:
        subject: Subject of the mail.
        body: Its text.
    """

    subject: str
    body: str


def by_kind(events: Sequence[LogEvent]) -> dict[str, Happening]:
    """Put events together that say the same; the kind that began first comes first.

    Args:
        events: Events in any order.
    """
    kinds: dict[str, list[tuple[datetime, Statement]]] = {}
    for event in sorted(events, key=lambda event: event.time):
        statement = read(event.message)
        kinds.setdefault(statement.kind, []).append((event.time, statement))
    return {
        kind: Happening(same[0][0], same[-1][0], [statement for _, statement in same])
        for kind, same in kinds.items()
    }


def compose(
    origin: Origin, happenings: Mapping[str, Happening], untold: Mapping[str, int], more_kinds: int = 0
) -> Alert:
    """Write one alert.

    Args:
        origin: Where the events were logged.
        happenings: What happened, by kind; at least one, ``KINDS_LIMIT`` at most.
        untold: Events of a kind that came after the kind's last alert and were not told.
        more_kinds: Kinds besides, which the alert only counts.
    """
    source = origin.log_group.removeprefix(_FUNCTION_LOGS)
    first = min(happening.first for happening in happenings.values())
    last = max(happening.last for happening in happenings.values())
    headline = f"{source}: {_headline(next(iter(happenings.values())).statements[-1])}"
    others = len(happenings) + more_kinds - 1
    body = [
        _counted(sum(len(happening.statements) for happening in happenings.values()), "critical event")
        + f" in {origin.log_group}",
        f"Account {origin.account}, {origin.region}, {_span(first, last)}",
        *(_paragraph(happening, untold.get(kind, 0)) for kind, happening in happenings.items()),
        *([f"... and {_counted(more_kinds, 'more kind')} of event"] if more_kinds else []),
        f"Log: {log_events_url(origin.region, origin.log_group, origin.log_stream, first, last)}",
    ]
    return Alert(_subject(headline, f" (+{others} more)" if others else ""), "\n\n".join(body))


def _paragraph(happening: Happening, untold: int) -> str:
    statements = happening.statements
    latest = statements[-1]
    times = f"{len(statements)} times, " if len(statements) > 1 else ""
    about = list(dict.fromkeys(statement.about for statement in statements if statement.about))
    lines = [
        f"* {times}{_span(happening.first, happening.last)}",
        _headline(latest),
        *([f"Reason: {latest.reason}"] if latest.reason else []),
        *(f"About: {each}" for each in about[:ABOUT_LIMIT]),
        *([f"... and {len(about) - ABOUT_LIMIT} more"] if len(about) > ABOUT_LIMIT else []),
        *([f"{_counted(untold, 'earlier event')} of this kind came after its last alert"] if untold else []),
    ]
    return "\n  ".join(lines)


def _headline(statement: Statement) -> str:
    return f"{statement.what} ({statement.error})" if statement.error else statement.what


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _span(first: datetime, last: datetime) -> str:
    start, end = (time.strftime("%Y-%m-%d %H:%M:%S UTC") for time in (first, last))
    return start if start == end else f"{start} to {end}"


def _subject(headline: str, tail: str) -> str:
    printable = re.sub(r"[^ -~]", "?", headline)
    room = SUBJECT_LIMIT - len(tail)
    return (printable if len(printable) <= room else f"{printable[: room - 3]}...") + tail
