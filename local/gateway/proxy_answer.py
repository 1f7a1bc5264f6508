"""What a function answers through a Lambda proxy integration.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format
"""

import base64
import binascii
import json
from typing import Any

from werkzeug import Response
from werkzeug.datastructures import Headers

from local.gateway.errors import MALFORMED_ANSWER, MISCONFIGURED, RefusedError

_REMAPPED = frozenset(
    {
        "authorization",
        "connection",
        "content-md5",
        "date",
        "expect",
        "max-forwards",
        "server",
        "user-agent",
        "via",
        "www-authenticate",
    }
)
"""Headers that are the gateway's own; a function's come as `x-amzn-Remapped-…`.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
"""


def read(payload: bytes, decode: bool) -> Response:
    """Reads a function's answer.

    Args:
        payload: what the function returned, JSON.
        decode: whether the client accepts a binary media type, without which Base64 stays as it is.

    Returns:
        The HTTP answer.

    Raises:
        RefusedError: the answer has not the form that API Gateway demands.
    """
    try:
        answer = json.loads(payload)
        status = int(answer["statusCode"])
    except (ValueError, TypeError, KeyError) as error:
        raise RefusedError(MALFORMED_ANSWER) from error
    body = answer.get("body")
    encoded = answer.get("isBase64Encoded") or False
    if not (100 <= status <= 599 and isinstance(body, str | None) and isinstance(encoded, bool)):
        raise RefusedError(MALFORMED_ANSWER)
    try:
        content = base64.b64decode(body or "", validate=True) if encoded and decode else (body or "").encode()
    except binascii.Error as error:
        raise RefusedError(MISCONFIGURED) from error
    return Response(content, status, _headers(answer))


def _headers(answer: dict[str, Any]) -> Headers:
    single, multiple = answer.get("headers") or {}, answer.get("multiValueHeaders") or {}
    if not (isinstance(single, dict) and isinstance(multiple, dict)):
        raise RefusedError(MALFORMED_ANSWER)
    headers = Headers()
    for name, values in multiple.items():
        if not isinstance(values, list):
            raise RefusedError(MALFORMED_ANSWER)
        for value in values:
            headers.add(_name(name), _text(value))
    for name, value in single.items():
        if _text(value) not in headers.getlist(_name(name)):
            headers.add(_name(name), _text(value))
    headers.remove("Content-Length")  # the gateway counts for itself
    headers.setdefault("Content-Type", "application/json")
    return headers


def _name(name: str) -> str:
    return f"x-amzn-Remapped-{name}" if name.lower() in _REMAPPED else name


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise RefusedError(MALFORMED_ANSWER)
