"""Where the states of a family of environments are kept: the bucket, its key, its access logs (GEN-1)."""

from dataclasses import dataclass

from constructs import Construct

from modules.access_log_bucket import AccessLogBucket, AccessLogBucketProps
from modules.context import Context, DataClassification
from modules.customer_key import CustomerKey, CustomerKeyProps
from modules.secure_bucket import SecureBucket, SecureBucketProps

WORKLOAD = "bootstrap"
"""First part of the names of what deployments themselves need."""

NONCURRENT_DAYS = 365
"""Days that a former version of a state is kept. It is the state's only backup, and costs next to nothing."""

_KEY_PURPOSE = "state"


def state_key_alias(family: str) -> str:
    """Return the alias of the key that a family's states are encrypted with."""
    return f"alias/{WORKLOAD}-{_KEY_PURPOSE}-key-{family}"


@dataclass(frozen=True)
class StateBucketProps:
    """Properties of the state bucket.

    Attributes:
        name: The bucket's name, as every stack's backend has it.
        access_log_days: Days that the bucket's access logs are kept.
    """

    name: str
    access_log_days: int


class StateBucket(Construct):
    """The bucket of the Terraform state. A lock is an object beside the state, so it needs nothing else.

    Attributes:
        name: The bucket's name.
        arn: The bucket's ARN.
        key_arn: ARN of the key that encrypts it.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: StateBucketProps) -> None:
        super().__init__(scope, id_)
        key = CustomerKey(
            self,
            "key",
            context,
            CustomerKeyProps(_KEY_PURPOSE, "Terraform state", used_through=["s3"]),
        )
        access_logs = AccessLogBucket(
            self,
            "access-logs",
            context,
            AccessLogBucketProps(expire_after_days=props.access_log_days, source=props.name),
        )
        bucket = SecureBucket(
            self,
            "states",
            context,
            SecureBucketProps(
                purpose="state",
                # A state knows every value of its resources, the API keys among them.
                classification=DataClassification.CONFIDENTIAL,
                key_arn=key.arn,
                access_log_bucket=access_logs.name,
                name=props.name,
                key_alias=state_key_alias(context.suffix),
                archive_class=None,
                noncurrent_days=NONCURRENT_DAYS,
            ),
        )
        self.name = bucket.name
        self.arn = bucket.arn
        self.key_arn = key.arn
