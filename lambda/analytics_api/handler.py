"""The API's entry point: routes of the OpenAPI description to the core, errors to problem details."""

import json
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, CORSConfig, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from analytics_api import ingestions, queries, sessions
from analytics_api.adapters import DynamoSessions, ParquetBars, Uploads
from analytics_api.config import Config
from analytics_api.problems import Problem, bad_request, not_found

config = Config.from_environment()
logger = Logger(service="analytics-api")
app = APIGatewayRestResolver(
    cors=CORSConfig(allow_origin=config.origins[0], extra_origins=list(config.origins[1:]), max_age=600)
)


@cache
def _sessions() -> DynamoSessions:
    return DynamoSessions(boto3.resource("dynamodb").Table(config.sessions_table))


@cache
def _bars() -> ParquetBars:
    return ParquetBars(boto3.client("s3"), config.processed_bucket)


@cache
def _uploads() -> Uploads:
    return Uploads(boto3.client("s3"), config.raw_bucket)


def _client() -> str:
    """Return who asks: the id of the API key, which API Gateway has checked."""
    return app.current_event.request_context.identity.api_key_id or "anonymous"


def _body() -> Any:
    try:
        return app.current_event.json_body
    except (ValueError, TypeError):
        raise bad_request("the body is no JSON") from None


def _problem(problem: Problem) -> Response[str]:
    return Response(
        status_code=problem.status.value,
        content_type="application/problem+json",
        body=json.dumps(problem.to_dict(app.current_event.request_context.request_id or "")),
    )


@app.exception_handler(Problem)  # type: ignore[untyped-decorator]
def handle_problem(problem: Problem) -> Response[str]:
    """Tell the caller what is wrong with the request."""
    return _problem(problem)


@app.not_found
def handle_unknown_route(_: NotFoundError) -> Response[str]:
    """Answer a path that the description does not have."""
    return _problem(not_found("the path"))


@app.exception_handler(Exception)  # type: ignore[untyped-decorator]
def handle_failure(error: Exception) -> Response[str]:
    """Log a failure of ours, and tell the caller no more than that there was one."""
    logger.exception("request failed", exc_info=error)
    return _problem(Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "the request could not be answered"))


@app.get("/v1/symbols")
def list_symbols() -> dict[str, Any]:
    """Answer listSymbols."""
    return {"symbols": _bars().symbols()}


@app.get("/v1/bars/<symbol>")
def list_bars(symbol: str) -> dict[str, Any]:
    """Answer listBars."""
    return queries.page(_bars(), queries.parse_query(symbol, app.current_event.query_string_parameters))


@app.post("/v1/sessions")
def create_session() -> tuple[dict[str, Any], int]:
    """Answer createSession."""
    session = sessions.open_session(_sessions(), _client(), _body(), datetime.now(UTC))
    return session.to_dict(), HTTPStatus.CREATED


@app.get("/v1/sessions/<id_>")
def get_session(id_: str) -> dict[str, Any]:
    """Answer getSession."""
    return sessions.find_session(_sessions(), _client(), id_, datetime.now(UTC)).to_dict()


@app.delete("/v1/sessions/<id_>")
def delete_session(id_: str) -> Response[None]:
    """Answer deleteSession."""
    sessions.end_session(_sessions(), _client(), id_, datetime.now(UTC))
    return Response(status_code=HTTPStatus.NO_CONTENT)


@app.post("/v1/ingestions")
def create_ingestion() -> tuple[dict[str, Any], int]:
    """Answer createIngestion."""
    key = ingestions.upload_key(_client(), _body())
    return _uploads().presign(key, ingestions.MAX_BYTES, datetime.now(UTC)), HTTPStatus.CREATED


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request.

    Args:
        event: API Gateway's proxy event.
        context: The invocation's context.
    """
    return app.resolve(event, context)
