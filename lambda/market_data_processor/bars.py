"""Which trades form a bar, and how bars merge.

**Rows.** A row is a trade if its six fields match :data:`FIELD_PATTERNS`, its timestamp exists in the calendar, and
price and size are above zero. Any other row is a reject with its line number and the first reason that applies:

- a wrong number of fields (an empty line has one, quoted text splits at its commas);
- a timestamp that is not ISO 8601 in UTC with milliseconds, or that no calendar has (30 February, second 60);
- a symbol that is not letters, digits, dots and hyphens (it becomes part of an object key), 16 at most;
- a price that is no plain decimal number with up to nine digits before and four after the point (trailing zeros
  aside), or a size that is no whole number of up to nine digits. ``NaN``, signs and exponents are none of these,
  and nothing is rounded silently;
- an exchange that is not one capital letter. Which letters are in use is not checked: exchanges come and go, and
  no bar depends on them;
- conditions that are not one to eight hexadecimal digits;
- bytes that are not printable ASCII, wherever they stand: they match no pattern.

**Sessions.** The regular session is 09:30 to 16:00 in New York, its end excluded, on every day; daylight saving
time comes from the time-zone data inside the engine. The days on which the exchanges close early count as full
days: the trades after the early close carry the flags that the rule below looks at. A trade's day is the date in
New York.

**Formation** (measured against a vendor's bars; see the constants below). Every trade forms the price, the volume,
both or neither. A closing print that is reported after the session's end counts as the session's last trade.
A bar whose trades count in the volume but form no price has null prices: so volumes add up exactly from each
interval to the next. VWAP weighs the trades that make up the volume: vwap times volume is the turnover.

**Merging.** The trades of one file are first aggregated by second into a *partial*. A partial says of each second
what a merge needs: highs, lows and sums, and the first and last price with their times. Merging partials is
associative, and bars of any interval come out of it: bars are a function of the set of trades, however they are
spread over files, and whichever file arrives last. Trades of the same microsecond keep their order within the
file; between files, the order of the files' names decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntFlag
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from .trade_file import COLUMNS, LineBlock


class Condition(IntFlag):
    """Sale conditions that decide whether a trade forms a bar (AlgoSeek's flags for US equity trades)."""

    REGULAR = 0x1
    CASH = 0x2
    NEXT_DAY = 0x4
    INTERMARKET_SWEEP = 0x20
    CLOSING_PRINT = 0x80
    CROSS = 0x200000
    OFFICIAL_CLOSE = 0x1000000
    OFFICIAL_OPEN = 0x4000000
    TRADE_THROUGH_EXEMPT = 0x20000000


NO_REGULAR_PRICE = Condition.INTERMARKET_SWEEP | Condition.CROSS | Condition.OFFICIAL_OPEN
"""In the regular session, a trade with any of these forms no price."""
TRADE_THROUGH_SETTLEMENTS = Condition.REGULAR | Condition.CASH | Condition.NEXT_DAY
"""In the regular session, a trade-through exempt trade forms the price only if it has any of these."""
NO_EXTENDED_PRICE = Condition.OFFICIAL_CLOSE
"""Outside the regular session, a trade with this forms no price."""
NO_VOLUME = Condition.OFFICIAL_OPEN | Condition.OFFICIAL_CLOSE | Condition.CROSS
"""A trade with any of these repeats other trades and counts in no volume."""

FIELD_PATTERNS = {
    "timestamp": r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):\d\d:\d\d\.\d{3}Z",
    "symbol": r"[A-Za-z0-9][A-Za-z0-9.-]{0,15}",
    "price": r"\d{1,9}(\.\d{1,4}0*)?",
    "size": r"\d{1,9}",
    "exchange": r"[A-Z]",
    "conditions": r"[0-9A-Fa-f]{1,8}",
}
_FIELD_REASONS = {
    "timestamp": "timestamp is not ISO 8601 in UTC with milliseconds",
    "symbol": "symbol is not 1 to 16 letters, digits, dots or hyphens",
    "price": "price is not a decimal number with at most 4 decimals",
    "size": "size is not a whole number",
    "exchange": "exchange is not one capital letter",
    "conditions": "conditions are not 1 to 8 hexadecimal digits",
}

_FIELD_CHECKS = "\n".join(
    f"WHEN NOT regexp_full_match(fields[{position}], '{FIELD_PATTERNS[column]}') THEN '{_FIELD_REASONS[column]}'"
    for position, column in enumerate(COLUMNS, start=1)
)
_LINE_PATTERN = ",".join(FIELD_PATTERNS[column] for column in COLUMNS)
# NULL for a trade, as every branch is false.
_REASON = f"""
    CASE
        WHEN len(fields) <> {len(COLUMNS)} THEN format('{len(COLUMNS)} fields expected, {{}} found', len(fields))
        {_FIELD_CHECKS}
        WHEN try_cast(fields[1] AS TIMESTAMP) IS NULL THEN 'timestamp is in no calendar'
        WHEN try_cast(fields[3] AS DECIMAL(18, 4)) = 0 THEN 'price is zero'
        WHEN try_cast(fields[4] AS BIGINT) = 0 THEN 'size is zero'
    END
"""
# The engine reads lines, not columns: it is given a delimiter that no line holds, and no quotation mark.
_NUMBERED_LINES = """
    SELECT row_number() OVER () - 1 + $first_line AS number, coalesce(line, '') AS line, string_split(line, ',') AS fields
    FROM read_csv($path, columns = {line: 'VARCHAR'}, auto_detect = false, header = false, strict_mode = false,
                  delim = '\x01', quote = '', escape = '', new_line = '\\n')
"""
# Where a trade stands within its second: the microsecond, then the line. Both fit one integer, which is much cheaper
# to compare than a pair.
_LINE_BITS = 43
_SECONDS_OF_BLOCK = f"""
    CREATE OR REPLACE TEMP TABLE block_seconds AS
    WITH numbered AS ({_NUMBERED_LINES}),
    trades AS (
        SELECT
            number,
            fields[2] AS symbol,
            try_cast(fields[3] AS DECIMAL(18, 4)) AS price,
            try_cast(fields[4] AS BIGINT) AS size,
            try_cast('0x' || fields[6] AS BIGINT) AS conditions,
            try_cast(fields[1] AS TIMESTAMP) AS utc,
            timezone('America/New_York', timezone('UTC', utc)) AS local,
            local::DATE AS date,
            local::TIME >= TIME '16:00' AS ended,
            ended AND conditions & {Condition.CLOSING_PRINT:d} <> 0 AS late_closing_print
        FROM numbered
        WHERE regexp_full_match(line, '{_LINE_PATTERN}')
    ),
    formed AS (
        SELECT
            symbol,
            date,
            price,
            size,
            CASE WHEN price > 0 AND size > 0 THEN epoch_us(
                CASE WHEN late_closing_print
                THEN utc - (local - date) + INTERVAL '16:00:00' - INTERVAL 1 MICROSECOND
                ELSE utc END) END AS moment,
            ((moment % 1000000) << {_LINE_BITS}) + number AS rank,
            CASE WHEN late_closing_print OR (NOT ended AND local::TIME >= TIME '09:30')
                THEN conditions & {NO_REGULAR_PRICE:d} = 0
                    AND (conditions & {Condition.TRADE_THROUGH_EXEMPT:d} = 0
                        OR conditions & {TRADE_THROUGH_SETTLEMENTS:d} <> 0)
                ELSE conditions & {NO_EXTENDED_PRICE:d} = 0 END AS forms_price,
            conditions & {NO_VOLUME:d} = 0 AS counts_in_volume
        FROM trades
    )
    SELECT
        symbol,
        date,
        moment // 1000000 AS second,
        arg_min(price, rank) FILTER (forms_price) AS open,
        min(rank) FILTER (forms_price) AS open_rank,
        max(price) FILTER (forms_price) AS high,
        min(price) FILTER (forms_price) AS low,
        arg_max(price, rank) FILTER (forms_price) AS close,
        max(rank) FILTER (forms_price) AS close_rank,
        coalesce(sum(size) FILTER (counts_in_volume), 0)::BIGINT AS volume,
        coalesce(sum(price * size::DECIMAL(18, 0)) FILTER (counts_in_volume), 0)::DECIMAL(38, 4) AS turnover,
        count(*) FILTER (counts_in_volume) AS trade_count,
        count(*) AS rows
    FROM formed
    GROUP BY ALL
"""
_TABLES = """
    CREATE TABLE seconds (
        symbol VARCHAR, date DATE, second BIGINT,
        open DECIMAL(18, 4), open_rank BIGINT, high DECIMAL(18, 4), low DECIMAL(18, 4),
        close DECIMAL(18, 4), close_rank BIGINT, volume BIGINT, turnover DECIMAL(38, 4), trade_count BIGINT
    );
    CREATE TABLE rejects (line BIGINT, reason VARCHAR, raw VARCHAR);
"""
_ACCOUNTED = "SELECT coalesce(sum(rows), 0)::BIGINT FROM block_seconds WHERE second IS NOT NULL"
_KEEP_SECONDS = "INSERT INTO seconds SELECT * EXCLUDE (rows) FROM block_seconds WHERE second IS NOT NULL"
_KEEP_REJECTS = f"""
    INSERT INTO rejects
    SELECT number, {_REASON} AS reason, line FROM ({_NUMBERED_LINES}) WHERE reason IS NOT NULL
"""
_MERGED_SECONDS = """
    CREATE TABLE partial AS
    SELECT
        symbol,
        date,
        second,
        arg_min(open, open_rank) AS open,
        min(open_rank) AS open_rank,
        max(high) AS high,
        min(low) AS low,
        arg_max(close, close_rank) AS close,
        max(close_rank) AS close_rank,
        sum(volume)::BIGINT AS volume,
        sum(turnover)::DECIMAL(38, 4) AS turnover,
        sum(trade_count)::BIGINT AS trade_count
    FROM seconds
    GROUP BY ALL
    HAVING count(high) > 0 OR sum(trade_count) > 0
    ORDER BY ALL
"""
_PARTIAL = """
    SELECT $source AS source, second, open, open_rank, high, low, close, close_rank, volume, turnover, trade_count
    FROM partial
    WHERE symbol = $symbol AND date = $date
    ORDER BY second
"""
_BARS = f"""
    WITH seconds AS (
        SELECT
            *,
            second - second % $seconds AS bar,
            (second, open_rank >> {_LINE_BITS}, source, open_rank) AS opened,
            (second, close_rank >> {_LINE_BITS}, source, close_rank) AS closed
        FROM read_parquet($paths)
    )
    SELECT
        to_timestamp(bar) AS start,
        arg_min(open, opened) FILTER (open IS NOT NULL) AS open,
        max(high) AS high,
        min(low) AS low,
        arg_max(close, closed) FILTER (close IS NOT NULL) AS close,
        sum(volume)::BIGINT AS volume,
        (sum(turnover) / nullif(sum(volume), 0))::DECIMAL(18, 6) AS vwap,
        sum(trade_count)::BIGINT AS trade_count
    FROM seconds
    GROUP BY bar
    ORDER BY bar
"""


@dataclass(frozen=True, order=True)
class Partition:
    """What one object of bars or of a partial covers.

    Attributes:
        symbol: The traded instrument, as in the trades.
        date: The trading day in New York.
    """

    symbol: str
    date: date


class Aggregation:
    """The trades of one file, aggregated by second, and the rows that are no trades.

    Memory is bounded: blocks are aggregated as they come, and the engine moves what exceeds its limit to the working
    directory. Use as a context manager; blocks may be added from several threads.
    """

    def __init__(self, directory: Path, memory_limit_mb: int) -> None:
        """Open an empty aggregation.

        Args:
            directory: Existing empty directory for working files.
            memory_limit_mb: What the engine may hold in memory.
        """
        self._directory = directory
        self._engine = _engine(directory, memory_limit_mb)
        self._engine.execute(_TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engine.close()

    def add(self, block: LineBlock) -> None:
        """Aggregate a block's trades and set its other rows aside.

        Raises:
            RuntimeError: A row is neither a trade nor a reject (a defect of this module: nothing may be lost).
        """
        path = self._directory / f"block-{block.first_line}.csv"
        path.write_bytes(block.text)
        source = {"path": str(path), "first_line": block.first_line}
        with self._engine.cursor() as cursor:
            cursor.execute(_SECONDS_OF_BLOCK, source)
            trades = _number(cursor, _ACCOUNTED)
            cursor.execute(_KEEP_SECONDS)
            rejects = 0
            if trades < block.line_count:
                rejects = _number(cursor, _KEEP_REJECTS, source)
        path.unlink()
        if trades + rejects != block.line_count:
            raise RuntimeError(
                f"{block.line_count} rows from line {block.first_line} on: {trades} trades and {rejects} rejects"
            )

    def finish(self) -> list[Partition]:
        """Merge the blocks once all are added, and return what the trades cover, in order."""
        self._engine.execute(_MERGED_SECONDS)
        rows = self._engine.execute("SELECT DISTINCT symbol, date FROM partial ORDER BY ALL").fetchall()
        return [Partition(symbol, day) for symbol, day in rows]

    def write_partial(self, partition: Partition, source: str, path: Path) -> None:
        """Write what this file's trades contribute to a partition's bars, as Parquet.

        Args:
            partition: One of those that :meth:`finish` returned.
            source: Name of the file, which decides between trades of the same microsecond in different files.
            path: Where to write.
        """
        parameters = {"source": source, "symbol": partition.symbol, "date": partition.date}
        _write_parquet(self._engine, _PARTIAL, parameters, path)

    def write_bars(self, partials: Sequence[Path], seconds: int, path: Path) -> None:
        """Merge the partials of one partition, of any number of files, into its bars, as Parquet.

        The columns are ``start`` (UTC), ``open``, ``high``, ``low``, ``close`` (four decimals), ``volume``, ``vwap``
        (six decimals) and ``trade_count``; the rows are in order of time. The same partials give the same bytes.

        Args:
            partials: Files that :meth:`write_partial` wrote.
            seconds: Length of a bar; divides a day.
            path: Where to write.
        """
        _write_parquet(
            self._engine, _BARS, {"paths": [str(partial) for partial in partials], "seconds": seconds}, path
        )

    @property
    def reject_count(self) -> int:
        """Number of rows that are no trades."""
        return _number(self._engine, "SELECT count(*) FROM rejects")

    def write_rejects(self, path: Path) -> None:
        """Write the rejects in order of their lines as JSON Lines: ``line``, ``reason`` and the ``raw`` line."""
        self._engine.sql(f"COPY (SELECT * FROM rejects ORDER BY line) TO '{path}' (FORMAT json)")


def _number(
    engine: duckdb.DuckDBPyConnection, statement: str, parameters: dict[str, object] | None = None
) -> int:
    row = engine.execute(statement, parameters).fetchone()
    assert row
    return int(row[0])


def _write_parquet(
    engine: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, object], path: Path
) -> None:
    with engine.cursor() as cursor:
        cursor.sql(query, params=parameters).write_parquet(str(path), compression="zstd")


def _engine(directory: Path, memory_limit_mb: int) -> duckdb.DuckDBPyConnection:
    """An engine that never reaches for the network and keeps a block's rows in order (one thread a query)."""
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
