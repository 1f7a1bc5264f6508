"""The database: locks by symbol and day, bars of a minute and longer, analytics."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
from database.connection import Connections

from .layout import Partition
from .merging import Results

_LOCK = "SELECT pg_advisory_xact_lock(%s)"
# Kept with the connection, emptied with each transaction.
_NEW_ROWS = (
    """
    CREATE TEMPORARY TABLE IF NOT EXISTS new_bars (LIKE market.bars INCLUDING INDEXES)
    ON COMMIT DELETE ROWS
    """,
    """
    CREATE TEMPORARY TABLE IF NOT EXISTS new_analytics (LIKE market.daily_analytics INCLUDING INDEXES)
    ON COMMIT DELETE ROWS
    """,
)
_COPY_BARS = """
    COPY pg_temp.new_bars
        (symbol, interval_seconds, start, date, open, high, low, close, volume, vwap, trade_count)
    FROM STDIN (FORMAT csv)
"""
_COPY_ANALYTICS = """
    COPY pg_temp.new_analytics (symbol, date, realized_volatility, twap, largest_trades)
    FROM STDIN (FORMAT csv)
"""
_DELETE_BARS = """
    DELETE FROM market.bars AS old
    USING unnest(%(symbols)s::text[], %(dates)s::date[]) AS day (symbol, date)
    WHERE old.symbol = day.symbol
        AND old.interval_seconds IN (60, 300, 3600, 86400)
        AND old.start >= day.date::timestamp AT TIME ZONE 'America/New_York'
        AND old.start < (day.date + 1)::timestamp AT TIME ZONE 'America/New_York'
        AND NOT EXISTS (
            SELECT FROM pg_temp.new_bars AS new
            WHERE (new.symbol, new.interval_seconds, new.start)
                = (old.symbol, old.interval_seconds, old.start)
        )
"""
_DELETE_ANALYTICS = """
    DELETE FROM market.daily_analytics AS old
    USING unnest(%(symbols)s::text[], %(dates)s::date[]) AS day (symbol, date)
    WHERE (old.symbol, old.date) = (day.symbol, day.date)
        AND NOT EXISTS (
            SELECT FROM pg_temp.new_analytics AS new WHERE (new.symbol, new.date) = (old.symbol, old.date)
        )
"""
_UPSERT_BARS = """
    INSERT INTO market.bars AS old
        (symbol, interval_seconds, start, date, open, high, low, close, volume, vwap, trade_count)
    SELECT symbol, interval_seconds, start, date, open, high, low, close, volume, vwap, trade_count
    FROM pg_temp.new_bars
    ON CONFLICT (symbol, interval_seconds, start) DO UPDATE SET
        date = excluded.date, open = excluded.open, high = excluded.high, low = excluded.low,
        close = excluded.close, volume = excluded.volume, vwap = excluded.vwap,
        trade_count = excluded.trade_count
    WHERE (old.date, old.open, old.high, old.low, old.close, old.volume, old.vwap, old.trade_count)
        IS DISTINCT FROM (
            excluded.date, excluded.open, excluded.high, excluded.low, excluded.close, excluded.volume,
            excluded.vwap, excluded.trade_count
        )
"""
_UPSERT_ANALYTICS = """
    INSERT INTO market.daily_analytics AS old (symbol, date, realized_volatility, twap, largest_trades)
    SELECT symbol, date, realized_volatility, twap, largest_trades FROM pg_temp.new_analytics
    ON CONFLICT (symbol, date) DO UPDATE SET
        realized_volatility = excluded.realized_volatility, twap = excluded.twap,
        largest_trades = excluded.largest_trades
    WHERE (old.realized_volatility, old.twap, old.largest_trades)
        IS DISTINCT FROM (excluded.realized_volatility, excluded.twap, excluded.largest_trades)
"""


class Database:
    """What the database keeps of symbols and days."""

    def __init__(self, connections: Connections) -> None:
        """Use ``connections``, whose user may write both tables."""
        self._connections = connections

    @contextmanager
    def exclusive(self, partitions: Sequence[Partition]) -> Iterator["Rows"]:
        """Be alone with these until the end of the transaction that this is.

        The locks are taken in one order by everybody, so that nobody waits in a circle.

        Raises:
            psycopg.Error: The database can't be reached; or somebody else has a lock for longer than the
                role's ``lock_timeout``.
        """
        with self._connections.connection() as connection, connection.transaction():
            for lock in sorted(map(_lock, partitions)):
                connection.execute(_LOCK, [lock])
            yield Rows(connection)


class Rows:
    """The rows of partitions that are locked."""

    def __init__(self, connection: psycopg.Connection) -> None:
        """Use ``connection``, which is in the transaction that has the locks."""
        self._connection = connection

    def replace(self, results: Results) -> None:
        """Replace the partitions' rows; those that stay the same are not written."""
        for statement in _NEW_ROWS:
            self._connection.execute(statement)
        days = {
            "symbols": [each.symbol for each in results.partitions],
            "dates": [each.date for each in results.partitions],
        }
        with self._connection.cursor() as cursor:
            _copy(cursor, _COPY_BARS, results.bar_rows)
            _copy(cursor, _COPY_ANALYTICS, results.analytics_rows)
            cursor.execute(_DELETE_BARS, days)
            cursor.execute(_DELETE_ANALYTICS, days)
            cursor.execute(_UPSERT_BARS)
            cursor.execute(_UPSERT_ANALYTICS)


def _copy(cursor: psycopg.Cursor, statement: str, path: Path) -> None:
    with path.open("rb") as file, cursor.copy(statement) as copy:
        while data := file.read(1 << 20):
            copy.write(data)


def _lock(partition: Partition) -> int:
    """The partition's lock: PostgreSQL knows them by signed integers of eight bytes."""
    digest = hashlib.sha256(f"market data {partition.folder}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
