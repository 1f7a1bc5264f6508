"""Prices a synthesized stack under two loads."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tools.cost.charges import Charge
from tools.cost.load import Load
from tools.cost.prices import Price, PriceTable
from tools.cost.resources import Resources
from tools.cost.services import PRICERS
from tools.cost.services.free import FREE
from tools.errors import ToolError

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Line:
    """One line of an estimate.

    Attributes:
        service: AWS service.
        what: What is paid for.
        price: Its price.
        idle: Units in a month in which nobody uses the stack.
        design: Units in a month of the design load.
    """

    service: str
    what: str
    price: Price
    idle: Decimal
    design: Decimal

    @property
    def idle_usd(self) -> Decimal:
        """US dollars of an idle month, to the cent."""
        return _dollars(self.idle * self.price.usd)

    @property
    def design_usd(self) -> Decimal:
        """US dollars of a month of the design load, to the cent."""
        return _dollars(self.design * self.price.usd)


@dataclass(frozen=True)
class Estimate:
    """What a stack costs in a month.

    Attributes:
        lines: By service; those that cost nothing under either load are left out.
    """

    lines: tuple[Line, ...]

    @property
    def idle_usd(self) -> Decimal:
        """Sum of the lines in an idle month."""
        return sum((line.idle_usd for line in self.lines), Decimal(0))

    @property
    def design_usd(self) -> Decimal:
        """Sum of the lines in a month of the design load."""
        return sum((line.design_usd for line in self.lines), Decimal(0))

    def biggest(self, number: int) -> tuple[Line, ...]:
        """Return the lines that cost most under the design load."""
        by_cost = sorted(self.lines, key=lambda line: (-line.design_usd, line.service, line.what))
        return tuple(by_cost[:number])


def estimate(
    template: Mapping[str, Any], region: str, prices: PriceTable, idle: Load, design: Load
) -> Estimate:
    """Price a stack.

    Args:
        template: Its Terraform JSON.
        region: Where it is deployed.
        prices: The table of prices.
        idle: What happens when nobody uses it.
        design: What it is designed for.

    Raises:
        ToolError: The stack has something that is known neither to cost anything nor to cost nothing.
    """
    stack = Resources(template)
    if unknown := sorted(stack.types - set(PRICERS) - set(FREE)):
        raise ToolError(
            f"what do these cost? {', '.join(unknown)}. Add each to PRICERS in "
            "tools/cost/services/__init__.py, with its price, or to FREE in tools/cost/services/free.py"
        )
    amounts: dict[tuple[str, str, str], list[Decimal]] = {}
    for column, load in enumerate((idle, design)):
        for charge in _charges(stack, load):
            key = (charge.service, charge.what, charge.price)
            amounts.setdefault(key, [Decimal(0), Decimal(0)])[column] += charge.amount
    return Estimate(
        tuple(
            Line(service, what, prices.of(price, region), *columns)
            for (service, what, price), columns in sorted(amounts.items())
            if any(columns)
        )
    )


def _charges(stack: Resources, load: Load) -> list[Charge]:
    return [charge for type_ in sorted(stack.types & set(PRICERS)) for charge in PRICERS[type_](stack, load)]


def _dollars(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)
