"""The VPC over three zones, with public, private and isolated database subnets (NET-1 to NET-4)."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import TerraformResourceLifecycle, Token
from cdktf_cdktf_provider_aws.data_aws_availability_zones import (
    DataAwsAvailabilityZones,
    DataAwsAvailabilityZonesFilter,
)
from cdktf_cdktf_provider_aws.default_network_acl import DefaultNetworkAcl
from cdktf_cdktf_provider_aws.default_route_table import DefaultRouteTable
from cdktf_cdktf_provider_aws.default_security_group import DefaultSecurityGroup
from cdktf_cdktf_provider_aws.eip import Eip
from cdktf_cdktf_provider_aws.internet_gateway import InternetGateway
from cdktf_cdktf_provider_aws.nat_gateway import NatGateway
from cdktf_cdktf_provider_aws.route import Route
from cdktf_cdktf_provider_aws.vpc import Vpc as AwsVpc
from constructs import Construct

from modules.context import Context, DataClassification
from modules.network.address_plan import ZONES, divide
from modules.network.subnet_tier import SubnetTier, SubnetTierProps
from modules.network.traffic import INTERNET


@dataclass(frozen=True)
class VpcProps:
    """Properties of a VPC.

    Attributes:
        cidr: Address range, /16 to /20.
        availability_zones: Names of exactly three zones; empty to take the region's first three.
        nat_gateways: 1 for all zones, or up to 3, each with a private route table of its own. One costs a
            third and takes the internet away from every zone when its zone fails.
    """

    cidr: str
    availability_zones: Sequence[str] = ()
    nat_gateways: int = 1


class Vpc(Construct):
    """A VPC of three tiers over three zones, whose default resources allow nothing.

    The private tier reaches the internet through NAT gateways. The database tier has no route out of the VPC.

    Attributes:
        vpc_id: The VPC's id.
        vpc_arn: Its ARN.
        cidr: Its address range.
        availability_zones: Names of the three zones, in the order of each tier's subnets.
        public: The public tier: NAT gateways, and whatever faces the internet.
        private: The private tier: compute.
        database: The isolated tier: databases.
        nat_gateway_ids: NAT gateways.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: VpcProps) -> None:
        super().__init__(scope, id_)
        if props.availability_zones and len(set(props.availability_zones)) != ZONES:
            raise ValueError(f"not {ZONES} different zones: {', '.join(props.availability_zones)}")
        if not 1 <= props.nat_gateways <= ZONES:
            raise ValueError(f"{props.nat_gateways} NAT gateways, allowed are 1 to {ZONES}")
        addresses = divide(props.cidr)
        vpc = AwsVpc(
            self,
            "vpc",
            cidr_block=props.cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=self._tags(context, "vpc"),
        )
        self.vpc_id = vpc.id
        self.vpc_arn = vpc.arn
        self.cidr = props.cidr
        self.availability_zones = list(props.availability_zones) or self._first_zones()
        self.public, self.private, self.database = (
            SubnetTier(
                self,
                purpose,
                context,
                SubnetTierProps(purpose, vpc.id, self.availability_zones, addresses_of_tier, route_tables),
            )
            for purpose, addresses_of_tier, route_tables in (
                ("public", addresses.public, 1),
                ("private", addresses.private, props.nat_gateways),
                ("database", addresses.database, 1),
            )
        )
        self.nat_gateway_ids = self._route_to_internet(context)
        self._close_defaults(context, vpc)

    def _first_zones(self) -> list[str]:
        zones = DataAwsAvailabilityZones(
            self,
            "zones",
            state="available",
            # Local and Wavelength Zones have to be opted in to; only they say otherwise here.
            filter=[DataAwsAvailabilityZonesFilter(name="opt-in-status", values=["opt-in-not-required"])],
        )
        # An index rather than Fn.element, which starts over where a region has fewer zones.
        return [
            Token.as_string(zones.interpolation_for_attribute(f"names[{index}]")) for index in range(ZONES)
        ]

    def _route_to_internet(self, context: Context) -> list[str]:
        internet = InternetGateway(
            self,
            "internet-gateway",
            vpc_id=self.vpc_id,
            tags=self._tags(context, "internet-gateway"),
        )
        Route(
            self,
            "public-route",
            route_table_id=self.public.route_table_ids[0],
            destination_cidr_block=INTERNET,
            gateway_id=internet.id,
        )
        gateways = []
        for number, (subnet, table) in enumerate(
            zip(self.public.subnet_ids, self.private.route_table_ids, strict=False), start=1
        ):
            address = Eip(
                self,
                f"nat-address-{number}",
                domain="vpc",
                tags=self._tags(context, f"nat-eip-{number}"),
                depends_on=[internet],
            )
            gateway = NatGateway(
                self,
                f"nat-gateway-{number}",
                subnet_id=subnet,
                allocation_id=address.id,
                tags=self._tags(context, f"nat-gateway-{number}"),
                depends_on=[internet],
            )
            Route(
                self,
                f"private-route-{number}",
                route_table_id=table,
                destination_cidr_block=INTERNET,
                nat_gateway_id=gateway.id,
            )
            gateways.append(gateway.id)
        return gateways

    def _close_defaults(self, context: Context, vpc: AwsVpc) -> None:
        """Adopt what AWS creates with every VPC and take its rules away: what names no group gets nothing."""
        DefaultSecurityGroup(
            self, "default-security-group", vpc_id=vpc.id, tags=self._tags(context, "default-sg")
        )
        DefaultNetworkAcl(
            self,
            "default-network-acl",
            default_network_acl_id=vpc.default_network_acl_id,
            tags=self._tags(context, "default-nacl"),
            # Subnets stay here until their tier's own takes them over, which is no change to this one.
            lifecycle=TerraformResourceLifecycle(ignore_changes=["subnet_ids"]),
        )
        DefaultRouteTable(
            self,
            "default-route-table",
            default_route_table_id=vpc.default_route_table_id,
            tags=self._tags(context, "default-route-table"),
        )

    @staticmethod
    def _tags(context: Context, purpose_and_type: str) -> dict[str, str]:
        return context.tags(DataClassification.INTERNAL, context.name(purpose_and_type))
