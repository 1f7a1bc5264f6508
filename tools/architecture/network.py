"""The VPC: its zones, its subnets by where their routes lead, and what only a VPC has."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from tools.architecture.graph import Network, Node, Tier
from tools.architecture.template import Block, Template, counted, targets

TITLES = {
    "private": "Private subnets",
    "isolated": "Isolated subnets",
    "public": "Public subnets",
}
"""Kinds of subnets: with a route to a NAT gateway, with none to the internet, with one to its gateway."""


class VirtualNetwork:
    """Where in the VPC something is.

    Attributes:
        drawn: The VPC; None where the stack has none.
    """

    def __init__(self, template: Template) -> None:
        self._template = template
        self._subnets = template.all("aws_subnet")
        self._groups = template.all("aws_db_subnet_group")
        tables = template.all("aws_route_table_association").values()
        self._table_of = {subnet: table for block in tables for subnet, table in [_association(block)]}
        self._endpoint_tables: dict[str, list[str]] = defaultdict(list)
        for block in template.all("aws_vpc_endpoint_route_table_association").values():
            self._endpoint_tables[targets(block, "vpc_endpoint_id")[0]] += targets(block, "route_table_id")
        self._gateways: dict[str, list[str]] = {table: [] for table in template.all("aws_route_table")}
        for route in template.all("aws_route").values():
            for table in targets(route, "route_table_id"):
                self._gateways[table] += targets(route, "gateway_id", "nat_gateway_id")
        self._zones = sorted({block["availability_zone"] for block in self._subnets.values()})
        self.drawn = self._draw() if template.all("aws_vpc") else None

    def _draw(self) -> Network:
        (vpc,) = self._template.all("aws_vpc").values()
        cidrs: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
        for address, block in self._subnets.items():
            cidrs[self._tier(address)][self._zone(block)].append(block["cidr_block"])
        guards = (("aws_security_group", "security group"), ("aws_network_acl", "network ACL"))
        return Network(
            title=f"VPC {vpc['cidr_block']}",
            guards=tuple(counted(len(self._template.all(type_)), noun) for type_, noun in guards),
            zones=tuple(f"Availability zone {index + 1}" for index in range(len(self._zones))),
            tiers={tier: Tier(TITLES[tier], cidrs[tier]) for tier in TITLES if tier in cidrs},
        )

    def _tier(self, subnet: str) -> str:
        types = {gateway.split(".")[0] for gateway in self._gateways[self._table_of[subnet]]}
        if "aws_internet_gateway" in types:
            return "public"
        return "private" if "aws_nat_gateway" in types else "isolated"

    def _zone(self, block: Block) -> int:
        return self._zones.index(block["availability_zone"])

    def place(self, block: Block) -> tuple[str | None, int | None]:
        """Return the kind of the subnets that a resource is in, and its zone where it is in one only."""
        named = targets(block, "subnet_id", "subnet_ids", "vpc_config.subnet_ids")
        for group in targets(block, "db_subnet_group_name"):
            named += targets(self._groups[group], "subnet_ids")
        if not named:
            return None, None
        zones = {self._zone(self._subnets[address]) for address in named}
        return self._tier(named[0]), zones.pop() if len(zones) == 1 else None

    def zone_of(self, block: Block) -> int:
        """Return the index of the zone that a resource names."""
        return self._zone(block)

    def nodes(self) -> Iterator[tuple[Node, list[str]]]:
        """Yield what only a VPC has, with the addresses that each node stands for."""
        for number, (address, block) in enumerate(self._template.all("aws_nat_gateway").items(), 1):
            tier, zone = self.place(block)
            served = [subnet for subnet, table in self._table_of.items() if address in self._gateways[table]]
            node = Node(
                f"nat-gateway-{number}",
                "NAT gateway",
                (f"for {counted(len(served), 'subnet')}",),
                "nat",
                "network",
                tier=tier,
                zone=zone,
            )
            yield node, [address]
        if endpoints := self._template.all("aws_vpc_endpoint"):
            services: dict[str, list[str]] = defaultdict(list)
            for block in endpoints.values():
                services[block["vpc_endpoint_type"].lower()].append(block["service_name"].split(".")[-1])
            lines = tuple(f"{kind}: {', '.join(sorted(names))}" for kind, names in sorted(services.items()))
            tier = next(iter(self._tiers_of_endpoints(endpoints)), None)
            yield (
                Node("vpc-endpoints", "VPC endpoints", lines, "endpoint", "network", tier=tier),
                list(endpoints),
            )

    def _tiers_of_endpoints(self, endpoints: Iterable[str]) -> list[str]:
        tables = {table for address in endpoints for table in self._endpoint_tables[address]}
        return sorted({self._tier(subnet) for subnet, table in self._table_of.items() if table in tables})

    def ways_out(self) -> Iterator[tuple[str, str]]:
        """Yield, for each kind of subnets with a route to the internet gateway, the kind and the gateway."""
        yield from sorted(
            {
                (self._tier(subnet), gateway)
                for subnet, table in self._table_of.items()
                for gateway in self._gateways[table]
                if gateway.startswith("aws_internet_gateway.")
            }
        )


def _association(block: Block) -> tuple[str, str]:
    (subnet,), (table,) = targets(block, "subnet_id"), targets(block, "route_table_id")
    return subnet, table
