"""The table of prices: one for each thing and region, dated, and another region's where it has none."""

import re
from decimal import Decimal

import pytest

from tools.cost.prices import HOME, Evidence, Price, PriceTable, price_table
from tools.errors import ToolError


def _price(key: str, region: str, usd: str = "1") -> Price:
    return Price(
        key, region, Decimal(usd), "hour", "2026-06-14", Evidence.PRICE_LIST, "https://aws.amazon.com/"
    )


def test_the_regions_own_price_comes_first() -> None:
    table = PriceTable([_price("nat", HOME, "1"), _price("nat", "ca-central-1", "2")])
    assert table.of("nat", "ca-central-1").usd == 2


def test_another_region_stands_in_and_says_so() -> None:
    found = PriceTable([_price("nat", HOME)]).of("nat", "eu-west-1")
    assert (found.usd, found.region) == (Decimal(1), HOME)


def test_a_missing_price_is_an_error() -> None:
    with pytest.raises(ToolError, match=r"no price of nat: add it to prices\.csv"):
        PriceTable([_price("nat", "ca-central-1")]).of("nat", HOME)


def test_two_prices_for_the_same_are_an_error() -> None:
    with pytest.raises(ToolError, match="two for one key and region"):
        PriceTable([_price("nat", HOME, "1"), _price("nat", HOME, "2")])


@pytest.mark.parametrize("price", list(price_table()), ids=lambda price: f"{price.key}-{price.region}")
def test_every_price_says_where_it_comes_from(price: Price) -> None:
    assert price.usd > 0
    assert price.unit
    assert price.page.startswith("https://aws.amazon.com/")
    dated = bool(re.fullmatch(r"20\d\d(-\d\d-\d\d)?", price.as_of))
    assert dated == (price.evidence is not Evidence.UNDATED), "a date, or no claim to have one"
