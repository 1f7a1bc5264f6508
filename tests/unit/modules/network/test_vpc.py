"""The VPC, its tiers and its ways out (NET-1 to NET-4)."""

import re
from collections.abc import Sequence

import pytest
from cdktf import TerraformStack

from modules.network.vpc import Vpc, VpcProps
from tests.support.construct import CONTEXT, synthesize
from tests.support.synthesized import Block, Synthesized
from tests.support.tags import untagged

TIERS = ("public", "private", "database")


def _vpc(nat_gateways: int = 1, availability_zones: Sequence[str] = ()) -> Synthesized:
    def build(stack: TerraformStack) -> None:
        Vpc(stack, "network", CONTEXT, VpcProps("10.0.0.0/16", availability_zones, nat_gateways))

    return synthesize(build)


@pytest.fixture(scope="module")
def vpc() -> Synthesized:
    return _vpc()


def _subnets(vpc: Synthesized, tier: str) -> list[Block]:
    return [
        vpc.one("aws_subnet", tags={"Name": f"trading-{tier}-subnet-{number}-dev"}) for number in (1, 2, 3)
    ]


def _routes(vpc: Synthesized, subnet: Block) -> list[Block]:
    """Return the routes of the table that a subnet is associated with."""
    association = vpc.one(
        "aws_route_table_association", subnet_id=lambda token: vpc.target(token)[1] is subnet
    )
    table = association["route_table_id"]
    return list(vpc.all("aws_route", route_table_id=table).values())


@pytest.mark.requirement("NET-1")
def test_vpc_resolves_names(vpc: Synthesized) -> None:
    vpc.one(
        "aws_vpc",
        cidr_block="10.0.0.0/16",
        enable_dns_support=True,
        enable_dns_hostnames=True,
        tags={"Name": "trading-vpc-dev"},
    )


@pytest.mark.requirement("NET-1")
def test_zones_are_the_first_three_and_no_local_zone(vpc: Synthesized) -> None:
    zones = vpc.one("data.aws_availability_zones", state="available")
    assert zones["filter"] == [{"name": "opt-in-status", "values": ["opt-in-not-required"]}]
    for tier in TIERS:
        names = [subnet["availability_zone"] for subnet in _subnets(vpc, tier)]
        assert [re.sub(r".*\.names", "names", name) for name in names] == [
            "names[0]}",
            "names[1]}",
            "names[2]}",
        ]


@pytest.mark.requirement("NET-1")
def test_named_zones_are_taken_as_they_are() -> None:
    vpc = _vpc(availability_zones=("us-east-1b", "us-east-1c", "us-east-1d"))
    vpc.absent("data.aws_availability_zones")
    for tier in TIERS:
        assert [subnet["availability_zone"] for subnet in _subnets(vpc, tier)] == [
            "us-east-1b",
            "us-east-1c",
            "us-east-1d",
        ]


@pytest.mark.parametrize(
    "zones", [("us-east-1a",), ("us-east-1a", "us-east-1a", "us-east-1b"), tuple("abcd")]
)
def test_other_than_three_different_zones_are_refused(zones: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="not 3 different zones"):
        _vpc(availability_zones=zones)


@pytest.mark.requirement("NET-2")
def test_each_tier_has_a_subnet_in_each_zone_without_public_addresses(vpc: Synthesized) -> None:
    vpc.count("aws_subnet", 9)
    vpc.count("aws_subnet", 9, map_public_ip_on_launch=False)
    assert [subnet["cidr_block"] for tier in TIERS for subnet in _subnets(vpc, tier)] == [
        *("10.0.128.0/22", "10.0.132.0/22", "10.0.136.0/22"),
        *("10.0.0.0/19", "10.0.32.0/19", "10.0.64.0/19"),
        *("10.0.144.0/22", "10.0.148.0/22", "10.0.152.0/22"),
    ]


@pytest.mark.requirement("NET-2")
@pytest.mark.parametrize("nat_gateways", [1, 3])
def test_database_subnets_have_no_route_but_the_local_one(nat_gateways: int) -> None:
    vpc = _vpc(nat_gateways)
    for subnet in _subnets(vpc, "database"):
        assert _routes(vpc, subnet) == []
    # Routes within a table would be missed above.
    vpc.absent("aws_route_table", route=lambda _: True)


@pytest.mark.requirement("NET-2")
def test_public_subnets_route_to_the_internet_gateway(vpc: Synthesized) -> None:
    for subnet in _subnets(vpc, "public"):
        (route,) = _routes(vpc, subnet)
        assert route["destination_cidr_block"] == "0.0.0.0/0"
        assert vpc.target(route["gateway_id"])[0] == "aws_internet_gateway"


@pytest.mark.requirement("NET-3")
def test_one_nat_gateway_serves_one_private_route_table(vpc: Synthesized) -> None:
    vpc.count("aws_nat_gateway", 1)
    vpc.count("aws_route_table", 3)
    routes = [_routes(vpc, subnet) for subnet in _subnets(vpc, "private")]
    assert routes[0] == routes[1] == routes[2]
    ((route,), *_) = routes
    assert route["destination_cidr_block"] == "0.0.0.0/0"
    assert vpc.target(route["nat_gateway_id"])[0] == "aws_nat_gateway"


@pytest.mark.requirement("NET-3")
def test_three_nat_gateways_each_serve_their_own_zone() -> None:
    vpc = _vpc(nat_gateways=3)
    vpc.count("aws_nat_gateway", 3)
    vpc.count("aws_eip", 3)
    vpc.count("aws_route_table", 5)
    for private, public in zip(_subnets(vpc, "private"), _subnets(vpc, "public"), strict=True):
        (route,) = _routes(vpc, private)
        nat = vpc.target(route["nat_gateway_id"])[1]
        assert vpc.target(nat["subnet_id"])[1] is public


@pytest.mark.parametrize("nat_gateways", [0, 4])
def test_other_numbers_of_nat_gateways_are_refused(nat_gateways: int) -> None:
    with pytest.raises(ValueError, match=f"{nat_gateways} NAT gateways"):
        _vpc(nat_gateways)


def test_nat_address_is_declared_as_the_provider_knows_it(vpc: Synthesized) -> None:
    address = vpc.one("aws_eip", domain="vpc")
    assert "vpc" not in address
    gateway = vpc.one("aws_nat_gateway")
    assert vpc.target(gateway["allocation_id"])[1] is address
    internet = vpc.id_of("aws_internet_gateway")
    assert address["depends_on"] == gateway["depends_on"] == [internet]


@pytest.mark.requirement("NET-4")
def test_default_security_group_allows_nothing(vpc: Synthesized) -> None:
    group = vpc.one("aws_default_security_group")
    assert vpc.target(group["vpc_id"])[0] == "aws_vpc"
    assert not {"ingress", "egress"} & set(group)


def test_default_network_acl_and_route_table_allow_nothing(vpc: Synthesized) -> None:
    acl = vpc.one("aws_default_network_acl")
    assert not {"ingress", "egress", "subnet_ids"} & set(acl)
    assert acl["lifecycle"] == {"ignore_changes": ["subnet_ids"]}
    assert "route" not in vpc.one("aws_default_route_table")


@pytest.mark.requirement("GEN-4")
def test_everything_taggable_is_tagged() -> None:
    assert untagged(_vpc(nat_gateways=3)) == []
