"""Buckets as S3-1 and S3-2 ask for: encrypted, versioned, private, logged, with a lifecycle."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
    S3BucketLifecycleConfigurationRuleTransition,
)
from cdktf_cdktf_provider_aws.s3_bucket_logging import S3BucketLoggingA
from cdktf_cdktf_provider_aws.s3_bucket_ownership_controls import (
    S3BucketOwnershipControls,
    S3BucketOwnershipControlsRule,
)
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
)
from cdktf_cdktf_provider_aws.s3_bucket_versioning import (
    S3BucketVersioningA,
    S3BucketVersioningVersioningConfiguration,
)
from constructs import Construct

from modules.context import Context, DataClassification
from modules.policy import ANYONE, Condition, Statement, deny_without_tls, policy_json

BucketStatements: TypeAlias = Callable[[str], Sequence[Statement]]
"""Statements of a bucket's policy, given the bucket's ARN."""

ARCHIVE_AFTER_DAYS = 90
"""Days until objects move to archival storage (S3-2)."""

NAME_LIMIT = 63
"""Characters of a bucket's name (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html)."""

_ACCOUNT_ID_LENGTH = 12
_ABORT_UPLOADS_AFTER_DAYS = 7
_MINIMUM_TLS_VERSION = "1.2"


def no_statements(_bucket_arn: str) -> Sequence[Statement]:
    """Add nothing to a bucket's policy."""
    return ()


@dataclass(frozen=True)
class SecureBucketProps:
    """Properties of a bucket.

    Attributes:
        purpose: Purpose part of the bucket's name (``raw`` gives ``trading-raw-bucket-dev-<account id>``).
        classification: Data classification of the objects.
        key_arn: Customer-managed key of the objects. None only for a bucket that S3 delivers access logs to,
            where S3 supports nothing but keys of its own (SSE-S3):
            https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
        access_log_bucket: Bucket that gets the access logs. None only for that bucket itself.
        name: The bucket's name where the settings dictate it; None for one made from the purpose.
        key_alias: Alias that uploads may name the key by, besides its ARN; None for none.
        archive_class: Storage class after 90 days, ``GLACIER``, ``GLACIER_IR`` or ``DEEP_ARCHIVE``; None to
            leave objects where they are.
        noncurrent_days: Days until a version expires that is no longer the current one.
        expire_after_days: Days until objects expire; None to keep them.
        statements: Further statements of the bucket's policy, for services that deliver to it. A bucket has
            one policy, so they have to come in here.
    """

    purpose: str
    classification: DataClassification
    key_arn: str | None
    access_log_bucket: str | None
    name: str | None = None
    key_alias: str | None = None
    archive_class: str | None = "GLACIER"
    noncurrent_days: int = 30
    expire_after_days: int | None = None
    statements: BucketStatements = no_statements


class SecureBucket(Construct):
    """A bucket that nobody reaches from outside, without TLS, or with another key.

    Objects under 128 KiB stay in their storage class, S3's default: moving them costs more than it saves.

    Attributes:
        name: The bucket's name, as a reference to its policy: what is pointed at the bucket (access logs,
            notifications) comes after the policy that lets it.
        arn: The bucket's ARN.
        ready: What a service that delivers to the bucket depends on: its encryption and its policy.

    Raises:
        ValueError: The name would be longer than S3 allows.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: SecureBucketProps) -> None:
        super().__init__(scope, id_)
        name = f"{props.purpose}-bucket"
        if not props.name:
            _check_length(context, name)
        bucket = S3Bucket(
            self,
            "bucket",
            bucket=props.name or context.global_name(name),
            force_destroy=True,
            tags=context.tags(props.classification, context.name(name)),
        )
        private = S3BucketPublicAccessBlock(
            self,
            "public-access-block",
            bucket=bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        S3BucketOwnershipControls(
            self,
            "ownership",
            bucket=bucket.id,
            rule=S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced"),
        )
        versioning = S3BucketVersioningA(
            self,
            "versioning",
            bucket=bucket.id,
            versioning_configuration=S3BucketVersioningVersioningConfiguration(status="Enabled"),
        )
        encryption = S3BucketServerSideEncryptionConfigurationA(
            self, "encryption", bucket=bucket.id, rule=[_encryption_rule(props.key_arn)]
        )
        policy = S3BucketPolicy(
            self,
            "policy",
            bucket=bucket.id,
            policy=policy_json(
                self,
                "bucket-policy",
                [
                    *_transport_statements(bucket.arn),
                    *_encryption_statements(bucket.arn, props),
                    *props.statements(bucket.arn),
                ],
            ),
            # S3 refuses a policy while the public access block is being written.
            depends_on=[private],
        )
        S3BucketLifecycleConfiguration(
            self,
            "lifecycle",
            bucket=bucket.id,
            rule=_lifecycle_rules(props),
            # Expiry of non-current versions means nothing before versioning is on.
            depends_on=[versioning],
        )
        if props.access_log_bucket:
            S3BucketLoggingA(
                self,
                "logging",
                bucket=bucket.id,
                target_bucket=props.access_log_bucket,
                target_prefix=f"{props.purpose}/",
            )
        self.name = policy.bucket
        self.arn = bucket.arn
        self.ready: Sequence[ITerraformDependable] = [encryption, policy]


def _check_length(context: Context, name: str) -> None:
    """The account id is known at deploy time only, but its length is known now."""
    length = len(context.name(name)) + 1 + _ACCOUNT_ID_LENGTH
    if length > NAME_LIMIT:
        raise ValueError(
            f"bucket name {context.name(name)}-<account id> has {length} characters, S3 allows {NAME_LIMIT}"
        )


def _encryption_rule(key_arn: str | None) -> S3BucketServerSideEncryptionConfigurationRuleA:
    default = S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA
    if key_arn is None:
        return S3BucketServerSideEncryptionConfigurationRuleA(
            apply_server_side_encryption_by_default=default(sse_algorithm="AES256")
        )
    return S3BucketServerSideEncryptionConfigurationRuleA(
        apply_server_side_encryption_by_default=default(sse_algorithm="aws:kms", kms_master_key_id=key_arn),
        bucket_key_enabled=True,
    )


def _transport_statements(bucket_arn: str) -> list[Statement]:
    """Refuse whatever comes without TLS, or with a version that PCI-DSS 4.2.1 no longer counts as strong."""
    everything = [bucket_arn, f"{bucket_arn}/*"]
    return [
        deny_without_tls(["s3:*"], everything),
        Statement(
            sid="DenyOldTls",
            effect="Deny",
            actions=["s3:*"],
            resources=everything,
            principals=[ANYONE],
            conditions=[Condition("NumericLessThan", "s3:TlsVersion", [_MINIMUM_TLS_VERSION])],
        ),
    ]


def _encryption_statements(bucket_arn: str, props: SecureBucketProps) -> list[Statement]:
    """Refuse uploads that name another encryption; those that name none get the bucket's own.

    ``StringNotEquals`` holds where the key of the request is missing, with or without ``IfExists``, so each
    condition on a header's value needs a second one on its presence.
    """
    if not props.key_arn:
        return []
    keys = [props.key_arn, *([props.key_alias] if props.key_alias else [])]
    algorithm = "s3:x-amz-server-side-encryption"
    key_id = "s3:x-amz-server-side-encryption-aws-kms-key-id"
    customer_algorithm = "s3:x-amz-server-side-encryption-customer-algorithm"

    def given(header: str) -> Condition:
        return Condition("Null", header, ["false"])

    def deny(sid: str, *conditions: Condition) -> Statement:
        return Statement(
            sid=sid,
            effect="Deny",
            actions=["s3:PutObject"],
            resources=[f"{bucket_arn}/*"],
            principals=[ANYONE],
            conditions=conditions,
        )

    return [
        deny("DenyOtherAlgorithm", Condition("StringNotEquals", algorithm, ["aws:kms"]), given(algorithm)),
        deny("DenyOtherKey", Condition("StringNotEquals", key_id, keys), given(key_id)),
        # aws:kms without a key means AWS's own key for S3, not the bucket's default.
        deny(
            "DenyUnnamedKey",
            Condition("StringEquals", algorithm, ["aws:kms"]),
            Condition("Null", key_id, ["true"]),
        ),
        deny("DenyKeyFromCustomer", given(customer_algorithm)),
    ]


def _lifecycle_rules(props: SecureBucketProps) -> list[S3BucketLifecycleConfigurationRule]:
    everything = [S3BucketLifecycleConfigurationRuleFilter(prefix="")]
    return [
        S3BucketLifecycleConfigurationRule(
            id="archive" if props.archive_class else "expiry",
            status="Enabled",
            filter=everything,
            transition=[
                S3BucketLifecycleConfigurationRuleTransition(
                    days=ARCHIVE_AFTER_DAYS, storage_class=props.archive_class
                )
            ]
            if props.archive_class
            else None,
            noncurrent_version_expiration=[
                S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(
                    noncurrent_days=props.noncurrent_days
                )
            ],
            expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=props.expire_after_days)]
            if props.expire_after_days
            else None,
        ),
        S3BucketLifecycleConfigurationRule(
            id="remnants",
            status="Enabled",
            filter=everything,
            abort_incomplete_multipart_upload=[
                S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(
                    days_after_initiation=_ABORT_UPLOADS_AFTER_DAYS
                )
            ],
            # A delete marker whose versions have all expired; S3 refuses it in a rule with an expiry in days.
            expiration=[S3BucketLifecycleConfigurationRuleExpiration(expired_object_delete_marker=True)],
        ),
    ]
