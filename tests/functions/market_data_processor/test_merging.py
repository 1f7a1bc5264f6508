"""Bars are a function of the set of trades: however these are cut into blocks and files."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from market_data_processor.formation import NO_VOLUME

from tests.support.market_data import Bar, csv, run, total_volume, trade

pytestmark = pytest.mark.requirement("FN-2")

CONDITIONS = (0x0, 0x1, 0x20, 0x80, 0x2000, 0x200000, 0x1000000, 0x4000000, 0x20000000, 0x20000001)


@st.composite
def trades(draw: st.DrawFn) -> list[tuple[str, int, int]]:
    """Rows in order of time, each with its size and conditions, no two of the same millisecond."""
    moments = draw(st.lists(st.integers(0, 9 * 3600 * 1000), unique=True, max_size=25).map(sorted))
    rows = []
    for moment in moments:
        seconds, milliseconds = divmod(moment, 1000)
        minutes, second = divmod(seconds, 60)
        hour, minute = divmod(minutes, 60)
        time = f"{hour + 12:02}:{minute:02}:{second:02}.{milliseconds:03}"
        price = Decimal(draw(st.integers(1, 99_999))) / 10_000
        size, conditions = draw(st.integers(1, 10_000)), draw(st.sampled_from(CONDITIONS))
        rows.append((trade(time, f"{price:.4f}", size, f"{conditions:x}"), size, conditions))
    return rows


@settings(max_examples=15, deadline=None)
@given(
    rows=trades(), owners=st.lists(st.integers(0, 2), min_size=25, max_size=25), block=st.integers(200, 600)
)
def test_splitting_trades_over_files_and_blocks_changes_nothing(
    rows: list[tuple[str, int, int]], owners: list[int], block: int
) -> None:
    whole = run(csv(*(row for row, _, _ in rows)))
    parts = [
        [row for (row, _, _), owner in zip(rows, owners, strict=False) if owner == part] for part in range(3)
    ]
    assert run(*(csv(*part) for part in parts), block_bytes=block).bars == whole.bars


@settings(max_examples=15, deadline=None)
@given(rows=trades())
def test_no_volume_is_lost(rows: list[tuple[str, int, int]]) -> None:
    result = run(csv(*(row for row, _, _ in rows), "bad", "rows"))
    came_out = sum(total_volume(bars) for bars in result.bars.values())
    excluded = sum(size for _, size, conditions in rows if conditions & NO_VOLUME)
    assert came_out + excluded == sum(size for _, size, _ in rows)
    assert len(result.rejects) == 2


@settings(max_examples=15, deadline=None)
@given(rows=trades())
def test_seconds_add_up_to_minutes(rows: list[tuple[str, int, int]]) -> None:
    content = csv(*(row for row, _, _ in rows))
    minutes = run(content).bars
    for partition, seconds in run(content, seconds=1).bars.items():
        for minute in minutes[partition]:
            of_minute = [bar for bar in seconds if bar.start[:16] == minute.start[:16]]
            priced = [bar for bar in of_minute if bar.open is not None]
            assert sum(bar.volume for bar in of_minute) == minute.volume
            assert sum(bar.trade_count for bar in of_minute) == minute.trade_count
            assert (minute.open, minute.close) == (
                (priced[0].open, priced[-1].close) if priced else (None, None)
            )
            assert minute.high == max((bar.high for bar in priced if bar.high), default=None)
            assert minute.low == min((bar.low for bar in priced if bar.low), default=None)


def test_a_second_that_is_cut_by_blocks_is_whole() -> None:
    rows = [
        trade(f"15:00:00.{milliseconds:03}", f"{price}.0000", 1)
        for milliseconds, price in ((2, 5), (1, 3), (1, 9), (0, 4), (0, 8), (3, 6), (3, 7), (2, 1))
    ]
    expected = Bar(
        "2013-10-07T15:00:00Z",
        *(Decimal(4), Decimal(9), Decimal(1), Decimal(7)),
        volume=8,
        vwap=Decimal("5.375"),
        trade_count=8,
    )
    for block_bytes in (50, 100, 200, 1000):
        assert run(csv(*rows), block_bytes=block_bytes).only() == [expected]


def test_a_second_that_is_cut_by_blocks_keeps_its_place_among_files() -> None:
    cut = csv(trade("15:00:00.100", "1.0000"), trade("15:00:00.800", "2.0000"))
    for time, (opened, closed) in {"050": (3, 2), "500": (1, 2), "900": (1, 3)}.items():
        other = csv(trade(f"15:00:00.{time}", "3.0000"))
        (bar,) = run(cut, other, block_bytes=50).only()
        assert (bar.open, bar.close) == (Decimal(opened), Decimal(closed))


def test_between_files_the_trades_time_decides() -> None:
    later = csv(trade("15:00:30.000", "3.0000", 1), trade("15:00:40.000", "4.0000", 1))
    earlier = csv(trade("15:00:10.000", "1.0000", 1), trade("15:00:50.000", "2.0000", 1))
    expected = Bar(
        "2013-10-07T15:00:00Z",
        *(Decimal(1), Decimal(4), Decimal(1), Decimal(2)),
        volume=4,
        vwap=Decimal("2.5"),
        trade_count=4,
    )
    assert run(later, earlier).only() == [expected]
    assert run(earlier, later).only() == [expected]


def test_the_files_names_decide_within_a_millisecond_and_lines_within_a_file() -> None:
    first = csv(trade("15:00:00.000", "1.0000"), trade("15:00:00.000", "2.0000"))
    # Its trades stand on higher lines: these must not decide before the name does.
    second = csv("bad", "bad", trade("15:00:00.000", "3.0000"), trade("15:00:00.000", "4.0000"))
    for names, (opened, closed) in {("a", "b"): (1, 4), ("b", "a"): (3, 2)}.items():
        (bar,) = run(first, second, names=names).only()
        assert (bar.open, bar.close) == (Decimal(opened), Decimal(closed))


def test_symbols_and_days_are_kept_apart() -> None:
    content = csv(
        trade("15:00:00.000", size=1),
        trade("15:00:00.000", size=2, symbol="AIG"),
        trade("2013-10-08T15:00:00.000", size=4),
    )
    volumes = {partition: total_volume(bars) for partition, bars in run(content).bars.items()}
    assert volumes == {("AIG", "2013-10-07"): 2, ("IBM", "2013-10-07"): 1, ("IBM", "2013-10-08"): 4}
