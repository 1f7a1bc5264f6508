"""How a VPC's address range is divided among tiers and zones (NET-2)."""

from dataclasses import dataclass
from ipaddress import IPv4Network

ZONES = 3
"""Availability zones that a VPC spreads over."""


@dataclass(frozen=True)
class TierRange:
    """The addresses of one tier.

    Attributes:
        cidr: Range of the whole tier, so that one rule can name it.
        subnet_cidrs: Its part in each zone. A fourth quarter of the tier's range stays free.
    """

    cidr: str
    subnet_cidrs: tuple[str, ...]


@dataclass(frozen=True)
class AddressPlan:
    """The addresses of every tier; the rest of the VPC's range stays free for further tiers.

    Attributes:
        private: The lower half: functions take most addresses (/19 a zone of a /16, /23 of a /20).
        public: A sixteenth (/22 a zone of a /16, /26 of a /20).
        database: The sixteenth after it.
    """

    private: TierRange
    public: TierRange
    database: TierRange


def divide(vpc_cidr: str) -> AddressPlan:
    """Divide a VPC's range.

    Args:
        vpc_cidr: Range of the VPC, /16 to /20.

    Raises:
        ValueError: The range is none, or outside these sizes.
    """
    vpc = IPv4Network(vpc_cidr)
    if not 16 <= vpc.prefixlen <= 20:
        raise ValueError(f"the VPC's range is {vpc_cidr}, which is not between /16 and /20")
    private, upper = vpc.subnets(prefixlen_diff=1)
    public, database, *_ = upper.subnets(prefixlen_diff=3)
    return AddressPlan(private=_tier(private), public=_tier(public), database=_tier(database))


def _tier(network: IPv4Network) -> TierRange:
    quarters = [str(quarter) for quarter in network.subnets(prefixlen_diff=2)]
    return TierRange(cidr=str(network), subnet_cidrs=tuple(quarters[:ZONES]))
