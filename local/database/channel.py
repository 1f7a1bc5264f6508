"""One side of a connection: read message by message at first, then piped into the other side."""

import asyncio
import struct
from typing import cast

from local.database.messages import Message, Startup

_LONGEST = 65536
"""Bytes of a message before the pipe; a token is some 1.5 kB, and with a session's token less than 4 kB."""


class Channel(asyncio.Protocol):
    """A connection's protocol; `pipe` takes the reader's place by the other channel."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._arrival = asyncio.Event()
        self._other: Channel | None = None
        self._lost = False

    @property
    def transport(self) -> asyncio.Transport:
        """What it is connected by."""
        assert self._transport is not None  # noqa: S101 - connected as soon as anybody has it
        return self._transport

    @transport.setter
    def transport(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    @property
    def has_more(self) -> bool:
        """Whether bytes have come that nobody has read."""
        return bool(self._received)

    async def startup(self) -> Startup:
        """Reads one of the first packets.

        Raises:
            ConnectionError: the other end closed, or sent what is none.
        """
        return Startup(await self._packet(before_length=0, shortest=8))

    async def message(self) -> Message:
        """Reads a message.

        Raises:
            ConnectionError: the other end closed, or sent what is none.
        """
        packet = await self._packet(before_length=1, shortest=4)
        return Message(packet[:1], packet[5:])

    async def closed(self) -> None:
        """Waits until the other end closes; what it sends meanwhile is lost."""
        while not self._lost:
            await self._next()

    def write(self, data: bytes) -> None:
        """Sends."""
        self.transport.write(data)

    def pipe(self, other: "Channel") -> None:
        """Passes all bytes on from here to `other`, and the end of the connection too; and back."""
        self._forward(other)
        other._forward(self)

    def _forward(self, other: "Channel") -> None:
        self._other = other
        other.write(bytes(self._received))
        self._received.clear()
        if self._lost:
            other.transport.close()

    async def _packet(self, before_length: int, shortest: int) -> bytes:
        begin = before_length + 4
        await self._fill(begin)
        (length,) = struct.unpack_from("!I", self._received, before_length)
        if not shortest <= length <= _LONGEST:
            raise ConnectionAbortedError(f"a message of {length} bytes")
        end = before_length + length
        await self._fill(end)
        packet = bytes(self._received[:end])
        del self._received[:end]
        return packet

    async def _fill(self, count: int) -> None:
        while len(self._received) < count:
            if self._lost:
                raise ConnectionResetError("closed by the other end")
            await self._next()

    async def _next(self) -> None:
        self._arrival.clear()
        await self._arrival.wait()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Called by asyncio."""
        if self._other is not None:
            self._other.transport.write(data)
            return
        self._received += data
        if len(self._received) > 2 * _LONGEST:
            self.transport.abort()
        self._arrival.set()

    def pause_writing(self) -> None:
        """Called by asyncio: this side takes no more, so the other side need not send."""
        if self._other is not None:
            self._other.transport.pause_reading()

    def resume_writing(self) -> None:
        """Called by asyncio."""
        if self._other is not None:
            self._other.transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio."""
        self._lost = True
        self._arrival.set()
        if self._other is not None:
            self._other.transport.close()
