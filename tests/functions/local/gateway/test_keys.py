from typing import Any

import pytest

from tests.support.local_api import STAGE, Api


@pytest.fixture
def guarded(api: Api, echo: str) -> Api:
    api.method("/guarded", "GET", echo, apiKeyRequired=True)
    api.method("/open", "GET", echo)
    api.deploy()
    return api


def plan(api: Api, *, stage: str = STAGE, enabled: bool = True, **settings: Any) -> dict[str, str]:
    """Makes a usage plan with one key; gives the key's id and value."""
    stages = [{"apiId": api.id, "stage": stage, **settings.pop("stage_settings", {})}]
    made = api.client.create_usage_plan(name="plan", apiStages=stages, **settings)
    key = api.client.create_api_key(name="client", enabled=enabled)
    api.client.create_usage_plan_key(usagePlanId=made["id"], keyId=key["id"], keyType="API_KEY")
    return {"id": key["id"], "value": key["value"], "plan": made["id"]}


def statuses(api: Api, key: dict[str, str], times: int, path: str = "/guarded") -> list[int]:
    return [api.request(path, headers={"x-api-key": key["value"]}).status for _ in range(times)]


def test_a_key_of_the_plan_lets_in_and_is_named(guarded: Api) -> None:
    key = plan(guarded)

    answer = guarded.request("/guarded", headers={"x-api-key": key["value"]})

    identity = answer.json()["requestContext"]["identity"]
    assert answer.status == 200
    assert (identity["apiKeyId"], identity["apiKey"]) == (key["id"], key["value"])


def test_no_key_and_an_unknown_one_are_forbidden(guarded: Api) -> None:
    plan(guarded)

    for headers in ({}, {"x-api-key": "unknown"}):
        answer = guarded.request("/guarded", headers=headers)
        assert (answer.status, answer.json()) == (403, {"message": "Forbidden"})
        assert answer.headers["x-amzn-ErrorType"] == "ForbiddenException"


def test_a_disabled_key_is_forbidden(guarded: Api) -> None:
    assert statuses(guarded, plan(guarded, enabled=False), 1) == [403]


def test_a_key_of_another_stage_is_forbidden(guarded: Api) -> None:
    assert statuses(guarded, plan(guarded, stage="other"), 1) == [403]


def test_a_key_that_left_the_plan_is_forbidden(guarded: Api) -> None:
    key = plan(guarded)
    guarded.client.delete_usage_plan_key(usagePlanId=key["plan"], keyId=key["id"])

    assert statuses(guarded, key, 1) == [403]


def test_a_method_without_a_key_is_open(guarded: Api) -> None:
    assert guarded.request("/open").status == 200


def test_every_key_has_the_plans_burst(guarded: Api) -> None:
    key, other = (plan(guarded, throttle={"rateLimit": 0.01, "burstLimit": 2}) for _ in range(2))

    assert statuses(guarded, key, 3) == [200, 200, 429]
    assert statuses(guarded, other, 1) == [200]


def test_two_keys_of_one_plan_do_not_share(guarded: Api) -> None:
    first = plan(guarded, throttle={"rateLimit": 0.01, "burstLimit": 1})
    second = guarded.client.create_api_key(name="second", enabled=True)
    guarded.client.create_usage_plan_key(usagePlanId=first["plan"], keyId=second["id"], keyType="API_KEY")

    assert statuses(guarded, first, 2) == [200, 429]
    assert statuses(guarded, second, 2) == [200, 429]


def test_a_throttled_request_says_too_many_requests(guarded: Api) -> None:
    key = plan(guarded, throttle={"rateLimit": 1, "burstLimit": 0})

    answer = guarded.request("/guarded", headers={"x-api-key": key["value"]})

    assert (answer.status, answer.json()) == (429, {"message": "Too Many Requests"})
    assert answer.headers["x-amzn-ErrorType"] == "TooManyRequestsException"


def test_the_quota_ends_at_its_limit(guarded: Api) -> None:
    key = plan(guarded, quota={"limit": 2, "period": "MONTH"})

    assert statuses(guarded, key, 3) == [200, 200, 429]
    answer = guarded.request("/guarded", headers={"x-api-key": key["value"]})
    assert answer.json() == {"message": "Limit Exceeded"}
    assert answer.headers["x-amzn-ErrorType"] == "LimitExceededException"


def test_the_stages_throttle_needs_no_key(guarded: Api) -> None:
    guarded.set_stage({"/*/*/throttling/rateLimit": "0.01", "/*/*/throttling/burstLimit": "1"})

    assert [guarded.request("/open").status for _ in range(2)] == [200, 429]
    # one bucket for the whole stage
    assert statuses(guarded, plan(guarded), 1) == [429]


def test_a_methods_own_throttle_goes_before_the_stages(guarded: Api) -> None:
    guarded.set_stage(
        {
            "/*/*/throttling/rateLimit": "0",
            "/*/*/throttling/burstLimit": "0",
            "/~1open/GET/throttling/rateLimit": "0.01",
            "/~1open/GET/throttling/burstLimit": "1",
        }
    )

    assert [guarded.request("/open").status for _ in range(2)] == [200, 429]
