"""The security groups of compute, the database and the interface endpoints (NET-4)."""

from dataclasses import dataclass

from constructs import Construct

from modules.context import Context
from modules.network.security_group import SecurityGroup, SecurityGroupProps
from modules.network.traffic import HTTPS, INTERNET, POSTGRESQL


@dataclass(frozen=True)
class SecurityGroupsProps:
    """Properties of the security groups.

    Attributes:
        vpc_id: The VPC.
        s3_prefix_list_id: Prefix list of the gateway endpoint for S3.
        dynamodb_prefix_list_id: Prefix list of the gateway endpoint for DynamoDB.
        interface_endpoints: Whether there are interface endpoints to call.
        internet: Whether functions may call any address by HTTPS. They need it where AWS services are reached
            through the NAT gateway because there are no interface endpoints.
    """

    vpc_id: str
    s3_prefix_list_id: str
    dynamodb_prefix_list_id: str
    interface_endpoints: bool
    internet: bool


class SecurityGroups(Construct):
    """Security groups that allow what the platform needs and nothing else.

    A further data store brings a group of its own: ``groups.compute.allow_to_group(cache, 6379, "Redis")``.

    Attributes:
        compute: The functions. Nothing may call them over the network.
        database: The database. Only compute may call it, by PostgreSQL; it calls nobody.
        endpoints: The interface endpoints; None where there are none.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: SecurityGroupsProps) -> None:
        super().__init__(scope, id_)

        def group(purpose: str, description: str) -> SecurityGroup:
            return SecurityGroup(
                self, purpose, context, SecurityGroupProps(purpose, description, props.vpc_id)
            )

        self.compute = group("compute", "Functions")
        self.database = group("database", "Database, called by functions only")
        self.endpoints: SecurityGroup | None = None

        self.compute.allow_to_group(self.database, POSTGRESQL, "PostgreSQL")
        self.compute.allow_to_prefix_list("s3", props.s3_prefix_list_id, HTTPS, "HTTPS to S3")
        self.compute.allow_to_prefix_list(
            "dynamodb", props.dynamodb_prefix_list_id, HTTPS, "HTTPS to DynamoDB"
        )
        if props.interface_endpoints:
            self.endpoints = group("endpoints", "Interface endpoints, called by functions only")
            self.compute.allow_to_group(self.endpoints, HTTPS, "HTTPS")
        if props.internet:
            self.compute.allow_to_range(
                "internet", INTERNET, HTTPS, "HTTPS to AWS services through the NAT gateway"
            )
