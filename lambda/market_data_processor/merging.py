"""Merges partials, of any number of files, into bars and analytics.

A bar whose trades count in the volume but form no price has null prices; volumes therefore add up exactly
from each interval to the next. VWAP weighs the trades that count in the volume: VWAP times volume is the
turnover. Bars are merged by second once, and longer bars are made from shorter ones.

**Analytics** of a symbol and day look at the one-minute bars of the regular session that have a price:

- *realized volatility* is the square root of the sum of the squared logarithmic returns from each close to
  the next (of the day, not annualized); null with fewer than two closes. A minute without a price is a return
  of zero, so it changes nothing;
- *TWAP* is the mean of the closes, each weighed by the minutes until the next one, the last by those until
  the session's end; null without any;
- *largest trades* are the ten with the most shares among those that count in the volume, of the whole day.
  Of equally large ones the earlier comes first, then the one at the higher price, then the later letter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp

import duckdb

from . import layout
from .aggregation import LARGEST_TRADES, LINE_BITS, Aggregation, Seconds
from .formation import SESSION_END, SESSION_START, SESSION_ZONE
from .layout import INTERVALS, Partition, Source

_PARQUET = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1"
_BARS_PARQUET = f"{_PARQUET}, PARQUET_VERSION v2"
# Partials are read by nobody else, and written as fast as it goes.
_PARTIAL_PARQUET = "FORMAT parquet, COMPRESSION snappy, DICTIONARY_SIZE_LIMIT 1, PARQUET_VERSION v2"
_LONGER = [name for name in INTERVALS if name != "1s"]
"""The intervals whose bars are made together, each from the one before."""

# Partitions are told apart by their number in the batch.
_TABLES = """
    CREATE TEMP TABLE parts (
        part INTEGER, symbol VARCHAR, date DATE, hash UBIGINT, starts BIGINT, opens BIGINT, closes BIGINT
    );
    CREATE TEMP TABLE bars (
        interval VARCHAR, part INTEGER, start BIGINT,
        open DECIMAL(18, 4), high DECIMAL(18, 4), low DECIMAL(18, 4), close DECIMAL(18, 4),
        volume BIGINT, turnover DECIMAL(38, 4), trade_count BIGINT
    );
    CREATE TEMP TABLE merged (
        part INTEGER, second BIGINT,
        open DECIMAL(18, 4), high DECIMAL(18, 4), low DECIMAL(18, 4), close DECIMAL(18, 4),
        volume BIGINT, turnover DECIMAL(38, 4), trade_count BIGINT
    );
    CREATE TEMP TABLE merged_largest (
        part INTEGER, time TIMESTAMPTZ, price DECIMAL(18, 4), size BIGINT, exchange VARCHAR
    );
"""
_PARTS = f"""
    INSERT INTO parts
    SELECT
        part, symbol, date, hash,
        epoch(timezone('{SESSION_ZONE}', date::TIMESTAMP))::BIGINT,
        epoch(timezone('{SESSION_ZONE}', date + TIME '{SESSION_START}'))::BIGINT,
        epoch(timezone('{SESSION_ZONE}', date + TIME '{SESSION_END}'))::BIGINT
    FROM (
        SELECT
            unnest(range(len($symbols)))::INTEGER AS part, unnest($symbols::VARCHAR[]) AS symbol,
            unnest($dates::DATE[]) AS date, unnest($hashes::UBIGINT[]) AS hash
    )
"""  # noqa: S608 - put together from this package's constants only
# What the file at hand contributes.
_OWN = """
    CREATE TEMP TABLE own AS
    SELECT
        part,
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
    FROM seconds JOIN parts USING (hash)
    WHERE hash BETWEEN $first AND $last
    GROUP BY part, second
    ORDER BY part, second
"""
_BY_SIZE = "ORDER BY size DESC, time, price DESC, exchange DESC"
# The largest trades have a row of their own, without a second.
_PARTIALS = f"""
    SELECT $source AS source, *, NULL AS largest
    FROM own
    UNION ALL BY NAME
    SELECT
        $source AS source,
        part,
        list({{time: time, price: price, size: size, exchange: exchange}} {_BY_SIZE}) AS largest
    FROM largest JOIN parts USING (symbol, date)
    GROUP BY part
"""  # noqa: S608 - put together from this package's constants only
_MERGED = f"""
    INSERT INTO merged
    WITH seconds AS (
        SELECT
            *,
            (open_rank >> {LINE_BITS}, source, open_rank) AS opened,
            (close_rank >> {LINE_BITS}, source, close_rank) AS closed
        FROM read_parquet($paths, hive_partitioning = false) WHERE second IS NOT NULL
    )
    SELECT
        $part,
        second,
        arg_min(open, opened) FILTER (open IS NOT NULL) AS open,
        max(high) AS high,
        min(low) AS low,
        arg_max(close, closed) FILTER (close IS NOT NULL) AS close,
        sum(volume)::BIGINT AS volume,
        sum(turnover)::DECIMAL(38, 4) AS turnover,
        sum(trade_count)::BIGINT AS trade_count
    FROM seconds
    GROUP BY second
    ORDER BY second
"""  # noqa: S608 - put together from this package's constants only
_MERGED_LARGEST = f"""
    INSERT INTO merged_largest
    SELECT $part, trade.time, trade.price, trade.size, trade.exchange
    FROM (
        SELECT unnest(largest) AS trade
        FROM read_parquet($paths, hive_partitioning = false) WHERE largest IS NOT NULL
    )
    ORDER BY trade.size DESC, trade.time, trade.price DESC, trade.exchange DESC
    LIMIT {LARGEST_TRADES}
"""  # noqa: S608 - put together from this package's constants only
# Where the file at hand is the only one.
_ALONE = """
    INSERT INTO merged
    SELECT * EXCLUDE (open_rank, close_rank) FROM own WHERE part IN (SELECT unnest($parts))
"""
_ALONE_LARGEST = """
    INSERT INTO merged_largest
    SELECT part, time, price, size, exchange FROM largest JOIN parts USING (symbol, date)
    WHERE part IN (SELECT unnest($parts))
"""

_COLUMNS = """
    to_timestamp(start) AS start, open, high, low, close, volume,
    (turnover / nullif(volume, 0))::DECIMAL(18, 6) AS vwap, trade_count
"""
_AGGREGATES = """
    arg_min(open, {time}) FILTER (open IS NOT NULL), max(high), min(low),
    arg_max(close, {time}) FILTER (close IS NOT NULL),
    sum(volume)::BIGINT, sum(turnover)::DECIMAL(38, 4), sum(trade_count)::BIGINT
"""


_SECONDS = f"SELECT part, {_COLUMNS} FROM (SELECT second AS start, * FROM merged)"  # noqa: S608
_MINUTES = f"""
    INSERT INTO bars
    SELECT '1m', part, second // 60 * 60 AS start, {_AGGREGATES.format(time="second")}
    FROM merged
    GROUP BY part, start
"""  # noqa: S608 - put together from this package's constants only


def _longer(shorter: str, interval: str) -> str:
    start = "starts" if interval == "1d" else f"bars.start // {INTERVALS[interval]} * {INTERVALS[interval]}"
    return f"""
    INSERT INTO bars
    SELECT '{interval}', part, {start} AS first, {_AGGREGATES.format(time="bars.start")}
    FROM bars JOIN parts USING (part)
    WHERE interval = '{shorter}'
    GROUP BY part, first
    """  # noqa: S608 - put together from this package's constants only


_BARS = f"""
    SELECT interval, symbol, date, {_COLUMNS}
    FROM bars JOIN parts USING (part)
    ORDER BY part, interval, bars.start
"""  # noqa: S608 - put together from this package's constants only
_ANALYTICS = f"""
    CREATE TEMP TABLE analytics AS
    WITH closes AS (
        SELECT
            part,
            start,
            close,
            ln(close / lag(close) OVER day) AS log_return,
            coalesce(lead(start) OVER day, closes) - start AS held
        FROM bars JOIN parts USING (part)
        WHERE interval = '1m' AND start >= opens AND start < closes AND close IS NOT NULL
        WINDOW day AS (PARTITION BY part ORDER BY start)
    ),
    session AS (
        SELECT
            part,
            sqrt(sum(log_return * log_return ORDER BY start)) AS realized_volatility,
            (sum(close * held) / sum(held))::DECIMAL(18, 6) AS twap
        FROM closes
        GROUP BY part
    ),
    largest AS (
        SELECT
            part,
            list({{time: time, price: price, size: size, exchange: exchange}} {_BY_SIZE}) AS largest_trades
        FROM merged_largest
        GROUP BY part
    )
    SELECT symbol, date, realized_volatility, twap, coalesce(largest_trades, []) AS largest_trades
    FROM (SELECT part FROM bars WHERE interval = '1d') JOIN parts USING (part)
    LEFT JOIN session USING (part)
    LEFT JOIN largest USING (part)
    ORDER BY part
"""  # noqa: S608 - put together from this package's constants only
# As the database takes them; numbers that have to be exact are text in JSON.
_BAR_ROWS = f"""
    SELECT symbol, CASE interval {" ".join(f"WHEN '{name}' THEN {INTERVALS[name]}" for name in _LONGER)} END,
        start, date, * EXCLUDE (interval, symbol, date, start)
    FROM ({_BARS})
"""  # noqa: S608 - put together from this package's constants only
_ANALYTICS_ROWS = """
    SELECT symbol, date, realized_volatility, twap, to_json(list_transform(largest_trades, lambda trade: {
        time: strftime(timezone('UTC', trade.time), '%Y-%m-%dT%H:%M:%S.%gZ'),
        price: trade.price::VARCHAR,
        size: trade.size,
        exchange: trade.exchange
    }))
    FROM analytics
"""


@dataclass(frozen=True)
class Results:
    """What a merge made of some partitions.

    Attributes:
        partitions: The partitions.
        partials: Files with what the source contributes, by their keys.
        merged: Files with bars and analytics, by their keys: every one that a partition has, some without
            rows.
        bar_rows: Bars of a minute and longer as CSV: symbol, seconds, start, date, open, high, low, close,
            volume, VWAP, trade count.
        analytics_rows: Analytics as CSV: symbol, date, realized volatility, TWAP, largest trades in JSON.
    """

    partitions: Sequence[Partition]
    partials: Mapping[str, Path]
    merged: Mapping[str, Path]
    bar_rows: Path
    analytics_rows: Path


class Merge:
    """Merges the partials of some partitions: the source's own, and those of others."""

    def __init__(
        self,
        trades: Aggregation,
        seconds: Mapping[Partition, Seconds],
        source: Source,
        others: Mapping[Partition, Sequence[Path]],
        directory: Path,
    ) -> None:
        """Prepare a merge.

        Args:
            trades: The source's trades.
            seconds: Where in them the partitions are that are merged.
            source: Decides by its name between trades of the same millisecond in different files.
            others: Partials of other sources, where there are any.
            directory: Existing, empty directory for the results.
        """
        self._trades, self._seconds, self._source = trades, seconds, source
        self._others, self._directory = others, directory

    def run(self) -> Results:
        """Write partials, bars and analytics."""
        with self._trades.cursor() as cursor:
            partials = self._partials(cursor)
            self._merge(cursor, partials)
            merged = {**self._bars_of_seconds(cursor), **self._longer_bars(cursor)}
            bar_rows, analytics_rows = self._directory / "bars.csv", self._directory / "analytics.csv"
            _copy(cursor, _BAR_ROWS, bar_rows, "FORMAT csv, HEADER false")
            _copy(cursor, _ANALYTICS_ROWS, analytics_rows, "FORMAT csv, HEADER false")
        return Results(list(self._seconds), partials, merged, bar_rows, analytics_rows)

    def _partials(self, cursor: duckdb.DuckDBPyConnection) -> dict[str, Path]:
        hashes = [each.hash for each in self._seconds.values()]
        cursor.execute(_TABLES)
        parameters = {
            "symbols": [each.symbol for each in self._seconds],
            "dates": [each.date for each in self._seconds],
            "hashes": hashes,
        }
        cursor.execute(_PARTS, parameters)
        cursor.execute(_OWN, {"first": min(hashes), "last": max(hashes)})
        keys = [layout.partial(partition, self._source) for partition in self._seconds]
        return self._by_part(cursor, _PARTIALS, keys, _PARTIAL_PARQUET, {"source": self._source.name})

    def _merge(self, cursor: duckdb.DuckDBPyConnection, own: Mapping[str, Path]) -> None:
        alone = []
        for part, (partition, partial) in enumerate(zip(self._seconds, own.values(), strict=True)):
            if others := self._others.get(partition):
                parameters = {"part": part, "paths": [str(path) for path in (partial, *others)]}
                cursor.execute(_MERGED, parameters)
                cursor.execute(_MERGED_LARGEST, parameters)
            else:
                alone.append(part)
        cursor.execute(_ALONE, {"parts": alone})
        cursor.execute(_ALONE_LARGEST, {"parts": alone})

    def _bars_of_seconds(self, cursor: duckdb.DuckDBPyConnection) -> dict[str, Path]:
        keys = [layout.bars(partition, "1s") for partition in self._seconds]
        return self._by_part(cursor, _SECONDS, keys, _BARS_PARQUET)

    def _by_part(
        self,
        cursor: duckdb.DuckDBPyConnection,
        query: str,
        keys: Sequence[str],
        options: str,
        parameters: Mapping[str, object] | None = None,
    ) -> dict[str, Path]:
        """Write a query's rows, one file for each part, by the parts' keys."""
        directory = Path(mkdtemp(dir=self._directory))
        _copy(cursor, query, directory, f"{options}, OVERWRITE_OR_IGNORE, PARTITION_BY (part)", parameters)
        paths = {}
        for part, key in enumerate(keys):
            paths[key] = directory / f"part={part}" / "data_0.parquet"
            if not paths[key].exists():
                paths[key].parent.mkdir()
                empty = f"SELECT * EXCLUDE (part) FROM ({query}) LIMIT 0"  # noqa: S608
                _copy(cursor, empty, paths[key], options, parameters)
        return paths

    def _longer_bars(self, cursor: duckdb.DuckDBPyConnection) -> dict[str, Path]:
        """Bars of a minute and longer, and the analytics made from them."""
        cursor.execute(_MINUTES)
        for shorter, interval in pairwise(_LONGER):
            cursor.execute(_longer(shorter, interval))
        cursor.execute(_ANALYTICS)
        hive = "OVERWRITE_OR_IGNORE, PARTITION_BY"
        bars, analytics = self._directory / "bars", self._directory / "analytics"
        _copy(cursor, _BARS, bars, f"{_BARS_PARQUET}, {hive} (interval, symbol, date)")
        _copy(cursor, "FROM analytics", analytics, f"{_PARQUET}, {hive} (symbol, date)")
        return {
            key: self._written(cursor, key)
            for partition in self._seconds
            for key in layout.results(partition)
            if key != layout.bars(partition, "1s")
        }

    def _written(self, cursor: duckdb.DuckDBPyConnection, key: str) -> Path:
        """What was written for a key; a file without rows, if nothing was."""
        path = self._new_file(key)
        for written in path.parent.iterdir():
            return written
        if key.startswith("analytics/"):
            table, partitioned = "analytics", "symbol, date"
        else:
            table, partitioned = f"({_BARS})", "interval, symbol, date"
        _copy(cursor, f"SELECT * EXCLUDE ({partitioned}) FROM {table} LIMIT 0", path, _PARQUET)  # noqa: S608
        return path

    def _new_file(self, key: str) -> Path:
        path = self._directory / key
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def _copy(
    cursor: duckdb.DuckDBPyConnection,
    query: str,
    path: Path,
    options: str,
    parameters: Mapping[str, object] | None = None,
) -> None:
    target = str(path).replace("'", "''")
    cursor.execute(f"COPY ({query}) TO '{target}' ({options})", parameters)
