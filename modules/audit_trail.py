"""Every call to AWS, recorded by CloudTrail (TRAIL-1)."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.cloudtrail import (
    Cloudtrail,
    CloudtrailAdvancedEventSelector,
    CloudtrailAdvancedEventSelectorFieldSelector,
)
from constructs import Construct

from modules.context import Context, DataClassification
from modules.log_group import LogGroup, LogGroupProps
from modules.policy import Condition, Statement, service
from modules.role import Role, RoleProps
from modules.secure_bucket import BucketStatements


@dataclass(frozen=True)
class AuditTrailProps:
    """Properties of the trail.

    Attributes:
        boundary_arn: Permissions boundary of the role.
        bucket: Bucket of the files; its policy has the statements of :func:`trail_delivery`.
        bucket_ready: What has to exist before the trail: CloudTrail tries the bucket when the trail is made.
        storage_key_arn: Customer-managed key of the files.
        logs_key_arn: Customer-managed key of the log group.
        data_bucket_arns: Buckets whose objects' every read and write is recorded too (PCI-DSS 10.2.1.1). Each
            event is billed, so it is the buckets that hold confidential data, not all.
    """

    boundary_arn: str
    bucket: str
    bucket_ready: Sequence[ITerraformDependable]
    storage_key_arn: str
    logs_key_arn: str
    data_bucket_arns: Sequence[str]


class AuditTrail(Construct):
    """A trail of all regions, to the log archive and to a log group that alarms can watch.

    Attributes:
        arn: The trail's ARN.
        log_group: Its log group.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: AuditTrailProps) -> None:
        super().__init__(scope, id_)
        name = _name(context)
        log_group = LogGroup(
            self, "log", context, LogGroupProps(name=f"/aws/cloudtrail/{name}", key_arn=props.logs_key_arn)
        )
        role = Role(
            self,
            "role",
            context,
            RoleProps(
                purpose="audit-trail",
                description="CloudTrail writes to its log group",
                service="cloudtrail.amazonaws.com",
                boundary_arn=props.boundary_arn,
                statements=[
                    Statement(
                        sid="WriteEvents",
                        actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                        # CloudTrail names its streams so and adds a number where it needs more than one.
                        resources=[
                            f"{log_group.arn}:log-stream:{context.account_id}_CloudTrail_{context.region}*"
                        ],
                    )
                ],
            ),
        )
        trail = Cloudtrail(
            self,
            "trail",
            name=name,
            s3_bucket_name=props.bucket,
            kms_key_id=props.storage_key_arn,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            cloud_watch_logs_group_arn=f"{log_group.arn}:*",
            cloud_watch_logs_role_arn=role.arn,
            advanced_event_selector=[
                CloudtrailAdvancedEventSelector(
                    name="Management events", field_selector=[_field("eventCategory", equals=["Management"])]
                ),
                *_data_events(props.data_bucket_arns),
            ],
            tags=context.tags(DataClassification.CONFIDENTIAL, name),
            depends_on=[*props.bucket_ready, *role.attachments],
        )
        self.arn = trail.arn
        self.log_group = log_group


def trail_arn(context: Context) -> str:
    """Return the trail's ARN before the trail exists.

    The bucket and the key name the trail in their policies, and the trail needs both of them to be created:
    its ARN has to come from its name.
    """
    return f"arn:{context.partition}:cloudtrail:{context.region}:{context.account_id}:trail/{_name(context)}"


def trail_delivery(context: Context) -> BucketStatements:
    """Return the statements that let the trail, and no other, write to a bucket.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
    """

    def statements(bucket_arn: str) -> Sequence[Statement]:
        cloudtrail = service("cloudtrail.amazonaws.com")
        from_trail = Condition("StringEquals", "aws:SourceArn", [trail_arn(context)])
        return [
            Statement(
                sid="CloudTrailReadsAcl",
                actions=["s3:GetBucketAcl"],
                resources=[bucket_arn],
                principals=[cloudtrail],
                conditions=[from_trail],
            ),
            Statement(
                sid="CloudTrailWritesFiles",
                actions=["s3:PutObject"],
                resources=[f"{bucket_arn}/AWSLogs/{context.account_id}/*"],
                principals=[cloudtrail],
                conditions=[
                    from_trail,
                    Condition("StringEquals", "s3:x-amz-acl", ["bucket-owner-full-control"]),
                ],
            ),
        ]

    return statements


def _name(context: Context) -> str:
    return context.name("audit-trail")


def _data_events(bucket_arns: Sequence[str]) -> list[CloudtrailAdvancedEventSelector]:
    if not bucket_arns:
        return []
    return [
        CloudtrailAdvancedEventSelector(
            name="Objects of data buckets",
            field_selector=[
                _field("eventCategory", equals=["Data"]),
                _field("resources.type", equals=["AWS::S3::Object"]),
                _field("resources.ARN", starts_with=[f"{arn}/" for arn in bucket_arns]),
            ],
        )
    ]


def _field(
    field: str, *, equals: Sequence[str] | None = None, starts_with: Sequence[str] | None = None
) -> CloudtrailAdvancedEventSelectorFieldSelector:
    return CloudtrailAdvancedEventSelectorFieldSelector(field=field, equal_to=equals, starts_with=starts_with)
