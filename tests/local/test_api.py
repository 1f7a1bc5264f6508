"""The API function as it was deployed, invoked as API Gateway invokes it."""

import json
from typing import Any

import pytest

from tests.local.conftest import Deployment
from tools import trades
from tools.local_up import SAMPLE

# samples/ibm-20131007-minute-bars.csv.gz
VENDORS_BAR = {
    "start": "2013-10-07T13:31:00+00:00",
    "open": 182.0,
    "high": 182.45,
    "low": 182.0,
    "close": 182.45,
    "volume": 46197,
}


def _call(deployment: Deployment, method: str, path: str, body: Any = None, **query: str) -> tuple[int, Any]:
    event = {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": {},
        "multiValueHeaders": {},
        "queryStringParameters": {name.rstrip("_"): value for name, value in query.items()} or None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
        "requestContext": {"requestId": "r", "stage": "dev", "identity": {"apiKeyId": "client"}},
    }
    answer = deployment.client("lambda").invoke(
        FunctionName="trading-api-function-dev", Payload=json.dumps(event).encode()
    )
    payload = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, payload
    return payload["statusCode"], json.loads(payload["body"] or "null")


def _process_sample(deployment: Deployment) -> None:
    trades.process(
        SAMPLE, trades.DataPath.find(deployment.stack.endpoint, deployment.outputs), lambda _: None
    )


@pytest.mark.requirement("FN-3")
def test_a_session_lives_in_the_deployed_table(deployment: Deployment) -> None:
    status, session = _call(deployment, "POST", "/v1/sessions", {"user_id": "ann"})
    assert status == 201
    item = deployment.client("dynamodb").get_item(
        TableName=deployment.outputs["sessions_table"], Key={"session_id": {"S": session["id"]}}
    )["Item"]
    assert item["user_id"] == {"S": "ann"}
    assert _call(deployment, "GET", f"/v1/sessions/{session['id']}") == (200, session)
    assert _call(deployment, "DELETE", f"/v1/sessions/{session['id']}") == (204, None)
    assert _call(deployment, "GET", f"/v1/sessions/{session['id']}")[0] == 404


@pytest.mark.requirement("FN-3")
def test_the_bars_of_the_sample_are_answered(deployment: Deployment) -> None:
    _process_sample(deployment)

    status, page = _call(
        deployment,
        "GET",
        "/v1/bars/IBM",
        interval="1m",
        from_="2013-10-07T13:30:00Z",
        to="2013-10-07T20:00:00Z",
    )

    assert status == 200
    assert len(page["bars"]) == 390  # minutes of the regular session
    second = page["bars"][1]
    assert {name: second[name] for name in VENDORS_BAR} == VENDORS_BAR


def test_the_symbols_are_those_that_were_processed(deployment: Deployment) -> None:
    _process_sample(deployment)
    assert "IBM" in _call(deployment, "GET", "/v1/symbols")[1]["symbols"]
