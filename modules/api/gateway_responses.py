"""The gateway's own errors as problem details (RFC 9457), like the function's."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from modules.api import cors

STATUSES: Mapping[str, int] = {
    "ACCESS_DENIED": 403,
    "API_CONFIGURATION_ERROR": 500,
    "BAD_REQUEST_BODY": 400,
    "BAD_REQUEST_PARAMETERS": 400,
    "EXPIRED_TOKEN": 403,
    "INTEGRATION_FAILURE": 504,
    "INTEGRATION_TIMEOUT": 504,
    "INVALID_API_KEY": 403,
    "INVALID_SIGNATURE": 403,
    "MISSING_AUTHENTICATION_TOKEN": 403,
    "QUOTA_EXCEEDED": 429,
    "REQUEST_TOO_LARGE": 413,
    "THROTTLED": 429,
    "WAF_FILTERED": 403,
}
"""Response types that can come up here, with their statuses, which no variable of the templates knows.

https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
"""

DEFAULTS = ("DEFAULT_4XX", "DEFAULT_5XX")
"""What AWS may add; without a status, as their own is the one that the error has."""

_RETRY_AFTER_SECONDS = {"THROTTLED": 1}


def template(type_: str) -> str:
    """Return a response type's mapping template; the media type is said by a header."""
    status = STATUSES.get(type_)
    title = HTTPStatus(status).phrase if status else "Error"
    # A variable that ends in String brings its own quotes and escapes.
    known = json.dumps({"type": "about:blank", "title": title} | ({"status": status} if status else {}))
    return f'{known[:-1]}, "detail": $context.error.messageString, "instance": "$context.requestId"}}'


def headers(type_: str, origins: Sequence[str]) -> dict[str, str]:
    """Return a response type's headers, as API Gateway's response parameters."""
    parameters = {
        "gatewayresponse.header.Content-Type": "'application/problem+json'",
        "gatewayresponse.header.Cache-Control": "'no-store'",
        **cors.error_headers(origins),
    }
    if type_ in _RETRY_AFTER_SECONDS:
        parameters["gatewayresponse.header.Retry-After"] = f"'{_RETRY_AFTER_SECONDS[type_]}'"
    return parameters
