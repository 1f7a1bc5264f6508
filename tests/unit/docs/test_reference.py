"""The reference is what the settings and the stacks are."""

import re

import pytest

from settings.catalogue import CATALOGUE
from stacks.catalogue import STACKS, StackEntry
from tools.documented_stacks import synthesize
from tools.reference.__main__ import REFERENCE, reference
from tools.reference.stack import constructs


def test_the_reference_is_up_to_date() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == reference(), "run make docs"


@pytest.mark.requirement("GEN-6")
def test_every_setting_is_there() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \|", REFERENCE.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [setting.name for setting in CATALOGUE]


@pytest.mark.parametrize("entry", STACKS, ids=lambda entry: entry.name)
def test_every_resource_belongs_to_a_construct_of_the_table(entry: StackEntry) -> None:
    stack = synthesize(entry)
    counts = re.findall(r"(\d+ )?`aws_[a-z0-9_]+`", "\n".join(constructs(stack)))
    assert sum(int(number or 1) for number in counts) == sum(map(len, stack.template["resource"].values()))


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", REFERENCE.read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (REFERENCE.parent / link).exists()] == []
