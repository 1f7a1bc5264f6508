"""Bars and symbols: exact values, pages to the end, cursors of their query only."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import duckdb
import pytest
from analytics_api.bars import BarQuery, page
from analytics_api.problems import Problem
from hypothesis import given
from hypothesis import strategies as st

from tests.functions.analytics_api.conftest import Answer, Call
from tests.support.market_rows import OPENING, store_bars
from tests.support.postgresql import Database

QUERY = {"interval": "1m", "from": "2013-10-07T13:30:00Z", "to": "2013-10-07T20:00:00Z"}


def _pages(call: Call, query: dict[str, str], symbol: str = "IBM") -> Iterator[Answer]:
    """Every page of a query."""
    for _ in range(10):
        answer = call("GET", f"/v1/bars/{symbol}", query=query)
        assert answer.status == 200, answer
        yield answer
        if "next" not in answer.body:
            return
        query = {**query, "cursor": answer.body["next"]}
    pytest.fail("there is no last page")


@pytest.mark.requirement("FN-3")
@pytest.mark.parametrize(("limit", "sizes"), [(1, [1] * 5), (2, [2, 2, 1]), (5, [5]), (6, [5])])
def test_bars_are_paged_to_the_end(call: Call, database: Database, limit: int, sizes: list[int]) -> None:
    store_bars(database)
    pages = [answer.body for answer in _pages(call, {**QUERY, "limit": str(limit)})]
    assert [len(each["bars"]) for each in pages] == sizes
    assert [bar["close"] for each in pages for bar in each["bars"]] == [181, 182, 183, 184, 185]
    assert {(each["symbol"], each["interval"]) for each in pages} == {("IBM", "1m")}


def test_a_page_has_five_hundred_bars_unless_told_otherwise(call: Call, database: Database) -> None:
    store_bars(database, 501)
    query = {**QUERY, "to": "2013-10-08T20:00:00Z"}
    assert [len(answer.body["bars"]) for answer in _pages(call, query)] == [500, 1]


def test_a_bar_that_comes_late_is_on_the_page_that_was_not_read_yet(call: Call, database: Database) -> None:
    store_bars(database, 2)
    store_bars(database, 2, first=OPENING + timedelta(minutes=10))
    pages = _pages(call, {**QUERY, "limit": "2"})
    next(pages)
    store_bars(database, 1, first=OPENING + timedelta(minutes=5))
    starts = [bar["start"] for answer in pages for bar in answer.body["bars"]]
    assert starts == [f"2013-10-07T13:{minute}:00+00:00" for minute in (35, 40, 41)]


@pytest.mark.requirement("FN-3")
def test_a_bar_has_every_member_and_exactly_the_decimals_that_are_held(
    call: Call, database: Database
) -> None:
    store_bars(database, 1, open="0.1", high="99999999999999.9999", low="181.2500", vwap="181.000001")
    (answer,) = _pages(call, QUERY)
    # Compared as text: as numbers, noise of the last digit would go unnoticed.
    assert answer.text == (
        '{"symbol":"IBM","interval":"1m","bars":[{"start":"2013-10-07T13:30:00+00:00","open":0.1,'
        '"high":99999999999999.9999,"low":181.25,"close":181,"volume":100,"vwap":181.000001,"trade_count":3}]}'
    )


@pytest.mark.parametrize("held", ["181.500000", "0.1000", "18 digits"])
def test_no_number_becomes_a_binary_fraction(call: Call, database: Database, held: str) -> None:
    prices = dict.fromkeys(("open", "high", "low", "close"), "99999999999999.9999")
    values: dict[str, Any] = {**prices, "vwap": "999999999999.999999"}
    if held != "18 digits":
        values = dict.fromkeys(values, held)
    store_bars(database, 1, **values)
    (answer,) = _pages(call, QUERY)
    for name, value in values.items():
        answered = value.rstrip("0") if held != "18 digits" else value
        assert f'"{name}":{answered},' in answer.text


def test_a_bar_without_prices_has_none(call: Call, database: Database) -> None:
    store_bars(database, 1, open=None, high=None, low=None, close=None, vwap=None)
    (answer,) = _pages(call, QUERY)
    (bar,) = answer.body["bars"]
    assert [bar[name] for name in ("open", "high", "low", "close", "vwap")] == [None] * 5


@pytest.mark.parametrize(("interval", "seconds"), [("1m", 60), ("5m", 300), ("1h", 3600), ("1d", 86_400)])
def test_each_interval_has_its_own_bars(call: Call, database: Database, interval: str, seconds: int) -> None:
    for each in (60, 300, 3600, 86_400):
        store_bars(database, 1, seconds=each, volume=each)
    (answer,) = _pages(call, {**QUERY, "interval": interval})
    assert [bar["volume"] for bar in answer.body["bars"]] == [seconds]


def test_from_is_inclusive_and_to_is_not_in_any_zone(call: Call, database: Database) -> None:
    store_bars(database)
    store_bars(database, symbol="AIG")
    query = {"interval": "1m", "from": "2013-10-07T09:31:00-04:00", "to": "2013-10-07T15:33:00+02:00"}
    (answer,) = _pages(call, query)
    assert [bar["start"] for bar in answer.body["bars"]] == [
        "2013-10-07T13:31:00+00:00",
        "2013-10-07T13:32:00+00:00",
    ]


def test_times_are_utc_whatever_the_database_thinks(
    call: Call, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGTZ", "Asia/Tokyo")
    store_bars(database, 1)
    (answer,) = _pages(call, QUERY)
    assert answer.body["bars"][0]["start"] == "2013-10-07T13:30:00+00:00"


def test_an_empty_span_of_a_known_symbol_is_no_problem(call: Call, database: Database) -> None:
    store_bars(database)
    query = {**QUERY, "from": "2014-10-07T13:30:00Z", "to": "2014-10-07T20:00:00Z"}
    (answer,) = _pages(call, query)
    assert answer.body == {"symbol": "IBM", "interval": "1m", "bars": []}


@pytest.mark.parametrize("interval", ["1s", "1m", "1d"])
def test_an_unknown_symbol_is_not_found(call: Call, database: Database, interval: str) -> None:
    store_bars(database)
    answer = call("GET", "/v1/bars/AIG", query={**QUERY, "interval": interval})
    assert (answer.status, answer.body["detail"]) == (404, "the symbol was not found")


@pytest.mark.parametrize(
    "change",
    [
        {"from": "2013-10-07T13:29:59Z"},
        {"to": "2013-10-07T20:00:01Z"},
        {"interval": "5m"},
    ],
)
def test_a_cursor_of_another_query_is_refused(call: Call, database: Database, change: dict[str, str]) -> None:
    store_bars(database)
    cursor = call("GET", "/v1/bars/IBM", query={**QUERY, "limit": "1"}).body["next"]
    assert call("GET", "/v1/bars/IBM", query={**QUERY, "cursor": cursor}).status == 200
    answer = call("GET", "/v1/bars/IBM", query={**QUERY, **change, "cursor": cursor})
    assert (answer.status, answer.body["errors"][0]["parameter"]) == (400, "cursor")
    assert call("GET", "/v1/bars/AIG", query={**QUERY, "cursor": cursor}).status == 400


def test_the_page_may_change_its_size_and_the_span_its_zone(call: Call, database: Database) -> None:
    store_bars(database)
    cursor = call("GET", "/v1/bars/IBM", query={**QUERY, "limit": "1"}).body["next"]
    query = {**QUERY, "from": "2013-10-07T09:30:00-04:00", "limit": "2", "cursor": cursor}
    assert [bar["close"] for bar in call("GET", "/v1/bars/IBM", query=query).body["bars"]] == [182, 183]


class _OneBarAfterAnother:
    """A store with a bar at every minute."""

    def bars(self, query: BarQuery) -> list[str]:
        first = query.after.replace(second=0, microsecond=0) + timedelta(minutes=1)
        return [
            json.dumps({"start": (first + timedelta(minutes=number)).isoformat()})
            for number in range(query.limit)
        ]


def _arguments(**changes: Any) -> dict[str, Any]:
    to = datetime(2013, 10, 8, tzinfo=UTC)
    return {"symbol": "IBM", "interval": "1m", "from": OPENING, "to": to, "limit": 3, **changes}


@given(place=st.integers(0, 21), letter=st.sampled_from("ABCDEFXYZabcxyz0189-_"))
def test_a_cursor_with_any_letter_changed_is_refused(place: int, letter: str) -> None:
    text, _ = page(_OneBarAfterAnother(), _arguments())
    cursor = json.loads(text)["next"]
    assert len(cursor) == 22
    changed = cursor[:place] + letter + cursor[place + 1 :]
    if changed != cursor:
        with pytest.raises(Problem, match="not as described"):
            page(_OneBarAfterAnother(), _arguments(cursor=changed))


@pytest.mark.parametrize(
    ("change", "parameter"),
    [
        ({"interval": "1w"}, "interval"),
        ({"from": "yesterday"}, "from"),
        ({"from": "2013-10-07T13:30:00"}, "from"),
        ({"from": "2013-10-07"}, "from"),
        ({"from": "2013-W41-1T13:30:00Z"}, "from"),
        ({"from": "1969-12-31T23:59:59Z"}, "from"),
        ({"from": "2013-02-30T13:30:00Z"}, "from"),
        ({"from": "2013-10-07T13:30:00 00:00"}, "from"),
        ({"to": "2013-10-07T13:30:00Z"}, "to"),
        ({"to": "9999-12-31T23:59:59-23:00"}, "to"),
        ({"interval": "1s", "to": "2013-10-08T13:30:01Z"}, "to"),
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"limit": "-1"}, "limit"),
        ({"limit": "1e2"}, "limit"),
        ({"limit": "٣"}, "limit"),
        ({"limit": "9" * 5000}, "limit"),
        ({"limit": ["1", "2"]}, "limit"),
        ({"cursor": "%"}, "cursor"),
        ({"cursor": "A" * 22}, "cursor"),
        ({"cursor": "_" * 22}, "cursor"),
    ],
)
def test_a_query_that_is_not_as_described_is_a_problem(call: Call, change: Any, parameter: str) -> None:
    answer = call("GET", "/v1/bars/IBM", query={**QUERY, **change})
    assert answer.status == 400
    assert [error["parameter"] for error in answer.body["errors"]] == [parameter]


def test_a_number_that_python_refuses_to_read_is_told_like_any_other(call: Call) -> None:
    answer = call("GET", "/v1/bars/IBM", query={**QUERY, "limit": "9" * 5000})
    assert answer.body["errors"] == [{"parameter": "limit", "detail": "must be integer"}]


def test_every_fault_is_told_at_once(call: Call) -> None:
    answer = call("GET", "/v1/bars/ibm", query={"interval": "1w", "form": "x", "limit": "0"})
    assert [error.get("parameter") for error in answer.body["errors"]] == [
        "symbol",
        "interval",
        "from",
        "to",
        "limit",
        None,
    ]


def test_symbols_are_those_that_bars_are_held_of_in_order(call: Call, database: Database) -> None:
    assert call("GET", "/v1/symbols").body == {"symbols": []}
    for symbol in ("IBM", "AIG", "C", "MSFT"):
        store_bars(database, symbol=symbol)
    assert call("GET", "/v1/symbols").body == {"symbols": ["AIG", "C", "IBM", "MSFT"]}


def _store_seconds(folder: Path, date: str, first: str, count: int, volume: int) -> None:
    """Store one-second bars as the processor does, in a file of a partition."""
    file = folder / f"{date}.parquet"
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone='UTC'")
        connection.execute(
            f"COPY (SELECT TIMESTAMPTZ '{first}' + INTERVAL 1 SECOND * i AS start,"
            f" 181.5::DECIMAL(18,4) AS open, 182.1::DECIMAL(18,4) AS high, NULL::DECIMAL(18,4) AS low,"
            f" (181 + i)::DECIMAL(18,4) AS close, {volume} AS volume, 181.25::DOUBLE AS vwap,"
            f" i AS trade_count FROM range({count}) t(i)) TO '{file}' (FORMAT parquet)"
        )
    boto3.client("s3").upload_file(
        str(file), "processed", f"bars/interval=1s/symbol=IBM/date={date}/part-{volume}.parquet"
    )


def test_bars_of_seconds_come_from_the_objects_and_are_paged_over_days(
    call: Call, handler: ModuleType, tmp_path: Path
) -> None:
    _store_seconds(tmp_path, "2013-10-07", "2013-10-07 23:59:57Z", 3, 7)
    _store_seconds(tmp_path, "2013-10-08", "2013-10-08 08:00:00Z", 3, 8)
    # As long as it may be.
    query = {"interval": "1s", "from": "2013-10-07T23:59:58Z", "to": "2013-10-08T23:59:58Z", "limit": "2"}
    limit = 4
    span = (OPENING, OPENING + timedelta(days=1))
    assert len(handler._seconds().bars(BarQuery("IBM", "1s", *span, limit))) == limit
    pages = [answer.body["bars"] for answer in _pages(call, query)]
    assert [[(bar["start"][8:19], bar["volume"]) for bar in each] for each in pages] == [
        [("07T23:59:58", 7), ("07T23:59:59", 7)],
        [("08T08:00:00", 8), ("08T08:00:01", 8)],
        [("08T08:00:02", 8)],
    ]
    assert pages[0][0] == {
        "start": "2013-10-07T23:59:58+00:00",
        "open": 181.5,
        "high": 182.1,
        "low": None,
        "close": 182,
        "volume": 7,
        "vwap": 181.25,
        "trade_count": 1,
    }
