"""Interface endpoints: AWS services at private addresses of the VPC, paid by the hour (NET-5)."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint
from constructs import Construct

from modules.context import Context, DataClassification
from modules.network.endpoint_policy import account_only


@dataclass(frozen=True)
class InterfaceEndpointsProps:
    """Properties of the interface endpoints.

    Attributes:
        vpc_id: The VPC, with DNS support and hostnames on.
        subnet_ids: Subnets, one in each zone, that get an address of each endpoint.
        security_group_id: Group that lets callers in.
        services: Services by the last part of the endpoint's service name (``secretsmanager``, ``kms``,
            ``sns``); what the functions call from inside the VPC.
    """

    vpc_id: str
    subnet_ids: Sequence[str]
    security_group_id: str
    services: Sequence[str]


class InterfaceEndpoints(Construct):
    """Interface endpoints under the services' own names, for this account's resources only.

    Attributes:
        endpoint_ids: Endpoints by service.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: InterfaceEndpointsProps) -> None:
        super().__init__(scope, id_)
        policy = account_only(self, context)
        self.endpoint_ids = {
            service: VpcEndpoint(
                self,
                service,
                vpc_id=props.vpc_id,
                service_name=f"com.amazonaws.{context.region}.{service}",
                vpc_endpoint_type="Interface",
                subnet_ids=list(props.subnet_ids),
                security_group_ids=[props.security_group_id],
                private_dns_enabled=True,
                policy=policy,
                tags=context.tags(DataClassification.INTERNAL, context.name(f"{service}-endpoint")),
            ).id
            for service in props.services
        }
