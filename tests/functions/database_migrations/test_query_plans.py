"""The functions' queries find their rows by the primary keys, however many there are."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from analytics_api import postgres as api
from market_data_processor import postgres as processor

from tests.support.postgresql import Database

# Minutes of twenty symbols on twenty days: enough for the planner to mind.
_FILL = """
INSERT INTO market.bars
SELECT 'S' || symbol, 60, day + minute * interval '1 minute', day, 1, 1, 1, 1, 1, 1, 1
FROM generate_series(10, 29) AS symbols (symbol),
     generate_series(timestamp '2013-01-01', timestamp '2013-01-20', interval '1 day') AS days (day),
     generate_series(0, 389) AS minutes (minute)
"""
_FILL_ANALYTICS = """
INSERT INTO market.daily_analytics
SELECT 'S' || symbol, day, 0.1, 1, '[]'
FROM generate_series(10, 59) AS symbols (symbol),
     generate_series(timestamp '2013-01-01', timestamp '2013-12-31', interval '1 day') AS days (day)
"""


@pytest.fixture(scope="module")
def filled(postgresql: Database) -> Iterator[Database]:
    postgresql.empty()
    with postgresql.connect() as connection:
        connection.execute(_FILL)
        connection.execute(_FILL_ANALYTICS)
        connection.execute("ANALYZE market.bars, market.daily_analytics")
    yield postgresql
    postgresql.empty()


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from _nodes(child)


def _plan(connection: psycopg.Connection, statement: str) -> list[dict[str, Any]]:
    """The plan of a prepared statement, made for any parameters (as the server makes it after five runs)."""
    names = dict.fromkeys(part.partition(")s")[0] for part in statement.split("%(")[1:])
    for number, name in enumerate(names, start=1):
        statement = statement.replace(f"%({name})s", f"${number}")
    row = connection.execute(f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {statement}").fetchone()
    assert row is not None
    return list(_nodes(row[0][0]["Plan"]))


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (api._BARS, "bars_pkey"),
        (api._HAS_SYMBOL, "bars_pkey"),
        (api._SYMBOLS, "bars_pkey"),
        (api._ANALYTICS, "daily_analytics_pkey"),
    ],
    ids=["bars", "has symbol", "symbols", "analytics"],
)
def test_reader_finds_rows_by_the_primary_key(filled: Database, statement: str, index: str) -> None:
    with filled.connect("market_reader") as connection:
        nodes = _plan(connection, statement)
    assert {node["Index Name"] for node in nodes if "Index Name" in node} == {index}
    assert [node for node in nodes if node["Node Type"] == "Seq Scan"] == []


def test_page_of_bars_is_in_order_without_sorting(filled: Database) -> None:
    with filled.connect("market_reader") as connection:
        nodes = _plan(connection, api._BARS)
    assert [node["Node Type"] for node in nodes if "Sort" in node["Node Type"]] == []
    (scan,) = (node for node in nodes if node["Node Type"] == "Index Scan")
    # Every bound narrows the range that is read, none is checked afterwards.
    assert "Filter" not in scan
    for column in ("symbol", "interval_seconds", "start >", "start <"):
        assert column in scan["Index Cond"]


@pytest.mark.parametrize(
    ("statement", "table"),
    [(processor._DELETE_BARS, "bars"), (processor._DELETE_ANALYTICS, "daily_analytics")],
    ids=["bars", "analytics"],
)
def test_writer_finds_a_days_rows_by_the_primary_key(filled: Database, statement: str, table: str) -> None:
    with filled.connect("market_writer") as connection:
        for new_rows in processor._NEW_ROWS:
            connection.execute(new_rows)
        nodes = _plan(connection, statement)
    scans = [node for node in nodes if node.get("Relation Name") == table and "Scan" in node["Node Type"]]
    assert {(node["Node Type"], node.get("Index Name")) for node in scans} <= {
        ("Index Scan", f"{table}_pkey"),
        ("Index Only Scan", f"{table}_pkey"),
        ("Bitmap Heap Scan", None),
    }
    assert scans
    if table == "bars":
        (condition,) = (node["Index Cond"] for node in nodes if node.get("Index Name") == "bars_pkey")
        for column in ("symbol", "interval_seconds", "start >=", "start <"):
            assert column in condition
