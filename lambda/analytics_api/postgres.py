"""Bars and analytics in PostgreSQL. Statements are constants with parameters, prepared once a connection."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import psycopg
from database.connection import Connections

from analytics_api.bars import INTERVAL_SECONDS, BarQuery
from analytics_api.problems import UnavailableError

# The page comes straight from the primary key, in its order. PostgreSQL writes the JSON: numeric has exactly
# the decimals that are held, and nothing here has to make rows of it.
_BARS = """
SELECT row_to_json(bar)::text
FROM (
    SELECT to_char(start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"') AS start,
           trim_scale(open) AS open, trim_scale(high) AS high, trim_scale(low) AS low,
           trim_scale(close) AS close, volume, trim_scale(vwap) AS vwap, trade_count
    FROM market.bars
    WHERE symbol = %(symbol)s AND interval_seconds = %(interval_seconds)s
      AND bars.start > %(after)s AND bars.start < %(end)s
    ORDER BY bars.start
    LIMIT %(limit)s
) AS bar
"""

# The order keeps to the primary key: without it, the planner may read the whole table up to the symbol.
_HAS_SYMBOL = """
SELECT true FROM market.bars WHERE symbol = %(symbol)s ORDER BY interval_seconds, start LIMIT 1
"""

# A loose index scan: one step down the primary key for each symbol, whatever the number of bars.
_SYMBOLS = """
WITH RECURSIVE symbols (symbol) AS (
    SELECT min(symbol) FROM market.bars
    UNION ALL
    SELECT (SELECT min(bars.symbol) FROM market.bars WHERE bars.symbol > symbols.symbol)
    FROM symbols WHERE symbols.symbol IS NOT NULL
)
SELECT symbol FROM symbols WHERE symbol IS NOT NULL ORDER BY symbol
"""

_ANALYTICS = """
SELECT row_to_json(day)::text
FROM (
    SELECT symbol, date, realized_volatility, trim_scale(twap) AS twap,
           (
               SELECT coalesce(json_agg(json_build_object(
                   'time', trade ->> 'time', 'price', trim_scale((trade ->> 'price')::numeric),
                   'size', trade -> 'size', 'exchange', trade ->> 'exchange'
               ) ORDER BY place), '[]')
               FROM jsonb_array_elements(largest_trades) WITH ORDINALITY AS trades (trade, place)
           ) AS largest_trades
    FROM market.daily_analytics
    WHERE symbol = %(symbol)s AND date = %(date)s
) AS day
"""


class PostgresMarketData:
    """What the market-data processor keeps in the database. Any method may raise ``UnavailableError``."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def bars(self, query: BarQuery) -> Sequence[str]:
        """Return bars, each as a JSON object."""
        return self._column(
            _BARS,
            symbol=query.symbol,
            interval_seconds=INTERVAL_SECONDS[query.interval],
            after=query.after,
            end=query.end,
            limit=query.limit,
        )

    def symbols(self) -> Sequence[str]:
        """Return the symbols that bars are held of, in order."""
        return self._column(_SYMBOLS)

    def has(self, symbol: str) -> bool:
        """Return whether bars are held of a symbol."""
        return bool(self._column(_HAS_SYMBOL, symbol=symbol))

    def analytics(self, symbol: str, day: date) -> str | None:
        """Return the analytics of a day as a JSON object; None where there are none."""
        return next(iter(self._column(_ANALYTICS, symbol=symbol, date=day)), None)

    def _column(self, statement: Any, **parameters: object) -> list[Any]:
        with _availability(), self._connections.connection() as connection:
            rows = connection.execute(statement, parameters, prepare=True).fetchall()
        return [row[0] for row in rows]


@contextmanager
def _availability() -> Iterator[None]:
    """Tell a database that is away, or too slow, from a fault of ours."""
    try:
        yield
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise UnavailableError("DatabaseUnavailable") from error
