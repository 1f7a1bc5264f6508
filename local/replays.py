"""Answers a call that a client repeats as it was answered the first time.

A client whose connection breaks before the answer has come repeats the call, with the same invocation id.
On AWS that is rare; under load on one machine it is not, and most calls that make something fail the second
time.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any

REMEMBERED_CALLS = 500
LARGEST_ANSWER = 64 * 1024
"""Bytes; what makes or changes something answers with less."""

_Application = Callable[[dict[str, Any], Any], Iterable[bytes]]
_Answer = tuple[str, list[tuple[str, str]], bytes]

_logger = logging.getLogger(__name__)


class Replays:
    """A WSGI application that remembers its last answers.

    Args:
        application: answers each call once.
    """

    def __init__(self, application: _Application) -> None:
        self._application = application
        self._answers: OrderedDict[str, _Answer] = OrderedDict()
        self._lock = Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answers one call."""
        invocation = environ.get("HTTP_AMZ_SDK_INVOCATION_ID")
        if not invocation or environ["REQUEST_METHOD"] == "GET":
            return self._application(environ, start_response)
        with self._lock:
            known = self._answers.get(invocation)
        if known:
            _logger.warning("answered again: %s %s", environ["REQUEST_METHOD"], environ.get("PATH_INFO"))
            status, headers, body = known
            start_response(status, headers)
            return [body]
        return self._answer(invocation, environ, start_response)

    def _answer(self, invocation: str, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        begun: list[tuple[str, list[tuple[str, str]]]] = []

        def begin(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            begun[:] = [(status, headers)]
            return start_response(status, headers, exc_info)

        parts = self._application(environ, begin)
        try:
            body = b"".join(parts)
        finally:
            if hasattr(parts, "close"):
                parts.close()
        status, headers = begun[0]
        if status.startswith("2") and len(body) <= LARGEST_ANSWER:
            with self._lock:
                self._answers[invocation] = (status, list(headers), body)
                while len(self._answers) > REMEMBERED_CALLS:
                    self._answers.popitem(last=False)
        return [body]
