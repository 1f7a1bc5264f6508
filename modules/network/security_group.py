"""A security group, which allows nothing until told (NET-4)."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.security_group import SecurityGroup as AwsSecurityGroup
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from modules.context import Context, DataClassification


@dataclass(frozen=True)
class SecurityGroupProps:
    """Properties of a security group.

    Attributes:
        purpose: Purpose part of the name (``compute`` gives ``trading-compute-sg-dev``).
        description: What the group is for. AWS allows letters, digits, spaces and ``._-:/()#,@[]+=&;{}!$*``.
        vpc_id: The VPC.
    """

    purpose: str
    description: str
    vpc_id: str


class SecurityGroup(Construct):
    """A security group and the TCP traffic that it allows.

    Example:
        >>> compute.allow_to_group(database, 5432, "PostgreSQL")

    Attributes:
        group_id: The group's id.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: SecurityGroupProps) -> None:
        super().__init__(scope, id_)
        self._tags = context.tags(DataClassification.INTERNAL, context.name(f"{props.purpose}-sg"))
        group = AwsSecurityGroup(
            self,
            "group",
            name=context.name(f"{props.purpose}-sg"),
            description=props.description,
            vpc_id=props.vpc_id,
            tags=self._tags,
        )
        self.group_id = group.id

    def allow_to_group(self, other: "SecurityGroup", port: int, what: str) -> None:
        """Allow traffic from this group to another: out here, and in there.

        Args:
            other: The group that is called.
            port: Its TCP port.
            what: What goes that way; part of the rules' descriptions.
        """
        self._egress(
            f"to-{other.node.id}-{port}", port, f"{what} to {other.node.id}", group_id=other.group_id
        )
        VpcSecurityGroupIngressRule(
            other,
            f"from-{self.node.id}-{port}",
            security_group_id=other.group_id,
            referenced_security_group_id=self.group_id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=f"{what} from {self.node.id}",
            tags=other._tags,
        )

    def allow_to_prefix_list(self, id_: str, prefix_list_id: str, port: int, what: str) -> None:
        """Allow traffic to the addresses of a prefix list, such as a gateway endpoint's.

        Args:
            id_: Short name of the prefix list.
            prefix_list_id: Its id.
            port: TCP port.
            what: What goes that way; the rule's description.
        """
        self._egress(f"to-{id_}-{port}", port, what, prefix_list_id=prefix_list_id)

    def allow_to_range(self, id_: str, cidr: str, port: int, what: str) -> None:
        """Allow traffic to an address range.

        Args:
            id_: Short name of the range.
            cidr: The range.
            port: TCP port.
            what: What goes that way; the rule's description.
        """
        self._egress(f"to-{id_}-{port}", port, what, cidr=cidr)

    def _egress(
        self,
        id_: str,
        port: int,
        description: str,
        group_id: str | None = None,
        prefix_list_id: str | None = None,
        cidr: str | None = None,
    ) -> None:
        VpcSecurityGroupEgressRule(
            self,
            id_,
            security_group_id=self.group_id,
            referenced_security_group_id=group_id,
            prefix_list_id=prefix_list_id,
            cidr_ipv4=cidr,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=description,
            tags=self._tags,
        )
