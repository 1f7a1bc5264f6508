"""Queries for bars: what may be asked, and paging with opaque cursors. Knows no AWS."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from analytics_api.problems import bad_request

INTERVALS = ("1m",)
MAX_SPAN = timedelta(days=31)
DEFAULT_LIMIT = 500
MAX_LIMIT = 1000
SYMBOL = re.compile(r"[A-Z][A-Z0-9.]{0,11}")


@dataclass(frozen=True)
class BarQuery:
    """A page of bars.

    Attributes:
        symbol: Ticker symbol.
        interval: Length of a bar.
        start: Earliest start, inclusive.
        end: Latest start, exclusive.
        limit: Bars a page.
    """

    symbol: str
    interval: str
    start: datetime
    end: datetime
    limit: int


class BarStore(Protocol):
    """Where bars are kept."""

    def symbols(self) -> list[str]:
        """Return the symbols that bars are held of, in order."""

    def bars(self, query: BarQuery, limit: int) -> list[dict[str, Any]]:
        """Return up to ``limit`` bars in the order of their ``start``, which is an aware datetime."""


def parse_query(symbol: str, parameters: Mapping[str, str]) -> BarQuery:
    """Read a query.

    Args:
        symbol: The symbol in the path.
        parameters: The query string.

    Raises:
        Problem: A parameter is missing or not allowed.
    """
    if not SYMBOL.fullmatch(symbol):
        raise bad_request("symbol is a ticker symbol in capitals")
    if (interval := parameters.get("interval", "")) not in INTERVALS:
        raise bad_request(f"interval is one of {', '.join(INTERVALS)}")
    start, end = _moment("from", parameters), _moment("to", parameters)
    if not timedelta() < end - start <= MAX_SPAN:
        raise bad_request(f"to is after from, and at most {MAX_SPAN.days} days after it")
    limit = parameters.get("limit", str(DEFAULT_LIMIT))
    if not re.fullmatch(r"[0-9]{1,4}", limit) or not 1 <= int(limit) <= MAX_LIMIT:
        raise bad_request(f"limit is a whole number from 1 to {MAX_LIMIT}")
    if "cursor" in parameters:
        cursor = _decode(parameters["cursor"])
        if not start <= cursor < end:
            raise bad_request("cursor belongs to another query")
        start = cursor
    return BarQuery(symbol, interval, start, end, int(limit))


def page(store: BarStore, query: BarQuery) -> dict[str, Any]:
    """Answer a query: the page's bars and, where there are more, the cursor of the next page."""
    bars = store.bars(query, query.limit + 1)
    answer: dict[str, Any] = {
        "symbol": query.symbol,
        "interval": query.interval,
        "bars": [{**bar, "start": bar["start"].isoformat()} for bar in bars[: query.limit]],
    }
    if len(bars) > query.limit:
        answer["next"] = _encode(bars[query.limit]["start"])
    return answer


def _moment(name: str, parameters: Mapping[str, str]) -> datetime:
    try:
        moment = datetime.fromisoformat(parameters[name])
        if moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(UTC)
    except (KeyError, ValueError, OverflowError):
        raise bad_request(f"{name} is a moment with its zone, such as 2013-10-07T13:30:00Z") from None


def _encode(moment: datetime) -> str:
    return base64.urlsafe_b64encode(moment.isoformat().encode()).decode().rstrip("=")


def _decode(cursor: str) -> datetime:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError
        return moment
    except (binascii.Error, ValueError):
        raise bad_request("cursor is the next value of the page before") from None
