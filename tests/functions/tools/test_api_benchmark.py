"""The API's figures are measured with data and requests as they would be."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from tests.support.postgresql import Database, database, postgresql  # noqa: F401 - fixtures
from tools.benchmarks import market_year
from tools.benchmarks.api_requests import KINDS, requests


@pytest.fixture
def year(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:  # noqa: F811
    """A year of one symbol."""
    monkeypatch.setattr(market_year, "SYMBOLS", ["S00"])
    with database.connect() as connection:
        # 261 weekdays of 390 minutes, 78 five minutes, 7 hours (of which the first is a half) and a day
        assert market_year.fill_year(connection) == 261 * (390 + 78 + 7 + 1)
    return database


def test_a_year_has_the_minutes_of_its_sessions_in_new_york(year: Database) -> None:
    with year.connect() as connection:
        ((first, last),) = connection.execute(
            "SELECT min(start), max(start) FROM market.bars"
            " WHERE interval_seconds = 60 AND date = '2013-10-07'"
        ).fetchall()
        ((day,),) = connection.execute(
            "SELECT start FROM market.bars WHERE interval_seconds = 86400 AND date = '2013-10-07'"
        ).fetchall()
        ((analytics,),) = connection.execute("SELECT count(*) FROM market.daily_analytics").fetchall()
    assert (first, last) == (
        datetime(2013, 10, 7, 13, 30, tzinfo=UTC),
        datetime(2013, 10, 7, 19, 59, tzinfo=UTC),
    )
    assert day == datetime(2013, 10, 7, 4, tzinfo=UTC)
    assert analytics == 261


def test_requests_are_of_all_kinds_in_their_shares_and_the_same_for_a_seed() -> None:
    made = requests(20_000, seed=1)
    assert made == requests(20_000, seed=1)
    counted = Counter(kind for kind, _ in made)
    assert sum(share for share, _ in KINDS.values()) == 100
    for kind, (share, _) in KINDS.items():
        assert counted[kind] == pytest.approx(200 * share, rel=0.15)
