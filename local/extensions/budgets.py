"""Budgets: subscribers of notifications, tags and updates, none of which moto 5.2.5 knows.

The provider reads the subscribers and tags of each budget, and fails without them. A budget starts at the
beginning of the month in which it is made unless it says otherwise; moto forgets that where only an end is
given.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from moto.budgets.exceptions import NotFoundException
from moto.budgets.models import Budget, Notification
from moto.budgets.responses import BudgetsResponse

from local.extensions.wrapping import add, wrap


def register() -> None:
    """Extends moto's Budgets."""
    wrap(BudgetsResponse, "create_budget", _create)
    add(BudgetsResponse, "update_budget", _update)
    add(BudgetsResponse, "describe_subscribers_for_notification", _describe_subscribers)
    add(BudgetsResponse, "list_tags_for_resource", _list_tags)
    add(BudgetsResponse, "tag_resource", _tag)
    add(BudgetsResponse, "untag_resource", _untag)


def _create(original: Callable[..., str], response: Any) -> str:
    answer = original(response)
    created: Any = _budget(response, response._get_param("Budget")["BudgetName"])
    created.budget["TimePeriod"].setdefault("Start", _start_of_month())
    created.tags = {tag["Key"]: tag["Value"] for tag in response._get_param("ResourceTags") or []}
    return answer


def _update(response: Any) -> str:
    new = response._get_param("NewBudget")
    budget = _budget(response, new["BudgetName"])
    new["TimePeriod"] = {**budget.budget["TimePeriod"], **new.get("TimePeriod", {})}
    budget.budget = new
    return "{}"


def _describe_subscribers(response: Any) -> str:
    budget = _budget(response, response._get_param("BudgetName"))
    asked = _key(response._get_param("Notification"))
    found: list[Notification] = [each for each in budget.notifications if _key(each.details) == asked]
    if not found:
        raise NotFoundException("Unable to find notification")
    return json.dumps({"Subscribers": found[0].subscribers})


def _list_tags(response: Any) -> str:
    tags = _tagged(response).tags
    return json.dumps({"ResourceTags": [{"Key": key, "Value": value} for key, value in tags.items()]})


def _tag(response: Any) -> str:
    _tagged(response).tags.update({tag["Key"]: tag["Value"] for tag in response._get_param("ResourceTags")})
    return "{}"


def _untag(response: Any) -> str:
    tags = _tagged(response).tags
    for key in response._get_param("ResourceTagKeys"):
        tags.pop(key, None)
    return "{}"


def _budget(response: Any, name: str) -> Budget:
    account = response._get_param("AccountId") or response.current_account
    budget = response.backend.budgets[account].get(name)
    if budget is None:
        raise NotFoundException(f"Unable to get budget: {name} - the budget doesn't exist.")
    return budget


def _tagged(response: Any) -> Any:
    # arn:aws:budgets::123456789012:budget/<name>
    return _budget(response, response._get_param("ResourceARN").partition("/")[2])


def _key(notification: dict[str, Any]) -> tuple[Any, ...]:
    """Tell notifications of one budget apart, as AWS does; percent is the default of the type."""
    return (
        notification["NotificationType"],
        notification["ComparisonOperator"],
        float(notification["Threshold"]),
        notification.get("ThresholdType", "PERCENTAGE"),
    )


def _start_of_month() -> float:
    return datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0).timestamp()
