"""Aggregates trades by second, and merges what came out into bars.

The trades of one file become a *partial*: for each second, what a merge needs (highs, lows and sums, and
the first and last price with their place in time). Merging partials is associative, and bars of any
interval come out of it. So bars are a function of the set of trades, however they are spread over files and
whichever file comes last. Trades of the same millisecond keep their order within a file; between files, the
order of the files' names decides.

A bar whose trades count in the volume but form no price has null prices; volumes therefore add up exactly
from each interval to the next. VWAP weighs the trades that count in the volume: VWAP times volume is the
turnover.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from .formation import (
    EXEMPT_YET_PRICE,
    FIELDS,
    NO_EXTENDED_PRICE,
    NO_REGULAR_PRICE,
    NO_VOLUME,
    SESSION_END,
    SESSION_START,
    SESSION_ZONE,
    Condition,
)
from .trade_file import MAX_LINE_BYTES, LineBlock

# Where a trade stands within its second: the microsecond, then the line. One integer holds both, and is much
# cheaper to compare than a pair.
_LINE_BITS = 43

_TABLES = """
    CREATE TABLE seconds (
        symbol VARCHAR, date DATE, second BIGINT,
        open DECIMAL(18, 4), open_rank BIGINT, high DECIMAL(18, 4), low DECIMAL(18, 4),
        close DECIMAL(18, 4), close_rank BIGINT, volume BIGINT, turnover DECIMAL(38, 4), trade_count BIGINT
    );
    CREATE TABLE rejects (line BIGINT, reason VARCHAR, raw VARCHAR);
"""

# The engine reads lines, not columns: it gets a delimiter that no line holds, and no quotation mark.
_NUMBERED_LINES = """
    SELECT
        row_number() OVER () - 1 + $first_line AS number,
        coalesce(line, '') AS line,
        string_split(line, ',') AS fields
    FROM read_csv(
        $path, columns = {line: 'VARCHAR'}, auto_detect = false, header = false, strict_mode = false,
        delim = '\x01', quote = '', escape = '', new_line = '\\n'
    )
"""

# What no pattern can tell of a row (its time is in no calendar, its price or size is zero) leaves its
# moment null. A filter would do as well, but the engine would then evaluate every cast twice.
_AGGREGATE_BLOCK = f"""
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
            timezone('{SESSION_ZONE}', timezone('UTC', utc)) AS local,
            local::DATE AS date,
            local::TIME >= TIME '{SESSION_END}' AS ended,
            ended AND conditions & {Condition.CLOSING_PRINT:d} <> 0 AS late_closing_print
        FROM numbered
        WHERE regexp_full_match(line, '{",".join(field.pattern for field in FIELDS.values())}')
    ),
    formed AS (
        SELECT
            symbol,
            date,
            price,
            size,
            CASE WHEN price > 0 AND size > 0 THEN epoch_us(
                CASE WHEN late_closing_print
                THEN utc - (local - (date + TIME '{SESSION_END}')) - INTERVAL 1 MICROSECOND
                ELSE utc END
            ) END AS moment,
            ((moment % 1000000) << {_LINE_BITS}) + number AS rank,
            CASE WHEN late_closing_print OR (NOT ended AND local::TIME >= TIME '{SESSION_START}')
                THEN conditions & {NO_REGULAR_PRICE:d} = 0
                    AND (conditions & {Condition.TRADE_THROUGH_EXEMPT:d} = 0
                        OR conditions & {EXEMPT_YET_PRICE:d} <> 0)
                ELSE conditions & {NO_EXTENDED_PRICE:d} = 0
            END AS forms_price,
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
"""  # noqa: S608 - put together from this package's constants only
_TRADES_OF_BLOCK = "SELECT coalesce(sum(rows), 0) FROM block_seconds WHERE second IS NOT NULL"
_KEEP_BLOCK = "INSERT INTO seconds SELECT * EXCLUDE (rows) FROM block_seconds WHERE second IS NOT NULL"

_FIELD_CHECKS = "\n".join(
    f"WHEN NOT regexp_full_match(fields[{position}], '{field.pattern}') THEN '{field.reason}'"
    for position, field in enumerate(FIELDS.values(), start=1)
)
_KEEP_REJECTS = f"""
    INSERT INTO rejects
    SELECT
        number,
        CASE
            WHEN coalesce(len(fields), 1) <> {len(FIELDS)}
                THEN format('{len(FIELDS)} fields expected, {{}} found', coalesce(len(fields), 1))
            {_FIELD_CHECKS}
            WHEN try_cast(fields[1] AS TIMESTAMP) IS NULL THEN 'timestamp is in no calendar'
            WHEN try_cast(fields[3] AS DECIMAL(18, 4)) = 0 THEN 'price is zero'
            WHEN try_cast(fields[4] AS BIGINT) = 0 THEN 'size is zero'
        END AS reason,
        left(line, {MAX_LINE_BYTES})
    FROM ({_NUMBERED_LINES})
    WHERE reason IS NOT NULL
"""  # noqa: S608 - put together from this package's constants only

_MERGE_BLOCKS = """
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
_PARTITIONS = "SELECT DISTINCT symbol, date FROM partial ORDER BY ALL"
_PARTIAL = """
    SELECT
        $source AS source, second,
        open, open_rank, high, low, close, close_rank, volume, turnover, trade_count
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
"""  # noqa: S608 - put together from this package's constants only


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
            RuntimeError: A row is neither trade nor reject: a defect of this module, as nothing may be lost.
        """
        path = self._directory / f"block-{block.first_line}.csv"
        path.write_bytes(block.text)
        lines = {"path": str(path), "first_line": block.first_line}
        with self._engine.cursor() as cursor:
            cursor.execute(_AGGREGATE_BLOCK, lines)
            trades = _number(cursor, _TRADES_OF_BLOCK)
            cursor.execute(_KEEP_BLOCK)
            rejects = _number(cursor, _KEEP_REJECTS, lines) if trades < block.line_count else 0
        path.unlink()
        if trades + rejects != block.line_count:
            raise RuntimeError(
                f"of {block.line_count} rows from line {block.first_line} on, "
                f"{trades} are trades and {rejects} are rejects"
            )

    def finish(self) -> list[Partition]:
        """Merge the blocks once all are added, and return what the trades cover, in order."""
        self._engine.execute(_MERGE_BLOCKS)
        return [Partition(symbol, day) for symbol, day in self._engine.execute(_PARTITIONS).fetchall()]

    def write_partial(self, partition: Partition, source: str, path: Path) -> None:
        """Write what this file's trades contribute to a partition's bars, as Parquet.

        Args:
            partition: One of those that :meth:`finish` returned.
            source: Name of the file; decides between trades of the same millisecond in different files.
            path: Where to write.
        """
        parameters = {"source": source, "symbol": partition.symbol, "date": partition.date}
        self._write_parquet(_PARTIAL, parameters, path)

    def write_bars(self, partials: Sequence[Path], path: Path, seconds: int) -> None:
        """Merge the partials of one partition, of any number of files, into its bars, as Parquet.

        The columns are ``start`` (UTC), ``open``, ``high``, ``low``, ``close`` (four decimals), ``volume``,
        ``vwap`` (six decimals) and ``trade_count``; the rows are in order of time. The same partials give the
        same bytes.

        Args:
            partials: Files that :meth:`write_partial` wrote.
            path: Where to write.
            seconds: Length of a bar; divides an hour.
        """
        parameters = {"paths": [str(partial) for partial in partials], "seconds": seconds}
        self._write_parquet(_BARS, parameters, path)

    @property
    def reject_count(self) -> int:
        """Number of rows that are no trades."""
        return _number(self._engine, "SELECT count(*) FROM rejects")

    def write_rejects(self, path: Path) -> None:
        """Write the rejects in the order of lines, as JSON Lines of ``line``, ``reason`` and ``raw``."""
        self._engine.execute(f"COPY (FROM rejects ORDER BY line) TO '{path}' (FORMAT json)")

    def _write_parquet(self, query: str, parameters: Mapping[str, object], path: Path) -> None:
        with self._engine.cursor() as cursor:
            cursor.sql(query, params=parameters).write_parquet(str(path), compression="zstd")


def _number(
    engine: duckdb.DuckDBPyConnection, statement: str, parameters: Mapping[str, object] | None = None
) -> int:
    """The one number that a statement answers with."""
    ((number,),) = engine.execute(statement, parameters).fetchall()
    return int(number)


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
