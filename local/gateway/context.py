"""The `$context` variables of one request, and their place in the gateway's texts.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
"""

import base64
import os
import re
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from werkzeug import Request

from local.gateway.deployments import Served

Variables = dict[str, Any]
"""Values by name without `$context.`; filled as the request goes its way, None or absent means unknown."""

_VARIABLE = re.compile(r"\$context\.(\w+(?:\.\w+)*)")


def of_request(request: Request, served: Served, path: str) -> Variables:
    """What is known of a request before it is routed.

    Args:
        request: the HTTP request.
        served: its stage.
        path: path after the stage, decoded.

    Returns:
        The variables.
    """
    now = time.time()
    host = request.host.partition(":")[0]
    return {
        "accountId": served.backend.account_id,
        "apiId": served.api_id,
        "deploymentId": served.stage.deployment_id,
        "domainName": host,
        "domainPrefix": host.partition(".")[0],
        "extendedRequestId": base64.b64encode(os.urandom(11)).decode(),
        "httpMethod": request.method,
        "identity.sourceIp": request.remote_addr,
        "identity.userAgent": request.headers.get("User-Agent"),
        "path": f"/{served.stage.name}{path}",
        "protocol": request.environ["SERVER_PROTOCOL"],
        "requestId": str(uuid.uuid4()),
        "requestTime": f"{datetime.fromtimestamp(now, UTC):%d/%b/%Y:%H:%M:%S +0000}",
        "requestTimeEpoch": int(now * 1000),
        "stage": served.stage.name,
        "xrayTraceId": f"1-{int(now):08x}-{uuid.uuid4().hex[:24]}" if served.stage.tracing_enabled else None,
    }


def substitute(
    text: str, variables: Variables, missing: str, encode: Callable[[str, str], str] = lambda _, value: value
) -> str:
    """Puts the variables' values in a text.

    Args:
        text: a gateway response's template or an access log's format.
        variables: the values.
        missing: what stands for an unknown value.
        encode: makes a value fit its place: name, value.

    Returns:
        The text with every `$context` variable replaced.
    """

    def value(found: re.Match[str]) -> str:
        known = variables.get(found[1])
        return missing if known is None else encode(found[1], str(known))

    return _VARIABLE.sub(value, text)
