"""What every answer has: conditions, CORS, problems, metrics, and logs that tell no secret."""

import json
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import psycopg
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from tests.functions.analytics_api.conftest import Call
from tests.support.market_rows import store_analytics, store_bars
from tests.support.postgresql import Database

BARS = {"interval": "1m", "from": "2013-10-07T13:30:00Z", "to": "2013-10-07T20:00:00Z"}
CACHEABLE = [
    ("/v1/symbols", {}),
    ("/v1/bars/IBM", BARS),
    ("/v1/analytics/IBM", {"date": "2013-10-07"}),
]


def _metrics(output: str) -> dict[str, float]:
    """The metrics that were written, in CloudWatch's embedded format."""
    found: dict[str, float] = {}
    for line in output.splitlines():
        content = json.loads(line)
        for directive in content.get("_aws", {}).get("CloudWatchMetrics", []):
            assert (directive["Namespace"], directive["Dimensions"]) == ("functions", [["service"]])
            for metric in directive["Metrics"]:
                found[metric["Name"]] = found.get(metric["Name"], 0) + sum(content[metric["Name"]])
    return found


@pytest.mark.parametrize(("path", "query"), CACHEABLE)
def test_a_client_that_holds_the_answer_is_told_so(
    call: Call, database: Database, path: str, query: dict[str, str]
) -> None:
    store_bars(database)
    store_analytics(database)
    first = call("GET", path, query=query)
    assert (first.status, first.headers["Cache-Control"]) == (200, "private, no-cache")
    tag = first.headers["ETag"]
    for held in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = call("GET", path, query=query, headers={"if-none-match": held})
        assert (again.status, again.text, again.headers["ETag"]) == (304, "", tag)
    for held in ('"other"', "", tag.replace('"', '"0', 1)):
        assert call("GET", path, query=query, headers={"If-None-Match": held}).status == 200


def test_a_late_trade_changes_the_tag(call: Call, database: Database) -> None:
    store_bars(database)
    tag = call("GET", "/v1/bars/IBM", query=BARS).headers["ETag"]
    with database.connect() as connection:
        connection.execute("UPDATE market.bars SET volume = volume + 1 WHERE close = 185")
    again = call("GET", "/v1/bars/IBM", query=BARS, headers={"If-None-Match": tag})
    assert again.status == 200
    assert again.headers["ETag"] != tag


@pytest.mark.requirement("API-1")
@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://dashboard.example.com", "https://dashboard.example.com"),
        ("https://beta.example.com", "https://beta.example.com"),
        ("https://evil.example.com", None),
        ("null", None),
    ],
)
@pytest.mark.parametrize("path", ["/v1/symbols", "/v1/bars/ibm", "/v2/symbols"])
def test_browsers_may_call_from_the_dashboards_origins_only(
    call: Call, origin: str, allowed: str | None, path: str
) -> None:
    headers = call("GET", path, headers={"Origin": origin}).headers
    assert headers.get("Access-Control-Allow-Origin") == allowed
    if allowed:
        assert headers["Access-Control-Expose-Headers"] == "ETag,Retry-After"


def test_the_answers_of_two_origins_are_not_taken_for_each_other(call: Call) -> None:
    assert call("GET", "/v1/symbols").headers["Vary"] == "Origin"


@pytest.mark.parametrize(("method", "path"), [("GET", "/v2/symbols"), ("GET", "/"), ("PUT", "/v1/symbols")])
def test_an_unknown_path_is_a_problem(call: Call, method: str, path: str) -> None:
    answer = call(method, path)
    assert (answer.status, answer.body["title"]) == (404, "Not Found")


def test_a_problem_names_the_request_that_it_is_about(call: Call) -> None:
    assert call("GET", "/v1/bars/ibm").body == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "the request is not as described",
        "instance": "request-1",
        "errors": [
            {"parameter": "symbol", "detail": "must match pattern ^[A-Z][A-Z0-9.]{0,11}$"},
            {"parameter": "interval", "detail": "is required"},
            {"parameter": "from", "detail": "is required"},
            {"parameter": "to", "detail": "is required"},
        ],
    }


def test_outcomes_are_counted(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    tag = call("GET", "/v1/symbols").headers["ETag"]
    call("GET", "/v1/symbols", headers={"If-None-Match": tag})
    call("GET", "/v2/symbols")
    call("GET", "/v1/bars/ibm")
    assert _metrics(capsys.readouterr().out) == {"AnsweredRequests": 2, "RefusedRequests": 2}


def test_a_failure_of_ours_is_counted_and_tells_the_caller_nothing_of_its_cause(
    call: Call, handler: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise RuntimeError("the cause")

    monkeypatch.setattr(handler, "_market_data", fail)
    answer = call("GET", "/v1/symbols")
    assert (answer.status, answer.body["title"]) == (500, "Internal Server Error")
    assert "cause" not in answer.text
    output = capsys.readouterr().out
    assert _metrics(output)["FailedRequests"] == 1
    (entry,) = [line for line in map(json.loads, output.splitlines()) if "level" in line]
    assert (entry["level"], entry["exception_name"]) == ("ERROR", "RuntimeError")
    assert (entry["correlation_id"], entry["operation"]) == ("request-1", "listSymbols")


@pytest.mark.parametrize(("path", "query"), CACHEABLE)
def test_a_database_that_is_away_is_counted_and_asked_again_later(
    call: Call,
    handler: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    path: str,
    query: dict[str, str],
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setattr("database.connection.PAUSE_SECONDS", 60)
    answer = call("GET", path, query=query)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert answer.body["title"] == "Service Unavailable"
    assert _metrics(capsys.readouterr().out) == {"DatabaseUnavailable": 1, "FailedRequests": 1}


def test_a_database_that_is_back_is_used_again(call: Call, database: Database) -> None:
    assert call("GET", "/v1/symbols").status == 200
    with database.connect() as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'market_reader'"
        )
    assert call("GET", "/v1/symbols").status == 200


def test_a_query_that_takes_too_long_is_given_up(
    call: Call, database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c statement_timeout=100ms")
    with database.connect() as connection, connection.transaction():
        connection.execute("LOCK market.bars")
        assert call("GET", "/v1/symbols").status == 503
    assert _metrics(capsys.readouterr().out)["DatabaseUnavailable"] == 1
    assert call("GET", "/v1/symbols").status == 200


def test_the_function_cannot_write_to_the_database(database: Database) -> None:
    with database.connect("market_reader") as connection, pytest.raises(psycopg.Error):
        connection.execute("DELETE FROM market.bars")


def _client_error(code: str, status: int) -> ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": ""},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response, "Operation")


@pytest.fixture
def fail_aws(handler: ModuleType) -> Iterator[Callable[[Exception], None]]:
    """Let every call of AWS fail with an error."""
    clients = [handler._sessions()._client, handler._s3()]
    handlers = []

    def start(error: Exception) -> None:
        def fail(**_: object) -> None:
            raise error

        handlers.append(fail)
        for client in clients:
            client.meta.events.register("before-call", fail)

    yield start
    for client in clients:
        for each in handlers:
            client.meta.events.unregister("before-call", each)


AWAY = [
    EndpointConnectionError(endpoint_url="https://aws"),
    _client_error("InternalServerError", 500),
    _client_error("ProvisionedThroughputExceededException", 400),
    _client_error("SlowDown", 503),
]


@pytest.mark.parametrize("error", AWAY)
def test_a_store_of_aws_that_is_away_is_counted_by_its_name(
    call: Call, fail_aws: Callable[[Exception], None], capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    fail_aws(error)
    answers = [
        call("POST", "/v1/sessions", {"user_id": "ann"}),
        call("GET", f"/v1/sessions/{'x' * 43}"),
        call("DELETE", f"/v1/sessions/{'x' * 43}"),
        call("GET", "/v1/bars/IBM", query={**BARS, "interval": "1s"}),
    ]
    assert [answer.status for answer in answers] == [503] * 4
    assert _metrics(capsys.readouterr().out) == {
        "SessionsUnavailable": 3,
        "ObjectsUnavailable": 1,
        "FailedRequests": 4,
    }


def test_a_permission_that_lacks_is_a_failure_of_ours(
    call: Call, fail_aws: Callable[[Exception], None]
) -> None:
    fail_aws(_client_error("AccessDeniedException", 400))
    assert call("POST", "/v1/sessions", {"user_id": "ann"}).status == 500


def test_logs_hold_no_key_no_cookie_and_no_session(
    call: Call, handler: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    headers = {"X-Api-Key": "secret-1", "Cookie": "secret-2", "Authorization": "secret-3"}
    session = call("POST", "/v1/sessions", {"user_id": "ann"}, headers=headers).body["id"]
    call("GET", f"/v1/sessions/{session}", headers=headers)

    def fail() -> Any:
        raise RuntimeError

    monkeypatch.setattr(handler, "_sessions", fail)
    assert call("GET", f"/v1/sessions/{session}", headers=headers).status == 500
    captured = capsys.readouterr()
    output = captured.out + captured.err
    assert "RuntimeError" in output
    assert "secret" not in output
    assert session not in output
