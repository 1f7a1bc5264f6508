"""One encrypted archive that every log group is carried to (OBS-2)."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.cloudwatch_log_stream import CloudwatchLogStream
from cdktf_cdktf_provider_aws.cloudwatch_log_subscription_filter import CloudwatchLogSubscriptionFilter
from cdktf_cdktf_provider_aws.kinesis_firehose_delivery_stream import (
    KinesisFirehoseDeliveryStream,
    KinesisFirehoseDeliveryStreamExtendedS3Configuration,
    KinesisFirehoseDeliveryStreamExtendedS3ConfigurationCloudwatchLoggingOptions,
    KinesisFirehoseDeliveryStreamServerSideEncryption,
)
from constructs import Construct

from modules.context import Context, DataClassification
from modules.log_group import LogGroup, LogGroupProps
from modules.policy import Condition, Statement
from modules.role import Role, RoleProps
from modules.secure_bucket import BucketStatements, SecureBucket, SecureBucketProps

MINIMUM_RETENTION_DAYS = 365
"""PCI-DSS 10.5.1: audit logs are kept for at least twelve months."""

_BUFFER_SECONDS = 300
_BUFFER_MEBIBYTES = 16


@dataclass(frozen=True)
class LogArchiveProps:
    """Properties of the log archive.

    Attributes:
        boundary_arn: Permissions boundary of the roles.
        storage_key_arn: Customer-managed key of the bucket and of the delivery stream.
        logs_key_arn: Customer-managed key of the delivery stream's own log group.
        access_log_bucket: Bucket that gets the archive's access logs.
        writers: Statements that let further services write to the bucket (CloudTrail).
        retention_days: Days that logs are kept; at least 365.

    Raises:
        ValueError: ``retention_days`` is less than 365.
    """

    boundary_arn: str
    storage_key_arn: str
    logs_key_arn: str
    access_log_bucket: str
    writers: BucketStatements
    retention_days: int = 400

    def __post_init__(self) -> None:
        if self.retention_days < MINIMUM_RETENTION_DAYS:
            raise ValueError(
                f"retention_days: {self.retention_days} is too short, PCI-DSS 10.5.1 asks for "
                f"{MINIMUM_RETENTION_DAYS} days"
            )


class LogArchive(Construct):
    """CloudWatch Logs → Firehose → S3.

    CloudWatch Logs sends gzip members, and Firehose appends one to the other as they are: a valid gzip file
    of JSON documents (``zcat file | jq``). Compressing again in Firehose would pack it twice, and
    decompressing there is billed by the gigabyte. Files are ``logs/date=2026-01-31/….gz``, undeliverable ones
    are under ``errors/``. The first 90 days stay in standard storage, since PCI-DSS 10.5.1 wants three months
    at hand.

    Attributes:
        bucket: The archive's bucket.
        stream_arn: The delivery stream's ARN.
        stream_name: The delivery stream's name.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: LogArchiveProps) -> None:
        super().__init__(scope, id_)
        self._context = context
        self.bucket = SecureBucket(
            self,
            "bucket",
            context,
            SecureBucketProps(
                purpose="log-archive",
                classification=DataClassification.CONFIDENTIAL,
                key_arn=props.storage_key_arn,
                access_log_bucket=props.access_log_bucket,
                expire_after_days=props.retention_days,
                statements=props.writers,
            ),
        )
        name = context.name("log-archive-stream")
        self._errors = LogGroup(
            self,
            "errors",
            context,
            LogGroupProps(name=f"/aws/kinesisfirehose/{name}", key_arn=props.logs_key_arn),
        )
        error_stream = CloudwatchLogStream(
            self, "error-stream", name="S3Delivery", log_group_name=self._errors.name
        )
        delivery = Role(
            self,
            "delivery-role",
            context,
            RoleProps(
                purpose="log-archive-delivery",
                description="Firehose writes the log archive",
                service="firehose.amazonaws.com",
                boundary_arn=props.boundary_arn,
                statements=self._delivery_statements(props, error_stream.name),
            ),
        )
        stream = KinesisFirehoseDeliveryStream(
            self,
            "stream",
            name=name,
            destination="extended_s3",
            extended_s3_configuration=KinesisFirehoseDeliveryStreamExtendedS3Configuration(
                bucket_arn=self.bucket.arn,
                role_arn=delivery.arn,
                kms_key_arn=props.storage_key_arn,
                compression_format="UNCOMPRESSED",
                file_extension=".gz",
                prefix="logs/date=!{timestamp:yyyy-MM-dd}/",
                error_output_prefix="errors/type=!{firehose:error-output-type}/date=!{timestamp:yyyy-MM-dd}/",
                buffering_interval=_BUFFER_SECONDS,
                buffering_size=_BUFFER_MEBIBYTES,
                cloudwatch_logging_options=KinesisFirehoseDeliveryStreamExtendedS3ConfigurationCloudwatchLoggingOptions(
                    enabled=True, log_group_name=self._errors.name, log_stream_name=error_stream.name
                ),
            ),
            server_side_encryption=KinesisFirehoseDeliveryStreamServerSideEncryption(
                enabled=True, key_type="CUSTOMER_MANAGED_CMK", key_arn=props.storage_key_arn
            ),
            tags=context.tags(DataClassification.CONFIDENTIAL, name),
            depends_on=[*delivery.attachments, *self.bucket.ready],
        )
        self.stream_arn = stream.arn
        self.stream_name = stream.name
        self._subscription = Role(
            self,
            "subscription-role",
            context,
            RoleProps(
                purpose="log-archive-subscription",
                description="CloudWatch Logs sends to the log archive",
                service="logs.amazonaws.com",
                boundary_arn=props.boundary_arn,
                statements=[
                    Statement(
                        sid="SendToArchive",
                        actions=["firehose:PutRecord", "firehose:PutRecordBatch"],
                        resources=[stream.arn],
                    )
                ],
                trust_conditions=[
                    Condition(
                        "ArnLike",
                        "aws:SourceArn",
                        [f"arn:{context.partition}:logs:{context.region}:{context.account_id}:*"],
                    )
                ],
            ),
        )

    def archive(self, id_: str, log_group_name: str) -> None:
        """Carry every event of a log group to the archive.

        Takes one of the two subscription filters that a log group may have.

        Args:
            id_: Id of the subscription within the archive; also names the filter.
            log_group_name: The log group's name.

        Raises:
            ValueError: The group is where the archive logs its own failures: each would cause the next.
        """
        if log_group_name == self._errors.name:
            raise ValueError("the archive's own error log cannot go through the archive")
        CloudwatchLogSubscriptionFilter(
            self,
            id_,
            name=self._context.name(f"{id_}-archive"),
            log_group_name=log_group_name,
            destination_arn=self.stream_arn,
            role_arn=self._subscription.arn,
            filter_pattern="",
            distribution="ByLogStream",
            depends_on=self._subscription.attachments,
        )

    def _delivery_statements(self, props: LogArchiveProps, error_stream: str) -> list[Statement]:
        """https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-s3."""
        return [
            Statement(
                sid="WriteFiles",
                actions=["s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload"],
                resources=[f"{self.bucket.arn}/*"],
            ),
            Statement(
                sid="FindBucket",
                actions=["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
                resources=[self.bucket.arn],
            ),
            Statement(
                sid="EncryptFiles",
                actions=["kms:GenerateDataKey", "kms:Decrypt"],
                resources=[props.storage_key_arn],
                conditions=[
                    Condition("StringEquals", "kms:ViaService", [f"s3.{self._context.region}.amazonaws.com"]),
                    # With a bucket key the context is the bucket, without one the object.
                    Condition(
                        "StringLike",
                        "kms:EncryptionContext:aws:s3:arn",
                        [self.bucket.arn, f"{self.bucket.arn}/*"],
                    ),
                ],
            ),
            Statement(
                sid="LogFailures",
                actions=["logs:PutLogEvents"],
                resources=[f"{self._errors.arn}:log-stream:{error_stream}"],
            ),
        ]
