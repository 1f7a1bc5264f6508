"""Runs the core of the market-data processor on trades written in a test."""

import functools
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from market_data_processor.aggregation import Aggregation, Partition
from market_data_processor.trade_file import HEADER, read_blocks

MEMORY_MB = 128


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

    def only(self) -> list[Bar]:
        """The bars, where all trades are of one symbol and day."""
        (bars,) = self.bars.values()
        return bars


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
    """Aggregate files each on its own, then merge their partials into bars."""
    bars: dict[tuple[str, str], list[Bar]] = {}
    partials: dict[Partition, list[Path]] = {}
    rejects: list[Reject] = []
    with TemporaryDirectory() as name, Aggregation(Path(name), MEMORY_MB) as merging:
        folder = Path(name)
        for index, content in enumerate(files):
            with Aggregation(folder, MEMORY_MB) as trades:
                for block in read_blocks(io.BytesIO(content), block_bytes):
                    trades.add(block)
                for partition in trades.finish():
                    path = folder / f"{index}-{partition.symbol}-{partition.date}.parquet"
                    trades.write_partial(partition, names[index] if names else f"file-{index:03}", path)
                    partials.setdefault(partition, []).append(path)
                trades.write_rejects(folder / "rejects.jsonl")
                rejects += read_rejects(folder / "rejects.jsonl")
        for partition, paths in partials.items():
            merging.write_bars(paths, folder / "bars.parquet", seconds)
            bars[partition.symbol, str(partition.date)] = read_bars(folder / "bars.parquet")
    return Result(bars, rejects)


def read_bars(path: Path) -> list[Bar]:
    """The rows of a bars file, in its order."""
    query = """
        SELECT strftime(timezone('UTC', start), '%Y-%m-%dT%H:%M:%SZ'), * EXCLUDE (start)
        FROM read_parquet(?)
    """
    with _reader().cursor() as cursor:
        return [Bar(*row) for row in cursor.execute(query, [str(path)]).fetchall()]


@functools.cache
def _reader() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def read_rejects(path: Path) -> list[Reject]:
    """The rows of a rejects file, in its order."""
    return [Reject(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def total_volume(results: Iterable[Bar]) -> int:
    """Volume of all bars."""
    return sum(bar.volume for bar in results)
