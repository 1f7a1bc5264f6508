"""The log stream of one worker, in moto's CloudWatch Logs."""

import uuid
from datetime import UTC, datetime

from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.models import logs_backends

from local.permissions import platform
from local.runtime.function import FunctionConfiguration
from local.runtime.output import LogEvent

_TAIL_BYTES = 4096


class LogStream:
    """Writes to the function's log group, which is made if nobody has declared it, as Lambda does."""

    def __init__(self, function: FunctionConfiguration) -> None:
        self.name = f"{datetime.now(UTC):%Y/%m/%d}/[{function.version}]{uuid.uuid4().hex}"
        self._function = function
        self._group = function.log_group
        self._backend = logs_backends[function.account_id][function.region]
        self._tail = b""
        self._closed = False
        self._made = False

    def write(self, events: list[LogEvent]) -> None:
        """Adds events."""
        if not events:
            return
        ordered = sorted(events, key=lambda event: event.timestamp)  # as PutLogEvents demands
        text = "".join(f"{event.message}\n" for event in ordered)
        self._tail = (self._tail + text.encode())[-_TAIL_BYTES:]
        entries = [{"timestamp": event.timestamp, "message": event.message} for event in ordered]
        if self._closed or not self._may_write():
            return
        try:
            self._backend.ensure_log_group(self._group)
            self._backend.ensure_log_stream(self._group, self.name)
            self._backend.put_log_events(self._group, self.name, entries)
        except ResourceNotFoundException:
            pass  # the group was deleted at this very moment; its events would have gone with it

    def _may_write(self) -> bool:
        """Whether the function's role lets its output be kept; what it does not let is lost, as on AWS."""
        stream = {"logGroupName": self._group, "logStreamName": self.name}
        if not self._made:
            self._made = platform.may(self._function, "logs", "CreateLogStream", **stream)
        return self._made and platform.may(self._function, "logs", "PutLogEvents", **stream)

    def write_lines(self, lines: list[str]) -> None:
        """Adds lines of this moment."""
        self.write([LogEvent.now(line) for line in lines])

    def close(self) -> None:
        """Drops what is still written: a log group must not come back after the function was deleted."""
        self._closed = True

    def begin_tail(self) -> None:
        """Forgets what earlier invocations wrote."""
        self._tail = b""

    def tail(self) -> bytes:
        """The last 4 KB since `begin_tail`, as the Invoke API returns them."""
        return self._tail
