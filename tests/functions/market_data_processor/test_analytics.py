"""What a day's analytics say, with exact values."""

import math
import random
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.market_data import Analytics, LargeTrade, csv, run, trade

SAMPLE = Path(__file__).parents[3] / "samples" / "ibm-20131007-trades.csv.gz"

pytestmark = pytest.mark.requirement("FN-2")


def analytics(*rows: str) -> Analytics:
    return run(csv(*rows)).only_analytics()


def test_realized_volatility_sums_squared_log_returns_of_the_closes() -> None:
    found = analytics(
        trade("13:30:00.000", "100.0000"),
        trade("13:30:59.000", "101.0000"),
        trade("13:31:00.000", "90.0000"),
        trade("13:31:01.000", "102.0000"),
        trade("13:45:00.000", "99.0000"),  # minutes between are returns of zero
    ).realized_volatility
    assert found == pytest.approx(math.sqrt(math.log(102 / 101) ** 2 + math.log(99 / 102) ** 2), rel=1e-14)


def test_twap_weighs_closes_by_the_minutes_they_last() -> None:
    found = analytics(
        trade("19:50:10.000", "100.0000"),
        trade("19:50:20.000", "101.0000"),
        trade("19:53:00.000", "104.0000"),
        trade("19:59:59.999", "107.0000"),
    ).twap
    assert found == Decimal("103.400000")  # (3 * 101 + 6 * 104 + 1 * 107) / 10
    until_the_end = analytics(trade("19:50:00.000", "100.0000"), trade("19:52:00.000", "110.0000")).twap
    assert until_the_end == Decimal("108.000000")  # (2 * 100 + 8 * 110) / 10


def test_only_the_regular_session_and_only_prices_count() -> None:
    found = analytics(
        trade("13:29:59.999", "1.0000"),
        trade("13:30:00.000", "100.0000"),
        trade("14:00:00.000", "500.0000", conditions="20"),
        trade("19:59:59.999", "200.0000"),
        trade("20:00:00.000", "999.0000"),
    )
    assert found.realized_volatility == pytest.approx(math.log(2), rel=1e-14)
    assert found.twap == Decimal("100.256410")  # (389 * 100 + 200) / 390


def test_a_late_closing_print_is_the_last_close() -> None:
    found = analytics(
        trade("19:58:00.000", "100.0000"),
        trade("20:05:00.000", "300.0000", conditions="80"),
    )
    assert found.twap == Decimal(200)
    assert found.realized_volatility == pytest.approx(math.log(3), rel=1e-14)


@pytest.mark.parametrize(
    ("rows", "twap"),
    [
        ([trade("12:00:00.000")], None),
        ([trade("15:00:00.000", conditions="20")], None),
        ([trade("15:00:00.000", "12.5000")], Decimal("12.5")),
    ],
    ids=["no trade in the session", "no price in the session", "one price"],
)
def test_too_few_prices_are_null(rows: list[str], twap: Decimal | None) -> None:
    found = analytics(*rows)
    assert (found.realized_volatility, found.twap, len(found.largest_trades)) == (None, twap, 1)


def test_the_largest_trades_are_the_ten_with_the_most_shares() -> None:
    rows = [trade(f"15:00:{second:02}.125", f"{second + 1}.2500", size=second + 1) for second in range(30)]
    random.Random(1).shuffle(rows)
    found = analytics(*rows).largest_trades
    assert found == [
        LargeTrade(
            datetime(2013, 10, 7, 15, 0, second, 125_000),
            Decimal(second + 1) + Decimal("0.25"),
            second + 1,
            "N",
        )
        for second in range(29, 19, -1)
    ]


def test_ties_are_broken_by_time_then_price_then_letter() -> None:
    ties = [
        trade("08:00:00.000", "5.0000"),  # the earliest, in extended hours
        trade("15:00:00.000", "7.0000"),
        trade("15:00:00.000", "6.0000").replace(",N,", ",Q,"),
        trade("15:00:00.000", "6.0000"),
        trade("15:00:00.000", "6.0000"),
        trade("15:00:00.001", "9.0000"),
    ]
    found = analytics(*reversed(ties), trade("14:00:00.000", size=99)).largest_trades
    assert [(each.price, each.exchange) for each in found] == [
        (Decimal(5), "N"), (Decimal(7), "N"), (Decimal(6), "Q"), (Decimal(6), "N"), (Decimal(6), "N"),
        (Decimal(9), "N"), (Decimal(10), "N"),
    ]  # fmt: skip


@pytest.mark.parametrize("conditions", ["200000", "1000000", "4000000"])
def test_what_repeats_other_trades_is_none_of_the_largest(conditions: str) -> None:
    found = analytics(trade("15:00:00.000", size=1), trade("15:00:00.000", size=9, conditions=conditions))
    assert [each.size for each in found.largest_trades] == [1]


@pytest.mark.parametrize(
    "time", ["2013-10-08T03:59:59.999", "2013-11-03T05:30:00.000", "2013-11-03T06:30:00.000"]
)
def test_the_extremes_of_a_large_trade(time: str) -> None:
    row = trade(time, "999999999.9999", 999_999_999).replace(",N,", ",Z,")
    (found,) = analytics(row).largest_trades
    assert found == LargeTrade(datetime.fromisoformat(time), Decimal("999999999.9999"), 999_999_999, "Z")


def test_a_day_that_only_repeats_trades_has_no_largest() -> None:
    found = analytics(trade("15:00:00.000", conditions="1000000"))
    assert found == Analytics(None, Decimal(10), [])


@pytest.mark.parametrize("parts", [2, 5])
def test_files_and_blocks_do_not_matter(parts: int) -> None:
    rows = [
        trade(f"15:{number % 60:02}:00.{number:03}", f"{10 + number % 7}.0000", 100 * (1 + number % 4))
        for number in range(200)
    ]
    whole = analytics(*rows)
    split = run(*(csv(*rows[part::parts]) for part in range(parts)), block_bytes=500).only_analytics()
    assert split == whole
    assert [each.size for each in whole.largest_trades] == [400] * 10


def test_the_real_day() -> None:
    found = run(SAMPLE.read_bytes()).only_analytics()
    assert found.realized_volatility == pytest.approx(0.008, abs=0.004)
    assert found.twap is not None
    assert found.twap == pytest.approx(Decimal("182.2"), abs=1)
    sizes = [each.size for each in found.largest_trades]
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) == 10
