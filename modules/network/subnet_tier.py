"""One tier of a VPC: a subnet in each zone, and the tier's route tables (NET-2, NET-3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.route_table import RouteTable
from cdktf_cdktf_provider_aws.route_table_association import RouteTableAssociation
from cdktf_cdktf_provider_aws.subnet import Subnet
from constructs import Construct

from modules.context import Context, DataClassification
from modules.network.address_plan import TierRange


@dataclass(frozen=True)
class SubnetTierProps:
    """Properties of a tier.

    Attributes:
        purpose: Purpose part of the names (``private`` gives ``trading-private-subnet-1-dev``).
        vpc_id: The VPC.
        availability_zones: Zones, one subnet each.
        addresses: The tier's addresses.
        route_tables: Route tables that the zones take in turn: one for all, or one for each.
    """

    purpose: str
    vpc_id: str
    availability_zones: Sequence[str]
    addresses: TierRange
    route_tables: int = 1


class SubnetTier(Construct):
    """A tier's subnets, which hand out no public addresses, and its route tables, still without routes.

    Attributes:
        cidr: Range of the whole tier.
        subnet_ids: Subnets, in the order of the zones.
        route_table_ids: Route tables, in the order of the zones.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: SubnetTierProps) -> None:
        super().__init__(scope, id_)

        def tags(type_: str, number: int) -> dict[str, str]:
            return context.tags(
                DataClassification.INTERNAL, context.name(f"{props.purpose}-{type_}-{number}")
            )

        subnets = [
            Subnet(
                self,
                f"subnet-{number}",
                vpc_id=props.vpc_id,
                availability_zone=zone,
                cidr_block=cidr,
                map_public_ip_on_launch=False,
                tags=tags("subnet", number),
            )
            for number, (zone, cidr) in enumerate(
                zip(props.availability_zones, props.addresses.subnet_cidrs, strict=True), start=1
            )
        ]
        tables = [
            RouteTable(self, f"route-table-{number}", vpc_id=props.vpc_id, tags=tags("route-table", number))
            for number in range(1, props.route_tables + 1)
        ]
        for index, subnet in enumerate(subnets):
            RouteTableAssociation(
                self,
                f"association-{index + 1}",
                subnet_id=subnet.id,
                route_table_id=tables[index % len(tables)].id,
            )
        self.cidr = props.addresses.cidr
        self.subnet_ids = [subnet.id for subnet in subnets]
        self.route_table_ids = [table.id for table in tables]
