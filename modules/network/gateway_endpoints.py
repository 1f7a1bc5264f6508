"""Gateway endpoints, which cost nothing, for S3 and DynamoDB (NET-5)."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint
from cdktf_cdktf_provider_aws.vpc_endpoint_route_table_association import VpcEndpointRouteTableAssociation
from constructs import Construct

from modules.context import Context, DataClassification
from modules.network.endpoint_policy import account_only


@dataclass(frozen=True)
class GatewayEndpointsProps:
    """Properties of the gateway endpoints.

    Attributes:
        vpc_id: The VPC.
        route_table_ids: Route tables of the subnets that call S3 and DynamoDB.
    """

    vpc_id: str
    route_table_ids: Sequence[str]


class GatewayEndpoints(Construct):
    """Gateway endpoints for S3 and DynamoDB, for this account's resources only.

    Attributes:
        s3_endpoint_id: The endpoint of S3, for bucket policies.
        s3_prefix_list_id: S3's addresses, for security groups.
        dynamodb_endpoint_id: The endpoint of DynamoDB.
        dynamodb_prefix_list_id: DynamoDB's addresses, for security groups.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: GatewayEndpointsProps) -> None:
        super().__init__(scope, id_)
        policy = account_only(self, context)

        def endpoint(service: str) -> VpcEndpoint:
            endpoint = VpcEndpoint(
                self,
                service,
                vpc_id=props.vpc_id,
                service_name=f"com.amazonaws.{context.region}.{service}",
                vpc_endpoint_type="Gateway",
                policy=policy,
                tags=context.tags(DataClassification.INTERNAL, context.name(f"{service}-endpoint")),
            )
            # Not the endpoint's own list: a table that goes away has to leave the endpoint before, and
            # Terraform destroys what an endpoint no longer names before it changes the endpoint.
            for number, table in enumerate(props.route_table_ids, start=1):
                VpcEndpointRouteTableAssociation(
                    self,
                    f"{service}-route-table-{number}",
                    vpc_endpoint_id=endpoint.id,
                    route_table_id=table,
                )
            return endpoint

        s3, dynamodb = endpoint("s3"), endpoint("dynamodb")
        self.s3_endpoint_id = s3.id
        self.s3_prefix_list_id = s3.prefix_list_id
        self.dynamodb_endpoint_id = dynamodb.id
        self.dynamodb_prefix_list_id = dynamodb.prefix_list_id
