"""Checks values against the description's schemas.

JSON Schema in draft 4, since that is what API Gateway knows. What is wrong is told in the library's words,
which say what was expected and never repeat a value.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import fastjsonschema

Schema = Mapping[str, Any]

# RFC 3339, section 5.6; datetime.fromisoformat takes week dates and more.
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_YEARS = range(1970, 9999)
"""Those whose every moment any time zone can tell."""


class FaultError(ValueError):
    """What is wrong with a value.

    Attributes:
        pointer: Where, as a JSON pointer (RFC 6901) into the value; empty for the value itself.
        detail: What, for the value's sender.
    """

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(detail)
        self.pointer, self.detail = pointer, detail


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


FORMATS: Mapping[str, Callable[[str], object]] = {"date": parse_date, "date-time": parse_date_time}
"""What reads a text of each format."""


def checker(schema: Schema) -> Callable[[Any], Any]:
    """Return what checks a value and returns it, with the defaults of members that an object does not have.

    It raises :class:`FaultError` for the first fault that it finds.

    Raises:
        fastjsonschema.JsonSchemaDefinitionException: The schema is none.
    """
    check = fastjsonschema.compile(
        {**schema, "$schema": "http://json-schema.org/draft-04/schema#"},
        formats={name: _reads(parse) for name, parse in FORMATS.items()},
    )

    def checked(value: Any) -> Any:
        try:
            return check(value)
        except fastjsonschema.JsonSchemaValueException as error:
            pointer = "".join(f"/{part}" for part in error.path[1:])
            raise FaultError(pointer, error.message.removeprefix(f"{error.name} ")) from None

    return checked


def _reads(parse: Callable[[str], object]) -> Callable[[str], bool]:
    def reads(text: str) -> bool:
        try:
            parse(text)
        except ValueError:
            return False
        return True

    return reads
