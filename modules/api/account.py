"""The account's CloudWatch role for API Gateway: one per account and region (API-4)."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.api_gateway_account import ApiGatewayAccount
from constructs import Construct

from modules.context import Context
from modules.role import Role, RoleProps


@dataclass(frozen=True)
class ApiAccountProps:
    """Properties of the account's API Gateway settings.

    Attributes:
        boundary_arn: Permissions boundary of the role.
    """

    boundary_arn: str


class ApiAccount(Construct):
    """Lets API Gateway write logs; a stage with logging cannot be made before it.

    The setting belongs to the account and region, so only one stack of them has it.

    Attributes:
        account: What a stage depends on.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: ApiAccountProps) -> None:
        super().__init__(scope, id_)
        role = Role(
            self,
            "role",
            context,
            RoleProps(
                purpose="api-logs",
                description="Lets API Gateway write its logs to CloudWatch",
                service="apigateway.amazonaws.com",
                boundary_arn=props.boundary_arn,
                # The role serves every API of the account, and AWS documents this policy as what it takes.
                aws_policy_arns=[
                    f"arn:{context.partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
                ],
            ),
        )
        self.account = ApiGatewayAccount(
            self,
            "account",
            cloudwatch_role_arn=role.arn,
            depends_on=[*role.attachments],
        )
