"""A delivery of a subscription filter becomes one message on the topic, once for each kind and window."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from critical_events.memory import TableMemory
from critical_events.telling import BeingToldError, Standing
from moto.core import DEFAULT_ACCOUNT_ID

from stacks.trading_analytics import ALERTS_TIMEOUT_SECONDS
from tests.functions.critical_events.conftest import TABLE, WINDOW_SECONDS, LambdaContext, delivery

Published = Callable[[], list[tuple[str, str]]]

TROUBLE = '{"level": "ERROR", "message": "no key"}'


def _metrics(capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    """Sums what the handler reported in EMF since the last call."""
    sums: dict[str, float] = {}
    for line in capsys.readouterr().out.splitlines():
        fields = json.loads(line)
        for group in fields.get("_aws", {}).get("CloudWatchMetrics", []):
            assert group["Namespace"] == "trading-functions-dev"
            assert group["Dimensions"] == [["service"]]
            assert fields["service"] == "critical-events"
            for metric in group["Metrics"]:
                sums[metric["Name"]] = sums.get(metric["Name"], 0) + sum(fields[metric["Name"]])
    return sums


def _items() -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = boto3.resource("dynamodb").Table(TABLE).scan()["Items"]
    return sorted(items, key=lambda item: str(item["id"]))


def _end_the_window() -> None:
    table = boto3.resource("dynamodb").Table(TABLE)
    for item in _items():
        if item["id"].startswith("told#"):
            table.put_item(Item={**item, "expiration": int(time.time()) - 1})


def _break_topic() -> None:
    boto3.client("sns").delete_topic(TopicArn=f"arn:aws:sns:us-east-1:{DEFAULT_ACCOUNT_ID}:alerts")


@pytest.fixture(autouse=True)
def impatience(handler: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Does not wait long for another invocation."""
    monkeypatch.setattr("critical_events.telling.PATIENCE_SECONDS", 0.3)


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.requirement("OBS-3")
def test_delivery_is_published_as_one_alert_with_a_link(
    handler: ModuleType, published: Published, capsys: pytest.CaptureFixture[str]
) -> None:
    handler.handler(delivery(TROUBLE, "plain"), LambdaContext())
    ((subject, body),) = published()
    assert subject == "processor: no key (+1 more)"
    assert "plain" in body
    assert "Account 111122223333, us-east-1, 2026-01-01 00:00:00 UTC" in body
    assert (
        "#logsV2:log-groups/log-group/$252Faws$252Flambda$252Fprocessor"
        "/log-events/2026$252F01$252F01$252F$255B$2524LATEST$255D0$3Fstart$3D1767225540000" in body
    )
    assert _metrics(capsys) == {"PublishedAlerts": 1}


@pytest.mark.requirement("OBS-3")
def test_test_of_the_way_raises_no_alert(handler: ModuleType, published: Published) -> None:
    event = delivery("CWL CONTROL MESSAGE: Checking health", type_="CONTROL_MESSAGE")
    handler.handler(event, LambdaContext())
    assert published() == []
    assert _items() == []


@pytest.mark.requirement("OBS-3")
def test_same_kind_is_told_once_a_window_and_what_was_not_told_is_counted(
    handler: ModuleType, published: Published, capsys: pytest.CaptureFixture[str]
) -> None:
    now = time.time()
    handler.handler(delivery("took 1 s"), LambdaContext())
    handler.handler(delivery("took 2 s", "took 3 s"), LambdaContext())
    handler.handler(delivery("took 4 s"), LambdaContext())
    assert len(published()) == 1
    assert _metrics(capsys) == {"PublishedAlerts": 1, "SuppressedAlerts": 2}
    told, untold = _items()
    assert told["status"] == "COMPLETED"
    assert now + WINDOW_SECONDS - 1 <= told["expiration"] <= time.time() + WINDOW_SECONDS
    assert untold["events"] == 3
    assert now + 86_400 - 1 <= untold["expiration"] <= time.time() + 86_400

    _end_the_window()
    handler.handler(delivery("took 5 s"), LambdaContext())
    assert "3 earlier events of this kind came after its last alert" in published()[1][1]
    assert len(_items()) == 1

    _end_the_window()
    handler.handler(delivery("took 6 s"), LambdaContext())
    assert "earlier" not in published()[2][1]


@pytest.mark.requirement("OBS-3")
def test_untold_events_are_counted_by_log_group_and_kind(
    handler: ModuleType, published: Published, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, elsewhere = (delivery("a"), delivery("b"), delivery("a", log_group="elsewhere"))
    for event in (first, second, elsewhere, first, first, second, elsewhere):
        handler.handler(event, LambdaContext())
    handler.handler(delivery("a", "b", log_group="both"), LambdaContext())
    capsys.readouterr()
    handler.handler(delivery("a", "b", log_group="both"), LambdaContext())
    assert _metrics(capsys) == {"SuppressedAlerts": 2}
    assert len(published()) == 4
    _end_the_window()
    for event, untold in (
        (first, "2 earlier events"),
        (second, "1 earlier event"),
        (elsewhere, "1 earlier event"),
    ):
        handler.handler(event, LambdaContext())
        assert f"{untold} of this kind" in published()[-1][1]


@pytest.mark.requirement("OBS-3")
def test_same_words_in_another_log_group_are_another_kind(handler: ModuleType, published: Published) -> None:
    handler.handler(delivery("trouble"), LambdaContext())
    handler.handler(delivery("trouble", log_group="/aws/lambda/api"), LambdaContext())
    assert [subject for subject, _ in published()] == ["processor: trouble", "api: trouble"]


@pytest.mark.requirement("OBS-3")
def test_of_invocations_at_the_same_time_one_may_tell(handler: ModuleType) -> None:
    # The records decide; Powertools' metrics of one process are not for several threads.
    def claim(_: int) -> Standing:
        return TableMemory(handler._table(), "g", lambda: 30_000).claim("k")

    with ThreadPoolExecutor(8) as pool:
        standings = list(pool.map(claim, range(8)))
    assert sorted(standing.name for standing in standings) == ["BEING_TOLD"] * 7 + ["NEW"]


@pytest.mark.requirement("OBS-3")
def test_alert_that_cannot_be_published_fails_the_invocation_and_is_told_by_its_retry(
    handler: ModuleType, published: Published, capsys: pytest.CaptureFixture[str]
) -> None:
    _break_topic()
    with pytest.raises(ClientError):
        handler.handler(delivery("trouble"), LambdaContext())
    assert _metrics(capsys) == {"FailedAlerts": 1}
    assert _items() == []
    boto3.client("sns").create_topic(Name="alerts")
    handler.handler(delivery("trouble"), LambdaContext())
    assert len(published()) == 1


@pytest.mark.requirement("OBS-3")
def test_invocation_that_breaks_off_before_it_published_loses_no_alert(
    handler: ModuleType, published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as broken:
        broken.setattr(handler, "_publish", die)
        with pytest.raises(SystemExit):
            handler.handler(delivery("trouble"), LambdaContext(remaining_milliseconds=1000))
    (record,) = _items()
    assert record["status"] == "INPROGRESS"
    lapses = float(record["in_progress_expiration"]) / 1000
    assert time.time() - 1 < lapses <= time.time() + 1.0

    # As long as the first invocation might still run, nobody takes the alert for told.
    with pytest.raises(BeingToldError):
        handler.handler(delivery("trouble"), LambdaContext())
    assert published() == []

    time.sleep(max(0.0, lapses - time.time()) + 0.01)
    handler.handler(delivery("trouble"), LambdaContext())
    assert len(published()) == 1


@pytest.mark.requirement("OBS-3")
def test_without_its_table_it_tells_twice_rather_than_never(
    handler: ModuleType, published: Published, capsys: pytest.CaptureFixture[str]
) -> None:
    boto3.client("dynamodb").delete_table(TableName=TABLE)
    handler.handler(delivery("trouble"), LambdaContext())
    handler.handler(delivery("trouble", "other"), LambdaContext())
    assert [subject for subject, _ in published()] == ["processor: trouble", "processor: trouble (+1 more)"]
    assert _metrics(capsys) == {"PublishedAlerts": 2, "UnrememberedAlerts": 2}


@pytest.mark.requirement("OBS-3")
def test_table_that_fails_after_the_alert_does_not_repeat_it(
    handler: ModuleType,
    published: Published,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(**_: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "UpdateItem")

    monkeypatch.setattr(handler._table().records, "_update_record", fail)
    handler.handler(delivery("trouble"), LambdaContext())
    assert len(published()) == 1
    assert _metrics(capsys) == {"PublishedAlerts": 1, "UnrememberedAlerts": 1}


@pytest.mark.requirement("OBS-3")
def test_table_that_does_not_answer_costs_its_patience_once_and_not_the_alert(
    handler: ModuleType, published: Published, monkeypatch: pytest.MonkeyPatch, silent_port: int
) -> None:
    impatient = handler._TABLE_PATIENCE.merge(type(handler._TABLE_PATIENCE)(read_timeout=0.2))
    monkeypatch.setattr(handler, "_TABLE_PATIENCE", impatient)
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", f"http://127.0.0.1:{silent_port}")
    start = time.monotonic()
    handler.handler(delivery("trouble", "other", "third"), LambdaContext())
    assert len(published()) == 1
    assert 0.4 <= time.monotonic() - start < 0.4 + 2.5  # two attempts with their pause, for one kind only


def test_table_and_topic_together_are_waited_for_less_than_the_time_out(handler: ModuleType) -> None:
    longest = sum(
        patience.retries["total_max_attempts"] * (patience.connect_timeout + patience.read_timeout)
        for patience in (handler._TABLE_PATIENCE, handler._TOPIC_PATIENCE)
    )
    assert longest == 18
    assert longest + 2 + 2 < ALERTS_TIMEOUT_SECONDS  # pauses between the attempts, the rest of the work


@pytest.mark.requirement("OBS-3")
def test_its_own_calls_in_the_audit_trail_raise_no_alert(handler: ModuleType, published: Published) -> None:
    def denied(session: str) -> str:
        arn = f"arn:aws:sts::1:assumed-role/role/{session}"
        return json.dumps({"errorCode": "AccessDenied", "eventName": "Decrypt", "userIdentity": {"arn": arn}})

    handler.handler(delivery(denied("critical-events")), LambdaContext())
    assert published() == []
    handler.handler(delivery(denied("critical-events"), denied("someone-else")), LambdaContext())
    ((subject, body),) = published()
    assert subject == "processor: AccessDenied Decrypt"
    assert body.startswith("1 critical event")


@pytest.mark.requirement("OBS-3")
def test_neither_alert_nor_log_holds_a_secret(
    handler: ModuleType, published: Published, capsys: pytest.CaptureFixture[str]
) -> None:
    handler.handler(delivery('{"level": "ERROR", "message": "login with password=hunter2"}'), LambdaContext())
    assert "password=(hidden)" in published()[0][1]
    assert "hunter2" not in json.dumps([published(), _items()], default=str) + capsys.readouterr().out
