"""The division of a VPC's range (NET-2)."""

from ipaddress import IPv4Network
from itertools import combinations

import pytest

from modules.network.address_plan import divide


@pytest.mark.requirement("NET-2")
def test_default_range_is_divided_as_documented() -> None:
    plan = divide("10.0.0.0/16")
    assert plan.private.cidr == "10.0.0.0/17"
    assert plan.private.subnet_cidrs == ("10.0.0.0/19", "10.0.32.0/19", "10.0.64.0/19")
    assert plan.public.cidr == "10.0.128.0/20"
    assert plan.public.subnet_cidrs == ("10.0.128.0/22", "10.0.132.0/22", "10.0.136.0/22")
    assert plan.database.cidr == "10.0.144.0/20"
    assert plan.database.subnet_cidrs == ("10.0.144.0/22", "10.0.148.0/22", "10.0.152.0/22")


@pytest.mark.requirement("NET-2")
@pytest.mark.parametrize(
    "cidr", ["10.0.0.0/16", "172.20.0.0/17", "10.9.64.0/18", "10.0.32.0/19", "192.168.16.0/20"]
)
def test_every_subnet_lies_in_its_tier_and_none_overlap(cidr: str) -> None:
    vpc, plan = IPv4Network(cidr), divide(cidr)
    tiers = [plan.private, plan.public, plan.database]
    for tier in tiers:
        subnets = [IPv4Network(subnet) for subnet in tier.subnet_cidrs]
        assert len(subnets) == 3
        assert all(subnet.subnet_of(IPv4Network(tier.cidr)) for subnet in subnets)
        assert not any(one.overlaps(other) for one, other in combinations(subnets, 2))
        # A load balancer, the largest consumer of a small subnet, wants 8 free addresses beside AWS's own 5.
        assert all(subnet.num_addresses >= 64 for subnet in subnets)
    ranges = [IPv4Network(tier.cidr) for tier in tiers]
    assert all(range_.subnet_of(vpc) for range_ in ranges)
    assert not any(one.overlaps(other) for one, other in combinations(ranges, 2))


@pytest.mark.parametrize(
    "cidr", ["10.0.0.0/15", "10.0.0.0/21", "10.0.0.1/16", "10.0.0.0", "fd00::/16", "ten"]
)
def test_other_ranges_are_refused(cidr: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        divide(cidr)
