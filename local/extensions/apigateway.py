"""API Gateway: what moto 5.2.5 misreports of REST APIs and usage plans.

- A resource policy must come back escaped, as AWS sends it: the provider un-escapes it and fails on
  anything else.
- Updating a REST API: a removed policy stays, `disableExecuteApiEndpoint` reads "false" as true, and
  `minimumCompressionSize` is ignored.
- Binary media types given on creation are dropped.
- Tags of anything but a stage can't be changed (404).
- Usage plans: the throttle of a single method is dropped, and the stage that carries one can't be removed.
"""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from moto.apigateway import urls
from moto.apigateway.models import RestAPI, UsagePlan
from moto.apigateway.responses import APIGatewayResponse

from local.extensions.wrapping import wrap

_Operation = dict[str, str]
_TAGS = (
    r"{0}/tags/arn:(?P<partition>[^/]+):apigateway:(?P<region_name>[^/]+)::/(?P<kind>[^/]+)/(?P<id>[^/]+)$"
)
_STAGE_THROTTLE = re.compile(
    r"/apiStages/(?P<api>[^:]+):(?P<stage>[^/]+)/throttle(?:/(?P<method>.+?))?(?:/(?P<limit>rateLimit|burstLimit))?$"
)


def register() -> None:
    """Extends moto's API Gateway."""
    wrap(APIGatewayResponse, "create_rest_api", _create_api)
    wrap(RestAPI, "to_dict", _describe_api)
    wrap(RestAPI, "apply_patch_operations", _update_api)
    wrap(UsagePlan, "apply_patch_operations", _update_plan)
    urls.url_paths[_TAGS] = APIGatewayResponse.dispatch
    wrap(APIGatewayResponse, "tag_resource", _tag)
    wrap(APIGatewayResponse, "untag_resource", _untag)


def _tag(original: Callable[..., Any], response: Any) -> Any:
    resource = _tagged(response)
    if resource is None:
        return original(response)
    resource.tags = {**(resource.tags or {}), **response._get_param("tags")}
    return "{}"


def _untag(original: Callable[..., Any], response: Any) -> Any:
    resource = _tagged(response)
    if resource is None:
        return original(response)
    gone = response.querystring.get("tagKeys", [])
    resource.tags = {name: value for name, value in (resource.tags or {}).items() if name not in gone}
    return "{}"


def _tagged(response: Any) -> Any:
    """The resource whose tags are changed; None for a stage, which moto knows itself."""
    kind, id_, *more = unquote(response.path.partition("/tags/")[2]).partition("::/")[2].split("/")
    if more:
        return None
    find = {
        "apikeys": response.backend.get_api_key,
        "restapis": response.backend.get_rest_api,
        "usageplans": response.backend.get_usage_plan,
    }
    return find[kind](id_)


def _create_api(original: Callable[..., Any], response: Any) -> Any:
    status, headers, body = original(response)
    types = response._get_param("binaryMediaTypes")
    if types and status < 300:
        api = response.backend.get_rest_api(json.loads(body)["id"])
        api.binaryMediaTypes = types
        body = json.dumps(api.to_dict())
    return status, headers, body


def _describe_api(original: Callable[..., Any], api: Any) -> dict[str, Any]:
    description: dict[str, Any] = original(api)
    if policy := description["policy"]:
        text = policy if isinstance(policy, str) else json.dumps(policy)
        description["policy"] = json.dumps(text)[1:-1]
    return description


def _update_api(original: Callable[..., Any], api: Any, operations: list[_Operation]) -> None:
    original(api, operations)
    for operation in operations:
        path, value = operation["path"], operation.get("value")
        if path == "/policy":
            api.policy = value or None
        elif path == "/disableExecuteApiEndpoint":
            api.disableExecuteApiEndpoint = str(value).lower() == "true"
        elif path == "/minimumCompressionSize":
            api.minimum_compression_size = int(value) if value else None


def _update_plan(original: Callable[..., Any], plan: Any, operations: list[_Operation]) -> None:
    others = []
    for operation in operations:
        throttle = _STAGE_THROTTLE.match(operation["path"])
        if throttle:
            _throttle_method(plan, operation, **throttle.groupdict())
        elif operation["op"] == "remove" and operation["path"] == "/apiStages":
            api, _, stage = operation["value"].partition(":")
            plan.api_stages = [one for one in plan.api_stages if (one["apiId"], one["stage"]) != (api, stage)]
        else:
            others.append(operation)
    original(plan, others)


def _throttle_method(
    plan: Any, operation: _Operation, api: str, stage: str, method: str | None, limit: str | None
) -> None:
    for one in plan.api_stages:
        if (one["apiId"], one["stage"]) != (api, stage):
            continue
        limits = one.setdefault("throttle", {})
        # JSON pointers write a slash as ~1 (RFC 6901)
        name = (method or "").replace("~1", "/")
        if operation["op"] == "remove":
            limits.pop(name, None)
        elif limit:
            convert = float if limit == "rateLimit" else int
            limits.setdefault(name, {})[limit] = convert(operation["value"])
