import pytest

from modules.api import cors
from tests.support.local_api import Api

ORIGINS = ("https://dashboard.example.com", "https://staging.example.com")


@pytest.fixture
def preflight(api: Api) -> Api:
    """A preflight's answer, as the stack describes it."""
    api.mock(
        "/v1/bars",
        "OPTIONS",
        '{"statusCode": 204}',
        {
            "statusCode": "204",
            "responseParameters": cors.preflight_headers(ORIGINS, ["GET"]),
            "responseTemplates": {"application/json": cors.preflight_template(ORIGINS)},
        },
    )
    api.deploy()
    return api


@pytest.mark.requirement("API-1")
@pytest.mark.parametrize(
    ("origin", "allowed"),
    [(ORIGINS[0], ORIGINS[0]), (ORIGINS[1], ORIGINS[1]), ("https://evil.example.com", ORIGINS[0])],
)
def test_a_preflight_names_the_origin_that_asks_if_it_is_one_of_ours(
    preflight: Api, origin: str, allowed: str
) -> None:
    answer = preflight.request("/v1/bars", "OPTIONS", {"Origin": origin})

    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers.get_all("Access-Control-Allow-Origin") == [allowed]
    assert answer.headers["Access-Control-Allow-Methods"] == "GET,OPTIONS"
    assert answer.headers["Access-Control-Allow-Headers"] == cors.ALLOWED_HEADERS
    assert answer.headers["Access-Control-Max-Age"] == cors.MAX_AGE_SECONDS
    assert answer.headers["Vary"] == "Origin"


@pytest.mark.requirement("API-1")
def test_a_preflight_without_an_origin_names_the_main_one(preflight: Api) -> None:
    answer = preflight.request("/v1/bars", "OPTIONS")

    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (204, ORIGINS[0])


def test_the_status_chooses_the_response(api: Api) -> None:
    api.mock(
        "/m",
        "GET",
        '#if($input.params("kind") == "bad"){"statusCode": 404}#else{"statusCode": 200}#end',
        {"statusCode": "200", "responseTemplates": {"application/json": '{"id": "$context.requestId"}'}},
        {
            "statusCode": "404",
            "selectionPattern": r"4\d\d",
            "responseTemplates": {"text/plain": "$context.identity.sourceIp"},
        },
    )
    api.deploy()

    good, bad = api.request("/m"), api.request("/m?kind=bad")

    assert (good.status, good.json()) == (200, {"id": good.headers["x-amzn-RequestId"]})
    assert (bad.status, bad.body) == (404, b"127.0.0.1")
    assert bad.headers["Content-Type"].startswith("text/plain")


def test_a_template_overrides_the_status(api: Api) -> None:
    api.mock(
        "/m",
        "GET",
        '{"statusCode": 200}',
        {
            "statusCode": "200",
            "responseTemplates": {"application/json": "#set($context.responseOverride.status = 202)"},
        },
    )
    api.deploy()

    assert api.request("/m").status == 202


@pytest.mark.parametrize(
    ("template", "pattern"), [("{}", None), ("text", None), ('{"statusCode": 200}', "5..")]
)
def test_no_status_or_no_response_is_an_internal_error(api: Api, template: str, pattern: str | None) -> None:
    api.mock(
        "/m",
        "GET",
        template,
        {"statusCode": "200", **({"selectionPattern": pattern} if pattern else {})},
    )
    api.deploy()

    answer = api.request("/m")

    assert (answer.status, answer.json()) == (500, {"message": "Internal server error"})
