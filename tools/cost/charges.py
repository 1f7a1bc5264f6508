"""What a pricer says: so much of something that has a price."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from tools.cost.load import Load
from tools.cost.resources import Resources

HOURS = Decimal(730)
"""Hours of a month, as AWS's own calculator has it."""
MILLION = Decimal(1_000_000)


@dataclass(frozen=True)
class Charge:
    """An amount of something.

    Attributes:
        service: AWS service, as the bill names it.
        what: What is paid for, in plain words.
        price: Key of its price.
        amount: Units of it in a month.
    """

    service: str
    what: str
    price: str
    amount: Decimal


Pricer: TypeAlias = Callable[[Resources, Load], Iterable[Charge]]
"""Tells what the resources of one type cost under a load."""
