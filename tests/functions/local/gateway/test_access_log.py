import json
import uuid
from typing import Any

import pytest

from modules.api.stage import ACCESS_LOG_FIELDS
from tests.support.local_api import Api
from tests.support.local_functions import ACCOUNT, REGION, LocalAws, eventually


@pytest.fixture
def group(aws: LocalAws) -> str:
    name = f"/aws/apigateway/{uuid.uuid4().hex[:8]}/access"
    aws.client("logs").create_log_group(logGroupName=name)
    return name


@pytest.fixture
def logged(api: Api, echo: str, group: str) -> Api:
    """An API whose stage logs in the stack's own format."""
    api.method("/v1/bars/{symbol}", "GET", echo)
    api.method("/keyed", "GET", echo, apiKeyRequired=True)
    api.deploy()
    api.set_stage(
        {
            "/accessLogSettings/destinationArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}",
            "/accessLogSettings/format": json.dumps(ACCESS_LOG_FIELDS),
        }
    )
    return api


def entries(aws: LocalAws, group: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in aws.log(group)]


@pytest.mark.requirement("API-4")
def test_an_entry_tells_who_asked_for_what_and_the_outcome(aws: LocalAws, logged: Api, group: str) -> None:
    answer = logged.request("/v1/bars/IBM?from=1", headers={"User-Agent": 'cli "1"'})

    (entry,) = entries(aws, group)
    assert entry["requestId"] == answer.headers["x-amzn-RequestId"]
    assert entry["extendedRequestId"] == answer.headers["x-amz-apigw-id"]
    assert entry["sourceIp"] == "127.0.0.1"
    assert entry["userAgent"] == 'cli "1"'
    assert (entry["method"], entry["resource"]) == ("GET", "/v1/bars/{symbol}")
    assert "path" not in entry
    assert (entry["status"], entry["responseLength"]) == ("200", str(len(answer.body)))
    assert int(entry["responseLatency"]) >= int(entry["integrationLatency"]) >= 0
    assert (entry["apiKeyId"], entry["error"], entry["wafResponse"]) == ("-", "-", "-")


def test_a_refused_request_is_logged_with_its_error(aws: LocalAws, logged: Api, group: str) -> None:
    logged.request("/keyed")
    logged.request("/nothing")

    keyed, nothing = entries(aws, group)
    assert (keyed["status"], keyed["error"], keyed["integrationLatency"]) == ("403", "Forbidden", "-")
    assert (nothing["error"], nothing["resource"]) == ("Missing Authentication Token", "-")


def test_subscription_filters_see_the_entries(aws: LocalAws, logged: Api, group: str) -> None:
    seen = aws.function("def handler(event, context):\n    print('SEEN', event['awslogs'] is not None)\n")
    aws.permit(seen, "logs")
    aws.client("logs").put_subscription_filter(
        logGroupName=group,
        filterName="errors",
        filterPattern='{ $.status = "403" }',
        destinationArn=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{seen}",
    )
    logged.request("/v1/bars/IBM")
    logged.request("/keyed")

    def lines() -> list[str]:
        return [line for line in aws.log(f"/aws/lambda/{seen}") if line.startswith("SEEN")]

    assert [line.strip() for line in eventually(lines)] == ["SEEN True"]


def test_a_group_that_is_gone_is_not_made_anew(aws: LocalAws, logged: Api, group: str) -> None:
    aws.client("logs").delete_log_group(logGroupName=group)

    assert logged.request("/v1/bars/IBM").status == 200
    assert aws.client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"] == []
