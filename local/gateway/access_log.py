"""The access log of a stage: one event for each request, in the stage's format.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
"""

import json
import time
import uuid
from typing import Any

from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.models import logs_backends

from local.gateway.context import Variables, substitute

_STREAM = uuid.uuid4().hex


def write(stage: Any, variables: Variables) -> None:
    """Logs a request, if the stage has an access log; through moto, so that subscription filters see it.

    Args:
        stage: `moto.apigateway.models.Stage`.
        variables: all that is known of the request and its answer.
    """
    settings = stage.access_log_settings or {}
    destination, line = settings.get("destinationArn", ""), settings.get("format")
    if not line or destination.split(":")[2:3] != ["logs"]:
        return
    _, _, _, region, account, _, group, *_ = destination.split(":")
    message = substitute(line, variables, missing="-", encode=_encode)
    backend = logs_backends[account][region]
    try:
        backend.ensure_log_stream(group, _STREAM)
        backend.put_log_events(group, _STREAM, [{"timestamp": int(time.time() * 1000), "message": message}])
    except ResourceNotFoundException:
        pass  # the group was deleted; API Gateway does not make it anew


def _encode(name: str, value: str) -> str:
    """Keeps what a client sends from ending a JSON string; a `…String` variable is quoted already."""
    return value if name.endswith("String") else json.dumps(value, ensure_ascii=False)[1:-1]
