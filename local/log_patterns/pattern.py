"""The way in: one compiled form for all kinds of patterns."""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol

from local.log_patterns import space_delimited
from local.log_patterns.json_events import Matches, compile_json, selector
from local.log_patterns.terms import compile_terms
from local.log_patterns.values import MISSING, UnknownPatternError

__all__ = ["Event", "UnknownPatternError", "compile_pattern"]


class Event(Protocol):
    """A log event that matched."""

    def value(self, name: str) -> Any:
        """A field's value by its selector, `$.latency` or `$bytes`; None if there is no such field."""


@lru_cache(maxsize=256)
def compile_pattern(pattern: str) -> Callable[[str], Event | None]:
    """Reads a filter pattern.

    Args:
        pattern: as PutSubscriptionFilter or PutMetricFilter gets it; an empty one matches everything.

    Returns:
        Gives what matched in a log event's message, None if the pattern does not match.

    Raises:
        UnknownPatternError: it is malformed or not understood.
    """
    text = pattern.strip()
    if text.startswith("{"):
        return _of_json(compile_json(text))
    if text.startswith("["):
        return _of_fields(space_delimited.compile_space_delimited(text))
    matches = compile_terms(text)
    return lambda message: _Text() if matches(message) else None


class _Text:
    """A plain event: it has no fields."""

    def value(self, name: str) -> Any:
        return None


class _Json:
    def __init__(self, event: Any) -> None:
        self._event = event

    def value(self, name: str) -> Any:
        if not name.startswith("$"):
            return None
        found = selector(name)(self._event)
        return None if found is MISSING else found


class _Delimited:
    def __init__(self, fields: space_delimited.Fields) -> None:
        self._fields = fields

    def value(self, name: str) -> Any:
        return self._fields.get(name.removeprefix("$"))


def _of_json(matches: Matches) -> Callable[[str], Event | None]:
    def match(message: str) -> Event | None:
        try:
            event = json.loads(message)
        except ValueError:
            return None
        return _Json(event) if matches(event) else None

    return match


def _of_fields(fields: Callable[[str], space_delimited.Fields | None]) -> Callable[[str], Event | None]:
    def match(message: str) -> Event | None:
        found = fields(message)
        return None if found is None else _Delimited(found)

    return match
