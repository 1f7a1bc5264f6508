"""Space-delimited patterns: `[ip, user, ..., status = 5* || status = 404, bytes > 1000]`.

Each name stands for a field of the event, `...` for any number of them, and a last name without a condition
for all that is left. A field is a word, or what stands between quotes or square brackets.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-space-delimited-log-events.html

A condition names the field that it stands in; parentheses are not understood.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local.log_patterns.values import UnknownPatternError, comparison, number

_FIELD = re.compile(r'"((?:\\.|[^"\\])*)"|\[([^\]]*)\]|(\S+)')
_TOKEN = re.compile(
    r'\s*(?:(?P<string>"(?:\\.|[^"\\])*")|(?P<regex>%[^%]+%)'
    r"|(?P<operator>&&|\|\||!=|<=|>=|=|<|>)|(?P<word>[^\s=!<>&|()\"%]+))"
)
_SEPARATOR = re.compile(r',(?=(?:[^"%]|"(?:\\.|[^"\\])*"|%[^%]*%)*$)')
_NAME = re.compile(r"[\w.-]+")
_REST = "..."

Fields = Mapping[str, str]
"""Values by the names that the pattern gives them."""


@dataclass(frozen=True)
class _Column:
    name: str
    meets: Callable[[str], bool] | None


def compile_space_delimited(text: str) -> Callable[[str], Fields | None]:
    """Reads a space-delimited pattern.

    Returns:
        Gives the fields of an event that matches, None for another.

    Raises:
        UnknownPatternError: it is malformed.
    """
    if not text.endswith("]"):
        raise UnknownPatternError(f"malformed filter pattern: {text}")
    parts = [part.strip() for part in _SEPARATOR.split(text[1:-1])]
    columns = [None if part == _REST else _column(part) for part in parts]
    if columns.count(None) > 1:
        raise UnknownPatternError(f"more than one ... in {text}")
    names = [column.name for column in columns if column is not None]
    if len(set(names)) != len(names):
        raise UnknownPatternError(f"a name stands for two fields in {text}")
    if None in columns:
        gap = columns.index(None)
        before, after = _known(columns[:gap]), _known(columns[gap + 1 :])
    else:
        before, after = _known(columns), []
    last_takes_all = None not in columns and before[-1].meets is None

    def fields(message: str) -> Fields | None:
        values = _split(message, len(before) if last_takes_all else None)
        if len(values) < len(before) + len(after):
            return None
        if None not in columns and len(values) != len(before):
            return None
        pairs = [*zip(before, values, strict=False)]
        if after:
            pairs += zip(after, values[-len(after) :], strict=True)
        if all(column.meets is None or column.meets(value) for column, value in pairs):
            return {column.name: value for column, value in pairs}
        return None

    return fields


def _known(columns: list[_Column | None]) -> list[_Column]:
    return [column for column in columns if column is not None]


def _split(message: str, limit: int | None) -> list[str]:
    """The fields of an event; the last of `limit` takes the rest as it is."""
    values: list[str] = []
    for match in _FIELD.finditer(message):
        rest = message[match.start() :].rstrip()
        if len(values) + 1 == limit and match.end() - match.start() < len(rest):
            return [*values, rest]
        values.append(next(group for group in match.groups() if group is not None))
    return values


def _column(text: str) -> _Column:
    tokens: list[tuple[str, str]] = []
    position = 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise UnknownPatternError(f"malformed field in a space-delimited pattern: {text}")
        tokens.append((match.lastgroup, match[match.lastgroup]))
        position = match.end()
    kind, name = tokens[0] if tokens else ("", "")
    if kind != "word" or not _NAME.fullmatch(name):
        raise UnknownPatternError(f"a field of a space-delimited pattern begins with its name, not {text!r}")
    if len(tokens) == 1:
        return _Column(name, None)
    return _Column(name, _conditions(tokens, name, text))


def _conditions(tokens: list[tuple[str, str]], name: str, text: str) -> Callable[[str], bool]:
    """Reads `name = a && name != b || …`; `||` binds weaker."""
    alternatives: list[list[Callable[[str], bool]]] = [[]]
    while True:
        if len(tokens) < 3 or tokens[0][1].lower() != name.lower() or tokens[1][0] != "operator":
            raise UnknownPatternError(f"malformed condition in a space-delimited pattern: {text}")
        alternatives[-1].append(_condition(tokens[1][1], *tokens[2]))
        if len(tokens) == 3:
            break
        if tokens[3][1] == "||":
            alternatives.append([])
        elif tokens[3][1] != "&&":
            raise UnknownPatternError(f"malformed condition in a space-delimited pattern: {text}")
        del tokens[:4]
    return lambda value: any(all(meets(value) for meets in parts) for parts in alternatives)


def _condition(sign: str, kind: str, token: str) -> Callable[[str], bool]:
    if sign in ("&&", "||"):
        raise UnknownPatternError(f"{sign} stands between conditions")
    meets = comparison(sign, kind, token)
    if sign in ("=", "!="):
        return meets
    return lambda value: meets(_numeric(value))


def _numeric(value: str) -> Any:
    read = number(value)
    return value if read is None else read
