"""Aggregates the trades of one file by second.

The trades of one file become a *partial* for each symbol and day: for each second, what a merge needs (highs,
lows and sums, and the first and last price with their place in time), and the largest trades. Merging
partials is associative (:mod:`.merging`). So bars are a function of the set of trades, however they are
spread over files and whichever file comes last. Trades of the same millisecond keep their order within a
file; between files, the order of the files' names decides.
"""

import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from .formation import (
    EXEMPT_YET_PRICE,
    NO_EXTENDED_PRICE,
    NO_REGULAR_PRICE,
    NO_VOLUME,
    SESSION_END,
    SESSION_START,
    SESSION_ZONE,
    Condition,
)
from .layout import Partition
from .rows import YEARS, Reject, Sieve
from .trade_file import LineBlock

# Where a trade stands within its second: the microsecond, then the line. One integer holds both, and is much
# cheaper to compare than a pair.
LINE_BITS = 43
LARGEST_TRADES = 10
"""Trades that a day's analytics name."""
_DAY = 86_400_000_000
_WEEK = 7 * _DAY

# A second has several rows where blocks cut it. The hash of symbol and day finds those of a few partitions:
# the day comes first in it, as in the file, so that the engine passes over most rows of other days unread.
_TABLES = """
    CREATE TABLE rules (
        conditions VARCHAR,
        regular_price BOOLEAN, extended_price BOOLEAN, in_volume BOOLEAN, closing_print BOOLEAN
    );
    CREATE TABLE seconds (
        hash UBIGINT, symbol VARCHAR, date DATE, second BIGINT,
        open DECIMAL(18, 4), open_rank BIGINT, high DECIMAL(18, 4), low DECIMAL(18, 4),
        close DECIMAL(18, 4), close_rank BIGINT, volume BIGINT, turnover DECIMAL(38, 4), trade_count BIGINT
    );
    CREATE TABLE largest_packed (symbol VARCHAR, date DATE, trades HUGEINT[]);
"""

_ROWS = """
    read_csv(
        $path,
        columns = {
            timestamp: 'TIMESTAMP', symbol: 'VARCHAR', price: 'DECIMAL(18, 4)', size: 'BIGINT',
            exchange: 'VARCHAR', conditions: 'VARCHAR'
        },
        auto_detect = false, header = false, delim = ',', quote = '', escape = '', new_line = '\\n'
    )
"""
_READ_TRADES = f"""
    CREATE OR REPLACE TEMP TABLE trades AS
    SELECT
        line, epoch_us(timestamp) AS us, symbol, price, size, exchange,
        regular_price, extended_price, in_volume, closing_print
    FROM (SELECT row_number() OVER () + $lines_before AS line, * FROM {_ROWS})
    JOIN rules USING (conditions)
"""  # noqa: S608 - put together from this package's constants only
_LOCAL_TIME = f"epoch_us(timezone('{SESSION_ZONE}', timezone('UTC', make_timestamp(us))))"
_SPAN = f"""
    SELECT min(us), max(us), any_value(offset_us), count(DISTINCT offset_us)
    FROM (
        SELECT us, {_LOCAL_TIME} - us AS offset_us
        FROM (SELECT unnest([min(us), max(us)]) AS us FROM trades)
    )
"""  # noqa: S608 - put together from this package's constants only
_COUNT = f"""
    SELECT count(*), min(price) > 0 AND min(size) > 0
        AND min(us) >= epoch_us(TIMESTAMP '{YEARS.start}-01-01')
        AND max(us) < epoch_us(TIMESTAMP '{YEARS.stop}-01-01')
    FROM trades
"""  # noqa: S608 - put together from this package's constants only
# What conditions say of a trade is found out once for all trades that have the same.
_LEARN_RULES = f"""
    INSERT INTO rules
    SELECT
        conditions,
        bits & {NO_REGULAR_PRICE:d} = 0
            AND (bits & {Condition.TRADE_THROUGH_EXEMPT:d} = 0 OR bits & {EXEMPT_YET_PRICE:d} <> 0),
        bits & {NO_EXTENDED_PRICE:d} = 0,
        bits & {NO_VOLUME:d} = 0,
        bits & {Condition.CLOSING_PRINT:d} <> 0
    FROM (SELECT DISTINCT conditions, ('0x' || conditions)::BIGINT AS bits FROM {_ROWS})
    WHERE conditions NOT IN (SELECT conditions FROM rules)
"""  # noqa: S608 - put together from this package's constants only


def _microseconds(time: str) -> int:
    hours, minutes = time.split(":")
    return (int(hours) * 60 + int(minutes)) * 60_000_000


_START, _END = _microseconds(SESSION_START), _microseconds(SESSION_END)


def _block_seconds(local_time: str) -> str:
    """The query that aggregates a block's trades, given how the time in New York comes out of ``us``."""
    return f"""
    INSERT INTO seconds
    WITH timed AS (
        SELECT
            *,
            {local_time} // {_DAY} AS day,
            {local_time} % {_DAY} AS time_of_day,
            closing_print AND time_of_day >= {_END} AS late_closing_print
        FROM trades
    ),
    formed AS (
        SELECT
            symbol,
            day,
            price,
            CASE WHEN late_closing_print THEN us - time_of_day + {_END} - 1 ELSE us END AS moment,
            ((moment % 1000000) << {LINE_BITS}) + line AS rank,
            CASE WHEN late_closing_print OR time_of_day BETWEEN {_START} AND {_END} - 1
                THEN regular_price ELSE extended_price
            END AS forms_price,
            CASE WHEN in_volume THEN size END AS volume
        FROM timed
    )
    SELECT
        (day::UBIGINT << 48) | (hash(symbol) >> 16),
        symbol,
        DATE '1970-01-01' + day::INTEGER AS date,
        moment // 1000000 AS second,
        arg_min(price, rank) FILTER (forms_price) AS open,
        min(rank) FILTER (forms_price) AS open_rank,
        max(price) FILTER (forms_price) AS high,
        min(price) FILTER (forms_price) AS low,
        arg_max(price, rank) FILTER (forms_price) AS close,
        max(rank) FILTER (forms_price) AS close_rank,
        coalesce(sum(volume), 0)::BIGINT AS volume,
        coalesce(sum(price::DECIMAL(28, 4) * volume::DECIMAL(10, 0)), 0)::DECIMAL(38, 4) AS turnover,
        count(volume) AS trade_count
    FROM formed
    GROUP BY symbol, day, second
    HAVING count(*) FILTER (forms_price OR volume IS NOT NULL) > 0
    """  # noqa: S608 - put together from this package's constants only


# The largest trades: by size, then the earlier, the higher price, the later letter. Trades that agree in all
# of it are alike, so it does not matter which of them are named. One integer holds it all, since the engine
# finds the greatest integers without sorting. Its time is counted in UTC from the midnight that the day of
# New York would have there, so that no hour is ambiguous.
_MILLISECONDS, _PRICES, _LETTERS = 1 << 27, 1 << 44, 1 << 5


def _block_largest(local_time: str) -> str:
    return f"""
    INSERT INTO largest_packed
    SELECT symbol, DATE '1970-01-01' + day::INTEGER, max(packed, {LARGEST_TRADES})
    FROM (
        SELECT
            symbol,
            {local_time} // {_DAY} AS day,
            (size * {_MILLISECONDS} + {_MILLISECONDS - 1} - (us - day * {_DAY}) // 1000)::HUGEINT
                * {_PRICES * _LETTERS}
                + ((price * 10000)::BIGINT * {_LETTERS} + ascii(exchange) - 65) AS packed
        FROM trades
        WHERE in_volume
    )
    GROUP BY symbol, day
    """  # noqa: S608 - put together from this package's constants only


_UNPACK_LARGEST = f"""
    CREATE TABLE largest AS
    SELECT
        symbol,
        date,
        (packed // {_MILLISECONDS * _PRICES * _LETTERS})::BIGINT AS size,
        timezone('UTC', date + to_milliseconds(
            ({_MILLISECONDS - 1} - packed // {_PRICES * _LETTERS} % {_MILLISECONDS})::BIGINT
        )) AS time,
        ((packed // {_LETTERS} % {_PRICES})::DECIMAL(18, 0) * 0.0001)::DECIMAL(18, 4) AS price,
        chr((packed % {_LETTERS})::INTEGER + 65) AS exchange
    FROM (
        SELECT symbol, date, unnest(max(packed, {LARGEST_TRADES})) AS packed
        FROM (SELECT symbol, date, unnest(trades) AS packed FROM largest_packed)
        GROUP BY symbol, date
    )
"""  # noqa: S608 - put together from this package's constants only


_COVERED = "SELECT hash, symbol, date, count(*) FROM seconds GROUP BY ALL ORDER BY hash"


@dataclass(frozen=True)
class Seconds:
    """Where a partition's seconds are.

    Attributes:
        hash: What they are found by.
        rows: Their number.
    """

    hash: int
    rows: int


class Aggregation:
    """The trades of one file, aggregated by second.

    Memory is bounded: blocks are aggregated as they come, and the engine moves what exceeds its limit to the
    working directory. Use as a context manager; blocks may be added from several threads.
    """

    def __init__(self, directory: Path, memory_limit_mb: int) -> None:
        """Open an empty aggregation.

        Args:
            directory: Existing directory for working files.
            memory_limit_mb: What the engine may hold in memory.
        """
        self._directory = directory
        self._sieve = Sieve()
        self._learning = threading.Lock()
        self._engine = _engine(directory, memory_limit_mb)
        self._engine.execute(_TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engine.close()

    def add(self, block: LineBlock) -> list[Reject]:
        """Aggregate a block's trades, and return its other rows in order.

        Raises:
            RuntimeError: A row is neither trade nor reject: a defect of this package, as nothing may be lost.
        """
        path = self._directory / f"block-{block.first_line}.csv"
        rejects: list[Reject] = []
        try:
            with self._engine.cursor() as cursor:
                for each_row in (False, True):
                    text, rejects = self._sieve.sift(block, each_row)
                    if not text:
                        break
                    path.write_bytes(text)
                    if self._read(cursor, path, block.first_line, block.line_count - len(rejects)):
                        _aggregate(cursor)
                        break
                else:
                    raise RuntimeError(
                        f"rows from line {block.first_line} on look like trades but cannot be read"
                    )
        finally:
            path.unlink(missing_ok=True)
        return rejects

    def finish(self) -> dict[Partition, Seconds]:
        """Return what the trades cover, once all blocks are added; neighbours are found together quickly.

        Raises:
            RuntimeError: Two partitions have the same hash, whose bits for the symbol are 48.
        """
        self._engine.execute(_UNPACK_LARGEST)
        covered = {
            Partition(symbol, day): Seconds(number, rows)
            for number, symbol, day, rows in self._engine.execute(_COVERED).fetchall()
        }
        if len({each.hash for each in covered.values()}) < len(covered):
            raise RuntimeError("two symbols and days have the same hash")
        return covered

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return a connection to the engine, for one thread, which has to be closed.

        Its tables are ``seconds``, by ``hash`` and with several rows where blocks cut a second, and
        ``largest``, the largest trades.
        """
        return self._engine.cursor()

    def _read(self, cursor: duckdb.DuckDBPyConnection, path: Path, first_line: int, count: int) -> bool:
        """Read rows that look like trades, and return whether all of them are."""
        parameters = {"path": str(path)}
        try:
            for _ in range(2):
                cursor.execute(_READ_TRADES, {**parameters, "lines_before": first_line - 1})
                ((found, valid),) = cursor.execute(_COUNT).fetchall()
                if found == count:
                    return bool(valid)
                with self._learning:  # some have conditions that were never seen before
                    cursor.execute(_LEARN_RULES, parameters)
        except duckdb.ConversionException:  # a time that is in no calendar
            return False
        raise RuntimeError(f"of {count} rows from line {first_line} on, {found} are trades")


def _aggregate(cursor: duckdb.DuckDBPyConnection) -> None:
    ((first, last, offset, offsets),) = cursor.execute(_SPAN).fetchall()
    # New York never changes its clocks twice in a week. Where one offset holds for all, adding it is much
    # cheaper than the engine's calendar.
    local_time = f"(us + {offset:d})" if offsets == 1 and last - first < _WEEK else _LOCAL_TIME
    cursor.execute(_block_seconds(local_time))
    cursor.execute(_block_largest(local_time))


def _engine(directory: Path, memory_limit_mb: int) -> duckdb.DuckDBPyConnection:
    """An engine that never reaches for the network, and keeps rows in order (one thread per query)."""
    engine = duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": f"{memory_limit_mb}MB",
            "temp_directory": str(directory),
            "threads": "1",
        }
    )
    engine.execute("SET TimeZone = 'UTC'")
    return engine
