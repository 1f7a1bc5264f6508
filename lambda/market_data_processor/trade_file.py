"""The raw trades file: gzip or plain text, read as a stream of blocks of whole lines.

The format needs no quoting, so a quotation mark is a character like any other: a line feed ends a row
wherever it stands, and a stray quotation mark cannot swallow the rows after it. The number of a row is
therefore the number of its line, the header being line 1.
"""

import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

COLUMNS = ("timestamp", "symbol", "price", "size", "exchange", "conditions")
HEADER = ",".join(COLUMNS)
MAX_LINE_BYTES = 1024
"""What is kept of a line that is no trade; a trade takes some 50 bytes."""
BLOCK_BYTES = 8 * 1024 * 1024

_GZIP_MAGIC = b"\x1f\x8b"
_UTF8_BOM = b"\xef\xbb\xbf"
# Bytes that the engine's reader of lines would take for something else than themselves: NUL, the delimiter
# that it is given in place of the comma, and the carriage return.
_SUSPECT_BYTES = (b"\x00", b"\x01", b"\r")
# A line of twice this length is sure to be noticed; the engine's reader takes lines of up to 2 MB.
_LONG_LINE_BYTES = 64 * 1024
_VISIBLE_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), 127)}


class ByteStream(Protocol):
    """What a raw object is read from: an open file, or the body of an answer."""

    def read(self, size: int, /) -> bytes:
        """Read up to ``size`` bytes; none at the end."""


class NotATradesFileError(ValueError):
    """The object is no trades file at all: not CSV, another CSV, or a damaged gzip stream."""


@dataclass(frozen=True)
class LineBlock:
    r"""Consecutive lines of a trades file.

    Attributes:
        first_line: Number of the block's first line in the file, counted from 1 (the header).
        line_count: Number of lines.
        text: The lines, each ended by a single line feed and free of bytes that are not ASCII: these, and
            control characters beside them, are written as ``\xff``, which no valid row contains.
    """

    first_line: int
    line_count: int
    text: bytes


def read_blocks(stream: ByteStream, block_bytes: int = BLOCK_BYTES) -> Iterator[LineBlock]:
    """Yield the lines after the header, in blocks of about ``block_bytes``.

    Memory is bounded by the block size, whatever the file's or a line's length.

    Args:
        stream: The object's bytes, gzip or plain (told by the first two bytes, not by the name).
        block_bytes: Size of a block before its last, incomplete line is left to the next one.

    Raises:
        NotATradesFileError: The first line is not the header, or the gzip stream is damaged or cut short. The
            latter comes after the blocks before the damage, whose results have to be dropped.
    """
    try:
        yield from _blocks_after_header(_decompressed(stream), block_bytes)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise NotATradesFileError(f"damaged gzip stream: {error}") from error


def _decompressed(stream: ByteStream) -> io.BufferedIOBase:
    head = stream.read(len(_GZIP_MAGIC))
    whole = io.BufferedReader(_Rejoined(head, stream), 1024 * 1024)
    return gzip.GzipFile(fileobj=whole) if head == _GZIP_MAGIC else whole


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
        whole_lines, feed, rest = chunk.rpartition(b"\n")
        if not feed:
            incomplete = (incomplete + rest)[:MAX_LINE_BYTES]
            continue
        block = _block(next_line, incomplete + whole_lines)
        next_line, incomplete = next_line + block.line_count, rest
        yield block
    if incomplete:
        yield _block(next_line, incomplete)


def _block(first_line: int, lines: bytes) -> LineBlock:
    """The block of ``lines``, which lacks the last line feed."""
    text = lines + b"\n"
    if not text.isascii() or any(byte in text for byte in _SUSPECT_BYTES) or _has_long_line(text):
        text = b"".join(_printable(line.removesuffix(b"\r")) + b"\n" for line in lines.split(b"\n"))
    return LineBlock(first_line=first_line, line_count=text.count(b"\n"), text=text)


def _has_long_line(text: bytes) -> bool:
    """Whether a stretch of the text has no line feed: much faster than measuring every line."""
    starts = range(0, len(text) - _LONG_LINE_BYTES, _LONG_LINE_BYTES)
    return any(text.find(b"\n", start, start + _LONG_LINE_BYTES) < 0 for start in starts)


def _printable(line: bytes) -> bytes:
    text = line[:MAX_LINE_BYTES].decode("ascii", "backslashreplace")
    return text.translate(_VISIBLE_CONTROLS).encode()
