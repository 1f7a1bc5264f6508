"""Trades in, bars out, as `make local` does it."""

from pathlib import Path

import pytest

from tests.local.conftest import Deployment
from tools import trades
from tools.local_up import SAMPLE

HEADER = "timestamp,symbol,price,size,exchange,conditions\n"
GOOD_ROW = "2013-10-08T14:00:00.000Z,AIG,50.25,100,N,1\n"


def silent(_: str) -> None:
    """Shows no progress."""


@pytest.fixture
def data_path(deployment: Deployment) -> trades.DataPath:
    return trades.DataPath.find(deployment.stack.endpoint, deployment.outputs)


@pytest.mark.requirement("FN-2")
def test_the_sample_day_becomes_minute_bars(data_path: trades.DataPath) -> None:
    processed = trades.process(SAMPLE, data_path, silent)
    columns, rows, count = trades.read_bars(processed.bars, data_path, limit=3)

    assert [key.rsplit("/", 1)[0] for key in processed.bars] == [
        "bars/interval=1m/symbol=IBM/date=2013-10-07"
    ]
    assert processed.rejects == []
    assert columns[:6] == ["symbol", "start", "open", "high", "low", "close"]
    assert len(rows) == 3
    assert count > 390  # the regular session's minutes, and some of the extended hours


@pytest.mark.requirement("FN-2")
def test_bad_rows_are_set_aside_with_line_and_reason_and_the_rest_is_processed(
    data_path: trades.DataPath, tmp_path: Path
) -> None:
    file = tmp_path / "bad-rows.csv"
    file.write_text(f"{HEADER}{GOOD_ROW}2013-10-08T14:00:01.000Z,AIG,fifty,100,N,1\n", encoding="utf-8")

    processed = trades.process(file, data_path, silent)
    _, _, count = trades.read_bars(processed.bars, data_path, limit=1)

    assert count == 1
    assert [row["line"] for row in processed.rejects] == [3]
    assert all(row["reason"] for row in processed.rejects)


@pytest.mark.requirement("FN-2")
def test_a_file_that_is_no_csv_is_reported_as_that(data_path: trades.DataPath, tmp_path: Path) -> None:
    file = tmp_path / "picture.csv"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))

    with pytest.raises(trades.TradesError, match=r"picture\.csv was not processed: .*not a trades file"):
        trades.process(file, data_path, silent)
