"""The event of a Lambda proxy integration, version 1.0.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-input-format
"""

import base64
from typing import Any

from werkzeug import Request

from local.gateway import media_types
from local.gateway.context import Variables
from local.gateway.deployments import Served
from local.gateway.routing import Match

_IDENTITY = (
    "accessKey",
    "accountId",
    "caller",
    "cognitoAuthenticationProvider",
    "cognitoAuthenticationType",
    "cognitoIdentityId",
    "cognitoIdentityPoolId",
    "principalOrgId",
    "sourceIp",
    "user",
    "userAgent",
    "userArn",
)
"""Always there, null where unknown; `apiKey` and `apiKeyId` come with a method that needs a key."""

_CONTEXT = (
    "accountId",
    "apiId",
    "deploymentId",
    "domainName",
    "domainPrefix",
    "extendedRequestId",
    "httpMethod",
    "path",
    "protocol",
    "requestId",
    "requestTime",
    "requestTimeEpoch",
    "resourceId",
    "resourcePath",
    "stage",
)


def build(request: Request, served: Served, match: Match, path: str, variables: Variables) -> dict[str, Any]:
    """Builds the event.

    Args:
        request: the HTTP request.
        served: its stage.
        match: its resource and method.
        path: path after the stage, decoded.
        variables: what is known of the request.

    Returns:
        The event.
    """
    headers = {name: [value] for name, value in request.headers.items()}
    headers["X-Forwarded-For"] = [str(request.remote_addr)]
    headers["X-Forwarded-Port"] = [request.environ["SERVER_PORT"]]
    headers["X-Forwarded-Proto"] = [request.scheme]
    if trace := variables["xrayTraceId"]:
        headers["X-Amzn-Trace-Id"] = [f"Root={trace}"]
    query = {name: request.args.getlist(name) for name in request.args}
    body = request.get_data()
    binary = media_types.matches(served.definition.binary_media_types, request.mimetype)
    return {
        "resource": match.resource.path,
        "path": path,
        "httpMethod": request.method,
        "headers": _last(headers),
        "multiValueHeaders": headers,
        "queryStringParameters": _last(query) or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": dict(match.parameters) or None,
        "stageVariables": dict(served.stage.variables) or None,
        "requestContext": _context(match, variables),
        "body": (base64.b64encode(body) if binary else body).decode(errors="replace") or None,
        "isBase64Encoded": binary and bool(body),
    }


def _context(match: Match, variables: Variables) -> dict[str, Any]:
    context: dict[str, Any] = {name: variables[name] for name in _CONTEXT}
    if match.method.operation_name:
        context["operationName"] = match.method.operation_name
    context["identity"] = {name: variables.get(f"identity.{name}") for name in _IDENTITY}
    if "identity.apiKeyId" in variables:
        for name in ("apiKey", "apiKeyId"):
            context["identity"][name] = variables[f"identity.{name}"]
    return context


def _last(values: dict[str, list[str]]) -> dict[str, str]:
    return {name: several[-1] for name, several in values.items()}
