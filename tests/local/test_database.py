"""The database as it was deployed holds what the Parquet objects hold."""

import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest

from tests.local.conftest import Deployment
from tools import trades
from tools.local_up import SAMPLE

SECONDS = {"1m": 60, "5m": 300, "1h": 3600, "1d": 86400}
COLUMNS = "epoch(start)::BIGINT, open, high, low, close, volume, vwap, trade_count"


def _in_database(deployment: Deployment, interval: str) -> list[tuple[Any, ...]]:
    with deployment.database() as connection:
        return connection.execute(
            "SELECT extract(epoch FROM start)::bigint, open, high, low, close, volume, vwap, trade_count "
            "FROM market.bars WHERE symbol = 'IBM' AND date = '2013-10-07' AND interval_seconds = %s "
            "ORDER BY start",
            [SECONDS[interval]],
        ).fetchall()


def _in_parquet(deployment: Deployment, interval: str) -> list[tuple[Any, ...]]:
    s3, bucket = deployment.client("s3"), deployment.outputs["analytics_bucket"]
    folder = f"bars/interval={interval}/symbol=IBM/date=2013-10-07/"
    (found,) = s3.list_objects_v2(Bucket=bucket, Prefix=folder)["Contents"]
    with tempfile.TemporaryDirectory() as temporary, duckdb.connect() as engine:
        file = Path(temporary) / "bars.parquet"
        s3.download_file(bucket, found["Key"], str(file))
        return engine.read_parquet(str(file)).order("start").select(COLUMNS).fetchall()


def _exact(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows with prices of four decimals and VWAP of six, whatever type they came in."""
    return [
        (start, *(_decimal(price, 4) for price in prices), volume, _decimal(vwap, 6), count)
        for start, *prices, volume, vwap, count in rows
    ]


def _decimal(value: Any, places: int) -> Decimal | None:
    return None if value is None else round(Decimal(str(value)), places)


@pytest.fixture(scope="module", autouse=True)
def _sample(deployment: Deployment) -> None:
    _process(deployment)


def _process(deployment: Deployment) -> trades.Processed:
    data_path = trades.DataPath.find(deployment.stack.endpoint, deployment.outputs)
    return trades.process(SAMPLE, data_path, lambda _: None)


@pytest.mark.requirement("FN-2")
@pytest.mark.parametrize("interval", SECONDS)
def test_bars_are_the_same_in_the_database_and_in_parquet(deployment: Deployment, interval: str) -> None:
    stored = _exact(_in_database(deployment, interval))
    assert stored == _exact(_in_parquet(deployment, interval))
    assert len(stored) == {"1m": 453, "5m": 116, "1h": 15, "1d": 1}[interval]  # as the vendor has


@pytest.mark.requirement("FN-2")
def test_the_same_file_twice_leaves_the_same_rows(deployment: Deployment) -> None:
    before = {interval: _in_database(deployment, interval) for interval in SECONDS}
    _process(deployment)
    assert {interval: _in_database(deployment, interval) for interval in SECONDS} == before
    with deployment.database() as connection:
        counted = connection.execute(
            "SELECT count(*) FROM market.daily_analytics WHERE symbol = 'IBM' AND date = '2013-10-07'"
        ).fetchone()
    assert counted == (1,)


def test_the_database_refuses_what_comes_without_tls(deployment: Deployment) -> None:
    (cluster,) = deployment.client("rds").describe_db_clusters()["DBClusters"]
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(
            host=deployment.outputs["database_endpoint"],
            port=cluster["Port"],
            dbname=cluster["DatabaseName"],
            user="market_reader",
            password="anything",
            sslmode="disable",
        )
