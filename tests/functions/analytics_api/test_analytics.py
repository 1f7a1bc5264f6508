"""Analytics of a symbol's day."""

from decimal import Decimal

import pytest

from tests.functions.analytics_api.conftest import Call
from tests.support.market_rows import store_analytics
from tests.support.postgresql import Database

QUERY = {"date": "2013-10-07"}


@pytest.mark.requirement("FN-3")
def test_a_days_analytics_have_every_member_with_exactly_the_decimals_that_are_held(
    call: Call, database: Database
) -> None:
    store_analytics(database, twap=Decimal("181.250001"))
    assert call("GET", "/v1/analytics/IBM", query=QUERY).body == {
        "symbol": "IBM",
        "date": "2013-10-07",
        "realized_volatility": 0.0123,
        "twap": 181.250001,
        "largest_trades": [
            {"time": "2013-10-07T13:30:00.125+00:00", "price": 195.07, "size": 9000, "exchange": "N"},
            {"time": "2013-10-07T13:30:00.125+00:00", "price": 181, "size": 300, "exchange": "N"},
        ],
    }
    assert '"twap":181.250001,' in call("GET", "/v1/analytics/IBM", query=QUERY).text


def test_a_day_of_too_few_prices_has_none(call: Call, database: Database) -> None:
    store_analytics(database, volatility=None, twap=None, trades=[])
    body = call("GET", "/v1/analytics/IBM", query=QUERY).body
    assert (body["realized_volatility"], body["twap"], body["largest_trades"]) == (None, None, [])


@pytest.mark.parametrize(("symbol", "date"), [("AIG", "2013-10-07"), ("IBM", "2013-10-08")])
def test_another_symbol_or_day_is_not_found(call: Call, database: Database, symbol: str, date: str) -> None:
    store_analytics(database)
    assert call("GET", f"/v1/analytics/{symbol}", query={"date": date}).status == 404


@pytest.mark.parametrize("date", ["", "today", "2013-10-7", "2013-02-30", "20131007", "1969-12-31"])
def test_a_date_that_is_none_is_a_problem(call: Call, date: str) -> None:
    answer = call("GET", "/v1/analytics/IBM", query={"date": date})
    assert (answer.status, answer.body["errors"]) == (
        400,
        [{"parameter": "date", "detail": "must be date"}],
    )
