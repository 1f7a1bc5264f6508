"""The client of a deployed API, against a REST API of the local AWS."""

from collections.abc import Iterator
from datetime import date

import pytest

from local.gateway import address
from tests.support.local_api import STAGE, Api
from tests.support.local_functions import LocalAws, local_aws
from tools.errors import ToolError
from tools.local_api import ApiError, LocalApi

# One bar a page: the cursor is the number of the page
PAGES = """
import json
def handler(event, context):
    query = event["queryStringParameters"]
    if "interval" not in query:
        return {"statusCode": 400, "body": json.dumps({"detail": "no interval"})}
    page = int(query.get("cursor", 0))
    body = {"bars": [{"page": page, "from": query["from"], "to": query["to"], "interval": query["interval"]}]}
    if page < 2:
        body["next"] = str(page + 1)
    return {"statusCode": 200, "body": json.dumps(body)}
"""


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    with local_aws(tmp_path_factory.mktemp("work")) as running:
        yield running


@pytest.fixture
def api(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> LocalApi:
    for name, value in {
        "ACCESS_KEY_ID": "test",
        "SECRET_ACCESS_KEY": "test",
        "DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    made = Api(aws)
    made.method("/v1/bars/{symbol}", "GET", aws.function(PAGES), apiKeyRequired=True)
    made.deploy()
    gateway = aws.client("apigateway")
    key = gateway.create_api_key(name="dashboard", enabled=True)
    plan = gateway.create_usage_plan(name="clients", apiStages=[{"apiId": made.id, "stage": STAGE}])
    gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
    outputs = {
        "api_url": f"https://{made.id}.execute-api.us-east-1.amazonaws.com/{STAGE}",
        "api_key_ids": {"dashboard": key["id"]},
    }
    found = LocalApi.find(aws.endpoint_url, outputs)
    assert found.url == address.url(aws.endpoint_url, made.id, STAGE)
    assert found.keys == {"dashboard": key["value"]}
    return found


def test_bars_are_read_page_after_page_for_a_day_of_new_york(api: LocalApi) -> None:
    day = {"from": "2013-10-07T04:00:00Z", "to": "2013-10-08T04:00:00Z", "interval": "5m"}
    assert api.bars("IBM", date(2013, 10, 7), "5m") == [{"page": page, **day} for page in range(3)]


def test_a_day_on_which_the_clocks_change_is_longer(api: LocalApi) -> None:
    first = api.bars("IBM", date(2013, 11, 3), "5m")[0]
    assert (first["from"], first["to"]) == ("2013-11-03T04:00:00Z", "2013-11-04T05:00:00Z")


def test_without_the_key_it_is_forbidden(api: LocalApi) -> None:
    answer = api.request("GET", "/v1/bars/IBM", interval="5m")
    assert (answer.status, answer.body) == (403, {"message": "Forbidden"})


def test_an_answer_other_than_200_is_an_error_that_says_so(api: LocalApi) -> None:
    with pytest.raises(ApiError, match=r"GET /v1/analytics/IBM was answered with 403: .*Missing"):
        api.analytics("IBM", date(2013, 10, 7))


def test_an_output_that_is_no_stage_is_refused() -> None:
    with pytest.raises(ToolError, match="no address of a stage: https://example"):
        LocalApi.find("http://127.0.0.1:1", {"api_url": "https://example.com", "api_key_ids": {}})
