"""JSON patterns: `{ $.level = "ERROR" && $.code >= 500 }`, and the selectors `$.a.b[0].['c d']` in them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-json-log-events.html
"""

import re
from collections.abc import Callable
from typing import Any

from local.log_patterns.values import MISSING, UnknownPatternError, comparison

Matches = Callable[[Any], bool]

_TOKEN = re.compile(
    r'\s*(?:(?P<string>"(?:\\.|[^"\\])*")|(?P<regex>%[^%]+%)|(?P<selector>\$[^\s=!<>()&|]*)'
    r"|(?P<operator>&&|\|\||!=|<=|>=|=|<|>|\(|\))|(?P<word>[^\s=!<>()&|]+))"
)
_STEP = re.compile(r"\.?\[(?:'([^']*)'|\"([^\"]*)\"|(\d+))\]|\.([^.\[\]]+)")
_SIGNS = ("=", "!=", "<", "<=", ">", ">=")


def compile_json(text: str) -> Matches:
    """Reads a JSON pattern.

    Returns:
        Tells whether an event, parsed, matches.

    Raises:
        UnknownPatternError: it is malformed.
    """
    if not text.endswith("}"):
        raise UnknownPatternError(f"malformed filter pattern: {text}")
    return _Parser(text[1:-1]).parse()


class _Parser:
    """Recursive descent: `||` binds weaker than `&&`, parentheses group."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[tuple[str, str]] = []
        position = 0
        while text[position:].strip():
            match = _TOKEN.match(text, position)
            if match is None or match.lastgroup is None:
                raise self._malformed()
            self._tokens.append((match.lastgroup, match[match.lastgroup]))
            position = match.end()

    def parse(self) -> Matches:
        result = self._any()
        if self._tokens:
            raise self._malformed()
        return result

    def _any(self) -> Matches:
        parts = [self._all()]
        while self._skip("||"):
            parts.append(self._all())
        return lambda event: any(part(event) for part in parts)

    def _all(self) -> Matches:
        parts = [self._condition()]
        while self._skip("&&"):
            parts.append(self._condition())
        return lambda event: all(part(event) for part in parts)

    def _condition(self) -> Matches:
        if self._skip("("):
            inner = self._any()
            if not self._skip(")"):
                raise self._malformed()
            return inner
        select = selector(self._take("selector"))
        kind, token = self._next()
        if kind == "word" and token.upper() == "NOT":
            if self._take("word").upper() != "EXISTS":
                raise self._malformed()
            return lambda event: select(event) is MISSING
        if kind == "word" and token.upper() == "EXISTS":
            return lambda event: select(event) is not MISSING
        if kind == "word" and token.upper() == "IS":
            return _constant(select, self._take("word"))
        if kind != "operator" or token not in _SIGNS:
            raise self._malformed()
        meets = comparison(token, *self._next())
        return lambda event: meets(select(event))

    def _next(self) -> tuple[str, str]:
        if not self._tokens:
            raise self._malformed()
        return self._tokens.pop(0)

    def _take(self, kind: str) -> str:
        found, token = self._next()
        if found != kind:
            raise self._malformed()
        return token

    def _skip(self, token: str) -> bool:
        if self._tokens and self._tokens[0] == ("operator", token):
            self._tokens.pop(0)
            return True
        return False

    def _malformed(self) -> UnknownPatternError:
        return UnknownPatternError(f"malformed filter pattern: {{{self._text}}}")


def selector(text: str) -> Callable[[Any], Any]:
    """Reads a selector; the result gives the property's value, or `MISSING`.

    Raises:
        UnknownPatternError: it is malformed.
    """
    steps: list[str | int] = []
    position = 1
    while position < len(text):
        match = _STEP.match(text, position)
        if match is None:
            raise UnknownPatternError(f"malformed property selector: {text}")
        quoted, double_quoted, index, name = match.groups()
        steps.append(int(index) if index is not None else quoted or double_quoted or name)
        position = match.end()

    def select(event: Any) -> Any:
        for step in steps:
            if isinstance(step, int):
                event = event[step] if isinstance(event, list) and step < len(event) else MISSING
            else:
                event = event.get(step, MISSING) if isinstance(event, dict) else MISSING
        return event

    return select


def _constant(select: Callable[[Any], Any], name: str) -> Matches:
    constants = {"TRUE": True, "FALSE": False, "NULL": None}
    if name.upper() not in constants:
        raise UnknownPatternError(f"IS takes TRUE, FALSE or NULL, not {name}")
    expected = constants[name.upper()]
    return lambda event: select(event) is expected
