import pytest

from tests.support.local_api import Api

MISSING_TOKEN = {"message": "Missing Authentication Token"}


@pytest.fixture
def routed(api: Api, echo: str) -> Api:
    for path in ("/v1/bars", "/v1/bars/latest", "/v1/bars/{symbol}", "/files/{path+}", "/{any}/bars/x"):
        api.method(path, "GET", echo)
    api.method("/every", "ANY", echo)
    api.method("/every", "POST", echo)
    api.deploy()
    return api


@pytest.mark.parametrize(
    ("path", "resource", "parameters"),
    [
        ("/v1/bars", "/v1/bars", None),
        ("/v1/bars/", "/v1/bars", None),
        ("/v1/bars/IBM", "/v1/bars/{symbol}", {"symbol": "IBM"}),
        ("/v1/bars/latest", "/v1/bars/latest", None),
        ("/v1/bars/x", "/v1/bars/{symbol}", {"symbol": "x"}),
        ("/v2/bars/x", "/{any}/bars/x", {"any": "v2"}),
        ("/v1/bars/BRK%2FB", "/v1/bars/{symbol}", {"symbol": "BRK/B"}),
        ("/v1/bars/%C3%A9", "/v1/bars/{symbol}", {"symbol": "é"}),
        ("/files/a/b.csv", "/files/{path+}", {"path": "a/b.csv"}),
    ],
)
def test_the_most_literal_resource_answers(
    routed: Api, path: str, resource: str, parameters: dict[str, str] | None
) -> None:
    event = routed.request(path).json()

    assert event["resource"] == resource
    assert event["pathParameters"] == parameters


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/bars/IBM/x", "/files", "/nothing"])
def test_an_unknown_path_misses_a_token(routed: Api, path: str) -> None:
    answer = routed.request(path)

    assert (answer.status, answer.json()) == (403, MISSING_TOKEN)
    assert answer.headers["x-amzn-ErrorType"] == "MissingAuthenticationTokenException"


def test_an_unknown_method_misses_a_token(routed: Api) -> None:
    answer = routed.request("/v1/bars", "DELETE")

    assert (answer.status, answer.json()) == (403, MISSING_TOKEN)


def test_any_stands_for_every_method(routed: Api) -> None:
    assert routed.request("/every", "DELETE").json()["httpMethod"] == "DELETE"
    assert routed.request("/every", "POST").json()["httpMethod"] == "POST"


def test_an_unknown_stage_is_forbidden(routed: Api) -> None:
    answer = routed.request("/v1/bars", stage="prod")

    assert (answer.status, answer.json()) == (403, {"message": "Forbidden"})
    assert answer.headers["x-amzn-ErrorType"] == "ForbiddenException"


def test_an_api_without_a_deployment_is_forbidden(api: Api, echo: str) -> None:
    api.method("/v1/bars", "GET", echo)

    assert api.request("/v1/bars").status == 403


def test_a_change_is_served_once_it_is_deployed(routed: Api, echo: str) -> None:
    routed.method("/v2/new", "GET", echo)
    routed.method("/v1/bars", "DELETE", echo)
    assert routed.request("/v2/new").status == 403
    assert routed.request("/v1/bars", "DELETE").status == 403

    routed.deploy()

    assert routed.request("/v1/bars", "DELETE").status == 200
    assert routed.request("/v2/new").status == 200


def test_signed_requests_only_where_iam_authorizes(api: Api, echo: str) -> None:
    api.method("/signed", "GET", echo, authorizationType="AWS_IAM")
    api.deploy()
    signature = {"Authorization": "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/execute-api/aws4_request"}

    unsigned = api.request("/signed")

    assert (unsigned.status, unsigned.json()) == (403, MISSING_TOKEN)
    assert api.request("/signed", headers={"Authorization": "Bearer x"}).status == 403
    assert api.request("/signed", headers=signature).status == 200
