"""Sessions: their owner's only, and only until they expire."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import boto3
import pytest
from analytics_api.problems import Problem
from analytics_api.sessions import Session, find_session, open_session

from tests.functions.analytics_api.conftest import Call, Context
from tests.support.proxy_events import proxy_event


@pytest.mark.requirement("FN-3")
def test_a_session_is_opened_read_and_ended(call: Call) -> None:
    opening = call("POST", "/v1/sessions", {"user_id": "ann", "ttl_seconds": 60})
    assert opening.status == 201
    session = opening.body
    opened, expires = (datetime.fromisoformat(session[name]) for name in ("created_at", "expires_at"))
    assert expires - opened == timedelta(seconds=60)
    path = f"/v1/sessions/{session['id']}"
    assert (call("GET", path).status, call("GET", path).body) == (200, session)
    ending = call("DELETE", path)
    assert (ending.status, ending.text) == (204, "")
    assert [call(method, path).status for method in ("GET", "DELETE")] == [404, 404]


def test_a_session_lasts_an_hour_unless_told_otherwise(call: Call) -> None:
    session = call("POST", "/v1/sessions", {"user_id": "ann"}).body
    opened, expires = (datetime.fromisoformat(session[name]) for name in ("created_at", "expires_at"))
    assert expires - opened == timedelta(hours=1)


@pytest.mark.requirement("DDB-1")
def test_dynamodb_can_sweep_a_session_by_its_time_to_live(call: Call) -> None:
    session = call("POST", "/v1/sessions", {"user_id": "ann"}).body
    item = boto3.resource("dynamodb").Table("sessions").get_item(Key={"session_id": session["id"]})["Item"]
    assert item["expires_at"] == int(datetime.fromisoformat(session["expires_at"]).timestamp())


def test_an_expired_session_is_gone_before_dynamodb_sweeps_it(call: Call) -> None:
    session = call("POST", "/v1/sessions", {"user_id": "ann"}).body
    boto3.resource("dynamodb").Table("sessions").update_item(
        Key={"session_id": session["id"]},
        UpdateExpression="SET expires_at = :now",
        ExpressionAttributeValues={":now": int(datetime.now(UTC).timestamp())},
    )
    path = f"/v1/sessions/{session['id']}"
    assert [call(method, path).status for method in ("GET", "DELETE")] == [404, 404]


@pytest.mark.parametrize(("seconds", "found"), [(59, True), (60, False)])
def test_a_session_ends_at_the_second_it_says(seconds: int, found: bool) -> None:
    class Store:
        """Holds one session."""

        def put(self, session: Session) -> None:
            self.session = session

        def get(self, _: str) -> Session:
            return self.session

        def delete(self, *_: object) -> bool:
            return False

    store, now = Store(), datetime(2026, 1, 1, tzinfo=UTC)
    session = open_session(store, "key-1", "ann", 60, now)
    with nullcontext() if found else pytest.raises(Problem):
        assert find_session(store, "key-1", session.id, now + timedelta(seconds=seconds)) == session


def test_a_session_is_read_as_it_was_last_written(call: Call, handler: ModuleType) -> None:
    asked: list[dict[str, Any]] = []

    def see(params: dict[str, Any], **_: object) -> None:
        asked.append(dict(params))

    events = handler._sessions()._client.meta.events
    events.register("provide-client-params.dynamodb.GetItem", see)
    call("GET", f"/v1/sessions/{'x' * 43}")
    events.unregister("provide-client-params.dynamodb.GetItem", see)
    assert [each["ConsistentRead"] for each in asked] == [True]


def test_another_clients_session_looks_like_none(call: Call) -> None:
    path = f"/v1/sessions/{call('POST', '/v1/sessions', {'user_id': 'ann'}).body['id']}"
    stranger = [call(method, path, client="key-2") for method in ("GET", "DELETE")]
    nothing = call("GET", f"/v1/sessions/{'x' * 43}")
    assert [each.body for each in stranger] == [nothing.body] * 2
    assert nothing.status == 404
    assert call("GET", path).status == 200


def test_what_belongs_to_a_client_needs_one(call: Call) -> None:
    answers = [
        call("POST", "/v1/sessions", {"user_id": "ann"}, client=None),
        call("GET", f"/v1/sessions/{'x' * 43}", client=None),
        call("DELETE", f"/v1/sessions/{'x' * 43}", client=None),
        call("POST", "/v1/ingestions", {"file_name": "a.csv"}, client=None),
    ]
    assert [answer.status for answer in answers] == [403] * 4


def test_no_answer_that_names_a_session_is_kept(call: Call) -> None:
    opening = call("POST", "/v1/sessions", {"user_id": "ann"})
    reading = call("GET", f"/v1/sessions/{opening.body['id']}")
    assert [each.headers["Cache-Control"] for each in (opening, reading)] == ["no-store"] * 2


@pytest.mark.parametrize("id_", ["x", "x" * 42, "x" * 44, "x" * 42 + "+", "x" * 43 + "\n"])
def test_an_id_that_is_none_is_refused_before_it_is_looked_for(call: Call, id_: str) -> None:
    assert call("GET", f"/v1/sessions/{id_}").status in (400, 404)


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        (None, [""]),
        ("{", [""]),
        ("[]", [""]),
        ("null", [""]),
        ('{"user_id": "ann"}' + " " * 17_000, [""]),
        ("[" * 10_000, [""]),
        ("9" * 10_000, [""]),
        ({}, [""]),
        ({"user_id": ""}, ["/user_id"]),
        ({"user_id": 1}, ["/user_id"]),
        ({"user_id": None}, ["/user_id"]),
        ({"user_id": "a b"}, ["/user_id"]),
        ({"user_id": "ann\n"}, ["/user_id"]),
        ({"user_id": "\ud800"}, ["/user_id"]),
        ({"user_id": "a" * 129}, ["/user_id"]),
        ({"user_id": "ann", "ttl_seconds": 59}, ["/ttl_seconds"]),
        ({"user_id": "ann", "ttl_seconds": 86_401}, ["/ttl_seconds"]),
        ({"user_id": "ann", "ttl_seconds": True}, ["/ttl_seconds"]),
        ({"user_id": "ann", "ttl_seconds": 60.5}, ["/ttl_seconds"]),
        ({"user_id": "ann", "ttl_seconds": "60"}, ["/ttl_seconds"]),
        ({"user_id": "ann", "admin": True}, [""]),
        ({"ttl_seconds": 1}, [""]),
    ],
)
def test_a_session_that_is_not_as_described_is_a_problem(call: Call, body: Any, pointers: list[str]) -> None:
    answer = call("POST", "/v1/sessions", body)
    assert answer.status == 400
    assert [error["pointer"] for error in answer.body["errors"]] == pointers


def test_a_body_in_base64_is_read_too(call: Call, handler: Any) -> None:
    event = proxy_event("POST", "/v1/sessions", "eyJ1c2VyX2lkIjogImFubiJ9") | {"isBase64Encoded": True}
    assert handler.handler(event, Context())["statusCode"] == 201
    for broken in ("e", "/w=="):
        assert handler.handler(event | {"body": broken}, Context())["statusCode"] == 400
