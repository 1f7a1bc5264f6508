"""What a worker writes: lines on standard output and error, frames on AWS's telemetry descriptor."""

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import dataclass

_FRAME_HEAD = 16
_READ_SIZE = 65536


@dataclass(frozen=True)
class LogEvent:
    """One event of a log stream.

    Attributes:
        timestamp: milliseconds since 1970.
        message: the text, without the newline that ended it.
    """

    timestamp: int
    message: str

    @classmethod
    def now(cls, message: str) -> "LogEvent":
        """An event of this moment."""
        return cls(time.time_ns() // 1_000_000, message)


def take_frames(buffer: bytearray) -> list[LogEvent]:
    """Takes the complete frames off a buffer.

    A frame is how AWS's runtime client passes one record of its logger on, so that a record of several lines
    stays one event: 4 bytes type, 4 bytes length, 8 bytes time (µs since 1970), message; big-endian. See
    `FramedTelemetryLogSink` in `awslambdaric.bootstrap`.

    Args:
        buffer: what was read so far; an incomplete frame stays in it.

    Returns:
        The records.
    """
    events = []
    while len(buffer) >= _FRAME_HEAD:
        end = _FRAME_HEAD + int.from_bytes(buffer[4:8], "big")
        if len(buffer) < end:
            break
        timestamp = int.from_bytes(buffer[8:16], "big") // 1000
        events.append(LogEvent(timestamp, buffer[_FRAME_HEAD:end].decode(errors="replace").rstrip("\n")))
        del buffer[:end]
    return events


def take_lines(buffer: bytearray, *, last: bool) -> list[LogEvent]:
    """Takes the complete lines off a buffer.

    Args:
        buffer: what was read so far; an incomplete line stays in it.
        last: whether nothing follows, so that an incomplete line is taken too.

    Returns:
        The lines, without empty ones, which CloudWatch Logs refuses.
    """
    complete, newline, rest = bytes(buffer).rpartition(b"\n")
    if last:
        complete, rest = bytes(buffer), b""
    if not newline and not last:
        return []
    buffer[:] = rest
    return [LogEvent.now(line) for line in complete.decode(errors="replace").split("\n") if line]


class WorkerOutput:
    """Reads a worker's output as it comes.

    Args:
        receive: gets the events.
    """

    def __init__(self, receive: Callable[[list[LogEvent]], None]) -> None:
        self._receive = receive
        self._loop = asyncio.get_running_loop()
        self._text = bytearray()
        self._frames = bytearray()
        self._text_fd, self.stdout = os.pipe()
        self._frames_fd, self.telemetry = os.pipe()
        for fd in (self._text_fd, self._frames_fd):
            os.set_blocking(fd, False)
            self._loop.add_reader(fd, self.drain)

    def started(self) -> None:
        """Closes this process's copies of the descriptors that the worker writes to."""
        os.close(self.stdout)
        os.close(self.telemetry)

    def drain(self, *, last: bool = False) -> None:
        """Passes on what the worker has written up to now.

        What a function writes before it answers is in the pipes when the answer arrives; so a call at that
        moment completes the invocation's log.

        Args:
            last: whether the invocation or the worker has ended: an unfinished line counts as well.
        """
        self._read(self._text_fd, self._text)
        self._read(self._frames_fd, self._frames)
        events = take_lines(self._text, last=last) + take_frames(self._frames)
        if events:
            self._receive(events)

    def close(self) -> None:
        """Stops reading."""
        for fd in (self._text_fd, self._frames_fd):
            self._loop.remove_reader(fd)
            os.close(fd)

    def _read(self, fd: int, buffer: bytearray) -> None:
        try:
            while chunk := os.read(fd, _READ_SIZE):
                buffer += chunk
            self._loop.remove_reader(fd)  # every writer has gone: the descriptor would stay readable for ever
        except BlockingIOError:
            pass
