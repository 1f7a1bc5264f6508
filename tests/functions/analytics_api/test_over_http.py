"""The API over HTTP: the description's resources in the local API Gateway, the function as it is deployed."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from modules.api import cors, gateway_responses
from modules.api.description import Description
from tests.functions.analytics_api.conftest import environment
from tests.support.description import OPENAPI
from tests.support.local_api import STAGE, Answer, Api
from tests.support.local_functions import LocalAws, local_aws
from tests.support.market_rows import store_analytics, store_bars
from tests.support.postgresql import Database

ORIGINS = ("https://dashboard.example.com", "https://beta.example.com")
LAMBDA = OPENAPI.parents[1]
LAYER = LAMBDA.parent / "build" / "layers" / "host" / "data"
BARS = {"interval": "1m", "from": "2013-10-07T13:30:00Z", "to": "2013-10-07T20:00:00Z"}


class Client:
    """A client of the API with a key of its own."""

    def __init__(self, api: Api, **throttle: Any) -> None:
        self._api = api
        key = api.client.create_api_key(name="client", enabled=True)
        plan = api.client.create_usage_plan(
            name="plan",
            apiStages=[{"apiId": api.id, "stage": STAGE}],
            throttle={"rateLimit": 1000, "burstLimit": 500, **throttle},
        )
        api.client.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
        self.id, self._key = key["id"], key["value"]

    def __call__(
        self, method: str, path: str, body: Any = None, query: dict[str, str] | None = None, **headers: str
    ) -> Answer:
        sent = {"x-api-key": self._key, "Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        return self._api.request(f"{path}?{urlencode(query or {})}", method, sent, content)


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    with local_aws(tmp_path_factory.mktemp("work")) as running:
        yield running


@pytest.fixture(scope="module")
def function(aws: LocalAws, postgresql: Database) -> str:
    """The function with its layer, its database, its buckets and its table."""
    postgresql.empty()
    store_bars(postgresql)
    store_analytics(postgresql)
    aws.layers.mkdir(exist_ok=True)
    (aws.layers / "data").symlink_to(LAYER, target_is_directory=True)
    variables = environment(postgresql.environment("market_reader"))
    for bucket in (variables["RAW_BUCKET"], variables["PROCESSED_BUCKET"]):
        aws.client("s3").create_bucket(Bucket=bucket)
    aws.client("dynamodb").create_table(
        TableName=variables["SESSIONS_TABLE"],
        KeySchema=[{"AttributeName": "session_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "session_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    allowed = {"Effect": "Allow", "Action": ["dynamodb:*", "s3:*"], "Resource": "*"}
    aws.client("iam").put_role_policy(
        RoleName=aws.role,
        PolicyName="stores",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}),
    )
    return aws.function(
        {
            str(path.relative_to(LAMBDA)): path.read_bytes()
            for package in ("analytics_api", "database")
            for path in (LAMBDA / package).glob("*.*")
        },
        Handler="analytics_api.handler.handler",
        # The build of the layer for this machine stands in for whatever is uploaded by its name.
        Layers=[aws.layer("trading-data-layer-test", {"python/empty.txt": ""})],
        Environment={
            "Variables": {name: value for name, value in variables.items() if not name.startswith("AWS_")}
        },
        Timeout=28,
    )


@pytest.fixture(scope="module")
def api(aws: LocalAws, function: str) -> Api:
    """The description's operations, as the stack makes them, on a stage."""
    description = Description.read(OPENAPI)
    api = Api(aws)
    validator = api.client.create_request_validator(
        restApiId=api.id, name="validator", validateRequestBody=True, validateRequestParameters=True
    )["id"]
    for name, schema in description.schemas.items():
        api.client.create_model(
            restApiId=api.id, name=name, contentType="application/json", schema=json.dumps(schema)
        )
    for operation in description.operations:
        api.method(
            operation.path,
            operation.method,
            function,
            apiKeyRequired=operation.needs_key,
            operationName=operation.id,
            requestParameters=dict(operation.parameters),
            requestModels={"application/json": operation.body_schema} if operation.body_schema else {},
            requestValidatorId=validator,
        )
    for path in {operation.path for operation in description.operations}:
        api.mock(
            path,
            "OPTIONS",
            '{"statusCode": 204}',
            {
                "statusCode": "204",
                "responseParameters": cors.preflight_headers(ORIGINS, ["GET"]),
                "responseTemplates": {"application/json": cors.preflight_template(ORIGINS)},
            },
        )
    for type_ in (*gateway_responses.STATUSES, *gateway_responses.DEFAULTS):
        status = gateway_responses.STATUSES.get(type_)
        api.client.put_gateway_response(
            restApiId=api.id,
            responseType=type_,
            **({"statusCode": str(status)} if status else {}),
            responseParameters=gateway_responses.headers(type_, ORIGINS),
            responseTemplates={"application/json": gateway_responses.template(type_)},
        )
    api.deploy()
    return api


@pytest.fixture(scope="module")
def client(api: Api) -> Client:
    return Client(api)


def _assert_problem(answer: Answer, status: int, detail: str) -> None:
    problem = answer.json()
    assert (answer.status, problem["status"], problem["detail"]) == (status, status, detail)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problem["instance"] == answer.headers["x-amzn-RequestId"]


@pytest.mark.requirement("FN-3")
@pytest.mark.requirement("API-1")
def test_bars_are_answered_and_not_twice(client: Client) -> None:
    first = client("GET", "/v1/bars/IBM", query={**BARS, "limit": "2"})
    assert first.status == 200
    assert [bar["close"] for bar in first.json()["bars"]] == [181, 182]
    rest = client("GET", "/v1/bars/IBM", query={**BARS, "cursor": first.json()["next"]})
    assert [bar["close"] for bar in rest.json()["bars"]] == [183, 184, 185]
    again = client("GET", "/v1/bars/IBM", query={**BARS, "limit": "2"}, If_None_Match=first.headers["ETag"])
    assert (again.status, again.body) == (304, b"")


def test_symbols_and_analytics_are_answered(client: Client) -> None:
    assert client("GET", "/v1/symbols").json() == {"symbols": ["IBM"]}
    analytics = client("GET", "/v1/analytics/IBM", query={"date": "2013-10-07"})
    assert analytics.json()["largest_trades"][0]["price"] == 195.07


def test_a_session_is_its_clients_only(api: Api, client: Client) -> None:
    opened = client("POST", "/v1/sessions", {"user_id": "ann"})
    assert opened.status == 201
    path = f"/v1/sessions/{opened.json()['id']}"
    assert client("GET", path).json() == opened.json()
    assert Client(api)("GET", path).status == 404
    assert client("DELETE", path).status == 204
    assert client("GET", path).status == 404


def test_an_upload_gets_its_clients_prefix(client: Client) -> None:
    upload = client("POST", "/v1/ingestions", {"file_name": "ibm.csv.gz"})
    assert (upload.status, upload.json()["key"].split("/")[:2]) == (201, ["uploads", client.id])


@pytest.mark.requirement("API-1")
def test_the_gateway_validates_what_it_can(client: Client) -> None:
    query = {name: value for name, value in BARS.items() if name != "from"}
    missing = client("GET", "/v1/bars/IBM", query=query)
    _assert_problem(missing, 400, "Missing required request parameters: [from]")
    _assert_problem(client("POST", "/v1/sessions", {"user_id": 1}), 400, "Invalid request body")


@pytest.mark.requirement("API-1")
def test_the_function_validates_the_rest(client: Client) -> None:
    answer = client("GET", "/v1/bars/IBM", query={**BARS, "interval": "1w"})
    _assert_problem(answer, 400, "the request is not as described")
    assert answer.json()["errors"] == [
        {"parameter": "interval", "detail": "must be one of ['1s', '1m', '5m', '1h', '1d']"}
    ]
    # The gateway validates bodies of the type that is described only.
    other = client("POST", "/v1/sessions", {"user_id": 1}, Content_Type="text/plain")
    assert other.json()["errors"] == [{"pointer": "/user_id", "detail": "must be string"}]


@pytest.mark.requirement("API-2")
def test_without_a_key_and_beyond_its_limit_there_is_a_problem(api: Api, client: Client) -> None:
    _assert_problem(client("GET", "/v1/symbols", x_api_key="unknown"), 403, "Forbidden")
    hasty = Client(api, rateLimit=1, burstLimit=1)
    answers = [hasty("GET", "/v1/symbols") for _ in range(3)]
    refused = next(answer for answer in answers if answer.status != 200)
    _assert_problem(refused, 429, "Too Many Requests")
    assert refused.headers["Retry-After"] == "1"


def test_an_unknown_path_is_a_problem(client: Client) -> None:
    _assert_problem(client("GET", "/v2/symbols"), 403, "Missing Authentication Token")


@pytest.mark.requirement("API-1")
@pytest.mark.parametrize("origin", ORIGINS)
def test_browsers_are_let_in_from_every_origin_of_the_dashboard(client: Client, origin: str) -> None:
    preflight = client("OPTIONS", "/v1/bars/IBM", Origin=origin)
    answer = client("GET", "/v1/bars/IBM", query=BARS, Origin=origin)
    assert [each.headers["Access-Control-Allow-Origin"] for each in (preflight, answer)] == [origin] * 2
    refused = client("GET", "/v1/bars/IBM", Origin=origin)
    assert refused.headers["Access-Control-Allow-Origin"] == ORIGINS[0]
