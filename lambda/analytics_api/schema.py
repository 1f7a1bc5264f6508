"""Checks values against the description's schemas: the part of JSON Schema that its requests use.

Every fault is told, and not only the first. A keyword that is not enforced here is an error when the
description is read, so that nothing is described that is not checked.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

Schema = Mapping[str, Any]

# RFC 3339, section 5.6; datetime.fromisoformat takes week dates and more.
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_YEARS = range(1970, 9999)
"""Those whose every moment any time zone can tell."""

_ANNOTATIONS = {"description", "default"}


@dataclass(frozen=True)
class Fault:
    """What is wrong with a value.

    Attributes:
        pointer: Where, as a JSON pointer (RFC 6901) into the value; empty for the value itself.
        detail: What, for the value's sender. Never repeats the value.
    """

    pointer: str
    detail: str


def parse_date(text: str) -> date:
    """Read a date.

    Raises:
        ValueError: It is none, or out of range.
    """
    if not _DATE.fullmatch(text) or int(text[:4]) not in _YEARS:
        raise ValueError("no date")
    return date.fromisoformat(text)


def parse_date_time(text: str) -> datetime:
    """Read a moment, and return it in UTC.

    Raises:
        ValueError: It is none, or out of range.
    """
    if not _DATE_TIME.fullmatch(text) or int(text[:4]) not in _YEARS:
        raise ValueError("no moment")
    return datetime.fromisoformat(text.upper()).astimezone(UTC)


_FORMATS: Mapping[str, tuple[Callable[[str], object], str]] = {
    "date": (parse_date, "is a date, such as 2013-10-07"),
    "date-time": (parse_date_time, "is a moment with its zone, such as 2013-10-07T13:30:00Z"),
}
_TYPES: Mapping[str, tuple[type, str]] = {
    "object": (dict, "is an object"),
    "string": (str, "is a string"),
    "integer": (int, "is a whole number"),
}
_KEYWORDS: Mapping[str, Callable[[Any, Any], str | None]] = {
    "enum": lambda allowed, value: None if value in allowed else f"is one of {', '.join(allowed)}",
    "pattern": lambda pattern, value: None if _matches(pattern, value) else f"matches {pattern}",
    "minLength": lambda least, value: None if len(value) >= least else f"has {least} or more characters",
    "maxLength": lambda most, value: None if len(value) <= most else f"has at most {most} characters",
    "minimum": lambda least, value: None if value >= least else f"is {least} or more",
    "maximum": lambda most, value: None if value <= most else f"is at most {most}",
    "format": lambda name, value: None if _parses(name, value) else _FORMATS[name][1],
}
_OBJECT_KEYWORDS = {"properties", "required", "additionalProperties"}


def ensure_enforced(schema: Schema) -> None:
    """Make sure that a schema says nothing that is not checked.

    Raises:
        ValueError: It has a keyword, type or format that is not known here, or a pattern without ^ and $.
    """
    unknown = set(schema) - {"type"} - set(_KEYWORDS) - _OBJECT_KEYWORDS - _ANNOTATIONS
    pattern = schema.get("pattern", "^$")
    if (
        unknown
        or schema.get("type") not in _TYPES
        or schema.get("format", "date") not in _FORMATS
        or (schema["type"] == "object" and schema.get("additionalProperties") is not False)
        or not (pattern.startswith("^") and pattern.endswith("$"))
    ):
        raise ValueError(f"the schema {schema} says what is not enforced")
    for property_ in schema.get("properties", {}).values():
        ensure_enforced(property_)


def faults(schema: Schema, value: Any, pointer: str = "") -> Iterator[Fault]:
    """Yield everything that is wrong with a value."""
    type_, expected = _TYPES[schema["type"]]
    # JSON's true and false are no numbers, as Python's are.
    if not isinstance(value, type_) or isinstance(value, bool):
        yield Fault(pointer, expected)
        return
    for keyword, check in _KEYWORDS.items():
        if keyword in schema and (detail := check(schema[keyword], value)):
            yield Fault(pointer, detail)
    if isinstance(value, dict):
        yield from _object_faults(schema, value, pointer)


def with_defaults(schema: Schema, value: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object with the defaults of the properties that it does not have."""
    return {
        **{name: each["default"] for name, each in schema["properties"].items() if "default" in each},
        **value,
    }


def _object_faults(schema: Schema, value: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
    properties = schema["properties"]
    for name in schema.get("required", ()):
        if name not in value:
            yield Fault(f"{pointer}/{name}", "is required")
    for name, each in value.items():
        if name in properties:
            yield from faults(properties[name], each, f"{pointer}/{name}")
    if unknown := len(value.keys() - properties.keys()):
        allowed = ", ".join(properties)
        yield Fault(pointer, f"has {unknown} unknown members; known are {allowed}")


def _matches(pattern: str, value: str) -> bool:
    # Python's $ also matches before a last line break; JSON Schema's does not.
    return bool(re.fullmatch(pattern[1:-1], value))


def _parses(name: str, value: str) -> bool:
    try:
        _FORMATS[name][0](value)
    except ValueError:
        return False
    return True
