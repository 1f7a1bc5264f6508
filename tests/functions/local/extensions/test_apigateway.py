import json
from collections.abc import Callable
from typing import Any

import pytest

POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*"}]})


@pytest.fixture
def apigateway(client: Callable[[str], Any]) -> Any:
    return client("apigateway")


@pytest.fixture
def api(apigateway: Any, unique: str) -> str:
    return str(apigateway.create_rest_api(name=unique)["id"])


def replace(path: str, value: str) -> list[dict[str, str]]:
    return [{"op": "replace", "path": path, "value": value}]


def test_a_policy_comes_back_escaped_and_can_be_removed(apigateway: Any, api: str) -> None:
    escaped = json.dumps(POLICY)[1:-1]

    answer = apigateway.update_rest_api(restApiId=api, patchOperations=replace("/policy", POLICY))
    assert answer["policy"] == escaped
    assert apigateway.get_rest_api(restApiId=api)["policy"] == escaped

    apigateway.update_rest_api(restApiId=api, patchOperations=replace("/policy", ""))
    assert "policy" not in apigateway.get_rest_api(restApiId=api)


@pytest.mark.parametrize(
    ("value", "disabled"),
    [pytest.param("true", True, marks=pytest.mark.holds_on_bare_moto), ("false", False)],
)
def test_the_default_endpoint_is_switched(apigateway: Any, api: str, value: str, disabled: bool) -> None:
    operations = replace("/disableExecuteApiEndpoint", value)
    apigateway.update_rest_api(restApiId=api, patchOperations=operations)

    assert apigateway.get_rest_api(restApiId=api)["disableExecuteApiEndpoint"] is disabled


def test_the_compression_size_can_be_changed(apigateway: Any, api: str) -> None:
    apigateway.update_rest_api(restApiId=api, patchOperations=replace("/minimumCompressionSize", "1024"))

    assert apigateway.get_rest_api(restApiId=api)["minimumCompressionSize"] == 1024


def test_binary_media_types_are_kept_from_the_start(apigateway: Any, unique: str) -> None:
    types = ["application/octet-stream", "image/png"]
    api = apigateway.create_rest_api(name=unique, binaryMediaTypes=types)["id"]

    assert apigateway.get_rest_api(restApiId=api)["binaryMediaTypes"] == types


def test_a_stage_with_method_throttles_is_removed_from_its_plan(
    apigateway: Any, api: str, unique: str
) -> None:
    def update(op: str, path: str, **value: str) -> None:
        operation = {"op": op, "path": path, **value}
        apigateway.update_usage_plan(usagePlanId=plan, patchOperations=[operation])

    def stages() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = apigateway.get_usage_plan(usagePlanId=plan)["apiStages"]
        return found

    plan = apigateway.create_usage_plan(name=unique, throttle={"rateLimit": 1000, "burstLimit": 2000})["id"]
    update("add", "/apiStages", value=f"{api}:v1")
    update("replace", f"/apiStages/{api}:v1/throttle/~1bars~1{{symbol}}/GET/rateLimit", value="500")
    update("replace", f"/apiStages/{api}:v1/throttle/~1bars~1{{symbol}}/GET/burstLimit", value="100")
    limits = {"/bars/{symbol}/GET": {"rateLimit": 500.0, "burstLimit": 100}}
    assert stages() == [{"apiId": api, "stage": "v1", "throttle": limits}]
    whole = apigateway.get_usage_plan(usagePlanId=plan)["throttle"]
    assert whole == {"rateLimit": 1000.0, "burstLimit": 2000}

    update("remove", "/apiStages", value=f"{api}:v1")
    assert stages() == []


def test_tags_of_apis_keys_and_plans_are_changed(client: Callable[[str], Any], unique: str) -> None:
    gateway = client("apigateway")
    made = {
        "restapis": gateway.create_rest_api(name=unique, tags={"a": "1", "b": "1"}),
        "apikeys": gateway.create_api_key(name=unique, tags={"a": "1", "b": "1"}),
        "usageplans": gateway.create_usage_plan(name=unique, tags={"a": "1", "b": "1"}),
    }
    read = {
        "restapis": lambda id_: gateway.get_rest_api(restApiId=id_),
        "apikeys": lambda id_: gateway.get_api_key(apiKey=id_),
        "usageplans": lambda id_: gateway.get_usage_plan(usagePlanId=id_),
    }
    for kind, resource in made.items():
        arn = f"arn:aws:apigateway:us-east-1::/{kind}/{resource['id']}"
        gateway.tag_resource(resourceArn=arn, tags={"a": "2", "c": "3"})
        gateway.untag_resource(resourceArn=arn, tagKeys=["b"])
        assert read[kind](resource["id"])["tags"] == {"a": "2", "c": "3"}
