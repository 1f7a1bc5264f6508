"""Bars of every interval, and how they add up."""

from collections.abc import Callable
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from market_data_processor import layout
from market_data_processor.layout import INTERVALS

from tests.support.market_data import Bar, csv, publish, read_bars, trade
from tools.benchmarks.folder_publication import Folder

SAMPLE = Path(__file__).parents[3] / "samples" / "ibm-20131007-trades.csv.gz"

pytestmark = pytest.mark.requirement("FN-2")


def intervals(*files: bytes) -> dict[str, list[Bar]]:
    """The bars of each interval, where all trades are of one symbol and day."""
    with TemporaryDirectory() as name:
        folder = Folder(Path(name))
        publish(folder, *files)
        (partition,) = folder.partitions()
        return {interval: read_bars(folder.path / layout.bars(partition, interval)) for interval in INTERVALS}


def added_up(bars: list[Bar], start_of: Callable[[str], str]) -> list[Bar]:
    """Longer bars, made from shorter ones in another way than the function does; without VWAP."""
    longer = []
    for start, group in groupby(bars, key=lambda bar: start_of(bar.start)):
        parts = list(group)
        priced = [bar for bar in parts if bar.open is not None]
        longer.append(
            Bar(
                start,
                priced[0].open if priced else None,
                max((bar.high for bar in priced if bar.high), default=None),
                min((bar.low for bar in priced if bar.low), default=None),
                priced[-1].close if priced else None,
                sum(bar.volume for bar in parts),
                None,
                sum(bar.trade_count for bar in parts),
            )
        )
    return longer


def without_vwap(bars: list[Bar]) -> list[Bar]:
    return [Bar(*{**vars(bar), "vwap": None}.values()) for bar in bars]


@pytest.mark.parametrize(
    ("shorter", "longer", "start_of"),
    [
        ("1s", "1m", lambda start: f"{start[:16]}:00Z"),
        ("1m", "5m", lambda start: f"{start[:14]}{int(start[14:16]) // 5 * 5:02}:00Z"),
        ("1m", "1h", lambda start: f"{start[:13]}:00:00Z"),
        ("1s", "1d", lambda _: "2013-10-07T04:00:00Z"),
        ("1h", "1d", lambda _: "2013-10-07T04:00:00Z"),
    ],
)
def test_shorter_bars_of_a_real_day_add_up_exactly(
    shorter: str, longer: str, start_of: Callable[[str], str], sample_day: dict[str, list[Bar]]
) -> None:
    assert added_up(sample_day[shorter], start_of) == without_vwap(sample_day[longer])


@pytest.fixture(scope="module")
def sample_day() -> dict[str, list[Bar]]:
    return intervals(SAMPLE.read_bytes())


def test_the_real_day_in_figures(sample_day: dict[str, list[Bar]]) -> None:
    assert {name: len(bars) for name, bars in sample_day.items()} == {
        "1s": 6325, "1m": 453, "5m": 116, "1h": 15, "1d": 1
    }  # fmt: skip
    (day,) = sample_day["1d"]
    for bars in sample_day.values():
        assert sum(bar.volume for bar in bars) == day.volume
        assert sum(bar.trade_count for bar in bars) == day.trade_count
        turnover = sum((bar.vwap * bar.volume for bar in bars if bar.vwap is not None), Decimal(0))
        assert day.vwap is not None
        assert abs(turnover / day.volume - day.vwap) < Decimal("0.000002")


@pytest.mark.parametrize(
    ("time", "day_starts"),
    [
        ("2013-10-07T15:12:34.567", "2013-10-07T04:00:00Z"),
        ("2013-12-02T15:12:34.567", "2013-12-02T05:00:00Z"),
        ("2013-11-03T20:12:34.567", "2013-11-03T04:00:00Z"),  # clocks were put back at 06:00 UTC
        ("2013-12-03T01:12:34.567", "2013-12-02T05:00:00Z"),
    ],
)
def test_where_bars_start(time: str, day_starts: str) -> None:
    bars = intervals(csv(trade(time)))
    hour = time[:13]
    assert {name: [bar.start for bar in bars[name]] for name in INTERVALS} == {
        "1s": [f"{time[:19]}Z"],
        "1m": [f"{hour}:12:00Z"],
        "5m": [f"{hour}:10:00Z"],
        "1h": [f"{hour}:00:00Z"],
        "1d": [day_starts],
    }


def test_hours_that_the_clock_shows_twice_are_two() -> None:
    """06:30 in the first hour past one o'clock, and in the second, when the clocks are put back."""
    bars = intervals(csv(trade("2013-11-03T05:30:00.000"), trade("2013-11-03T06:30:00.000")))
    assert [bar.start for bar in bars["1h"]] == ["2013-11-03T05:00:00Z", "2013-11-03T06:00:00Z"]
    assert [bar.volume for bar in bars["1d"]] == [200]


@pytest.mark.parametrize(
    "days", [("2013-11-01", "2013-11-04"), ("2013-07-01", "2013-11-04", "2014-07-02")], ids=["", "and back"]
)
def test_days_on_both_sides_of_a_change_of_clocks_in_one_block(days: tuple[str, ...]) -> None:
    """Offsets differ within what is aggregated at once; the session follows New York on each day."""
    swept = "20"  # forms a price only outside the regular session
    rows = [
        trade(f"{day}T{time}:00.000", conditions=swept, symbol=f"D{day[-2:]}T{time[:2]}")
        for day in days
        for time in ("13:45", "20:30")
    ]
    with TemporaryDirectory() as name:
        folder = Folder(Path(name))
        publish(folder, csv(*rows))
        priced = {
            partition.symbol: read_bars(folder.path / layout.bars(partition, "1m"))[0].open is not None
            for partition in folder.partitions()
        }
    summer, winter = {"T13": False, "T20": True}, {"T13": True, "T20": False}
    assert priced == {
        f"D{day[-2:]}{time}": price
        for day in days
        for time, price in (winter if day == "2013-11-04" else summer).items()
    }


def test_readers_read_the_partitions_as_they_are() -> None:
    rows = [trade("15:00:00.000"), trade("15:00:00.000", symbol="BRK.B"), trade("2013-10-08T15:00:00.000")]
    with TemporaryDirectory() as name, duckdb.connect() as engine:
        folder = Folder(Path(name))
        publish(folder, csv(*rows))
        query = (
            "SELECT DISTINCT interval, symbol, date::VARCHAR FROM read_parquet(?, hive_partitioning = true)"
        )
        found = engine.execute(query, [f"{name}/bars/*/*/*/*.parquet"]).fetchall()
        assert set(found) == {
            (interval, symbol, day)
            for interval in INTERVALS
            for symbol, day in (
                ("IBM", "2013-10-07"),
                ("IBM", "2013-10-08"),
                ("BRK.B", "2013-10-07"),
            )
        }
        query = "DESCRIBE FROM read_parquet(?, hive_partitioning = false)"
        for partition in folder.partitions():
            for interval in INTERVALS:
                path = str(folder.path / layout.bars(partition, interval))
                described = engine.execute(query, [path]).fetchall()
                assert [(column, kind) for column, kind, *_ in described] == [
                    ("start", "TIMESTAMP WITH TIME ZONE"),
                    ("open", "DECIMAL(18,4)"),
                    ("high", "DECIMAL(18,4)"),
                    ("low", "DECIMAL(18,4)"),
                    ("close", "DECIMAL(18,4)"),
                    ("volume", "BIGINT"),
                    ("vwap", "DECIMAL(18,6)"),
                    ("trade_count", "BIGINT"),
                ]


def test_more_partitions_than_are_published_at_a_time() -> None:
    symbols = [f"S{number}" for number in range(50)]
    with TemporaryDirectory() as name:
        folder = Folder(Path(name))
        publish(folder, csv(*(trade("15:00:00.000", size=i + 1, symbol=s) for i, s in enumerate(symbols))))
        for number, symbol in enumerate(symbols):
            for partition in (each for each in folder.partitions() if each.symbol == symbol):
                for interval in INTERVALS:
                    (bar,) = read_bars(folder.path / layout.bars(partition, interval))
                    assert bar.volume == number + 1
        assert {each.symbol for each in folder.partitions()} == set(symbols)
