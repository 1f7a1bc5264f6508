"""AWS Config's recorder: what the compliance rules look at (CFG-1).

An account has one recorder in each region. A stack that is not the account's first leaves this construct out,
and its rules use the recorder that is there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.config_configuration_recorder import (
    ConfigConfigurationRecorder,
    ConfigConfigurationRecorderRecordingGroup,
    ConfigConfigurationRecorderRecordingGroupRecordingStrategy,
    ConfigConfigurationRecorderRecordingMode,
)
from cdktf_cdktf_provider_aws.config_configuration_recorder_status import ConfigConfigurationRecorderStatus
from cdktf_cdktf_provider_aws.config_delivery_channel import (
    ConfigDeliveryChannel,
    ConfigDeliveryChannelSnapshotDeliveryProperties,
)
from constructs import Construct

from modules.context import Context, DataClassification
from modules.policy import Condition, Statement, service
from modules.role import Role, RoleProps
from modules.secure_bucket import SecureBucket, SecureBucketProps


@dataclass(frozen=True)
class ComplianceRecorderProps:
    """Properties of the recorder.

    Attributes:
        boundary_arn: Permissions boundary of the role.
        key_arn: Customer-managed key of the deliveries.
        access_log_bucket: Bucket that gets the access logs.
        retention_days: Days that configuration histories are kept.
        record_global_types: Whether IAM's resources are recorded, which exist once for all regions. One
            region of an account does; a second one only records them, and bills for them, again.
    """

    boundary_arn: str
    key_arn: str
    access_log_bucket: str
    retention_days: int
    record_global_types: bool


class ComplianceRecorder(Construct):
    """A running recorder: recorder, then channel, then status, in the only order that AWS Config accepts.

    Attributes:
        bucket: Bucket of the configuration histories and snapshots.
        running: What rules depend on.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: ComplianceRecorderProps) -> None:
        super().__init__(scope, id_)
        self.bucket = SecureBucket(
            self,
            "bucket",
            context,
            SecureBucketProps(
                purpose="config",
                classification=DataClassification.INTERNAL,
                key_arn=props.key_arn,
                access_log_bucket=props.access_log_bucket,
                expire_after_days=props.retention_days,
                statements=lambda bucket_arn: _delivery(context, bucket_arn),
            ),
        )
        role = Role(
            self,
            "role",
            context,
            RoleProps(
                purpose="config",
                description="AWS Config reads configurations and delivers them",
                service="config.amazonaws.com",
                boundary_arn=props.boundary_arn,
                # AWS keeps this policy in step with the resource types that Config records.
                aws_policy_arns=[f"arn:{context.partition}:iam::aws:policy/service-role/AWS_ConfigRole"],
                statements=_role_statements(context, self.bucket.arn, props.key_arn),
                trust_conditions=[Condition("StringEquals", "aws:SourceAccount", [context.account_id])],
            ),
        )
        recorder = ConfigConfigurationRecorder(
            self,
            "recorder",
            name=context.name("config-recorder"),
            role_arn=role.arn,
            recording_group=ConfigConfigurationRecorderRecordingGroup(
                all_supported=True,
                include_global_resource_types=props.record_global_types,
                recording_strategy=[
                    ConfigConfigurationRecorderRecordingGroupRecordingStrategy(
                        use_only="ALL_SUPPORTED_RESOURCE_TYPES"
                    )
                ],
            ),
            recording_mode=ConfigConfigurationRecorderRecordingMode(recording_frequency="CONTINUOUS"),
            depends_on=role.attachments,
        )
        channel = ConfigDeliveryChannel(
            self,
            "channel",
            name=context.name("config-channel"),
            s3_bucket_name=self.bucket.name,
            s3_kms_key_arn=props.key_arn,
            snapshot_delivery_properties=ConfigDeliveryChannelSnapshotDeliveryProperties(
                delivery_frequency="TwentyFour_Hours"
            ),
            # Config tries the bucket when the channel is made.
            depends_on=[recorder, *self.bucket.ready],
        )
        self.running: ITerraformDependable = ConfigConfigurationRecorderStatus(
            self, "status", name=recorder.name, is_enabled=True, depends_on=[channel]
        )


def _objects(context: Context, bucket_arn: str) -> str:
    return f"{bucket_arn}/AWSLogs/{context.account_id}/Config/*"


def _delivery(context: Context, bucket_arn: str) -> Sequence[Statement]:
    """Let AWS Config deliver as itself: https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html."""
    config = service("config.amazonaws.com")
    for_this_account = Condition("StringEquals", "aws:SourceAccount", [context.account_id])
    return [
        Statement(
            sid="ConfigChecksPermissions",
            actions=["s3:GetBucketAcl"],
            resources=[bucket_arn],
            principals=[config],
            conditions=[for_this_account],
        ),
        Statement(
            sid="ConfigChecksExistence",
            actions=["s3:ListBucket"],
            resources=[bucket_arn],
            principals=[config],
            conditions=[for_this_account],
        ),
        Statement(
            sid="ConfigDelivers",
            actions=["s3:PutObject"],
            resources=[_objects(context, bucket_arn)],
            principals=[config],
            conditions=[
                for_this_account,
                Condition("StringEquals", "s3:x-amz-acl", ["bucket-owner-full-control"]),
            ],
        ),
    ]


def _role_statements(context: Context, bucket_arn: str, key_arn: str) -> list[Statement]:
    """https://docs.aws.amazon.com/config/latest/developerguide/iamrole-permissions.html."""
    return [
        Statement(
            sid="Deliver",
            actions=["s3:PutObject"],
            resources=[_objects(context, bucket_arn)],
            conditions=[Condition("StringLike", "s3:x-amz-acl", ["bucket-owner-full-control"])],
        ),
        Statement(sid="CheckBucket", actions=["s3:GetBucketAcl", "s3:ListBucket"], resources=[bucket_arn]),
        Statement(sid="Encrypt", actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[key_arn]),
    ]
