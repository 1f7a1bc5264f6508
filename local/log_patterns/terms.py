"""Term patterns: `ERROR -TEST`, `?WARN ?ERROR`, `"exact phrase"`, `%regular expression%`.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-unstructured-log-events.html
"""

import re
from collections.abc import Callable

from local.log_patterns.values import UnknownPatternError, regular_expression, unquoted

_Matcher = Callable[[str], bool]

_TERM = re.compile(r'\s*([?-]?)("(?:\\.|[^"\\])*"|%[^%]+%|[^\s"]+)')


def compile_terms(text: str) -> _Matcher:
    """Reads a term pattern; an empty one matches everything.

    Raises:
        UnknownPatternError: it is malformed.
    """
    found: dict[str, list[_Matcher]] = {"": [], "-": [], "?": []}
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


def _term(text: str) -> _Matcher:
    if text.startswith("%"):
        expression = regular_expression(text)
        return lambda message: expression.search(message) is not None
    literal = unquoted(text) if text.startswith('"') else text
    return lambda message: literal in message
