"""Security groups: who may call whom (NET-4)."""

import re

import pytest
from cdktf import TerraformStack

from modules.network.security_group import SecurityGroup, SecurityGroupProps
from modules.network.security_groups import SecurityGroups, SecurityGroupsProps
from tests.support.construct import CONTEXT, synthesize
from tests.support.synthesized import Synthesized
from tests.support.tags import untagged

INGRESS, EGRESS = "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"


def _groups(*, interface_endpoints: bool = True, internet: bool = False, cache: bool = False) -> Synthesized:
    def build(stack: TerraformStack) -> None:
        groups = SecurityGroups(
            stack,
            "groups",
            CONTEXT,
            SecurityGroupsProps("vpc-1", "pl-s3", "pl-dynamodb", interface_endpoints, internet),
        )
        if cache:
            further = SecurityGroup(stack, "cache", CONTEXT, SecurityGroupProps("cache", "Cache", "vpc-1"))
            groups.compute.allow_to_group(further, 6379, "Redis")

    return synthesize(build)


def _name(groups: Synthesized, token: str) -> str:
    return str(groups.target(token)[1]["name"])


def _rules(groups: Synthesized, type_: str) -> set[tuple[str, str, int]]:
    """Return whose rule it is, the other side, and the port, of every rule."""
    found = set()
    for rule in groups.all(type_).values():
        other = rule.get("referenced_security_group_id")
        assert (rule["ip_protocol"], rule["from_port"]) == ("tcp", rule["to_port"])
        found.add(
            (
                _name(groups, rule["security_group_id"]),
                _name(groups, other) if other else rule.get("prefix_list_id") or rule["cidr_ipv4"],
                rule["to_port"],
            )
        )
    return found


@pytest.mark.requirement("NET-4")
def test_compute_calls_database_endpoints_s3_and_dynamodb_only() -> None:
    assert _rules(_groups(), EGRESS) == {
        ("trading-compute-sg-dev", "trading-database-sg-dev", 5432),
        ("trading-compute-sg-dev", "trading-endpoints-sg-dev", 443),
        ("trading-compute-sg-dev", "pl-s3", 443),
        ("trading-compute-sg-dev", "pl-dynamodb", 443),
    }


@pytest.mark.requirement("NET-4")
def test_only_compute_is_let_in() -> None:
    assert _rules(_groups(), INGRESS) == {
        ("trading-database-sg-dev", "trading-compute-sg-dev", 5432),
        ("trading-endpoints-sg-dev", "trading-compute-sg-dev", 443),
    }


@pytest.mark.requirement("NET-4")
def test_internet_is_https_where_there_are_no_endpoints() -> None:
    groups = _groups(interface_endpoints=False, internet=True)
    assert _rules(groups, EGRESS) == {
        ("trading-compute-sg-dev", "trading-database-sg-dev", 5432),
        ("trading-compute-sg-dev", "pl-s3", 443),
        ("trading-compute-sg-dev", "pl-dynamodb", 443),
        ("trading-compute-sg-dev", "0.0.0.0/0", 443),
    }
    groups.absent("aws_security_group", name=re.compile("endpoints"))


@pytest.mark.requirement("NET-4")
def test_a_group_has_no_rules_of_its_own() -> None:
    groups = _groups()
    groups.absent("aws_security_group", ingress=lambda _: True)
    groups.absent("aws_security_group", egress=lambda _: True)


def test_a_further_data_store_is_called_by_compute_only() -> None:
    groups = _groups(cache=True)
    assert ("trading-compute-sg-dev", "trading-cache-sg-dev", 6379) in _rules(groups, EGRESS)
    assert {rule for rule in _rules(groups, INGRESS) if rule[0] == "trading-cache-sg-dev"} == {
        ("trading-cache-sg-dev", "trading-compute-sg-dev", 6379)
    }


def test_descriptions_are_there_and_as_aws_takes_them() -> None:
    groups = _groups(internet=True, cache=True)
    for type_ in (INGRESS, EGRESS, "aws_security_group"):
        for block in groups.all(type_).values():
            assert re.fullmatch(r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}", block["description"])


@pytest.mark.requirement("GEN-4")
def test_everything_taggable_is_tagged() -> None:
    assert untagged(_groups(internet=True)) == []
