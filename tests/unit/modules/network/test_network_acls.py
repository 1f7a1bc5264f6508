"""The network ACLs, by the packets that they let through (NET-3)."""

from ipaddress import IPv4Address, IPv4Network

import pytest
from cdktf import TerraformStack

from modules.network.network_acls import NetworkAcls, NetworkAclsProps
from tests.support.construct import CONTEXT, synthesize
from tests.support.synthesized import Synthesized
from tests.support.tags import untagged

INTERNET = "198.51.100.7"
COMPUTE, COMPUTE_ELSEWHERE = "10.0.1.1", "10.0.64.1"
NAT = "10.0.128.5"
DATABASE = "10.0.144.9"
CALLER_PORT = 40_000


def _acls(*, interface_endpoints: bool = False, data_ports: tuple[int, ...] = (5432,)) -> Synthesized:
    def build(stack: TerraformStack) -> None:
        NetworkAcls(
            stack,
            "acls",
            CONTEXT,
            NetworkAclsProps(
                vpc_id="vpc-1",
                public_subnet_ids=["subnet-public-1", "subnet-public-2"],
                private_subnet_ids=["subnet-private-1"],
                private_cidr="10.0.0.0/17",
                database_subnet_ids=["subnet-database-1"],
                database_cidr="10.0.144.0/20",
                interface_endpoints=interface_endpoints,
                data_ports=data_ports,
            ),
        )

    return synthesize(build)


def _passes(acls: Synthesized, tier: str, direction: str, other: str, port: int) -> bool:
    acl = acls.one("aws_network_acl", tags={"Name": f"trading-{tier}-nacl-dev"})
    return any(
        rule["action"] == "allow"
        and rule["protocol"] == "6"
        and IPv4Address(other) in IPv4Network(rule["cidr_block"])
        and rule["from_port"] <= port <= rule["to_port"]
        for rule in acl[direction]
    )


def _connects(acls: Synthesized, *hops: tuple[str, str, str, int]) -> bool:
    """Say whether a connection works: every hop, and every hop of the reply.

    Each hop is the tier whose border is crossed, the direction, the other side's address and the called port.
    """
    back = {"egress": "ingress", "ingress": "egress"}
    return all(
        _passes(acls, tier, direction, other, port)
        and _passes(acls, tier, back[direction], other, CALLER_PORT)
        for tier, direction, other, port in hops
    )


@pytest.mark.requirement("NET-3")
def test_each_tier_has_its_own() -> None:
    acls = _acls()
    acls.count("aws_network_acl", 3)
    acls.one("aws_network_acl", subnet_ids=["subnet-public-1", "subnet-public-2"])
    acls.one("aws_network_acl", subnet_ids=["subnet-private-1"])
    acls.one("aws_network_acl", subnet_ids=["subnet-database-1"])


@pytest.mark.requirement("NET-3")
def test_what_the_platform_needs_gets_through() -> None:
    acls = _acls()
    through_nat = [
        ("private", "egress", INTERNET, 443),
        ("public", "ingress", COMPUTE, 443),
        ("public", "egress", INTERNET, 443),
    ]
    assert _connects(acls, *through_nat)
    assert _connects(acls, ("private", "egress", DATABASE, 5432), ("database", "ingress", COMPUTE, 5432))


@pytest.mark.requirement("NET-3")
def test_interface_endpoints_are_reached_across_zones_where_there_are_some() -> None:
    across_zones = [
        ("private", "egress", COMPUTE_ELSEWHERE, 443),
        ("private", "ingress", COMPUTE, 443),
    ]
    assert _connects(_acls(interface_endpoints=True), *across_zones)
    assert not _connects(_acls(interface_endpoints=False), *across_zones)


@pytest.mark.requirement("NET-3")
def test_nothing_else_gets_through() -> None:
    acls = _acls(interface_endpoints=True)
    refused = [
        ("public", "ingress", INTERNET, 443),
        ("public", "ingress", INTERNET, 22),
        ("public", "egress", INTERNET, 80),
        ("public", "egress", DATABASE, 5432),
        ("private", "ingress", INTERNET, 443),
        ("private", "ingress", NAT, 443),
        ("private", "egress", INTERNET, 80),
        ("private", "egress", INTERNET, 5432),
        ("private", "egress", DATABASE, 22),
        ("database", "ingress", INTERNET, 5432),
        ("database", "ingress", NAT, 5432),
        ("database", "ingress", COMPUTE, 22),
        ("database", "egress", INTERNET, 443),
        ("database", "egress", INTERNET, CALLER_PORT),
        ("database", "egress", COMPUTE, 443),
    ]
    assert [hop for hop in refused if _passes(acls, *hop)] == []


@pytest.mark.requirement("NET-3")
def test_there_is_no_more_rule_than_needed() -> None:
    counts = {
        acl["tags"]["Name"]: (len(acl["ingress"]), len(acl["egress"]))
        for acl in _acls().all("aws_network_acl").values()
    }
    assert counts == {
        "trading-public-nacl-dev": (2, 2),
        "trading-private-nacl-dev": (1, 2),
        "trading-database-nacl-dev": (1, 1),
    }


def test_further_data_stores_open_their_own_ports_only() -> None:
    acls = _acls(data_ports=(5432, 6379, 2049))
    for port in (5432, 6379, 2049):
        assert _connects(acls, ("private", "egress", DATABASE, port), ("database", "ingress", COMPUTE, port))
    assert not _passes(acls, "database", "ingress", COMPUTE, 6380)


def test_rule_numbers_are_unique_and_leave_room() -> None:
    for acl in _acls(interface_endpoints=True).all("aws_network_acl").values():
        for direction in ("ingress", "egress"):
            numbers = [rule["rule_no"] for rule in acl[direction]]
            assert numbers == [100, 110, 120][: len(numbers)]


@pytest.mark.requirement("GEN-4")
def test_everything_taggable_is_tagged() -> None:
    assert untagged(_acls()) == []
