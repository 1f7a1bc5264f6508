"""Runs the core of the market-data processor on trades written in a test."""

import functools
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import duckdb
from market_data_processor import ingestion, layout
from market_data_processor.ingestion import ingest
from market_data_processor.layout import INTERVALS, Source
from market_data_processor.trade_file import HEADER, read_blocks

from tools.benchmarks.folder_publication import Folder

MEMORY_MB = 128
INTERVAL_NAMES = {seconds: name for name, seconds in INTERVALS.items()}


@dataclass(frozen=True)
class Bar:
    """A row of a bars file, its start as text in UTC."""

    start: str
    open: Decimal | None
    high: Decimal | None
    low: Decimal | None
    close: Decimal | None
    volume: int
    vwap: Decimal | None
    trade_count: int


@dataclass(frozen=True)
class LargeTrade:
    """One of a day's largest trades."""

    time: datetime
    price: Decimal
    size: int
    exchange: str


@dataclass(frozen=True)
class Analytics:
    """The row of an analytics file."""

    realized_volatility: float | None
    twap: Decimal | None
    largest_trades: list[LargeTrade]


@dataclass(frozen=True)
class Reject:
    """A row of a rejects file."""

    line: int
    reason: str
    raw: str


@dataclass(frozen=True)
class Result:
    """What became of one or more trades files: bars by symbol and date, and the rejects of all files."""

    bars: dict[tuple[str, str], list[Bar]]
    rejects: list[Reject]
    analytics: dict[tuple[str, str], Analytics]

    def only(self) -> list[Bar]:
        """The bars, where all trades are of one symbol and day."""
        (bars,) = self.bars.values()
        return bars

    def only_analytics(self) -> Analytics:
        """The analytics, where all trades are of one symbol and day."""
        (analytics,) = self.analytics.values()
        return analytics


def csv(*rows: str) -> bytes:
    """A trades file with these rows."""
    return "".join(f"{row}\n" for row in (HEADER, *rows)).encode()


def trade(
    time: str, price: str = "10.0000", size: int | str = 100, conditions: str = "1", symbol: str = "IBM"
) -> str:
    """A row; ``time`` without a date is one of 7 October 2013, in UTC."""
    timestamp = time if "T" in time else f"2013-10-07T{time}"
    return f"{timestamp}Z,{symbol},{price},{size},N,{conditions}"


def run(*files: bytes, seconds: int = 60, block_bytes: int = 1 << 20, names: Sequence[str] = ()) -> Result:
    """Process files one after the other, and read the bars of one interval and the analytics."""
    with TemporaryDirectory() as name:
        folder = Folder(Path(name))
        publish(folder, *files, block_bytes=block_bytes, names=names)
        rejects = [each for source in folder.sources() for each in rejects_of(folder, source)]
        bars = {
            (each.symbol, str(each.date)): read_bars(folder.path / layout.bars(each, INTERVAL_NAMES[seconds]))
            for each in folder.partitions()
        }
        analytics = {
            (each.symbol, str(each.date)): row
            for each in folder.partitions()
            for row in read_analytics(folder.path / layout.analytics(each))
        }
        return Result(bars, rejects, analytics)


def publish(folder: Folder, *files: bytes, block_bytes: int = 1 << 20, names: Sequence[str] = ()) -> None:
    """Process files one after the other."""
    with mock.patch.object(ingestion, "read_blocks", functools.partial(read_blocks, block_bytes=block_bytes)):
        for index, content in enumerate(files):
            source = Source(names[index] if names else f"file-{index:03}", "1")
            ingest(io.BytesIO(content), source, folder, MEMORY_MB)


def read_bars(path: Path) -> list[Bar]:
    """The rows of a bars file, in its order."""
    query = """
        SELECT strftime(timezone('UTC', start), '%Y-%m-%dT%H:%M:%SZ'), * EXCLUDE (start)
        FROM read_parquet(?, hive_partitioning = false)
    """
    with _reader().cursor() as cursor:
        return [Bar(*row) for row in cursor.execute(query, [str(path)]).fetchall()]


def read_analytics(path: Path) -> list[Analytics]:
    """The rows of an analytics file: one, or none where nothing was traded."""
    query = """
        SELECT realized_volatility, twap, list_transform(
            largest_trades,
            lambda t: {time: timezone('UTC', t.time), price: t.price, size: t.size, exchange: t.exchange}
        )
        FROM read_parquet(?, hive_partitioning = false)
    """
    with _reader().cursor() as cursor:
        rows = cursor.execute(query, [str(path)]).fetchall()
    return [Analytics(rv, twap, [LargeTrade(**each) for each in trades]) for rv, twap, trades in rows]


@functools.cache
def _reader() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def rejects_of(folder: Folder, source: Source) -> list[Reject]:
    """The rejects of a file."""
    path = folder.path / layout.rejects(source)
    return read_rejects(path) if path.exists() else []


def read_rejects(path: Path) -> list[Reject]:
    """The rows of a rejects file, in its order."""
    return [Reject(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def total_volume(results: Iterable[Bar]) -> int:
    """Volume of all bars."""
    return sum(bar.volume for bar in results)
