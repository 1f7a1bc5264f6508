"""Whatever happens between the two stores: every trade counts once, in both."""

import gzip
import importlib
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import boto3
import psycopg
import pytest
from botocore.exceptions import ClientError
from market_data_processor import layout, publication, s3
from market_data_processor.ingestion import LostRaceError, SupersededError
from market_data_processor.layout import INTERVALS, Partition
from market_data_processor.postgres import Rows
from moto.server import ThreadedMotoServer

from tests.support.market_data import Analytics, Bar, csv, read_analytics, read_bars, trade
from tests.support.postgresql import Database
from tests.support.steps import Steps, interrupted

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

RAW, PROCESSED = "raw", "processed"
ROOT = Path(__file__).parents[3]
DAY = date(2013, 10, 7)
FIRST = (
    trade("14:59:59.000", "9.0000", 3),
    trade("15:00:00.500", "10.0000", 100),
    trade("15:00:30.000", "11.0000", 200),
    trade("15:02:00.000", "13.0000", 400),
)
SECOND = (
    trade("15:00:00.100", "10.5000", 7),
    trade("15:00:45.000", "12.0000", 900),
    trade("15:00:45.000", "8.0000", 1),
)

pytestmark = pytest.mark.requirement("FN-2")


@dataclass
class Stores:
    """Both stores, and what they hold of a symbol."""

    client: "S3Client"
    database: Database
    folder: Path
    environment: Mapping[str, str]
    processed: list[str] = field(default_factory=list)

    def put(self, key: str, rows: Sequence[str], symbol: str = "IBM") -> None:
        """Store a raw object."""
        content = csv(*(row.replace("IBM", symbol) for row in rows))
        self.client.put_object(Bucket=RAW, Key=key, Body=gzip.compress(content))

    def bars(self, symbol: str = "IBM", day: date = DAY) -> dict[str, list[Bar]]:
        """The bars of each interval, as readers of the processed bucket see them."""
        return {name: self._read(layout.bars(Partition(symbol, day), name), read_bars) for name in INTERVALS}

    def analytics(self, symbol: str = "IBM", day: date = DAY) -> list[Analytics]:
        """The analytics, as readers of the processed bucket see them."""
        return self._read(layout.analytics(Partition(symbol, day)), read_analytics)

    def rows(self, symbol: str = "IBM", day: date = DAY) -> dict[str, list[Bar]]:
        """The bars of each interval in the database."""
        query = """
            SELECT to_char(start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                open, high, low, close, volume, vwap, trade_count
            FROM market.bars WHERE symbol = %s AND date = %s AND interval_seconds = %s ORDER BY start
        """
        with self.database.connect() as connection:
            return {
                name: [Bar(*row) for row in connection.execute(query, [symbol, day, seconds])]
                for name, seconds in INTERVALS.items()
                if name != "1s"
            }

    def analytics_rows(self, symbol: str = "IBM", day: date = DAY) -> list[tuple[Any, ...]]:
        """The analytics in the database."""
        query = """
            SELECT realized_volatility, twap, largest_trades FROM market.daily_analytics
            WHERE symbol = %s AND date = %s
        """
        with self.database.connect() as connection:
            return connection.execute(query, [symbol, day]).fetchall()

    def everything(self, symbol: str = "IBM") -> tuple[Any, ...]:
        """All that both stores hold of a symbol's day."""
        return (
            self.bars(symbol),
            self.analytics(symbol),
            self.rows(symbol),
            self.analytics_rows(symbol),
        )

    def start(self, *keys: str, kill_after_steps: int = 0) -> subprocess.Popen[bytes]:
        """Start a process that processes raw objects."""
        command = [sys.executable, "-m", "tests.support.processor_process", RAW, str(kill_after_steps), *keys]
        path = os.pathsep.join([str(ROOT), str(ROOT / "lambda")])
        return subprocess.Popen(
            command,
            env={**os.environ, **self.environment, "PYTHONPATH": path},
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )

    def _read(self, key: str, read: Callable[[Path], list[Any]]) -> list[Any]:
        path = self.folder / "read.parquet"
        self.client.download_file(PROCESSED, key, str(path))
        return read(path)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """An S3 that other processes reach too."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def stores(
    endpoint: str, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stores]:
    environment = {
        **database.environment("market_writer"),
        "AWS_ENDPOINT_URL": endpoint,
        "PROCESSED_BUCKET": PROCESSED,
        "ENGINE_MEMORY_MB": "128",
        "POWERTOOLS_SERVICE_NAME": "market-data-processor",
        "POWERTOOLS_METRICS_NAMESPACE": "TradingAnalytics",
        "POWERTOOLS_TRACE_DISABLED": "true",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3")
    for bucket in (RAW, PROCESSED):
        client.create_bucket(Bucket=bucket)
    yield Stores(client, database, tmp_path, environment)
    for bucket in (RAW, PROCESSED):
        for item in client.list_objects_v2(Bucket=bucket).get("Contents", ()):
            client.delete_object(Bucket=bucket, Key=item["Key"])
        client.delete_bucket(Bucket=bucket)


@pytest.fixture
def function(stores: Stores) -> Iterator[ModuleType]:
    module = importlib.reload(importlib.import_module("market_data_processor.handler"))
    yield module
    module._connections().close()


class CrashError(Exception):
    """What interrupts the function."""


def crash() -> None:
    raise CrashError


def expected(stores: Stores, function: ModuleType) -> tuple[Any, ...]:
    """What two files leave that nothing interrupts."""
    for number, rows in enumerate((FIRST, SECOND)):
        stores.put(f"calm/{number}", rows, "CALM")
        function._process_object(RAW, f"calm/{number}")
    return stores.everything("CALM")


def test_both_stores_hold_the_same(stores: Stores, function: ModuleType) -> None:
    bars, (analytics,), rows, (analytics_row,) = expected(stores, function)
    assert {name: bars[name] for name in rows} == rows
    assert [bar.volume for bar in rows["1m"]] == [3, 1208, 400]
    assert rows["1d"] == [bars["1d"][0]]
    assert bars["1d"][0].start == "2013-10-07T04:00:00Z"
    assert analytics_row[:2] == (analytics.realized_volatility, analytics.twap)
    assert analytics_row[2][0] == {
        "time": "2013-10-07T15:00:45.000Z", "price": "12.0000", "size": 900, "exchange": "N"
    }  # fmt: skip
    assert len(analytics_row[2]) == 7


def test_the_same_object_twice_changes_nothing(stores: Stores, function: ModuleType) -> None:
    before = expected(stores, function)
    for key in ("calm/0", "calm/1", "calm/0"):
        function._process_object(RAW, key)
    assert stores.everything("CALM") == before


def test_a_crash_at_any_step_and_a_retry(stores: Stores, function: ModuleType) -> None:
    """The second of two files is interrupted before each request, each statement and the commit."""
    calm = expected(stores, function)
    for last in range(1, 100):
        symbol = f"S{last}"
        for number, rows in enumerate((FIRST, SECOND)):
            stores.put(f"{symbol}/{number}", rows, symbol)
        function._process_object(RAW, f"{symbol}/0")
        steps = Steps(last, crash)
        try:
            with interrupted(steps):
                function._process_object(RAW, f"{symbol}/1")
        except CrashError:
            function._process_object(RAW, f"{symbol}/1")
            assert stores.everything(symbol) == calm, f"interrupted after {last} steps"
        else:
            break
    assert steps.count == last
    assert last > 25, "steps were not counted"


def test_a_process_that_is_killed_and_its_retry(stores: Stores, function: ModuleType) -> None:
    calm = expected(stores, function)
    for last in (4, 15, 20, 26):
        symbol = f"K{last}"
        for number, rows in enumerate((FIRST, SECOND)):
            stores.put(f"{symbol}/{number}", rows, symbol)
        function._process_object(RAW, f"{symbol}/0")
        assert stores.start(f"{symbol}/1", kill_after_steps=last).wait() == -9
        function._process_object(RAW, f"{symbol}/1")
        assert stores.everything(symbol) == calm


def test_processes_that_cover_the_same_minute(stores: Stores, function: ModuleType) -> None:
    calm = expected(stores, function)
    for number, rows in enumerate((FIRST, SECOND)):
        stores.put(f"raced/{number}", rows)
    processes = [stores.start(key) for key in ("raced/0", "raced/1", "raced/0", "raced/1")]
    assert [process.wait() for process in processes] == [0] * 4
    assert stores.everything() == calm


def test_threads_that_cover_the_same_minutes(stores: Stores, function: ModuleType) -> None:
    rows = [trade(f"15:00:{second:02}.{number:03}", size=1) for second in range(3) for number in range(8)]
    keys = [f"{number}.csv" for number in range(8)]
    for number, key in enumerate(keys):
        stores.put(key, rows[number::8] + [row.replace("IBM", "AIG") for row in rows[number % 4 :: 4]])
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda key: function._process_object(RAW, key), keys * 2))
    assert [bar.volume for bar in stores.bars()["1s"]] == [8, 8, 8]
    assert stores.rows()["1m"] == stores.bars()["1m"]
    assert [bar.volume for bar in stores.rows("AIG")["1d"]] == [48]


def test_new_content_replaces_the_former_everywhere(stores: Stores, function: ModuleType) -> None:
    """Its day and one symbol are gone from it; another file still covers one of them."""
    tuesday = [row.replace("10-07", "10-08") for row in FIRST]
    stores.put("a.csv", [*FIRST, *tuesday, trade("15:00:00.000", symbol="AIG")])
    stores.put("b.csv", SECOND)
    for key in ("a.csv", "b.csv"):
        function._process_object(RAW, key)
    stores.put("a.csv", tuesday[:1])
    function._process_object(RAW, "a.csv")
    assert [bar.volume for bar in stores.bars()["1d"]] == [908]
    assert stores.rows()["1m"] == stores.bars()["1m"]
    assert [bar.volume for bar in stores.rows(day=date(2013, 10, 8))["1m"]] == [3]
    assert set(map(len, stores.bars("AIG").values())) == {0}
    assert stores.analytics("AIG") == []
    assert set(map(len, stores.rows("AIG").values())) == {0}
    assert stores.analytics_rows("AIG") == []


def test_the_newer_content_wins_whoever_is_slower(
    stores: Stores, function: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New content is stored, and processed by another invocation, while the old one is processed."""
    stores.put("a.csv", [*FIRST, trade("15:00:00.000", symbol="OLD")])
    enter = publication.TwoStores.exclusive

    def replaced_before(self: publication.TwoStores, *args: Any) -> Any:
        with monkeypatch.context() as undisturbed:
            undisturbed.setattr(publication.TwoStores, "exclusive", enter)
            if not stores.processed:
                stores.processed.append("a.csv")
                stores.put("a.csv", SECOND)
                function._process_object(RAW, "a.csv")
        return enter(self, *args)

    monkeypatch.setattr(publication.TwoStores, "exclusive", replaced_before)
    function._process_object(RAW, "a.csv")
    assert [bar.volume for bar in stores.bars()["1d"]] == [908]
    assert [bar.volume for bar in stores.rows()["1d"]] == [908]
    assert stores.rows("OLD")["1d"] == []


def test_an_object_that_is_removed_meanwhile_publishes_nothing(
    stores: Stores, function: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores.put("a.csv", FIRST)
    cover = s3.ProcessedBucket.cover

    def remove(self: s3.ProcessedBucket, *args: Any) -> Any:
        stores.client.delete_object(Bucket=RAW, Key="a.csv")
        return cover(self, *args)

    monkeypatch.setattr(s3.ProcessedBucket, "cover", remove)
    with pytest.raises(ClientError, match="NoSuchKey"):
        function._process_object(RAW, "a.csv")
    assert stores.rows()["1d"] == []


@pytest.mark.parametrize("bars_exist", [False, True])
@pytest.mark.parametrize("wins", [1, 2])
def test_whoever_lost_the_lock_publishes_again(
    stores: Stores, function: ModuleType, monkeypatch: pytest.MonkeyPatch, bars_exist: bool, wins: int
) -> None:
    """Without locks, another invocation publishes between this one's reading and its writing."""
    if bars_exist:
        stores.put("before.csv", [trade("15:00:00.000", size=1000)])
        function._process_object(RAW, "before.csv")
    for number in range(3):
        stores.put(f"{number}.csv", [trade("15:00:00.000", size=10**number)])
    rivals = [f"{number}.csv" for number in range(1, 1 + wins)]
    others = publication.ExclusiveStores.others
    monkeypatch.setattr("market_data_processor.postgres._LOCK", "SELECT %s::bigint")

    def fetch_then_lose(self: publication.ExclusiveStores, directory: Path) -> Any:
        found = others(self, directory)
        if rivals:
            key = rivals.pop()
            with monkeypatch.context() as undisturbed:
                undisturbed.setattr(publication.ExclusiveStores, "others", others)
                function._process_object(RAW, key)
        return found

    monkeypatch.setattr(publication.ExclusiveStores, "others", fetch_then_lose)
    function._process_object(RAW, "0.csv")
    (bar,) = stores.bars()["1m"]
    assert bar.volume == sum(10**number for number in range(wins + 1)) + 1000 * bars_exist
    assert stores.rows()["1m"] == [bar]


def test_endless_contention_is_given_up(
    stores: Stores, function: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores.put("a.csv", FIRST)
    monkeypatch.setattr(
        publication.ExclusiveStores, "_look", lambda *_: {layout.bars(Partition("IBM", DAY), "1s"): '"x"'}
    )
    with pytest.raises(LostRaceError, match="5 times in a row"):
        function._process_object(RAW, "a.csv")
    assert stores.rows()["1d"] == []


def test_an_object_that_never_rests_is_given_up(
    stores: Stores, function: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores.put("a.csv", FIRST)

    def replaced(_: s3.RawObject) -> None:
        raise SupersededError

    monkeypatch.setattr(s3.RawObject, "ensure_current", replaced)
    with pytest.raises(SupersededError):
        function._process_object(RAW, "a.csv")


def test_rows_that_stay_the_same_are_not_written(stores: Stores, function: ModuleType) -> None:
    expected(stores, function)
    query = "SELECT max(xmin::text::bigint) FROM market.bars"
    with stores.database.connect() as connection:
        before = connection.execute(query).fetchall()
        function._process_object(RAW, "calm/0")
        assert connection.execute(query).fetchall() == before


def test_a_database_that_fails_leaves_the_message_to_be_delivered_again(
    stores: Stores, function: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stores.put("a.csv", FIRST)

    def fail(*_: Any) -> None:
        raise psycopg.OperationalError("the server closed the connection")

    with monkeypatch.context() as broken:
        broken.setattr(Rows, "replace", fail)
        with pytest.raises(psycopg.OperationalError):
            function._process_object(RAW, "a.csv")
    assert stores.rows()["1d"] == []
    function._process_object(RAW, "a.csv")
    assert stores.rows()["1m"] == stores.bars()["1m"]
