"""Objects of bars, by their keys."""

from datetime import date

import pytest

from tools import trades


@pytest.mark.parametrize(
    ("key", "partition"),
    [
        ("bars/interval=1m/symbol=IBM/date=2013-10-07/bars.parquet", ("IBM", date(2013, 10, 7))),
        ("bars/interval=1d/symbol=BRK.B/date=2024-02-29/x=y.parquet", ("BRK.B", date(2024, 2, 29))),
    ],
)
def test_a_key_says_symbol_and_day(key: str, partition: tuple[str, date]) -> None:
    assert trades.partition(key) == partition
