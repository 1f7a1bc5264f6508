import json
import re

import pytest

from tests.support.local_api import STAGE, Api
from tests.support.local_functions import ACCOUNT, LocalAws

ANSWERING = """
import base64, json, time
def handler(event, context):
    asked = json.loads(event["body"])
    if asked == "fail":
        raise ValueError("no")
    if asked == "sleep":
        time.sleep(3)
    return asked
"""


@pytest.fixture(scope="module")
def answering(aws: LocalAws) -> str:
    """A function that answers with its request's body."""
    return aws.function(ANSWERING)


@pytest.fixture
def asked(api: Api, answering: str) -> Api:
    api.method("/ask", "POST", answering, timeout_ms=400)
    api.deploy()
    api.request("/ask", "POST", body=b"{}")  # the first invocation starts a process
    return api


def test_the_event_says_all_of_the_request(api: Api, echo: str) -> None:
    api.method("/v1/bars/{symbol}", "POST", echo, operationName="getBars")
    api.deploy()

    answer = api.request(
        "/v1/bars/IBM?from=1&tag=a&tag=b%20c&empty=",
        "POST",
        headers={"Content-Type": "text/plain", "User-Agent": "test/1", "X-Client": "one"},
        body="é".encode(),
    )
    event = answer.json()

    context = event.pop("requestContext")
    headers = event.pop("headers")
    multiple = event.pop("multiValueHeaders")
    assert event == {
        "resource": "/v1/bars/{symbol}",
        "path": "/v1/bars/IBM",
        "httpMethod": "POST",
        "queryStringParameters": {"from": "1", "tag": "b c", "empty": ""},
        "multiValueQueryStringParameters": {"from": ["1"], "tag": ["a", "b c"], "empty": [""]},
        "pathParameters": {"symbol": "IBM"},
        "stageVariables": None,
        "body": "é",
        "isBase64Encoded": False,
    }
    assert (headers["X-Client"], multiple["X-Client"]) == ("one", ["one"])
    assert headers["X-Forwarded-For"] == "127.0.0.1"
    assert headers["X-Forwarded-Proto"] == "http"
    identity = context.pop("identity")
    assert (identity["sourceIp"], identity["userAgent"]) == ("127.0.0.1", "test/1")
    assert "apiKey" not in identity
    assert identity["caller"] is None
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f-]{27}", context["requestId"])
    assert context["requestId"] == answer.headers["x-amzn-RequestId"]
    assert context["extendedRequestId"] == answer.headers["x-amz-apigw-id"]
    assert re.fullmatch(r"\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000", context["requestTime"])
    assert (context["accountId"], context["apiId"], context["stage"]) == (ACCOUNT, api.id, STAGE)
    assert (context["httpMethod"], context["path"]) == ("POST", f"/{STAGE}/v1/bars/IBM")
    assert (context["resourcePath"], context["resourceId"]) == (
        "/v1/bars/{symbol}",
        api.resource("/v1/bars/{symbol}"),
    )
    assert (context["operationName"], context["protocol"]) == ("getBars", "HTTP/1.1")


def test_what_is_absent_is_null(api: Api, echo: str) -> None:
    api.method("/plain", "GET", echo)
    api.deploy()

    event = api.request("/plain").json()

    absent = ("queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "body")
    assert [event[name] for name in absent] == [None] * 4
    assert event["isBase64Encoded"] is False


def test_a_binary_body_comes_in_base64(aws: LocalAws, echo: str) -> None:
    api = Api(aws, binaryMediaTypes=["application/gzip"])
    api.method("/up", "POST", echo)
    api.deploy()

    binary = api.request("/up", "POST", {"Content-Type": "application/gzip"}, b"\x1f\x8b").json()
    text = api.request("/up", "POST", {"Content-Type": "text/csv"}, b"a,b").json()

    assert (binary["body"], binary["isBase64Encoded"]) == ("H4s=", True)
    assert (text["body"], text["isBase64Encoded"]) == ("a,b", False)


def test_a_binary_answer_is_decoded_for_who_accepts_it(aws: LocalAws, answering: str) -> None:
    api = Api(aws, binaryMediaTypes=["image/png"])
    api.method("/ask", "POST", answering)
    api.deploy()
    asked = json.dumps({"statusCode": 200, "body": "H4s=", "isBase64Encoded": True}).encode()

    accepting = api.request("/ask", "POST", {"Accept": "image/png, */*"}, asked)

    assert accepting.body == b"\x1f\x8b"
    assert api.request("/ask", "POST", {"Accept": "text/html"}, asked).body == b"H4s="
    undecodable = json.dumps({"statusCode": 200, "body": "!", "isBase64Encoded": True}).encode()
    assert api.request("/ask", "POST", {"Accept": "image/png"}, undecodable).status == 500


def test_the_answer_is_the_functions(asked: Api) -> None:
    answer = asked.request(
        "/ask",
        "POST",
        body=json.dumps(
            {
                "statusCode": 201,
                "headers": {"X-One": "1", "X-Count": 2, "X-Same": "a", "Server": "mine"},
                "multiValueHeaders": {"X-Many": ["a", "b"], "X-Same": ["a", "c"]},
                "body": "done",
            }
        ).encode(),
    )

    assert (answer.status, answer.body) == (201, b"done")
    assert answer.headers["Content-Type"] == "application/json"
    assert (answer.headers["X-One"], answer.headers["X-Count"]) == ("1", "2")
    assert answer.headers.get_all("X-Many") == ["a", "b"]
    assert answer.headers.get_all("X-Same") == ["a", "c"]
    assert answer.headers["x-amzn-Remapped-Server"] == "mine"


@pytest.mark.parametrize(
    "malformed",
    [
        "fail",
        "text",
        None,
        [],
        {},
        {"statusCode": "ok"},
        {"statusCode": 99},
        {"statusCode": 200, "body": {"not": "text"}},
        {"statusCode": 200, "headers": {"X": ["a"]}},
        {"statusCode": 200, "headers": ["X"]},
        {"statusCode": 200, "multiValueHeaders": {"X": "a"}},
        {"statusCode": 200, "isBase64Encoded": "yes"},
    ],
)
def test_an_error_or_another_form_is_a_bad_gateway(asked: Api, malformed: object) -> None:
    answer = asked.request("/ask", "POST", body=json.dumps(malformed).encode())

    assert (answer.status, answer.json()) == (502, {"message": "Internal server error"})
    assert answer.headers["x-amzn-ErrorType"] == "InternalServerErrorException"


def test_the_gateway_does_not_wait_longer_than_the_integration_says(asked: Api) -> None:
    answer = asked.request("/ask", "POST", body=b'"sleep"')

    assert (answer.status, answer.json()) == (504, {"message": "Endpoint request timed out"})


def test_a_throttled_function_is_an_internal_error(aws: LocalAws, api: Api, answering: str) -> None:
    name = aws.function(ANSWERING)
    aws.client("lambda").put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    api.method("/ask", "POST", name)
    api.deploy()

    assert api.request("/ask", "POST", body=b"{}").status == 500


def test_a_function_that_is_gone_is_an_internal_error(api: Api) -> None:
    api.method("/ask", "GET", "gone")
    api.deploy()

    answer = api.request("/ask")

    assert (answer.status, answer.json()) == (500, {"message": "Internal server error"})


def test_a_body_over_ten_megabytes_is_refused(asked: Api) -> None:
    assert asked.request("/ask", "POST", body=b" " * (10 * 1024 * 1024 + 1)).status == 413
