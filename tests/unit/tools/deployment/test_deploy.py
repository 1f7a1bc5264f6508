"""Nothing is applied without consent, or but for the plan that was approved."""

import io

import pytest
from rich.console import Console

from tools.deployment import consent
from tools.deployment.deploy import PlanChangedError, check
from tools.errors import ToolError
from tools.plan.changes import Action, Change, Plan
from tools.plan.guard import DataLossError
from tools.plan.summary import fingerprint

TOPIC = Change("aws_sns_topic.t", "aws_sns_topic", Action.UPDATE, {"n": 1}, {"n": 2})
TABLE = Change("aws_dynamodb_table.t", "aws_dynamodb_table", Action.DELETE, {"name": "t"})


def _console(typed: str, monkeypatch: pytest.MonkeyPatch, *, terminal: bool = True) -> Console:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    return Console(file=io.StringIO(), force_terminal=terminal)


def test_the_approved_plan_passes_and_no_other() -> None:
    plan = Plan([TOPIC])
    check(plan, {})
    check(plan, {"APPROVED_PLAN": fingerprint(plan)})
    with pytest.raises(PlanChangedError, match="no longer the approved one"):
        check(plan, {"APPROVED_PLAN": fingerprint(Plan([]))})


def test_data_is_lost_by_name_only_even_where_the_plan_was_approved() -> None:
    plan = Plan([TOPIC, TABLE])
    with pytest.raises(DataLossError, match=r"aws_dynamodb_table\.t: destroy, holds a table"):
        check(plan, {"APPROVED_PLAN": fingerprint(plan)})
    check(plan, {"ALLOW_DATA_LOSS": "aws_s3_bucket.other, aws_dynamodb_table.t"})


def test_the_right_answer_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    consent.demand("Sure?", "yes", {}, _console("yes\n", monkeypatch))


@pytest.mark.parametrize("typed", ["\n", "y\n", "Yes\n", "no\n"])
def test_any_other_answer_stops(typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ToolError, match="nothing was changed"):
        consent.demand("Sure?", "yes", {}, _console(typed, monkeypatch))


def test_where_nobody_can_answer_consent_is_given_beforehand(monkeypatch: pytest.MonkeyPatch) -> None:
    consent.demand("Sure?", "yes", {"AUTO_APPROVE": "1"}, _console("", monkeypatch, terminal=False))
    for given in ({}, {"AUTO_APPROVE": "0"}):
        with pytest.raises(ToolError, match="AUTO_APPROVE=1 says yes beforehand"):
            consent.demand("Sure?", "yes", given, _console("yes\n", monkeypatch, terminal=False))
