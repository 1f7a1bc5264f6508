"""The bucket that S3 delivers the access logs of every other bucket to (S3-1)."""

from collections.abc import Sequence
from dataclasses import dataclass

from constructs import Construct

from modules.context import Context, DataClassification
from modules.policy import Condition, Statement, service
from modules.secure_bucket import SecureBucket, SecureBucketProps


@dataclass(frozen=True)
class AccessLogBucketProps:
    """Properties of the access log bucket.

    Attributes:
        expire_after_days: Days that access logs are kept (PCI-DSS 10.5.1 asks for a year).
        source: Name of the only bucket that logs here; None for all that are named as the workload's are.
    """

    expire_after_days: int
    source: str | None = None


class AccessLogBucket(Construct):
    """The access log bucket. It logs no access to itself: each log would cause the next.

    Attributes:
        name: The bucket's name.
        arn: The bucket's ARN.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: AccessLogBucketProps) -> None:
        super().__init__(scope, id_)

        def log_delivery(bucket_arn: str) -> Sequence[Statement]:
            return [
                Statement(
                    sid="S3DeliversAccessLogs",
                    actions=["s3:PutObject"],
                    resources=[f"{bucket_arn}/*"],
                    principals=[service("logging.s3.amazonaws.com")],
                    conditions=[
                        Condition("StringEquals", "aws:SourceAccount", [context.account_id]),
                        # By name, and not by reference: buckets come after the one they log to.
                        Condition(
                            "ArnLike",
                            "aws:SourceArn",
                            [f"arn:{context.partition}:s3:::{props.source or context.global_name('*')}"],
                        ),
                    ],
                )
            ]

        bucket = SecureBucket(
            self,
            "access-logs",
            context,
            SecureBucketProps(
                purpose="access-logs",
                classification=DataClassification.INTERNAL,
                key_arn=None,
                access_log_bucket=None,
                expire_after_days=props.expire_after_days,
                statements=log_delivery,
            ),
        )
        self.name = bucket.name
        self.arn = bucket.arn
