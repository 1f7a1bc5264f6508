"""The API as its clients call it: over HTTP, with a key, through API Gateway's own checks."""

import gzip
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.local.conftest import Deployment
from tools import trades
from tools.local_up import SAMPLE

PATIENCE_SECONDS = 30
DAY = {"interval": "1m", "from_": "2013-10-07T13:30:00Z", "to": "2013-10-07T20:00:00Z"}

# samples/ibm-20131007-minute-bars.csv.gz
VENDORS_BAR = {"open": 182.0, "high": 182.45, "low": 182.0, "close": 182.45, "volume": 46197}


@pytest.fixture(scope="module", autouse=True)
def _sample(deployment: Deployment) -> None:
    trades.process(
        SAMPLE, trades.DataPath.find(deployment.stack.endpoint, deployment.outputs), lambda _: None
    )


def _access_log(deployment: Deployment, request_id: str) -> dict[str, Any]:
    """The access log's line of a request."""
    groups = deployment.client("logs").describe_log_groups(logGroupNamePrefix="/aws/apigateway/")["logGroups"]
    (group,) = (one["logGroupName"] for one in groups if "access" in one["logGroupName"])
    events = deployment.client("logs").filter_log_events(logGroupName=group)["events"]
    lines = [json.loads(event["message"]) for event in events]
    (line,) = (line for line in lines if line["requestId"] == request_id)
    return dict(line)


@pytest.mark.requirement("FN-3")
def test_a_session_lives_in_the_deployed_table(deployment: Deployment) -> None:
    api = deployment.api
    made = api.request("POST", "/v1/sessions", key=api.key, body={"user_id": "ann"})
    assert made.status == 201
    path = f"/v1/sessions/{made.body['id']}"
    item = deployment.client("dynamodb").get_item(
        TableName=deployment.outputs["sessions_table"], Key={"session_id": {"S": made.body["id"]}}
    )["Item"]
    assert item["user_id"] == {"S": "ann"}
    assert api.request("GET", path, key=api.key).body == made.body
    assert api.request("DELETE", path, key=api.key).status == 204
    assert api.request("GET", path, key=api.key).status == 404


@pytest.mark.requirement("FN-3")
def test_the_bars_of_the_sample_are_answered(deployment: Deployment) -> None:
    api = deployment.api
    answer = api.request("GET", "/v1/bars/IBM", key=api.key, **DAY)
    assert answer.status == 200
    assert len(answer.body["bars"]) == 390  # minutes of the regular session
    second = answer.body["bars"][1]
    assert second["start"].startswith("2013-10-07T13:31:00")
    assert {name: second[name] for name in VENDORS_BAR} == VENDORS_BAR


@pytest.mark.requirement("FN-3")
def test_the_days_analytics_are_answered(deployment: Deployment) -> None:
    api = deployment.api
    answer = api.request("GET", "/v1/analytics/IBM", key=api.key, date="2013-10-07")
    assert answer.status == 200
    assert answer.body["realized_volatility"] > 0
    assert 181 < answer.body["twap"] < 184
    sizes = [trade["size"] for trade in answer.body["largest_trades"]]
    assert len(sizes) == 10
    assert sizes == sorted(sizes, reverse=True)


def test_the_symbols_are_those_that_were_processed(deployment: Deployment) -> None:
    api = deployment.api
    assert "IBM" in api.request("GET", "/v1/symbols", key=api.key).body["symbols"]


@pytest.mark.requirement("API-2")
@pytest.mark.parametrize("key", [None, "not-a-key-of-this-api"])
def test_without_a_key_of_a_plan_everything_is_forbidden(deployment: Deployment, key: str | None) -> None:
    api = deployment.api
    for method, path in (("GET", "/v1/bars/IBM"), ("GET", "/v1/symbols"), ("POST", "/v1/sessions")):
        assert api.request(method, path, key=key, body={} if method == "POST" else None).status == 403


def test_the_gateway_refuses_a_request_that_lacks_a_parameter(deployment: Deployment) -> None:
    api = deployment.api
    answer = api.request("GET", "/v1/bars/IBM", key=api.key, interval="1m")
    assert answer.status == 400
    assert answer.headers["x-amzn-ErrorType"] == "BadRequestException"  # the function never saw it


@contextmanager
def _plan_limits(deployment: Deployment, rate: int, burst: int) -> Iterator[None]:
    """Gives the clients' plan other limits for a while."""
    gateway = deployment.client("apigateway")
    (plan,) = gateway.get_usage_plans()["items"]

    def set_limits(limits: dict[str, Any]) -> None:
        gateway.update_usage_plan(
            usagePlanId=plan["id"],
            patchOperations=[
                {"op": "replace", "path": f"/throttle/{name}", "value": f"{value:g}"}
                for name, value in limits.items()
            ],
        )

    set_limits({"rateLimit": rate, "burstLimit": burst})
    try:
        yield
    finally:
        set_limits(plan["throttle"])


@pytest.mark.requirement("API-2")
def test_over_the_plans_limit_the_client_is_told_to_wait(deployment: Deployment) -> None:
    api = deployment.api
    with _plan_limits(deployment, rate=1, burst=1):
        answers = [api.request("GET", "/v1/symbols", key=api.key) for _ in range(10)]
    refused = [answer for answer in answers if answer.status == 429]
    assert len(refused) >= 5  # ten requests take less than five seconds
    assert refused[0].headers["x-amzn-ErrorType"] == "TooManyRequestsException"
    line = _access_log(deployment, refused[0].headers["x-amzn-RequestId"])
    assert str(line["status"]) == "429"
    assert api.request("GET", "/v1/symbols", key=api.key).status == 200


@pytest.mark.requirement("OBS-2")
def test_the_access_log_is_carried_to_the_archive(deployment: Deployment) -> None:
    api, s3 = deployment.api, deployment.client("s3")
    request_id = api.request("GET", "/v1/symbols", key=api.key).headers["x-amzn-RequestId"]
    line = _access_log(deployment, request_id)
    assert (line["method"], str(line["status"])) == ("GET", "200")
    bucket = deployment.outputs["log_archive_bucket"]

    def archived() -> bool:
        keys = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
        bodies = (s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in reversed(keys))
        return any(request_id.encode() in _unzipped(body) for body in bodies)

    end = time.monotonic() + PATIENCE_SECONDS
    while not archived() and time.monotonic() < end:
        time.sleep(0.5)
    assert archived()


def _unzipped(body: bytes) -> bytes:
    """What Firehose stored, whatever it has compressed how often."""
    while body.startswith(b"\x1f\x8b"):
        body = gzip.decompress(body)
    return body
