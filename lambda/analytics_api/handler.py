"""The API's entry point: operations of the OpenAPI description to the core, errors to problem details."""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, CORSConfig, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config as ClientConfig
from database.connection import Connections, IamCredentials

from analytics_api import bars, conditional, description, ingestions, sessions
from analytics_api.config import Config
from analytics_api.dynamo import DynamoSessions
from analytics_api.parquet import ParquetBars
from analytics_api.postgres import PostgresMarketData
from analytics_api.problems import Problem, UnavailableError, not_found
from analytics_api.uploads import Uploads

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Arguments = Mapping[str, Any]

# A client waits at most 29 s: better a 503 in time.
_PATIENCE: dict[str, Any] = {
    "connect_timeout": 2,
    "read_timeout": 4,
    "retries": {"mode": "standard", "total_max_attempts": 2},
}
RETRY_AFTER_SECONDS = 5
_OUTCOMES = {2: "AnsweredRequests", 3: "AnsweredRequests", 4: "RefusedRequests", 5: "FailedRequests"}
"""Metrics that count requests, by the first digit of the status."""

# Lambda sets the functions' level for libraries too, whose DEBUG lines hold signatures, tokens and secrets.
logging.getLogger().setLevel(logging.INFO)

config = Config.from_environment()
logger = Logger()
metrics = Metrics()
# botocore alone: to look for every library that X-Ray knows takes longer than to import this module.
tracer = Tracer(patch_modules=["botocore"])
app = APIGatewayRestResolver(
    cors=CORSConfig(
        allow_origin=config.origins[0],
        extra_origins=list(config.origins[1:]),
        expose_headers=["ETag", "Retry-After"],
        max_age=600,
    )
)


@cache
def _sessions() -> DynamoSessions:
    return DynamoSessions(boto3.client("dynamodb", config=ClientConfig(**_PATIENCE)), config.sessions_table)


@cache
def _market_data() -> PostgresMarketData:
    return PostgresMarketData(Connections(IamCredentials(boto3.client("rds"))))


@cache
def _s3() -> "S3Client":
    # S3 refuses the older signatures, which boto3 still makes for forms, where it encrypts with KMS.
    return boto3.client("s3", config=ClientConfig(signature_version="s3v4", **_PATIENCE))


@cache
def _seconds() -> ParquetBars:
    return ParquetBars(_s3(), config.processed_bucket)


@cache
def _uploads() -> Uploads:
    return Uploads(_s3(), config.raw_bucket)


def _client() -> str:
    """Return who asks: the id of the API key, which API Gateway has checked.

    Raises:
        Problem: There is none, so what would be the client's own would be everybody's.
    """
    if client := app.current_event.request_context.identity.api_key_id:
        return client
    raise Problem(HTTPStatus.FORBIDDEN, "an API key is required")


def _body() -> str | None:
    try:
        return app.current_event.decoded_body
    except ValueError:  # neither Base64 nor UTF-8
        return None


def list_symbols(_: Arguments) -> Response[str]:
    """Answer the symbols that bars are held of."""
    return _cacheable(json.dumps({"symbols": _market_data().symbols()}, separators=(",", ":")))


def list_bars(arguments: Arguments) -> Response[str]:
    """Answer a page of bars."""
    store = _seconds() if arguments["interval"] == bars.SECONDS else _market_data()
    page, is_empty = bars.page(store, arguments)
    if is_empty and not _market_data().has(arguments["symbol"]):
        raise not_found("the symbol")
    return _cacheable(page)


def get_analytics(arguments: Arguments) -> Response[str]:
    """Answer the analytics of a symbol's day."""
    analytics = _market_data().analytics(arguments["symbol"], arguments["date"])
    if analytics is None:
        raise not_found("analytics of the symbol on that day")
    return _cacheable(analytics)


def create_session(arguments: Arguments) -> Response[str]:
    """Open a session."""
    session = sessions.open_session(
        _sessions(), _client(), arguments["user_id"], arguments["ttl_seconds"], datetime.now(UTC)
    )
    return _private(HTTPStatus.CREATED, session.to_dict())


def get_session(arguments: Arguments) -> Response[str]:
    """Answer a session."""
    session = sessions.find_session(_sessions(), _client(), arguments["id"], datetime.now(UTC))
    return _private(HTTPStatus.OK, session.to_dict())


def delete_session(arguments: Arguments) -> Response[str]:
    """End a session."""
    sessions.end_session(_sessions(), _client(), arguments["id"], datetime.now(UTC))
    return Response(HTTPStatus.NO_CONTENT)


def create_ingestion(arguments: Arguments) -> Response[str]:
    """Let the client upload a file."""
    key = ingestions.upload_key(_client(), arguments["file_name"])
    return _private(HTTPStatus.CREATED, _uploads().presign(key, ingestions.MAX_BYTES, datetime.now(UTC)))


ANSWERS: Mapping[str, Callable[[Arguments], Response[str]]] = {
    "listSymbols": list_symbols,
    "listBars": list_bars,
    "getAnalytics": get_analytics,
    "createSession": create_session,
    "getSession": get_session,
    "deleteSession": delete_session,
    "createIngestion": create_ingestion,
}
"""What answers each operation of the description, by its ``operationId``."""


def _cacheable(content: str) -> Response[str]:
    """Answer with an entity tag, and without the content where the client holds it."""
    tag = conditional.entity_tag(content)
    # Late trades may change any day's bars, so clients keep answers but ask each time.
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Origin"}
    if conditional.holds(app.current_event.headers.get("If-None-Match") or "", tag):
        return Response(HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(HTTPStatus.OK, "application/json", content, headers)


def _private(status: HTTPStatus, content: Mapping[str, Any]) -> Response[str]:
    """Answer what nobody keeps: session ids and signatures."""
    return Response(status, "application/json", json.dumps(content), {"Cache-Control": "no-store"})


def _problem(problem: Problem, headers: Mapping[str, str] | None = None) -> Response[str]:
    members = problem.to_dict(app.current_event.request_context.request_id)
    return Response(
        problem.status,
        "application/problem+json",
        json.dumps(members),
        {"Cache-Control": "no-store", **(headers or {})},
    )


@app.exception_handler(Problem)  # type: ignore[untyped-decorator]
def handle_problem(problem: Problem) -> Response[str]:
    """Tell the caller what is wrong with the request."""
    return _problem(problem)


@app.not_found
def handle_unknown_route(_: NotFoundError) -> Response[str]:
    """Answer a path that the description does not have."""
    return _problem(not_found("the path"))


@app.exception_handler(UnavailableError)  # type: ignore[untyped-decorator]
def handle_unavailable(error: UnavailableError) -> Response[str]:
    """Count a store that is away, and tell the caller when to ask again."""
    metrics.add_metric(error.metric, MetricUnit.Count, 1)
    logger.error("a store is not available", exc_info=error, operation=app.context.get("operation"))
    problem = Problem(HTTPStatus.SERVICE_UNAVAILABLE, "what the answer takes is not available now")
    return _problem(problem, {"Retry-After": str(RETRY_AFTER_SECONDS)})


@app.exception_handler(Exception)  # type: ignore[untyped-decorator]
def handle_failure(error: Exception) -> Response[str]:
    """Log a failure of ours, and tell the caller no more than that there was one."""
    logger.exception("request failed", exc_info=error, operation=app.context.get("operation"))
    return _problem(Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "the request could not be answered"))


def _add_route(operation: description.Operation, answer: Callable[[Arguments], Response[str]]) -> None:
    """Route an operation's path and method to what answers it, with the arguments as described."""

    def endpoint(**path: str) -> Response[str]:
        app.append_context(operation=operation.id)  # type: ignore[no-untyped-call]
        tracer.put_annotation("operation", operation.id)
        query = app.current_event.multi_value_query_string_parameters
        return answer(operation.arguments(path, query, _body() if operation.body else None))

    app.route(operation.path.replace("{", "<").replace("}", ">"), operation.method)(endpoint)


for _operation in description.operations():
    _add_route(_operation, ANSWERS[_operation.id])


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request.

    Args:
        event: API Gateway's proxy event.
        context: The invocation's context.
    """
    answer = app.resolve(event, context)
    metrics.add_metric(_OUTCOMES[answer["statusCode"] // 100], MetricUnit.Count, 1)
    return answer
