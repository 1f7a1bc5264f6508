"""docs/cost.md is what the stacks and the table of prices give, and the budgets follow from it."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from settings import catalogue
from tools.cost.document import document, environment_totals, recommended_budget
from tools.cost.environments import ENVIRONMENTS
from tools.cost.load import INFORMING_METRICS

DOCS = Path(__file__).resolve().parents[3] / "docs"


def test_the_document_is_what_the_stacks_give() -> None:
    assert (DOCS / "cost.md").read_text(encoding="utf-8") == document(), "run: make docs"


@pytest.mark.requirement("GEN-6")
def test_budgets_leave_a_quarter_beyond_the_design_load() -> None:
    totals = environment_totals()
    defaults = {name: catalogue.MONTHLY_BUDGET_USD.default_for(name) for name in ENVIRONMENTS}
    assert defaults == {name: str(recommended_budget(total)) for name, total in totals.items()}


@pytest.mark.parametrize(
    ("cost", "budget"), [("40", 50), ("40.01", 100), ("80", 100), ("100.38", 150), ("0", 0)]
)
def test_a_budget_is_rounded_up_to_the_next_fifty(cost: str, budget: int) -> None:
    assert recommended_budget(Decimal(cost)) == budget


def test_metrics_that_only_inform_are_counted_as_documented() -> None:
    text = (DOCS / "runbook.md").read_text(encoding="utf-8")
    table = text.partition("## Metrics that only inform")[2].partition("\n## ")[0]
    names = re.findall(r"^\| [\w-]+ \| `(\w+)` \|", table, re.MULTILINE)
    assert len(names) == INFORMING_METRICS


def test_alarms_cost_what_the_document_of_failures_says() -> None:
    failures = (DOCS / "runbook.md").read_text(encoding="utf-8")
    costs = (DOCS / "cost.md").read_text(encoding="utf-8")
    for environment, name in (("dev", "Development"), ("prod", "production")):
        told = re.search(rf"{name}(?: has)? \d+ alarms\s+over (\d+) metrics \((\d+\.\d+) USD\)", failures)
        assert told, name
        section = costs.partition(f"## trading-analytics in {environment} ")[2].partition("\n## ")[0]
        assert f"| 0.10 / month | {told[1]} | {told[1]} | {told[2]} | {told[2]} |" in section
