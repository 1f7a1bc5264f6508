"""CloudWatch Logs: what moto 5.2.5 lacks.

- The class of a log group is not reported: the provider plans to replace the group.
- A log group's second subscription filter can't be changed: an update counts as a third.
- A subscription filter's distribution is always `ByLogStream`.
- A subscription filter is made for a function that the log group may not invoke.
- A metric filter that is put again is kept twice.
- Query definitions are missing.
"""

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

from moto.logs.exceptions import InvalidParameterException
from moto.logs.metric_filters import MetricFilters
from moto.logs.models import LogGroup, SubscriptionFilter
from moto.logs.responses import LogsResponse

from local.event_sources.log_subscriptions import may_invoke
from local.extensions.wrapping import add, wrap


def register() -> None:
    """Extends moto's CloudWatch Logs."""
    wrap(LogsResponse, "create_log_group", _create_group)
    wrap(LogGroup, "to_describe_dict", _describe_group)
    wrap(LogGroup, "put_subscription_filter", _put_filter)
    wrap(LogsResponse, "put_subscription_filter", _put_filter_call)
    wrap(MetricFilters, "add_filter", _put_metric_filter)
    wrap(SubscriptionFilter, "to_json", _describe_filter)
    add(LogsResponse, "put_query_definition", _put_query_definition)
    add(LogsResponse, "describe_query_definitions", _describe_query_definitions)
    add(LogsResponse, "delete_query_definition", _delete_query_definition)


def _create_group(original: Callable[..., Any], response: Any) -> Any:
    answer = original(response)
    group = response.logs_backend.groups[response._get_param("logGroupName")]
    group.log_group_class = response._get_param("logGroupClass") or "STANDARD"
    return answer


def _describe_group(original: Callable[..., Any], group: Any) -> dict[str, Any]:
    return {**original(group), "logGroupClass": getattr(group, "log_group_class", "STANDARD")}


def _put_filter(
    original: Callable[..., Any],
    group: Any,
    filter_name: str,
    filter_pattern: str,
    destination_arn: str,
    role_arn: str,
) -> Any:
    if destination_arn.split(":")[2] == "lambda" and not may_invoke(group, destination_arn):
        raise InvalidParameterException(
            "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to "
            "execute your function."
        )
    args = (filter_pattern, destination_arn, role_arn)
    if existing := group.subscription_filters.get(filter_name):
        return existing.update(*args)
    return original(group, filter_name, *args)


def _put_filter_call(original: Callable[..., Any], response: Any) -> Any:
    answer = original(response)
    group = response.logs_backend.groups[response._get_param("logGroupName")]
    written = group.subscription_filters[response._get_param("filterName")]
    written.distribution = response._get_param("distribution") or "ByLogStream"
    return answer


def _describe_filter(original: Callable[..., Any], subscription: Any) -> dict[str, Any]:
    return {**original(subscription), "distribution": getattr(subscription, "distribution", "ByLogStream")}


def _put_metric_filter(
    original: Callable[..., Any],
    filters: Any,
    filter_name: str,
    filter_pattern: str,
    log_group_name: str,
    metric_transformations: Any,
) -> None:
    filters.delete_filter(filter_name, log_group_name)
    original(filters, filter_name, filter_pattern, log_group_name, metric_transformations)


def _query_definitions(response: Any) -> dict[str, dict[str, Any]]:
    """The region's query definitions by id, kept on moto's backend so that a reset clears them."""
    definitions: dict[str, dict[str, Any]] = response.logs_backend.__dict__.setdefault(
        "query_definitions", {}
    )
    return definitions


def _put_query_definition(response: Any) -> str:
    asked = response._get_param
    identifier = asked("queryDefinitionId") or str(uuid.uuid4())
    _query_definitions(response)[identifier] = {
        "queryDefinitionId": identifier,
        "name": asked("name"),
        "queryString": asked("queryString"),
        "logGroupNames": asked("logGroupNames") or [],
        "lastModified": int(time.time() * 1000),
    }
    return json.dumps({"queryDefinitionId": identifier})


def _describe_query_definitions(response: Any) -> str:
    prefix = response._get_param("queryDefinitionNamePrefix") or ""
    found = [one for one in _query_definitions(response).values() if one["name"].startswith(prefix)]
    return json.dumps({"queryDefinitions": found})


def _delete_query_definition(response: Any) -> str:
    removed = _query_definitions(response).pop(response._get_param("queryDefinitionId"), None)
    return json.dumps({"success": removed is not None})
