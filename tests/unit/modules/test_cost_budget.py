"""The budget counts the environment's own costs and is told about in time."""

import pytest

from modules.cost_budget import CostBudget, CostBudgetProps
from tests.support.construct import CONTEXT, synthesize
from tests.support.synthesized import Block
from tests.support.tags import untagged

TOPIC = "arn:aws:sns:ca-central-1:111122223333:alerts"


def _budget() -> Block:
    props = CostBudgetProps(limit_usd=250, topic_arn=TOPIC)
    return synthesize(lambda stack: CostBudget(stack, "budget", CONTEXT, props)).one("aws_budgets_budget")


def test_limit_is_so_many_dollars_a_month() -> None:
    budget = _budget()
    assert {name: budget[name] for name in ("budget_type", "time_unit", "limit_amount", "limit_unit")} == {
        "budget_type": "COST",
        "time_unit": "MONTHLY",
        "limit_amount": "250",
        "limit_unit": "USD",
    }


def test_only_what_carries_the_environments_tag_counts() -> None:
    assert _budget()["cost_filter"] == [{"name": "TagKeyValue", "values": ["user:Environment$dev"]}]


def test_credits_and_refunds_hide_nothing() -> None:
    assert _budget()["cost_types"] == {"include_credit": False, "include_refund": False}


def test_spend_is_told_at_80_and_100_percent_and_when_the_forecast_exceeds_the_limit() -> None:
    told = [
        (each["notification_type"], each["threshold"], each["threshold_type"], each["comparison_operator"])
        for each in _budget()["notification"]
    ]
    assert told == [
        ("ACTUAL", 80, "PERCENTAGE", "GREATER_THAN"),
        ("ACTUAL", 100, "PERCENTAGE", "GREATER_THAN"),
        ("FORECASTED", 100, "PERCENTAGE", "GREATER_THAN"),
    ]


def test_the_topic_is_told_and_nobody_twice() -> None:
    for notification in _budget()["notification"]:
        assert notification["subscriber_sns_topic_arns"] == [TOPIC]
        assert "subscriber_email_addresses" not in notification


@pytest.mark.requirement("GEN-3")
def test_the_name_carries_workload_and_environment() -> None:
    assert _budget()["name"] == "trading-cost-budget-dev"


@pytest.mark.requirement("GEN-4")
def test_it_is_tagged() -> None:
    props = CostBudgetProps(limit_usd=250, topic_arn=TOPIC)
    assert untagged(synthesize(lambda stack: CostBudget(stack, "budget", CONTEXT, props))) == []
