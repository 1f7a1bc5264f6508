"""VPC flow logs: who talked to whom, accepted and rejected (NET-6)."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.flow_log import FlowLog
from constructs import Construct

from modules.context import Context, DataClassification
from modules.log_group import RETENTION_DAYS, LogGroup, LogGroupProps
from modules.policy import Condition, Statement
from modules.role import Role, RoleProps

AGGREGATION_SECONDS = 60
"""The shorter of the two intervals that AWS offers; the other one is ten minutes."""


@dataclass(frozen=True)
class FlowLogsProps:
    """Properties of a VPC's flow logs.

    Attributes:
        vpc_id: The VPC.
        logs_key_arn: Key of the log group.
        boundary_arn: Permissions boundary of the role that writes.
        retention_days: Days that records stay searchable in CloudWatch.
    """

    vpc_id: str
    logs_key_arn: str
    boundary_arn: str
    retention_days: int = RETENTION_DAYS


class FlowLogs(Construct):
    """A flow log of the whole VPC and all its traffic, as the Config rule VPC_FLOW_LOGS_ENABLED asks for.

    Attributes:
        log_group: Group that the records are in.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: FlowLogsProps) -> None:
        super().__init__(scope, id_)
        name = context.name("flow-logs")
        group = LogGroup(
            self,
            "log-group",
            context,
            LogGroupProps(
                name=f"/aws/vpc/{name}",
                key_arn=props.logs_key_arn,
                # Addresses and ports, no payload.
                classification=DataClassification.INTERNAL,
                retention_days=props.retention_days,
            ),
        )
        account = context.account_id
        role = Role(
            self,
            "role",
            context,
            RoleProps(
                purpose="flow-logs",
                description="Writes the flow logs of the VPC",
                service="vpc-flow-logs.amazonaws.com",
                boundary_arn=props.boundary_arn,
                statements=[
                    Statement(
                        sid="WriteRecords",
                        actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                        resources=[f"{group.arn}:*"],
                    )
                ],
                trust_conditions=[
                    Condition("StringEquals", "aws:SourceAccount", [account]),
                    Condition(
                        "ArnLike",
                        "aws:SourceArn",
                        [f"arn:{context.partition}:ec2:{context.region}:{account}:vpc-flow-log/*"],
                    ),
                ],
            ),
        )
        FlowLog(
            self,
            "flow-log",
            vpc_id=props.vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            max_aggregation_interval=AGGREGATION_SECONDS,
            tags=context.tags(DataClassification.INTERNAL, name),
            depends_on=role.attachments,
        )
        self.log_group = group
