import json

import pytest

from tests.support.local_api import Api

SCHEMA = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "type": "object",
    "required": ["symbol"],
    "properties": {
        "symbol": {"type": "string"},
        "price": {"type": "number", "minimum": 0, "exclusiveMinimum": True},  # a boolean is draft 4's
    },
}
REFUSED = (400, {"message": "Invalid request body"})


def validated(api: Api, function: str, *, body: bool, parameters: bool) -> Api:
    validator = api.client.create_request_validator(
        restApiId=api.id, name="v", validateRequestBody=body, validateRequestParameters=parameters
    )["id"]
    api.client.create_model(
        restApiId=api.id, name="Trade", contentType="application/json", schema=json.dumps(SCHEMA)
    )
    api.method(
        "/trades",
        "POST",
        function,
        requestValidatorId=validator,
        requestModels={"application/json": "Trade"},
        requestParameters={
            "method.request.querystring.from": True,
            "method.request.header.X-Run": True,
            "method.request.querystring.to": False,
        },
    )
    api.deploy()
    return api


def post(api: Api, body: bytes, path: str = "/trades", **headers: str) -> tuple[int, object]:
    answer = api.request(path, "POST", {"Content-Type": "application/json", **headers}, body)
    return answer.status, answer.json()


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'{"symbol": 1}', b'{"symbol": "IBM", "price": 0}', b"\xff"]
)
def test_a_body_that_does_not_fit_its_model_is_refused(api: Api, echo: str, body: bytes) -> None:
    assert post(validated(api, echo, body=True, parameters=False), body) == REFUSED


def test_a_body_that_fits_reaches_the_function(api: Api, echo: str) -> None:
    status, event = post(validated(api, echo, body=True, parameters=False), b'{"symbol":"IBM","price":1}')

    assert status == 200
    assert isinstance(event, dict)
    assert event["body"] == '{"symbol":"IBM","price":1}'


def test_a_content_type_without_a_model_is_not_validated(api: Api, echo: str) -> None:
    checked = validated(api, echo, body=True, parameters=False)

    assert checked.request("/trades", "POST", {"Content-Type": "text/csv"}, b"x").status == 200


def test_required_parameters_are_named(api: Api, echo: str) -> None:
    checked = validated(api, echo, body=False, parameters=True)

    assert post(checked, b"{}") == (400, {"message": "Missing required request parameters: [from, X-Run]"})
    assert post(checked, b"{}", "/trades?from=", **{"X-Run": "1"}) == (
        400,
        {"message": "Missing required request parameters: [from]"},
    )
    assert post(checked, b"{}", "/trades?from=1", **{"x-run": "1"})[0] == 200


def test_what_the_validator_leaves_out_is_not_checked(api: Api, echo: str) -> None:
    assert post(validated(api, echo, body=False, parameters=False), b"{")[0] == 200
