import pytest

from tests.support.local_api import Api

TEMPLATE = (
    '{"type":"about:blank","title":$context.error.messageString,"instance":"$context.requestId",'
    '"kind":"$context.error.responseType","unknown":"$context.nothing"}'
)


def respond(api: Api, kind: str, **settings: object) -> None:
    api.client.put_gateway_response(
        restApiId=api.id,
        responseType=kind,
        **{"responseTemplates": {"application/json": TEMPLATE}, **settings},
    )


@pytest.mark.requirement("API-1")
def test_a_default_words_every_error_of_its_class(api: Api, echo: str) -> None:
    respond(
        api,
        "DEFAULT_4XX",
        responseParameters={"gatewayresponse.header.Access-Control-Allow-Origin": "'https://a.example.com'"},
    )
    respond(api, "DEFAULT_5XX")
    api.method("/keyed", "GET", echo, apiKeyRequired=True)
    api.method("/gone", "GET", "gone")
    api.deploy()

    keyed, gone, nothing = (api.request(path) for path in ("/keyed", "/gone", "/nothing"))

    assert keyed.status == 403
    assert keyed.headers["Access-Control-Allow-Origin"] == "https://a.example.com"
    assert keyed.headers["Content-Type"] == "application/json"
    assert keyed.json() == {
        "type": "about:blank",
        "title": "Forbidden",
        "instance": keyed.headers["x-amzn-RequestId"],
        "kind": "INVALID_API_KEY",
        "unknown": "",
    }
    assert (gone.status, gone.json()["title"]) == (500, "Internal server error")
    assert gone.headers["Access-Control-Allow-Origin"] is None
    assert nothing.json()["title"] == "Missing Authentication Token"


def test_the_errors_own_response_goes_before_the_default(api: Api, echo: str) -> None:
    respond(api, "DEFAULT_4XX", statusCode="418")
    respond(
        api, "MISSING_AUTHENTICATION_TOKEN", statusCode="404", responseTemplates={"application/json": "{}"}
    )
    api.method("/keyed", "GET", echo, apiKeyRequired=True)
    api.deploy()

    own, default = api.request("/nothing"), api.request("/keyed")

    assert (own.status, own.body) == (404, b"{}")
    assert default.status == 418
