"""Bars: what may be asked of them, and their pages with opaque cursors. Knows no AWS and no database."""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from analytics_api.problems import bad_parameter

SECONDS = "1s"
"""The one interval that only the Parquet objects have."""

INTERVAL_SECONDS: Mapping[str, int] = {SECONDS: 1, "1m": 60, "5m": 300, "1h": 3600, "1d": 86_400}

MAX_SPAN_OF_SECONDS = timedelta(hours=24)
"""One-second bars are read from the objects of whole days, so a query may touch two of them."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DIGEST_BYTES = 8


@dataclass(frozen=True)
class BarQuery:
    """A page of bars.

    Attributes:
        symbol: Ticker symbol.
        interval: Length of a bar, one of ``INTERVAL_SECONDS``.
        after: Latest moment before the earliest start.
        end: Latest start, exclusive.
        limit: Bars at most.
    """

    symbol: str
    interval: str
    after: datetime
    end: datetime
    limit: int


class BarStore(Protocol):
    """Where bars are kept."""

    def bars(self, query: BarQuery) -> Sequence[str]:
        """Return bars in the order of their start, each as a JSON object; ``start`` is ISO 8601 in UTC.

        They stay text, since nothing between the store and the caller has to know their members.
        """


def page(store: BarStore, arguments: Mapping[str, Any]) -> tuple[str, bool]:
    """Answer a query.

    Args:
        store: Where the bars are.
        arguments: ``symbol``, ``interval``, ``from``, ``to``, ``limit`` and maybe ``cursor``, as described.

    Returns:
        The page as a JSON object, and whether it has no bars.

    Raises:
        Problem: The span is not allowed, or the cursor is of another query.
    """
    symbol, interval, limit = arguments["symbol"], arguments["interval"], arguments["limit"]
    start, end = arguments["from"], arguments["to"]
    if end <= start:
        raise bad_parameter("to", "is after from")
    if interval == SECONDS and end - start > MAX_SPAN_OF_SECONDS:
        raise bad_parameter("to", "is at most 24 hours after from where interval is 1s")
    query_digest = f"{symbol} {interval} {start.isoformat()} {end.isoformat()}"
    cursor = arguments.get("cursor")
    after = _decode(cursor, query_digest) if cursor else start - _MICROSECOND
    # One more than asked for tells whether there is another page.
    bars = store.bars(BarQuery(symbol, interval, after, end, limit + 1))
    shown = bars[:limit]
    following = ""
    if len(bars) > limit:
        last = datetime.fromisoformat(json.loads(shown[-1])["start"])
        following = f',"next":"{_encode(last, query_digest)}"'
    text = f'{{"symbol":"{symbol}","interval":"{interval}","bars":[{",".join(shown)}]{following}}}'
    return text, not bars


def _encode(last: datetime, query: str) -> str:
    """Return the cursor of the bars after ``last``.

    It is bound to its query by a digest, against mistakes: a client that forges one gets no bars that it
    could not ask for anyway.
    """
    position = ((last - _EPOCH) // _MICROSECOND).to_bytes(8, "big")
    return base64.urlsafe_b64encode(position + _digest(position, query)).decode().rstrip("=")


def _decode(cursor: str, query: str) -> datetime:
    try:
        content = base64.b64decode(f"{cursor}==", altchars=b"-_", validate=True)
        last = _EPOCH + int.from_bytes(content[:8], "big") * _MICROSECOND
    except (binascii.Error, OverflowError):
        last = _EPOCH
    # Encoded again, since several texts decode to the same bytes.
    if _encode(last, query) != cursor:
        raise bad_parameter("cursor", "is the next value of the page before, of the same query")
    return last


def _digest(position: bytes, query: str) -> bytes:
    return hashlib.blake2b(position + query.encode(), digest_size=_DIGEST_BYTES).digest()
