"""Events of API Gateway's Lambda proxy integration, as the API function gets them.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-input-format
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any


def proxy_event(
    method: str,
    path: str,
    body: Any = None,
    *,
    client: str | None = "key-1",
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str | Sequence[str]] | None = None,
) -> dict[str, Any]:
    """An event.

    Args:
        method: HTTP method.
        path: path after the stage.
        body: text as it is, None for no body, anything else as JSON.
        client: id of the API key; None where the method needs none.
        headers: headers, once each.
        query: query string; a parameter that is given several times has a list.
    """
    several = {
        name: [value] if isinstance(value, str) else list(value) for name, value in (query or {}).items()
    }
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": dict(headers or {}),
        "multiValueHeaders": {name: [value] for name, value in (headers or {}).items()},
        "queryStringParameters": {name: values[-1] for name, values in several.items()} or None,
        "multiValueQueryStringParameters": several or None,
        "pathParameters": None,
        "stageVariables": None,
        "body": body if isinstance(body, str) or body is None else json.dumps(body),
        "isBase64Encoded": False,
        "requestContext": {
            "requestId": "request-1",
            "stage": "dev",
            "identity": {"apiKeyId": client, "sourceIp": "192.0.2.1"},
        },
    }
