"""How a pattern's conditions compare values; JSON and space-delimited patterns have the same ones."""

import fnmatch
import operator
import re
from collections.abc import Callable
from typing import Any

MISSING = object()
"""Stands for a field that an event has not."""

_ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class UnknownPatternError(ValueError):
    """The pattern is malformed, or uses what is not understood here."""


def comparison(sign: str, kind: str, token: str) -> Callable[[Any], bool]:
    """Reads a condition.

    Args:
        sign: `=`, `!=`, or an ordering.
        kind: `string` (in quotes), `regex` (in percent signs) or `word`.
        token: what to compare with, as it stands in the pattern.

    Returns:
        Tells whether a value meets it; a missing one does not.

    Raises:
        UnknownPatternError: the token is no such value.
    """
    if sign in _ORDERINGS:
        limit = number(token)
        if kind != "word" or limit is None:
            raise UnknownPatternError(f"{sign} takes a number, not {token}")
        compare = _ORDERINGS[sign]
        return lambda value: is_number(value) and compare(value, limit)
    equals = _equality(kind, token)
    if sign == "=":
        return lambda value: value is not MISSING and equals(value)
    return lambda value: value is not MISSING and not equals(value)


def regular_expression(token: str) -> re.Pattern[str]:
    """Reads `%expression%`."""
    try:
        return re.compile(token[1:-1])
    except re.error as error:
        raise UnknownPatternError(f"malformed regular expression: {token}") from error


def unquoted(token: str) -> str:
    """Takes the quotes and the escaping off a string."""
    return re.sub(r"\\(.)", r"\1", token[1:-1])


def number(text: str) -> float | None:
    """Reads a number; None if it is none."""
    try:
        return float(text)
    except ValueError:
        return None


def is_number(value: Any) -> bool:
    """Whether a value of a JSON event is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _equality(kind: str, token: str) -> Callable[[Any], bool]:
    if kind == "regex":
        expression = regular_expression(token)
        return lambda value: isinstance(value, str) and expression.search(value) is not None
    if kind not in ("string", "word"):
        raise UnknownPatternError(f"expected a value, not {token}")
    text = unquoted(token) if kind == "string" else token
    numeric = number(text) if kind == "word" else None
    wildcard = re.compile(fnmatch.translate(re.sub(r"([\[\]?])", r"[\1]", text)))

    def equals(value: Any) -> bool:
        if is_number(value):
            return value == numeric if numeric is not None else wildcard.match(str(value)) is not None
        return isinstance(value, str) and wildcard.match(value) is not None

    return equals
