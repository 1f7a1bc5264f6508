"""Buckets for raw data, processed analytics and the long-term archive (S3-1, S3-2)."""

from dataclasses import dataclass

from constructs import Construct

from modules.context import Context, DataClassification
from modules.secure_bucket import SecureBucket, SecureBucketProps


@dataclass(frozen=True)
class DataBucketsProps:
    """Properties of the data buckets.

    Attributes:
        key_arn: Customer-managed key of the objects.
        access_log_bucket: Bucket that gets the access logs.
    """

    key_arn: str
    access_log_bucket: str


class DataBuckets(Construct):
    """The buckets that data passes through.

    Attributes:
        raw: What comes in; Glacier after 90 days.
        analytics: What is made of it; Glacier Instant Retrieval after 90 days, since queries go back further.
        archive: What has to be kept and is hardly ever read; Glacier Deep Archive after 90 days.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: DataBucketsProps) -> None:
        super().__init__(scope, id_)

        def bucket(purpose: str, archive_class: str) -> SecureBucket:
            return SecureBucket(
                self,
                purpose,
                context,
                SecureBucketProps(
                    purpose=purpose,
                    classification=DataClassification.CONFIDENTIAL,
                    key_arn=props.key_arn,
                    access_log_bucket=props.access_log_bucket,
                    archive_class=archive_class,
                ),
            )

        self.raw = bucket("raw", "GLACIER")
        self.analytics = bucket("analytics", "GLACIER_IR")
        self.archive = bucket("archive", "DEEP_ARCHIVE")
