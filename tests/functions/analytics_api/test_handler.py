"""The API function answers: sessions, uploads, symbols and bars, and problems where it cannot."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import duckdb
import pytest

Call = Callable[..., tuple[int, Any, dict[str, Any]]]
START = datetime(2013, 10, 7, 13, 30, tzinfo=UTC)


def _store_bars(tmp_path: Path, minutes: int = 5) -> None:
    file = tmp_path / "bars.parquet"
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone='UTC'")
        connection.execute(
            f"COPY (SELECT TIMESTAMPTZ '2013-10-07 13:30:00Z' + INTERVAL 1 MINUTE * i AS start,"
            f" 181.5::DECIMAL(18,4) AS open, 182.0::DECIMAL(18,4) AS high, 181.0::DECIMAL(18,4) AS low,"
            f" (181 + i)::DECIMAL(18,4) AS close, 100 * i AS volume, 181.25::DOUBLE AS vwap, i AS trade_count"
            f" FROM range({minutes}) t(i)) TO '{file}' (FORMAT parquet)"
        )
    boto3.client("s3").upload_file(
        str(file), "processed", "bars/interval=1m/symbol=IBM/date=2013-10-07/part.parquet"
    )


@pytest.mark.requirement("FN-3")
def test_a_session_is_opened_read_and_ended(call: Call) -> None:
    status, session, _ = call("POST", "/v1/sessions", {"user_id": "ann", "ttl_seconds": 60})
    assert status == 201
    opened, expires = (datetime.fromisoformat(session[name]) for name in ("created_at", "expires_at"))
    assert expires - opened == timedelta(seconds=60)
    assert call("GET", f"/v1/sessions/{session['id']}")[:2] == (200, session)
    assert call("DELETE", f"/v1/sessions/{session['id']}")[:2] == (204, None)
    assert call("GET", f"/v1/sessions/{session['id']}")[0] == 404


def test_a_session_lasts_an_hour_unless_told_otherwise(call: Call) -> None:
    _, session, _ = call("POST", "/v1/sessions", {"user_id": "ann"})
    opened, expires = (datetime.fromisoformat(session[name]) for name in ("created_at", "expires_at"))
    assert expires - opened == timedelta(hours=1)


def test_an_expired_session_is_gone_before_dynamodb_sweeps_it(call: Call) -> None:
    _, session, _ = call("POST", "/v1/sessions", {"user_id": "ann"})
    boto3.resource("dynamodb").Table("sessions").update_item(
        Key={"session_id": session["id"]},
        UpdateExpression="SET expires_at = :now",
        ExpressionAttributeValues={":now": int(datetime.now(UTC).timestamp()) - 1},
    )
    assert call("GET", f"/v1/sessions/{session['id']}")[0] == 404


def test_another_clients_session_looks_like_none(call: Call) -> None:
    _, session, _ = call("POST", "/v1/sessions", {"user_id": "ann"})
    path = f"/v1/sessions/{session['id']}"
    assert call("GET", path, client="key-2")[0] == 404
    assert call("DELETE", path, client="key-2")[0] == 404
    assert call("GET", path)[0] == 200


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[]",
        "null",
        {},
        {"user_id": ""},
        {"user_id": 1},
        {"user_id": "a b"},
        {"user_id": "ann", "ttl_seconds": 59},
        {"user_id": "ann", "ttl_seconds": 86_401},
        {"user_id": "ann", "ttl_seconds": True},
        {"user_id": "ann", "ttl_seconds": "60"},
        {"user_id": "ann", "admin": True},
    ],
)
def test_a_session_that_is_not_as_described_is_a_problem(call: Call, body: Any) -> None:
    status, problem, headers = call("POST", "/v1/sessions", body)
    assert status == 400
    assert headers["Content-Type"] == ["application/problem+json"]
    assert (problem["title"], problem["status"], problem["instance"]) == ("Bad Request", 400, "request-1")
    assert problem["detail"]


def test_an_upload_is_bound_to_the_clients_prefix_and_size(call: Call) -> None:
    status, ingestion, _ = call("POST", "/v1/ingestions", {"file_name": "ibm.csv.gz"})
    assert status == 201
    client, identity, name = ingestion["key"].removeprefix("uploads/").split("/")
    assert (client, name) == ("key-1", "ibm.csv.gz")
    policy = json.loads(base64.b64decode(ingestion["fields"]["policy"]))
    assert {"key": ingestion["key"]} in policy["conditions"]
    assert ["content-length-range", 1, 1024**3] in policy["conditions"]
    lifetime = datetime.fromisoformat(policy["expiration"]) - datetime.now(UTC)
    assert timedelta(minutes=14) < lifetime <= timedelta(minutes=15)
    again = call("POST", "/v1/ingestions", {"file_name": "ibm.csv.gz"})[1]["key"]
    assert again.split("/")[2] != identity


@pytest.mark.parametrize("name", ["../x.csv", "x.exe", "a/b.csv", ".csv", "", 7, "x.csv\n"])
def test_an_upload_of_anything_else_is_a_problem(call: Call, name: Any) -> None:
    assert call("POST", "/v1/ingestions", {"file_name": name})[0] == 400


@pytest.mark.requirement("FN-3")
def test_bars_are_paged_to_the_end(call: Call, tmp_path: Path) -> None:
    _store_bars(tmp_path)
    query = {"interval": "1m", "from_": START.isoformat(), "to": "2013-10-07T20:00:00Z", "limit": "2"}
    closes, pages = [], 0
    while True:
        status, page, _ = call("GET", "/v1/bars/IBM", **query)
        assert status == 200
        closes += [bar["close"] for bar in page["bars"]]
        pages += 1
        if "next" not in page:
            break
        query["cursor"] = page["next"]
    assert closes == [181, 182, 183, 184, 185]
    assert pages == 3


def test_a_bar_has_every_member(call: Call, tmp_path: Path) -> None:
    _store_bars(tmp_path)
    _, page, _ = call(
        "GET", "/v1/bars/IBM", interval="1m", from_="2013-10-07T13:31:00Z", to="2013-10-07T13:32:00Z"
    )
    assert page["bars"] == [
        {
            "start": "2013-10-07T13:31:00+00:00",
            "open": 181.5,
            "high": 182.0,
            "low": 181.0,
            "close": 182.0,
            "volume": 100,
            "vwap": 181.25,
            "trade_count": 1,
        }
    ]


def test_the_span_may_end_on_a_day_without_bars(call: Call, tmp_path: Path) -> None:
    _store_bars(tmp_path)
    _, page, _ = call(
        "GET", "/v1/bars/IBM", interval="1m", from_="2013-10-05T00:00:00Z", to="2013-10-09T00:00:00Z"
    )
    assert len(page["bars"]) == 5
    _, page, _ = call(
        "GET", "/v1/bars/AIG", interval="1m", from_="2013-10-05T00:00:00Z", to="2013-10-09T00:00:00Z"
    )
    assert page["bars"] == []


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("/v1/bars/ibm", {}),
        ("/v1/bars/IBM", {"interval": "1w"}),
        ("/v1/bars/IBM", {"from_": "yesterday"}),
        ("/v1/bars/IBM", {"from_": "2013-10-07T13:30:00"}),
        ("/v1/bars/IBM", {"to": "2013-10-07T13:30:00Z"}),
        ("/v1/bars/IBM", {"to": "2013-11-07T13:30:01Z"}),
        ("/v1/bars/IBM", {"to": "9999-12-31T23:59:59-23:00"}),
        ("/v1/bars/IBM", {"limit": "0"}),
        ("/v1/bars/IBM", {"limit": "1001"}),
        ("/v1/bars/IBM", {"limit": "ten"}),
        ("/v1/bars/IBM", {"cursor": "%"}),
        ("/v1/bars/IBM", {"cursor": base64.b64encode(b"2012-01-01T00:00:00+00:00").decode()}),
        ("/v1/bars/IBM", {"cursor": base64.b64encode(b"2013-10-07T13:40:00").decode()}),
    ],
)
def test_a_query_that_is_not_allowed_is_a_problem(call: Call, path: str, change: dict[str, str]) -> None:
    query = {"interval": "1m", "from_": START.isoformat(), "to": "2013-10-07T20:00:00Z", **change}
    status, problem, _ = call("GET", path, **query)
    assert (status, problem["status"]) == (400, 400)


def test_symbols_are_those_that_bars_are_held_of(call: Call, tmp_path: Path) -> None:
    assert call("GET", "/v1/symbols")[:2] == (200, {"symbols": []})
    _store_bars(tmp_path)
    assert call("GET", "/v1/symbols")[:2] == (200, {"symbols": ["IBM"]})


@pytest.mark.requirement("API-1")
@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://dashboard.example.com", ["https://dashboard.example.com"]),
        ("https://beta.example.com", ["https://beta.example.com"]),
        ("https://evil.example.com", None),
    ],
)
def test_browsers_may_call_from_the_dashboards_origins_only(
    call: Call, origin: str, allowed: list[str] | None
) -> None:
    assert call("GET", "/v1/symbols", origin=origin)[2].get("Access-Control-Allow-Origin") == allowed


def test_an_unknown_path_is_a_problem(call: Call) -> None:
    status, problem, headers = call("GET", "/v2/symbols")
    assert (status, problem["title"]) == (404, "Not Found")
    assert headers["Content-Type"] == ["application/problem+json"]


def test_a_failure_of_ours_tells_the_caller_nothing_of_its_cause(
    call: Call, handler: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(handler, "_bars", fail)
    status, problem, _ = call("GET", "/v1/symbols")
    assert (status, problem["title"]) == (500, "Internal Server Error")
    assert "secret" not in json.dumps(problem)


def test_the_function_has_a_route_for_every_operation_of_the_description(call: Call) -> None:
    document = json.loads(Path("lambda/analytics_api/openapi.json").read_text())
    for path, item in document["paths"].items():
        for method in item:
            _, answer, _ = call(method.upper(), path.replace("{symbol}", "IBM").replace("{id}", "x"))
            assert (answer or {}).get("detail") != "the path was not found", (method, path)
