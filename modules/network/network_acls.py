"""Network ACLs: what may cross the border of each tier's subnets (NET-3).

They keep no state: a reply is let through by a rule of its own, to the ephemeral ports that the caller chose.
DNS, DHCP and time of the VPC's own resolver pass unfiltered. Source: VPC user guide, "Control subnet traffic
with network access control lists".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cdktf_cdktf_provider_aws.network_acl import NetworkAcl, NetworkAclEgress, NetworkAclIngress
from constructs import Construct

from modules.context import Context, DataClassification
from modules.network.traffic import HTTPS, INTERNET, POSTGRESQL

EPHEMERAL = (1024, 65535)
"""Ports that NAT gateways and functions call from, and replies come back to."""


@dataclass(frozen=True)
class Rule:
    """Traffic that is let through.

    Attributes:
        cidr: The other side's addresses.
        from_port: First TCP port.
        to_port: Last TCP port.
    """

    cidr: str
    from_port: int
    to_port: int


@dataclass(frozen=True)
class NetworkAclsProps:
    """Properties of the network ACLs of a VPC.

    Attributes:
        vpc_id: The VPC.
        public_subnet_ids: Subnets of the NAT gateways.
        private_subnet_ids: Subnets of compute.
        private_cidr: Range of the private tier.
        database_subnet_ids: Subnets of the data stores.
        database_cidr: Range of the database tier.
        interface_endpoints: Whether interface endpoints stand in the private tier.
        data_ports: Ports of the data stores that compute calls.
    """

    vpc_id: str
    public_subnet_ids: Sequence[str]
    private_subnet_ids: Sequence[str]
    private_cidr: str
    database_subnet_ids: Sequence[str]
    database_cidr: str
    interface_endpoints: bool
    data_ports: Sequence[int] = (POSTGRESQL,)


class NetworkAcls(Construct):
    """A network ACL for each tier.

    - public: HTTPS from compute through the NAT gateway to the internet, and the replies;
    - private: HTTPS and the data stores' ports outwards, replies inwards, and HTTPS between zones where
      interface endpoints stand;
    - database: the data stores' ports from compute, and the replies.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: NetworkAclsProps) -> None:
        super().__init__(scope, id_)
        internet, private, database = INTERNET, props.private_cidr, props.database_cidr

        def acl(tier: str, subnets: Sequence[str], ingress: Sequence[Rule], egress: Sequence[Rule]) -> None:
            NetworkAcl(
                self,
                tier,
                vpc_id=props.vpc_id,
                subnet_ids=list(subnets),
                ingress=[NetworkAclIngress(**entry) for entry in _entries(ingress)],
                egress=[NetworkAclEgress(**entry) for entry in _entries(egress)],
                tags=context.tags(DataClassification.INTERNAL, context.name(f"{tier}-nacl")),
            )

        acl(
            "public",
            props.public_subnet_ids,
            ingress=[Rule(private, HTTPS, HTTPS), Rule(internet, *EPHEMERAL)],
            egress=[Rule(internet, HTTPS, HTTPS), Rule(private, *EPHEMERAL)],
        )
        acl(
            "private",
            props.private_subnet_ids,
            # Replies come from anywhere: from S3 and, through the NAT gateway, from the internet.
            ingress=[
                Rule(internet, *EPHEMERAL),
                *([Rule(private, HTTPS, HTTPS)] if props.interface_endpoints else []),
            ],
            egress=[
                Rule(internet, HTTPS, HTTPS),
                *(Rule(database, port, port) for port in props.data_ports),
                *([Rule(private, *EPHEMERAL)] if props.interface_endpoints else []),
            ],
        )
        acl(
            "database",
            props.database_subnet_ids,
            ingress=[Rule(private, port, port) for port in props.data_ports],
            egress=[Rule(private, *EPHEMERAL)],
        )


def _entries(rules: Sequence[Rule]) -> list[dict[str, Any]]:
    """Number the rules, with room between them."""
    return [
        {
            "rule_no": 100 + 10 * index,
            "action": "allow",
            "protocol": "6",  # TCP, as the provider reads it: by name, every plan of a change tells all rules
            "cidr_block": rule.cidr,
            "from_port": rule.from_port,
            "to_port": rule.to_port,
        }
        for index, rule in enumerate(rules)
    ]
