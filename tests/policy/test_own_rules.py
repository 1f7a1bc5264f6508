"""The platform's stacks comply with the rules that they set up themselves (CFG-4)."""

import pytest

from modules.pci_dss_rules import PCI_DSS_RULES
from tests.support.own_rules import NOT_IN_A_STACK, OF_THE_ACCOUNT, check_for, checked
from tests.support.stacks import bootstrap
from tests.support.synthesized import Synthesized

IDENTIFIERS = [rule.identifier for rule in PCI_DSS_RULES]
CHECKED = [identifier for identifier in IDENTIFIERS if identifier not in NOT_IN_A_STACK]


@pytest.mark.requirement("CFG-4")
def test_every_rule_is_checked_or_says_why_not() -> None:
    assert checked() | set(NOT_IN_A_STACK) == set(IDENTIFIERS)
    assert not checked() & set(NOT_IN_A_STACK)


@pytest.mark.requirement("CFG-4")
@pytest.mark.parametrize("identifier", CHECKED)
def test_development_complies(dev: Synthesized, identifier: str) -> None:
    assert check_for(identifier)(dev) == []


@pytest.mark.requirement("CFG-4")
@pytest.mark.parametrize("identifier", CHECKED)
def test_production_complies(prod: Synthesized, identifier: str) -> None:
    assert check_for(identifier)(prod) == []


@pytest.fixture(scope="module")
def deployment() -> Synthesized:
    """The stack that deployments need."""
    return bootstrap()


@pytest.mark.requirement("CFG-4")
@pytest.mark.parametrize("identifier", [each for each in CHECKED if each not in OF_THE_ACCOUNT])
def test_bootstrap_complies(deployment: Synthesized, identifier: str) -> None:
    assert check_for(identifier)(deployment) == []
