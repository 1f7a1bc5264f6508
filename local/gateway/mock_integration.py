"""MOCK integrations: an answer from templates alone, such as a preflight's.

https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
"""

import json
import re
from typing import Any

import airspeed  # type: ignore[import-untyped]  # has no types
from werkzeug import Request, Response

from local.gateway.context import Variables
from local.gateway.errors import MISCONFIGURED, RefusedError
from local.gateway.routing import Match

_HEADER = "method.response.header."
_JSON = "application/json"


class _Input:
    """`$input` of a mapping template, as far as a request without a JSON body needs it."""

    def __init__(self, request: Request, match: Match) -> None:
        self._places: tuple[Any, ...] = (match.parameters, request.args, request.headers)

    def params(self, name: str) -> str:
        """A parameter of the path, the query or the headers, which are searched in this order."""
        return next((str(place[name]) for place in self._places if name in place), "")


def answer(request: Request, match: Match, variables: Variables) -> Response:
    """Answers as the integration's templates say.

    The request's template gives a status, the status chooses the integration response by its pattern, and
    that one's template gives the body and may override status and headers.

    Raises:
        RefusedError: there is no status, or no response for it.
    """
    integration = match.method.method_integration
    override: dict[str, Any] = {"header": {}}
    names = {
        "input": _Input(request, match),
        "context": _nested(variables) | {"responseOverride": override},
    }
    template = (integration.request_templates or {}).get(request.mimetype or _JSON)
    # without a template the body goes through as it is
    text = _render(template, names) if template else request.get_data(as_text=True)
    try:
        status = str(json.loads(text)["statusCode"])
    except (ValueError, TypeError, KeyError) as error:
        raise RefusedError(MISCONFIGURED) from error
    response = _response(integration.integration_responses or {}, status)
    media_type, template = next(iter((response.response_templates or {}).items()), (_JSON, None))
    body = _render(template, names) if template else ""
    headers = {
        # 'static' values are quoted; a MOCK integration has no others
        name.removeprefix(_HEADER): value[1:-1]
        for name, value in (response.response_parameters or {}).items()
    }
    status = str(override.get("status", response.status_code))
    return Response(body, int(status), headers | override["header"], content_type=media_type)


def _response(responses: dict[str, Any], status: str) -> Any:
    patterns = {response.selection_pattern or "": response for response in responses.values()}
    for pattern, response in patterns.items():
        if pattern and re.fullmatch(pattern, status):
            return response
    if "" not in patterns:
        raise RefusedError(MISCONFIGURED)
    return patterns[""]


def _render(template: str, names: dict[str, Any]) -> str:
    return str(airspeed.Template(template).merge(names))


def _nested(variables: Variables) -> dict[str, Any]:
    """Variables by the steps of their names, as templates reach them."""
    nested: dict[str, Any] = {}
    for name, value in variables.items():
        *groups, last = name.split(".")
        inner = nested
        for group in groups:
            inner = inner.setdefault(group, {})
        inner[last] = value
    return nested
