"""The raw trades file: gzip or plain text, read as a stream of blocks of whole lines.

The format needs no quoting, so a quotation mark is a character like any other: a line feed ends a row
wherever it stands, and a stray quotation mark cannot swallow the rows after it. The number of a row is
therefore the number of its line, the header being line 1.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from isal import igzip, isal_zlib

COLUMNS = ("timestamp", "symbol", "price", "size", "exchange", "conditions")
HEADER = ",".join(COLUMNS)
MAX_LINE_BYTES = 1024
"""What is kept of a line that is no trade; a trade takes some 50 bytes."""
BLOCK_BYTES = 4 * 1024 * 1024
BLOCK_LINES = 100_000
"""Lines of a block at most: those of trades are longer than what this leaves each of them."""

_GZIP_MAGIC = b"\x1f\x8b"
_UTF8_BOM = b"\xef\xbb\xbf"


class ByteStream(Protocol):
    """What a raw object is read from: an open file, or the body of an answer."""

    def read(self, size: int, /) -> bytes:
        """Read up to ``size`` bytes; none at the end."""


class NotATradesFileError(ValueError):
    """The object is no trades file at all: not CSV, another CSV, or a damaged gzip stream."""


@dataclass(frozen=True)
class LineBlock:
    """Consecutive lines of a trades file.

    Attributes:
        first_line: Number of the block's first line in the file, counted from 1 (the header).
        line_count: Number of lines.
        text: The lines as they are, each with its line feed.
    """

    first_line: int
    line_count: int
    text: bytes


def read_blocks(stream: ByteStream, block_bytes: int = BLOCK_BYTES) -> Iterator[LineBlock]:
    """Yield the lines after the header, in blocks of about ``block_bytes``.

    Memory is bounded, whatever the file's length, and however long or short its lines are.

    Args:
        stream: The object's bytes, gzip or plain (told by the first two bytes, not by the name).
        block_bytes: Size of a block before its last, incomplete line is left to the next one.

    Raises:
        NotATradesFileError: The first line is not the header, or the gzip stream is damaged or cut short. The
            latter comes after the blocks before the damage, whose results have to be dropped.
    """
    try:
        yield from _blocks_after_header(_decompressed(stream), block_bytes)
    except (igzip.BadGzipFile, isal_zlib.error, EOFError) as error:  # type: ignore[misc]  # its stub errs
        raise NotATradesFileError(f"damaged gzip stream: {error}") from error


def _decompressed(stream: ByteStream) -> io.BufferedIOBase:
    head = stream.read(len(_GZIP_MAGIC))
    whole = io.BufferedReader(_Rejoined(head, stream), 1024 * 1024)
    return igzip.GzipFile(fileobj=whole) if head == _GZIP_MAGIC else whole


class _Rejoined(io.RawIOBase):
    """A stream that cannot seek, with the bytes already taken from it put back in front."""

    def __init__(self, head: bytes, rest: ByteStream) -> None:
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._head or self._rest.read(len(buffer))
        self._head = data[len(buffer) :] if self._head else b""
        buffer[: len(data)] = data
        return len(data)


def _blocks_after_header(content: io.BufferedIOBase, block_bytes: int) -> Iterator[LineBlock]:
    header = content.readline(MAX_LINE_BYTES)
    if header.removeprefix(_UTF8_BOM).rstrip(b"\r\n") != HEADER.encode():
        raise NotATradesFileError(f"the first line is not {HEADER!r}" if header else "the object is empty")
    next_line, incomplete = 2, b""
    while chunk := content.read(block_bytes):
        end = chunk.rfind(b"\n") + 1
        if not end:
            incomplete = (incomplete + chunk)[: MAX_LINE_BYTES + 1]
            continue
        text = incomplete + chunk[:end]
        incomplete = chunk[end:]
        for block in _divided(next_line, text):
            next_line += block.line_count
            yield block
    if incomplete:
        yield LineBlock(first_line=next_line, line_count=1, text=incomplete + b"\n")


def _divided(first_line: int, text: bytes) -> Iterator[LineBlock]:
    """Yield whole lines in blocks of so many that each is small in memory, too."""
    line_count = text.count(b"\n")
    if line_count <= BLOCK_LINES:
        yield LineBlock(first_line, line_count, text)
        return
    middle = text.rfind(b"\n", 0, len(text) // 2) + 1 or text.find(b"\n", len(text) // 2) + 1
    for half in (text[:middle], text[middle:]):
        for block in _divided(first_line, half):
            first_line += block.line_count
            yield block
