"""CloudWatch Logs filter patterns: which log events a subscription filter or metric filter matches.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-json-log-events.html

Terms (`ERROR -TEST`, `?WARN ?ERROR`, `"exact phrase"`, `%regular expression%`) and JSON patterns
(`{ $.level = "ERROR" && $.code >= 500 }`) are understood; space-delimited ones (`[ip, user, …]`) are not.
"""

import fnmatch
import json
import operator
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

Matcher = Callable[[str], bool]
_JsonMatcher = Callable[[Any], bool]

_TERM = re.compile(r'\s*([?-]?)("(?:\\.|[^"\\])*"|%[^%]+%|[^\s"]+)')
_TOKEN = re.compile(
    r'\s*(?:(?P<string>"(?:\\.|[^"\\])*")|(?P<regex>%[^%]+%)|(?P<selector>\$[^\s=!<>()&|]*)'
    r"|(?P<operator>&&|\|\||!=|<=|>=|=|<|>|\(|\))|(?P<word>[^\s=!<>()&|]+))"
)
_STEP = re.compile(r"\.?\[(?:'([^']*)'|\"([^\"]*)\"|(\d+))\]|\.([^.\[\]]+)")
_ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_MISSING = object()


class UnknownPatternError(ValueError):
    """The pattern is malformed, or of the space-delimited kind."""


@lru_cache(maxsize=256)
def compile_pattern(pattern: str) -> Matcher:
    """Reads a filter pattern.

    Args:
        pattern: as PutSubscriptionFilter gets it; an empty one matches everything.

    Returns:
        Tells whether a log event's message matches.

    Raises:
        UnknownPatternError: see there.
    """
    text = pattern.strip()
    if text.startswith("{"):
        return _json_pattern(text)
    if text.startswith("["):
        raise UnknownPatternError(f"space-delimited filter patterns are not understood: {pattern}")
    return _terms(text)


def _terms(text: str) -> Matcher:
    found: dict[str, list[Matcher]] = {"": [], "-": [], "?": []}
    position = 0
    while position < len(text):
        match = _TERM.match(text, position)
        if match is None:
            raise UnknownPatternError(f"malformed filter pattern: {text}")
        found[match[1]].append(_term(match[2]))
        position = match.end()
    required, excluded, optional = found[""], found["-"], found["?"]
    if required or excluded:  # CloudWatch ignores optional terms beside others
        return lambda message: (
            all(term(message) for term in required) and not any(term(message) for term in excluded)
        )
    return lambda message: not optional or any(term(message) for term in optional)


def _term(text: str) -> Matcher:
    if text.startswith("%"):
        expression = _regular_expression(text)
        return lambda message: expression.search(message) is not None
    literal = _unquoted(text) if text.startswith('"') else text
    return lambda message: literal in message


def _regular_expression(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text[1:-1])
    except re.error as error:
        raise UnknownPatternError(f"malformed regular expression: {text}") from error


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def _json_pattern(text: str) -> Matcher:
    if not text.endswith("}"):
        raise UnknownPatternError(f"malformed filter pattern: {text}")
    matches = _JsonParser(text[1:-1]).parse()

    def matcher(message: str) -> bool:
        try:
            event = json.loads(message)
        except ValueError:
            return False
        return matches(event)

    return matcher


class _JsonParser:
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

    def parse(self) -> _JsonMatcher:
        result = self._any()
        if self._tokens:
            raise self._malformed()
        return result

    def _any(self) -> _JsonMatcher:
        parts = [self._all()]
        while self._skip("||"):
            parts.append(self._all())
        return lambda event: any(part(event) for part in parts)

    def _all(self) -> _JsonMatcher:
        parts = [self._condition()]
        while self._skip("&&"):
            parts.append(self._condition())
        return lambda event: all(part(event) for part in parts)

    def _condition(self) -> _JsonMatcher:
        if self._skip("("):
            inner = self._any()
            if not self._skip(")"):
                raise self._malformed()
            return inner
        select = _selector(self._take("selector"))
        kind, token = self._next()
        if kind == "word" and token.upper() == "NOT":
            if self._take("word").upper() != "EXISTS":
                raise self._malformed()
            return lambda event: select(event) is _MISSING
        if kind == "word" and token.upper() == "EXISTS":
            return lambda event: select(event) is not _MISSING
        if kind == "word" and token.upper() == "IS":
            return _constant(select, self._take("word"))
        if kind != "operator" or token not in ("=", "!=", *_ORDERINGS):
            raise self._malformed()
        return _comparison(select, token, *self._next())

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


def _selector(text: str) -> Callable[[Any], Any]:
    """Reads `$.a.b[0].['c d']`; the result gives the property's value, or `_MISSING`."""
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
                event = event[step] if isinstance(event, list) and step < len(event) else _MISSING
            else:
                event = event.get(step, _MISSING) if isinstance(event, dict) else _MISSING
        return event

    return select


def _constant(select: Callable[[Any], Any], name: str) -> _JsonMatcher:
    constants = {"TRUE": True, "FALSE": False, "NULL": None}
    if name.upper() not in constants:
        raise UnknownPatternError(f"IS takes TRUE, FALSE or NULL, not {name}")
    expected = constants[name.upper()]
    return lambda event: select(event) is expected


def _comparison(select: Callable[[Any], Any], sign: str, kind: str, token: str) -> _JsonMatcher:
    if sign in _ORDERINGS:
        limit = _number(token)
        if kind != "word" or limit is None:
            raise UnknownPatternError(f"{sign} takes a number, not {token}")
        compare = _ORDERINGS[sign]
        return lambda event: _is_number(value := select(event)) and compare(value, limit)
    equals = _equality(kind, token)
    if sign == "=":
        return lambda event: (value := select(event)) is not _MISSING and equals(value)
    return lambda event: (value := select(event)) is not _MISSING and not equals(value)


def _equality(kind: str, token: str) -> Callable[[Any], bool]:
    if kind == "regex":
        expression = _regular_expression(token)
        return lambda value: isinstance(value, str) and expression.search(value) is not None
    if kind not in ("string", "word"):
        raise UnknownPatternError(f"expected a value, not {token}")
    text = _unquoted(token) if kind == "string" else token
    number = _number(text) if kind == "word" else None
    wildcard = re.compile(fnmatch.translate(re.sub(r"([\[\]?])", r"[\1]", text)))

    def equals(value: Any) -> bool:
        if _is_number(value):
            return value == number if number is not None else wildcard.match(str(value)) is not None
        return isinstance(value, str) and wildcard.match(value) is not None

    return equals


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
