r"""Which rows are trades, and why the others are not.

A row is a trade if its six fields match :data:`FIELDS`, its timestamp is in the calendar and in
:data:`YEARS`, and price and size are above zero. Any other row is a reject, with the first reason that
applies:

- a wrong number of fields (an empty line has one; a quotation mark has no meaning, so quoted text splits at
  its commas);
- a timestamp that is not ISO 8601 in UTC with milliseconds;
- a symbol that is not 1 to 16 letters, digits, dots and hyphens: it becomes part of an object's key;
- a price that is not a plain decimal number with up to nine digits before and four after the point
  (trailing zeros aside), or a size that is not a whole number of up to nine digits. Signs, exponents and
  ``NaN`` are neither, and nothing is ever rounded silently;
- an exchange that is not one capital letter. Which letters are in use is not checked: exchanges come and
  go, and no bar depends on them;
- conditions that are not one to eight hexadecimal digits;
- a timestamp that is in no calendar (30 February, second 60), or in no year that has such data;
- a price or size of zero.

Bytes that are not printable ASCII match no pattern, so a row with any is a reject by the field that has them.

**Most rows are never looked at one by one.** Rows are told by their *shape*: the row with each digit
replaced by ``0``, and each letter by one that stands for its kind. Millions of rows have some hundred shapes,
and a shape that can only be a trade's is found out once. What a shape does not show is looked for in the
whole block: an hour 24, which the engine takes for the next day's midnight. What remains, the engine notices
as it reads the block: a zero, a time that is in no calendar. Only then, and for the shapes that are not sure,
rows are looked at one by one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from .trade_file import MAX_LINE_BYTES, LineBlock

YEARS = range(1980, 2100)
"""Years that trades may be of."""
_SHAPES_REMEMBERED = 100_000


@dataclass(frozen=True)
class Field:
    """What a valid field looks like.

    Attributes:
        pattern: Regular expression that the whole field matches.
        reason: Why a row is rejected whose field does not.
    """

    pattern: str
    reason: str


FIELDS = {
    "timestamp": Field(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}\.[0-9]{3}Z",
        "timestamp is not ISO 8601 in UTC with milliseconds",
    ),
    "symbol": Field(
        r"[A-Za-z0-9][A-Za-z0-9.-]{0,15}", "symbol is not 1 to 16 letters, digits, dots and hyphens"
    ),
    "price": Field(r"[0-9]{1,9}(?:\.[0-9]{1,4}0*)?", "price is not a decimal number with at most 4 decimals"),
    "size": Field(r"[0-9]{1,9}", "size is not a whole number of at most 9 digits"),
    "exchange": Field(r"[A-Z]", "exchange is not one capital letter"),
    "conditions": Field(r"[0-9A-Fa-f]{1,8}", "conditions are not 1 to 8 hexadecimal digits"),
}
"""The columns of a trades file, in order."""

_FIELDS = [(re.compile(field.pattern), field.reason) for field in FIELDS.values()]

# Digits become 0, letters A or a if they are hexadecimal digits and G or g if not; T and Z stay, since a
# timestamp has them.
_SHAPE_OF = bytes.maketrans(
    b"0123456789BCDEFHIJKLMNOPQRSUVWXYbcdefhijklmnopqrstuvwxyz",
    b"0000000000AAAAAGGGGGGGGGGGGGGGGGaaaaaggggggggggggggggggg",
)
# Every row of such a shape matches FIELDS, but for an hour above 23.
_SURE_SHAPE = re.compile(
    rb"0000-00-00T00:00:00\.000Z,[0AGTZag][0AGTZag.-]{0,15},0{1,9}(?:\.0{1,4})?,0{1,9},[AGTZ],[0Aa]{1,8}"
)
_MIDNIGHT_24 = b"T24:00:00.000Z"
_VISIBLE_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), 127)}


@dataclass(frozen=True, slots=True)
class Reject:
    r"""A row that is no trade.

    Attributes:
        line: Its number in the file.
        reason: The first reason that applies.
        raw: Its beginning; bytes that are no printable ASCII are written as ``\xff``.
    """

    line: int
    reason: str
    raw: str


class Sieve:
    """Parts rows that are trades from those that are not; safe for threads."""

    def __init__(self) -> None:
        self._sure_shapes: set[bytes] = set()

    def sift(self, block: LineBlock, each_row: bool = False) -> tuple[bytes, list[Reject]]:
        """Return the block's trades, each with a line feed, and its rejects, both in order.

        Args:
            block: Lines.
            each_row: Look at every row. Otherwise, a row whose price or size is zero, or whose timestamp is
                in no calendar or in none of :data:`YEARS`, may be among the trades.
        """
        text = block.text
        if b"\r" in text:
            text = text.replace(b"\r\n", b"\n")
        shapes = text.translate(_SHAPE_OF).split(b"\n")
        unsure = self._unsure(set(shapes[:-1]))
        each_row = each_row or _MIDNIGHT_24 in text
        if not each_row and not unsure:
            return text, []
        trades, rejects = [], []
        for number, (row, shape) in enumerate(
            zip(text.split(b"\n")[:-1], shapes, strict=False), start=block.first_line
        ):
            reason = reject_reason(row) if each_row or shape in unsure else None
            if reason is None:
                trades.append(row)
            else:
                rejects.append(Reject(number, reason, _printable(row)))
        trades.append(b"")
        return b"\n".join(trades), rejects

    def _unsure(self, shapes: set[bytes]) -> set[bytes]:
        new = shapes - self._sure_shapes
        sure = {shape for shape in new if _SURE_SHAPE.fullmatch(shape)}
        # Replaced as a whole, so that other threads see one or the other.
        known = self._sure_shapes if len(self._sure_shapes) < _SHAPES_REMEMBERED else set()
        self._sure_shapes = known | sure if sure else known
        return new - sure


def reject_reason(row: bytes) -> str | None:
    """Return why a row is no trade, or None if it is one."""
    fields = row.decode("latin-1").split(",")
    if len(fields) != len(FIELDS):
        return f"{len(FIELDS)} fields expected, {len(fields)} found"
    return next(_reasons(fields), None)


def _reasons(fields: list[str]) -> Iterator[str]:
    for field, (pattern, reason) in zip(fields, _FIELDS, strict=True):
        if not pattern.fullmatch(field):
            yield reason
    timestamp, _, price, size, _, _ = fields
    try:
        year = datetime.fromisoformat(timestamp.removesuffix("Z")).year
    except ValueError:
        yield "timestamp is in no calendar"
    else:
        if year not in YEARS:
            yield f"year is not between {YEARS.start} and {YEARS.stop - 1}"
    if not price.strip("0."):
        yield "price is zero"
    if not size.strip("0"):
        yield "size is zero"


def _printable(row: bytes) -> str:
    text = row[:MAX_LINE_BYTES].decode("ascii", "backslashreplace")
    return text.translate(_VISIBLE_CONTROLS)[:MAX_LINE_BYTES]
