"""The gateway as a WSGI application before moto's: REST APIs at `/_aws/execute-api/{api id}/{stage}/…`."""

import json
import logging
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote

from werkzeug import Request, Response

from local.gateway import (
    access_log,
    compression,
    context,
    deployments,
    gateway_responses,
    keys,
    mock_integration,
    request_metrics,
    routing,
    validation,
)
from local.gateway.address import PATH
from local.gateway.context import Variables
from local.gateway.deployments import Served
from local.gateway.errors import (
    FORBIDDEN_STAGE,
    MISCONFIGURED,
    MISSING_TOKEN,
    TOO_LARGE,
    RefusedError,
)
from local.gateway.proxy import Proxy
from local.gateway.routing import Match
from local.gateway.throttling import Limits

_MAX_BODY = 10 * 1024 * 1024
"""https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html"""

_logger = logging.getLogger(__name__)
_Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Gateway:
    """Answers requests to REST APIs, and hands the others on.

    Args:
        application: moto's.
    """

    def __init__(self, application: _Application) -> None:
        deployments.register()
        self._application = application
        self._proxy = Proxy()
        self._limits = Limits()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answers a request, as PEP 3333 says."""
        if not environ["PATH_INFO"].startswith(PATH):
            return self._application(environ, start_response)
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        # PATH_INFO is decoded already: there an encoded slash would part a parameter.
        raw = request.environ["RAW_URI"].partition("?")[0]
        api_id, stage_name, path = [*raw[raw.index(PATH) + len(PATH) :].split("/", 2), "", ""][:3]
        served = deployments.find(api_id, stage_name)
        if served is None:
            error = FORBIDDEN_STAGE
            body = json.dumps({"message": error.message})
            return Response(
                body,
                error.status,
                {"x-amzn-ErrorType": error.error_type},
                content_type="application/json",
            )
        started = time.monotonic()
        variables = context.of_request(request, served, "/" + unquote(path))
        try:
            answer = self._handle(request, served, f"/{path}", variables)
        except RefusedError as error:
            answer = gateway_responses.render(error.refusal, served.definition, variables)
        except Exception:
            _logger.exception("%s %s", request.method, request.path)
            answer = gateway_responses.render(MISCONFIGURED, served.definition, variables)
        compression.compress(request, answer, served.definition.minimum_compression)
        answer.headers["x-amzn-RequestId"] = variables["requestId"]
        answer.headers["x-amz-apigw-id"] = variables["extendedRequestId"]
        variables["status"] = answer.status_code
        variables["responseLength"] = answer.content_length
        variables["responseLatency"] = round((time.monotonic() - started) * 1000)
        access_log.write(served.stage, variables)
        request_metrics.put(served, variables)
        return answer

    def _handle(self, request: Request, served: Served, path: str, variables: Variables) -> Response:
        match = routing.match(served.definition.resources, path, request.method)
        if match is None:
            raise RefusedError(MISSING_TOKEN)
        variables["resourceId"] = match.resource.id
        variables["resourcePath"] = match.resource.path
        if match.method.authorization_type == "AWS_IAM":
            _require_signature(request)
        self._admit(request, served, match, variables)
        if (request.content_length or 0) > _MAX_BODY:
            raise RefusedError(TOO_LARGE)
        validation.check(request, match, served.definition)
        started = time.monotonic()
        try:
            return self._integrate(request, served, match, unquote(path), variables)
        finally:
            variables["integrationLatency"] = round((time.monotonic() - started) * 1000)
            variables["integration.latency"] = variables["integrationLatency"]

    def _integrate(
        self, request: Request, served: Served, match: Match, path: str, variables: Variables
    ) -> Response:
        integration = match.method.method_integration
        kind = integration.integration_type if integration else None
        if kind == "AWS_PROXY":
            return self._proxy.answer(request, served, match, path, variables)
        if kind == "MOCK":
            return mock_integration.answer(request, match, variables)
        variables["integrationErrorMessage"] = "the local AWS serves integrations AWS_PROXY and MOCK"
        raise RefusedError(MISCONFIGURED)

    def _admit(self, request: Request, served: Served, match: Match, variables: Variables) -> None:
        """Checks the key and the limits, a client's before the stage's."""
        resource, method = match.resource, match.method
        if str(method.api_key_required).lower() == "true":
            client = keys.identify(served, request.headers.get("X-Api-Key"))
            variables["identity.apiKey"] = client.key.value
            variables["identity.apiKeyId"] = client.key.id
            self._limits.take_of_client(client, resource.path, method.http_method)
        self._limits.take_of_stage(served.api_id, served.stage, resource.path, method.http_method)


def _require_signature(request: Request) -> None:
    """Refuses a request that is not signed; a signature itself is not verified here.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html
    """
    signed = request.headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256 ")
    if not signed and request.args.get("X-Amz-Algorithm") != "AWS4-HMAC-SHA256":
        raise RefusedError(MISSING_TOKEN)
