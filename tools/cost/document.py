"""docs/cost.md: what ``python -m tools.cost`` writes."""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from decimal import ROUND_CEILING, Decimal
from itertools import groupby
from typing import Any

from settings import catalogue
from tools.cost.environments import ENVIRONMENTS, SWITCHES, StackEstimate, estimates, switched
from tools.cost.load import ACTIVITIES, RATIOS, Activity
from tools.cost.prices import HOME, Evidence, price_table

BUDGET_MARGIN = Decimal("1.25")
"""What a budget allows beyond the design load: a month that differs is no alert, one that runs away is."""

BUDGET_STEP = 50
"""Budgets are whole multiples of so many US dollars."""

_BIGGEST = 5

_INTRODUCTION = """\
# What it costs

Written by `python -m tools.cost` from the synthesized stacks, the load below and a dated table of prices; a
test keeps it true. US dollars a month of 730 hours, at list prices, on demand.

*Idle* is what an environment costs that merely exists. *Design* is what it costs under the load that it is
[designed for](#the-load). Both are estimates: the resources are exact, the load is assumed, and
[prices](#prices) have a date. Compare them with the bill after the first month, and correct the load.
`pr` is a pull request's environment, as if it stood for a whole month.
"""

_BUDGET = """\
## The budget

Each environment has a monthly budget, `MONTHLY_BUDGET_USD`; 0 makes none. Its default is the environment's
design cost and a quarter more, rounded up to the next {step} USD. The alert topic hears when 80 % and when
100 % of it are spent, and when AWS forecasts more than 100 %; so does `ALERT_EMAIL`, directly. Credits do
not count: while they pay, a budget that they lowered would see nothing.

The budget counts what carries the tag `Environment` with the environment's name. **AWS knows the tag in
costs only once it is activated**. That can be done once AWS has seen it on a resource, which takes up to a
day, and only in the account that pays (of an organization, the management account):

```sh
aws ce update-cost-allocation-tags-status --cost-allocation-tags-status TagKey=Environment,Status=Active
```

or in the console under *Billing and Cost Management > Cost allocation tags*. Until then, and for the days
before, the budget stays at zero. The stack does not do it itself: it would fail in every account that does
not pay, and in a new one on the first day, and one environment's destroy would blind the budgets of all
others.

Left out of it is what can't be tagged: data transfer that AWS books on no resource, support, tax.
"""

_ENDPOINTS = """
Interface endpoints keep the functions' traffic within AWS. The NAT data that they save is a matter of
cents, since functions reach S3 and DynamoDB through gateway endpoints, which cost nothing. With interface
endpoints the functions have no way to the internet: the NAT gateways then carry nothing of theirs.
"""

_LOAD = """\
## The load

Of the stack trading-analytics, from `tools/cost/load.py`. The requirements say how fast each client may ask
and what a trading day is, not how many shares and requests there are. Logs are counted as kept for their
whole retention, objects and rows as after the first month.

"""

_NOT_COUNTED = """\
## What is not counted

- Tax, AWS Support, discounts, and the free tier: none is subtracted.
- Traffic between zones (0.01 USD/GB each way), for instance from functions to a database in another zone.
- Downloads other than the API's answers, and uploads into the raw bucket (nothing).
- Backups of Aurora beyond the size of the database, snapshots, restores.
- Storage of objects beyond the first month; after 90 days it is archival and costs a fraction.
- Further years of KMS keys: rotation adds 1 USD a month for each key after the first and the second year.
- The first recording of every resource by AWS Config (0.003 USD each, once), and what else the account has.
- Mails of SNS (the first thousand a month are free), queries of CloudWatch Logs Insights, reads of metrics
  by others.
- GitHub's runners.
"""

_REFRESH = """\
A price is looked up again on AWS's page beside it, or all of one service at once, without an account:
`https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/<service>/current/<region>/index.json`. Then `usd`,
`as_of` and `evidence` in `tools/cost/prices.csv` are changed together, and `make docs` writes this file.
Where the table lacks a price of a stack's region, the one of {home} stands in, and the stack's table says
so.
"""

_EVIDENCE = {
    Evidence.PRICE_LIST: "a dated copy of what AWS's Price List API answered",
    Evidence.PAGE: "a public page of that date that quotes AWS",
    Evidence.UNDATED: "public copies that bear no date: look these up first",
}


def document() -> str:
    """Return docs/cost.md.

    Raises:
        ToolError: A stack has something without a price or a load.
    """
    every = list(estimates())
    sections = [
        _INTRODUCTION,
        _summary(every),
        *_stacks(every),
        _switches(),
        _load(),
        _prices(every),
        _NOT_COUNTED,
        _BUDGET.format(step=BUDGET_STEP),
    ]
    return "\n".join(sections)


def recommended_budget(design_usd: Decimal) -> int:
    """Return the budget of an environment that costs so much under the design load."""
    steps = (design_usd * BUDGET_MARGIN / BUDGET_STEP).to_integral_value(rounding=ROUND_CEILING)
    return int(steps) * BUDGET_STEP


def environment_totals() -> dict[str, Decimal]:
    """Return what all stacks of each environment cost under the design load."""
    totals = dict.fromkeys(ENVIRONMENTS, Decimal(0))
    for each in estimates():
        totals[each.environment] += each.estimate.design_usd
    return totals


def _summary(every: list[StackEstimate]) -> str:
    rows = [
        (each.stack.name, each.environment, _usd(each.estimate.idle_usd), _usd(each.estimate.design_usd))
        for each in every
    ]
    totals = [
        (
            "**all**",
            environment,
            _usd(sum((each.estimate.idle_usd for each in of_it), Decimal(0))),
            _usd(sum((each.estimate.design_usd for each in of_it), Decimal(0))),
        )
        for environment in ENVIRONMENTS
        for of_it in [[each for each in every if each.environment == environment]]
    ]
    budgets = ", ".join(
        f"{environment} {catalogue.MONTHLY_BUDGET_USD.default_for(environment)}"
        for environment in ENVIRONMENTS
    )
    return (
        "## In short\n\n"
        + _table(("stack", "environment", "idle", "design"), rows + totals, "llrr")
        + f"\n[Budgets](#the-budget) by default: {budgets} USD.\n"
    )


def _stacks(every: list[StackEstimate]) -> Iterator[str]:
    """One section for each stack and environment, or for all environments that it costs the same in."""
    for _, alike in groupby(every, key=lambda each: (each.stack.name, each.region, each.estimate)):
        first, *others = alike
        yield _stack(first, [each.environment for each in (first, *others)])


def _stack(each: StackEstimate, environments: list[str]) -> str:
    lines = [line for line in each.estimate.lines if line.idle_usd or line.design_usd]
    rows = [
        (
            line.service,
            line.what,
            f"{_number(line.price.usd)} / {line.price.unit}",
            _amount(line.idle),
            _amount(line.design),
            _usd(line.idle_usd),
            _usd(line.design_usd),
        )
        for line in lines
    ]
    rows.append(("**total**", "", "", "", "", _usd(each.estimate.idle_usd), _usd(each.estimate.design_usd)))
    cheap = len(each.estimate.lines) - len(lines)
    biggest = each.estimate.biggest(min(_BIGGEST, len(lines)))
    borrowed = sorted({line.price.key for line in each.estimate.lines if line.price.region != each.region})
    return (
        f"## {each.stack.name} in {', '.join(environments)} ({each.region})\n\n"
        + (f"At prices of {HOME}: {', '.join(borrowed)}.\n\n" if borrowed else "")
        + _table(("service", "what", "price", "idle", "design", "idle USD", "design USD"), rows, "lllrrrr")
        + (f"\nLines of less than half a cent, left out: {cheap}.\n" if cheap else "")
        + f"\nThe biggest {len(biggest)}:\n\n"
        + "".join(f"- {line.service}, {line.what}: {_usd(line.design_usd)}\n" for line in biggest)
    )


def _switches() -> str:
    rows = [
        (
            after.stack.name,
            switch.environment,
            f"`{switch.setting}`",
            f"{switch.default} → {switch.value}",
            _difference(after.estimate.idle_usd - before.estimate.idle_usd),
            _difference(after.estimate.design_usd - before.estimate.design_usd),
        )
        for switch in SWITCHES
        for before, after in switched(switch)
    ]
    return (
        "## What a switch saves or costs\n\n"
        "Each row is the stack synthesized anew with one setting changed.\n\n"
        + _table(("stack", "environment", "setting", "change", "idle", "design"), rows, "llllrr")
        + _ENDPOINTS
    )


def _load() -> str:
    activities = [
        (
            each.metadata["what"],
            *(_plain(getattr(ACTIVITIES[environment], each.name)) for environment in ENVIRONMENTS),
            each.metadata["why"],
        )
        for each in fields(Activity)
    ]
    ratios = [
        (each.metadata["what"], _plain(getattr(RATIOS, each.name)), each.metadata["why"])
        for each in fields(RATIOS)
    ]
    return (
        _LOAD
        + _table(("what", *ENVIRONMENTS, "why"), activities, "l" + "r" * len(ENVIRONMENTS) + "l")
        + "\n"
        + _table(("each takes", "amount", "why"), ratios, "lrl")
    )


def _prices(every: list[StackEstimate]) -> str:
    used = {line.price.key for each in every for line in each.estimate.lines}
    rows = [
        (
            price.key,
            price.region,
            _number(price.usd),
            price.unit,
            price.as_of or "–",
            price.evidence,
            price.page,
        )
        for price in price_table()
        if price.key in used
    ]
    evidence = "".join(f"- **{kind}**: {meaning}.\n" for kind, meaning in _EVIDENCE.items())
    return (
        "## Prices\n\n"
        + _table(("price", "region", "USD", "for a", "as of", "evidence", "AWS's page"), rows, "llrllll")
        + f"\nHow sure a price is:\n\n{evidence}\n"
        + _REFRESH.format(home=HOME)
    )


def _table(headings: tuple[str, ...], rows: Iterable[tuple[object, ...]], alignment: str) -> str:
    rules = ["---:" if each == "r" else "---" for each in alignment]
    lines = [headings, rules, *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def _usd(value: Decimal) -> str:
    return f"{value:,.2f}"


def _difference(value: Decimal) -> str:
    return f"{value:+,.2f}".replace("-", "−")


def _amount(value: Decimal) -> str:
    """Write an amount with as many decimals as make a difference."""
    return f"{value:,.0f}" if value >= 100 or value == value.to_integral_value() else f"{value:,.2f}"


def _number(value: Decimal) -> str:
    return f"{value:f}"


def _plain(value: Any) -> str:
    return f"{value:,}"
