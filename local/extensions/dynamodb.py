"""DynamoDB: moto 5.2.5 drops a table's on-demand throughput limits.

Without them each plan sets `on_demand_throughput` again.
"""

from collections.abc import Callable
from typing import Any

from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from local.extensions.wrapping import wrap


def register() -> None:
    """Extends moto's DynamoDB."""
    wrap(DynamoHandler, "create_table", _put_table)
    wrap(DynamoHandler, "update_table", _put_table)
    wrap(Table, "describe", _describe)


def _put_table(original: Callable[..., Any], response: Any) -> Any:
    answer = original(response)
    if limits := response.body.get("OnDemandThroughput"):
        response.dynamodb_backend.get_table(response.body["TableName"]).on_demand_throughput = limits
    return answer


def _describe(original: Callable[..., Any], table: Any, *args: Any, **kwargs: Any) -> Any:
    description = original(table, *args, **kwargs)
    if limits := getattr(table, "on_demand_throughput", None):
        for part in ("Table", "TableDescription"):
            if part in description:
                description[part]["OnDemandThroughput"] = limits
    return description
