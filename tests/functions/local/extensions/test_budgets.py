from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.functions.local.extensions.conftest import Client

ACCOUNT = "123456789012"
MAIL = {"SubscriptionType": "EMAIL", "Address": "ops@example.com"}
TOPIC = {"SubscriptionType": "SNS", "Address": f"arn:aws:sns:us-east-1:{ACCOUNT}:alerts"}


def _notification(percent: float, kind: str = "ACTUAL") -> dict[str, Any]:
    return {
        "NotificationType": kind,
        "ComparisonOperator": "GREATER_THAN",
        "Threshold": percent,
        "ThresholdType": "PERCENTAGE",
    }


def _budget(name: str, amount: str = "250", **more: Any) -> dict[str, Any]:
    limit = {"Amount": amount, "Unit": "USD"}
    return {"BudgetName": name, "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": limit, **more}


@pytest.fixture
def create(client: Client, unique: str) -> Callable[..., Any]:
    def make(**more: Any) -> Any:
        client("budgets").create_budget(
            AccountId=ACCOUNT,
            Budget=_budget(unique, TimePeriod={"End": datetime(2087, 6, 15, tzinfo=UTC)}),
            NotificationsWithSubscribers=[
                {"Notification": _notification(80), "Subscribers": [TOPIC, MAIL]},
                {"Notification": _notification(100), "Subscribers": [TOPIC]},
                {"Notification": _notification(100, "FORECASTED"), "Subscribers": [MAIL]},
            ],
            **more,
        )
        return client("budgets")

    return make


@pytest.mark.parametrize(
    ("percent", "kind", "subscribers"),
    [(80, "ACTUAL", [TOPIC, MAIL]), (100, "ACTUAL", [TOPIC]), (100, "FORECASTED", [MAIL])],
)
def test_each_notification_has_its_own_subscribers(
    create: Callable[..., Any], unique: str, percent: float, kind: str, subscribers: list[dict[str, str]]
) -> None:
    answer = create().describe_subscribers_for_notification(
        AccountId=ACCOUNT, BudgetName=unique, Notification=_notification(percent, kind)
    )
    assert answer["Subscribers"] == subscribers


@pytest.mark.parametrize("notification", [_notification(90), None], ids=["another notification", "no budget"])
def test_subscribers_of_nothing_are_not_found(
    create: Callable[..., Any], unique: str, notification: dict[str, Any] | None
) -> None:
    budgets = create()
    with pytest.raises(ClientError) as caught:
        budgets.describe_subscribers_for_notification(
            AccountId=ACCOUNT,
            BudgetName=unique if notification else "none",
            Notification=notification or _notification(80),
        )
    assert caught.value.response["Error"]["Code"] == "NotFoundException"


def test_tags_are_kept_changed_and_taken_away(create: Callable[..., Any], unique: str) -> None:
    budgets = create(ResourceTags=[{"Key": "Environment", "Value": "dev"}, {"Key": "Old", "Value": "1"}])
    arn = f"arn:aws:budgets::{ACCOUNT}:budget/{unique}"

    budgets.tag_resource(ResourceARN=arn, ResourceTags=[{"Key": "Environment", "Value": "prod"}])
    budgets.untag_resource(ResourceARN=arn, ResourceTagKeys=["Old"])

    assert budgets.list_tags_for_resource(ResourceARN=arn)["ResourceTags"] == [
        {"Key": "Environment", "Value": "prod"}
    ]


def test_a_budget_starts_with_its_month_and_keeps_that_when_it_is_changed(
    create: Callable[..., Any], unique: str
) -> None:
    budgets = create()
    now = datetime.now(UTC)

    budgets.update_budget(AccountId=ACCOUNT, NewBudget=_budget(unique, "300"))

    budget = budgets.describe_budget(AccountId=ACCOUNT, BudgetName=unique)["Budget"]
    assert budget["BudgetLimit"] == {"Amount": "300", "Unit": "USD"}
    start = budget["TimePeriod"]["Start"].astimezone(UTC)
    assert (start.year, start.month, start.day, start.hour) == (now.year, now.month, 1, 0)
    assert budget["TimePeriod"]["End"].year == 2087
