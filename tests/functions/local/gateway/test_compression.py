import gzip

import pytest

from tests.support.local_api import Api
from tests.support.local_functions import LocalAws

SIZED = """
def handler(event, context):
    headers = {"Content-Encoding": "br"} if event["queryStringParameters"].get("encoded") else {}
    return {"statusCode": 200, "headers": headers, "body": "x" * int(event["queryStringParameters"]["size"])}
"""
ACCEPTING = {"Accept-Encoding": "gzip, deflate"}


@pytest.fixture(scope="module")
def compressing(aws: LocalAws) -> Api:
    api = Api(aws, minimumCompressionSize=1024)
    api.method("/sized", "GET", aws.function(SIZED))
    api.deploy()
    return api


def test_an_answer_of_the_minimum_size_is_compressed(compressing: Api) -> None:
    answer = compressing.request("/sized?size=1024", headers=ACCEPTING)

    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.body) == b"x" * 1024
    assert int(answer.headers["Content-Length"]) == len(answer.body)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/sized?size=1023", ACCEPTING),
        ("/sized?size=1024", {}),
        ("/sized?size=1024", {"Accept-Encoding": "gzip;q=0, br"}),
        ("/sized?size=1024&encoded=yes", ACCEPTING),
    ],
)
def test_what_is_smaller_not_accepted_or_encoded_stays(
    compressing: Api, path: str, headers: dict[str, str]
) -> None:
    assert set(compressing.request(path, headers=headers).body) == {ord("x")}


def test_an_api_without_a_minimum_compresses_nothing(aws: LocalAws, api: Api) -> None:
    api.method("/sized", "GET", aws.function(SIZED))
    api.deploy()

    assert api.request("/sized?size=5000", headers=ACCEPTING).body == b"x" * 5000
