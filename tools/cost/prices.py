"""The table of prices: ``prices.csv``, with the date and the evidence of each."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path

from tools.errors import ToolError

TABLE = Path(__file__).with_name("prices.csv")

HOME = "us-east-1"
"""Region whose prices stand in for those that the table lacks of another."""


class Evidence(StrEnum):
    """How sure a price is.

    Attributes:
        PRICE_LIST: A dated copy of what the AWS Price List API answered.
        PAGE: A dated public page that quotes AWS's own.
        UNDATED: Several public copies that agree and bear no date.
    """

    PRICE_LIST = "price list"
    PAGE = "page"
    UNDATED = "undated"


@dataclass(frozen=True)
class Price:
    """A list price, on demand, without free tier, volume discount and tax.

    Attributes:
        key: Its name here.
        region: AWS region that it holds in.
        usd: US dollars for a unit.
        unit: What is paid for.
        as_of: Date of the evidence, ``YYYY-MM-DD`` or the year; empty where it has none.
        evidence: How sure it is.
        page: AWS's own page, to compare it with.
    """

    key: str
    region: str
    usd: Decimal
    unit: str
    as_of: str
    evidence: Evidence
    page: str


class PriceTable:
    """Prices by key and region.

    Args:
        prices: No two of one key and region.

    Raises:
        ToolError: Two prices for the same.
    """

    def __init__(self, prices: list[Price]) -> None:
        self._prices: Mapping[tuple[str, str], Price] = {(each.key, each.region): each for each in prices}
        if len(self._prices) != len(prices):
            raise ToolError("the table of prices has two for one key and region")

    def __iter__(self) -> Iterator[Price]:
        return iter(self._prices.values())

    def of(self, key: str, region: str) -> Price:
        """Return a price of the region, or else that of ``HOME``.

        Raises:
            ToolError: The table has neither.
        """
        price = self._prices.get((key, region)) or self._prices.get((key, HOME))
        if price is None:
            raise ToolError(f"no price of {key}: add it to {TABLE.name}, with its date and evidence")
        return price


@cache
def price_table() -> PriceTable:
    """Read the project's table."""
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return PriceTable(
            [
                Price(
                    key=row["key"],
                    region=row["region"],
                    usd=Decimal(row["usd"]),
                    unit=row["unit"],
                    as_of=row["as_of"],
                    evidence=Evidence(row["evidence"]),
                    page=row["page"],
                )
                for row in csv.DictReader(stream)
            ]
        )
