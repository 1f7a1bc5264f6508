"""Each clause of the rule for which trades form a bar, with exact values."""

import csv as csv_format
import gzip
import io
from decimal import Decimal
from pathlib import Path

import pytest
from market_data_processor.formation import Condition

from tests.support.market_data import Bar, csv, run, trade

SAMPLES = Path(__file__).parents[3] / "samples"
EXEMPT = Condition.TRADE_THROUGH_EXEMPT

pytestmark = pytest.mark.requirement("FN-2")


def prices(opened: int, high: int, low: int, closed: int) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    return Decimal(opened), Decimal(high), Decimal(low), Decimal(closed)


def contribution(time: str, conditions: int) -> tuple[bool, bool]:
    """Whether a trade with these conditions forms the price, and whether it counts in the volume."""
    plain = trade(time, price="10.0000", size=100)
    tried = trade(time, price="11.0000", size=7, conditions=f"{conditions:x}")
    (bar,) = run(csv(plain, tried)).only()
    assert bar.high in (Decimal(10), Decimal(11))
    assert bar.volume in (100, 107)
    return bar.high == 11, bar.volume == 107


@pytest.mark.parametrize(
    ("conditions", "forms_price", "counts_in_volume"),
    [
        (0, True, True),
        (Condition.REGULAR, True, True),
        (0x200, True, True),  # derivatively priced
        (0x2000, True, True),  # extended hours
        (0x100000, True, True),  # average price
        (0x40, True, True),  # opening print
        (Condition.CLOSING_PRINT, True, True),
        (Condition.INTERMARKET_SWEEP, False, True),
        (Condition.INTERMARKET_SWEEP | Condition.REGULAR, False, True),
        (Condition.CROSS, False, False),
        (Condition.OFFICIAL_OPEN, False, False),
        (Condition.OFFICIAL_CLOSE, True, False),
        (EXEMPT, False, True),
        (EXEMPT | Condition.REGULAR, True, True),
        (EXEMPT | Condition.CASH, True, True),
        (EXEMPT | Condition.NEXT_DAY, True, True),
        (EXEMPT | 0x8, False, True),
        (EXEMPT | Condition.REGULAR | Condition.INTERMARKET_SWEEP, False, True),
        (0x80000000, True, True),
    ],
)
def test_regular_session(conditions: int, forms_price: bool, counts_in_volume: bool) -> None:
    assert contribution("15:00:00.000", conditions) == (forms_price, counts_in_volume)


@pytest.mark.parametrize(
    ("conditions", "forms_price", "counts_in_volume"),
    [
        (0, True, True),
        (0x2000, True, True),
        (Condition.INTERMARKET_SWEEP, True, True),
        (EXEMPT, True, True),
        (Condition.CROSS, True, False),
        (Condition.OFFICIAL_OPEN, True, False),
        (Condition.OFFICIAL_CLOSE, False, False),
    ],
)
@pytest.mark.parametrize("time", ["12:00:00.000", "21:00:00.000"], ids=["before", "after"])
def test_extended_hours(time: str, conditions: int, forms_price: bool, counts_in_volume: bool) -> None:
    assert contribution(time, conditions) == (forms_price, counts_in_volume)


@pytest.mark.parametrize(
    ("time", "regular"),
    [
        ("2013-10-07T13:29:59.999", False),  # daylight saving time: four hours behind UTC
        ("2013-10-07T13:30:00.000", True),
        ("2013-10-07T19:59:59.999", True),
        ("2013-10-07T20:00:00.000", False),
        ("2013-12-02T14:29:59.999", False),  # standard time: five
        ("2013-12-02T14:30:00.000", True),
        ("2013-12-02T20:59:59.999", True),
        ("2013-12-02T21:00:00.000", False),
        ("2013-11-01T13:30:00.000", True),  # the last trading day before the change, and the first after it
        ("2013-11-04T13:30:00.000", False),
        ("2014-03-07T13:30:00.000", False),
        ("2014-03-10T13:30:00.000", True),
    ],
)
def test_the_session_follows_new_york(time: str, regular: bool) -> None:
    forms_price, _ = contribution(time, Condition.INTERMARKET_SWEEP)  # which only extended hours let form it
    assert forms_price is not regular


def test_a_day_is_new_yorks() -> None:
    late = trade("2013-12-03T00:59:00.000")  # 19:59 of 2 December
    assert set(run(csv(late)).bars) == {("IBM", "2013-12-02")}


def test_a_late_closing_print_is_the_sessions_last_trade() -> None:
    rows = (
        trade("19:59:58.000", price="10.0000", size=1),
        trade("19:59:59.999", price="11.0000", size=2),
        trade("20:00:01.000", price="12.0000", size=4),
        trade("20:03:00.000", price="13.0000", size=8, conditions="80"),
    )
    last, after = run(csv(*rows)).only()
    assert last == Bar("2013-10-07T19:59:00Z", *prices(10, 13, 10, 13), 11, Decimal("12.363636"), 3)
    assert after == Bar("2013-10-07T20:00:00Z", *prices(12, 12, 12, 12), 4, Decimal(12), 1)


def test_a_late_closing_print_obeys_the_sessions_rule() -> None:
    swept = Condition.CLOSING_PRINT | Condition.INTERMARKET_SWEEP
    first = trade("19:59:59.000", price="10.0000", size=1)
    late = trade("20:03:00.000", price="13.0000", size=8, conditions=f"{swept:x}")
    (bar,) = run(csv(first, late)).only()
    assert (bar.close, bar.volume) == (Decimal(10), 9)


def test_a_late_closing_print_lands_in_the_sessions_last_second() -> None:
    (bar,) = run(csv(trade("20:03:00.000", conditions="80")), seconds=1).only()
    assert bar.start == "2013-10-07T19:59:59Z"


def test_a_late_closing_print_in_winter() -> None:
    (bar,) = run(csv(trade("2013-12-02T21:03:00.000", conditions="80"))).only()
    assert bar.start == "2013-12-02T20:59:00Z"


def test_a_closing_print_in_time_stays_where_it_is() -> None:
    (bar,) = run(csv(trade("17:00:00.000", conditions="80"))).only()
    assert bar.start == "2013-10-07T17:00:00Z"


def test_an_early_closing_print_stays_where_it_is() -> None:
    (bar,) = run(csv(trade("12:00:00.000", conditions="80"))).only()
    assert bar.start == "2013-10-07T12:00:00Z"


def test_a_bar_in_full() -> None:
    rows = (
        trade("15:00:59.999", price="10.1250", size=300),
        trade("15:00:00.000", price="10.2000", size=100),  # the first by time, not by line
        trade("15:00:30.000", price="9.8765", size=50),
        trade("15:00:30.001", price="99.0000", size=10, conditions="20"),
    )
    (bar,) = run(csv(*rows)).only()
    assert bar == Bar(
        "2013-10-07T15:00:00Z",
        open=Decimal("10.2000"),
        high=Decimal("10.2000"),
        low=Decimal("9.8765"),
        close=Decimal("10.1250"),
        volume=460,
        vwap=Decimal("12.046359"),  # (3037.5 + 1020 + 493.825 + 990) / 460
        trade_count=4,
    )


def test_trades_of_the_same_millisecond_keep_their_order() -> None:
    rows = [trade("15:00:00.000", price=f"{price}.0000") for price in (5, 9, 1, 7)]
    (bar,) = run(csv(*rows)).only()
    assert (bar.open, bar.close) == (Decimal(5), Decimal(7))


def test_a_minute_without_a_price_keeps_its_volume() -> None:
    (bar,) = run(csv(trade("15:00:00.000", price="10.0000", size=5, conditions="20"))).only()
    assert bar == Bar("2013-10-07T15:00:00Z", None, None, None, None, 5, Decimal(10), 1)


def test_a_minute_without_a_volume_keeps_its_price() -> None:
    (bar,) = run(csv(trade("15:00:00.000", conditions="1000000"))).only()
    assert bar == Bar("2013-10-07T15:00:00Z", *prices(10, 10, 10, 10), 0, None, 0)


def test_a_trade_that_forms_nothing_makes_no_bar() -> None:
    assert run(csv(trade("15:00:00.000", conditions="4000000"))).bars == {}


def test_agreement_with_the_vendor_on_the_sample_day() -> None:
    """At least 99.5 % of the vendor's minutes agree exactly, prices and volumes each on their own."""
    trades = gzip.decompress((SAMPLES / "ibm-20131007-trades.csv.gz").read_bytes())
    vendor = list(
        csv_format.DictReader(
            io.StringIO(gzip.decompress((SAMPLES / "ibm-20131007-minute-bars.csv.gz").read_bytes()).decode())
        )
    )
    ours = {bar.start: bar for bar in run(trades).bars["IBM", "2013-10-07"]}
    assert {row["timestamp"] for row in vendor} == set(ours)
    assert len(vendor) == 453
    prices = sum(
        all(
            getattr(ours[row["timestamp"]], name) == Decimal(row[name])
            for name in ("open", "high", "low", "close")
        )
        for row in vendor
    )
    volumes = sum(ours[row["timestamp"]].volume == int(row["volume"]) for row in vendor)
    assert prices >= 0.995 * len(vendor)
    assert volumes >= 0.995 * len(vendor)
    assert (prices, volumes) == (
        452,
        453,
    )  # the one that differs: the vendor opens the session with another trade
