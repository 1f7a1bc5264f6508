"""Interrupts the market-data processor at any step between its stores."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import botocore.client
import psycopg
from market_data_processor.postgres import Rows


class Steps:
    """Counts the calls of S3 and of PostgreSQL, and interrupts before one of them."""

    def __init__(self, last: int, interrupt: Callable[[], None]) -> None:
        """Let ``last`` steps happen, then call ``interrupt``, which does not return."""
        self.count = 0
        self._last, self._interrupt = last, interrupt
        self._lock = threading.Lock()

    def take(self) -> None:
        """Take a step."""
        with self._lock:
            self.count += 1
            too_many = self.count > self._last
        if too_many:
            self._interrupt()


@contextmanager
def interrupted(steps: Steps) -> Iterator[None]:
    """Take a step before each request to S3 and each statement, and one before the commit."""

    def before(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            steps.take()
            return function(*args, **kwargs)

        return wrapped

    def replace_then_step(self: Rows, *args: Any) -> None:
        replace(self, *args)
        steps.take()

    replace = Rows.replace
    call = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]  # the stub lacks it
    with (
        mock.patch.object(botocore.client.BaseClient, "_make_api_call", before(call)),
        mock.patch.object(psycopg.Cursor, "execute", before(psycopg.Cursor.execute)),
        mock.patch.object(psycopg.Cursor, "copy", before(psycopg.Cursor.copy)),
        mock.patch.object(Rows, "replace", replace_then_step),
    ):
        yield
