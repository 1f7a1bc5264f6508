"""NAT gateways, public addresses, VPC endpoints."""

from collections.abc import Iterator
from decimal import Decimal

from tools.cost.charges import HOURS, Charge
from tools.cost.load import Load
from tools.cost.resources import Resources, expect

VPC = "VPC"


def nat_gateways(stack: Resources, load: Load) -> Iterator[Charge]:
    """Hours of each; what functions send to AWS services passes them where there is no endpoint for it."""
    gateways = stack.all("aws_nat_gateway")
    yield Charge(VPC, "NAT gateways", "nat-gateway-hour", len(gateways) * HOURS)
    passing = Decimal(0) if _interface_endpoints(stack) else load.service_gb
    yield Charge(VPC, "data through NAT gateways", "nat-gateway-gb", passing)


def public_addresses(stack: Resources, _: Load) -> Iterator[Charge]:
    """Each address costs the same, in use or not."""
    yield Charge(VPC, "public IPv4 addresses", "public-ipv4-hour", len(stack.all("aws_eip")) * HOURS)


def endpoints(stack: Resources, load: Load) -> Iterator[Charge]:
    """Interface endpoints by zone; gateway endpoints cost nothing."""
    interfaces = _interface_endpoints(stack)
    if interfaces:
        zones = sum(len(each["subnet_ids"]) for each in interfaces)
        yield Charge(VPC, "interface endpoints, by zone", "interface-endpoint-hour", zones * HOURS)
        yield Charge(VPC, "data through interface endpoints", "interface-endpoint-gb", load.service_gb)


def _interface_endpoints(stack: Resources) -> list[dict[str, list[str]]]:
    return [
        dict(each)
        for each in stack.all("aws_vpc_endpoint")
        if expect(each, "vpc_endpoint_type", "Interface", "Gateway") == "Interface"
    ]
