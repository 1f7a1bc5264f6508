"""A bucket is private, encrypted with its key, versioned, logged, kept tidy, and can be destroyed."""

from typing import Any

import pytest

from modules.context import Context, DataClassification
from modules.policy import Statement, service
from modules.secure_bucket import SecureBucket, SecureBucketProps
from tests.support.conditions import denied_by
from tests.support.construct import CONTEXT, synthesize
from tests.support.synthesized import Block, Synthesized
from tests.support.tags import untagged

KEY = "arn:aws:kms:us-east-1:111122223333:key/storage"
OTHER_KEY = "arn:aws:kms:us-east-1:111122223333:key/other"
ALGORITHM = "s3:x-amz-server-side-encryption"
KEY_ID = "s3:x-amz-server-side-encryption-aws-kms-key-id"
CUSTOMER_ALGORITHM = "s3:x-amz-server-side-encryption-customer-algorithm"
OVER_TLS = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}


def _synthesized(context: Context = CONTEXT, **changes: Any) -> Synthesized:
    props: dict[str, Any] = {
        "purpose": "raw",
        "classification": DataClassification.CONFIDENTIAL,
        "key_arn": KEY,
        "access_log_bucket": "log-bucket",
        **changes,
    }
    return synthesize(lambda stack: SecureBucket(stack, "raw", context, SecureBucketProps(**props)))


@pytest.fixture(scope="module")
def bucket() -> Synthesized:
    return _synthesized()


@pytest.fixture(scope="module")
def statements(bucket: Synthesized) -> dict[str, Block]:
    return bucket.statements(bucket.one("aws_s3_bucket_policy")["policy"])


@pytest.mark.requirement("GEN-3")
@pytest.mark.requirement("GEN-5")
def test_name_is_unique_in_the_world_and_the_bucket_is_emptied_on_destroy(bucket: Synthesized) -> None:
    bucket.one("aws_s3_bucket", bucket="trading-raw-bucket-dev-111122223333", force_destroy=True)


@pytest.mark.requirement("GEN-3")
def test_name_may_have_63_characters_and_no_more() -> None:
    def suffixed(length: int) -> Context:
        return Context("trading", "s" * length, "us-east-1", "${data.account}", "aws", "x")

    fits = 63 - len("trading-raw-bucket-") - len("-111122223333")
    _synthesized(suffixed(fits))
    with pytest.raises(ValueError, match="has 64 characters, S3 allows 63"):
        _synthesized(suffixed(fits + 1))


@pytest.mark.requirement("GEN-4")
def test_bucket_is_tagged(bucket: Synthesized) -> None:
    assert untagged(bucket) == []
    assert bucket.one("aws_s3_bucket")["tags"]["DataClassification"] == "Confidential"


@pytest.mark.requirement("S3-1")
def test_bucket_encrypts_with_its_key_and_a_bucket_key(bucket: Synthesized) -> None:
    (rule,) = bucket.one("aws_s3_bucket_server_side_encryption_configuration")["rule"]
    assert rule == {
        "apply_server_side_encryption_by_default": {"kms_master_key_id": KEY, "sse_algorithm": "aws:kms"},
        "bucket_key_enabled": True,
    }


@pytest.mark.requirement("S3-1")
def test_bucket_is_private_owned_and_versioned(bucket: Synthesized) -> None:
    bucket.one(
        "aws_s3_bucket_public_access_block",
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    )
    bucket.one("aws_s3_bucket_ownership_controls", rule={"object_ownership": "BucketOwnerEnforced"})
    bucket.one("aws_s3_bucket_versioning", versioning_configuration={"status": "Enabled"})
    bucket.absent("aws_s3_bucket_acl")


@pytest.mark.requirement("S3-1")
def test_access_is_logged_under_the_purpose(bucket: Synthesized) -> None:
    bucket.one("aws_s3_bucket_logging", target_bucket="log-bucket", target_prefix="raw/")


@pytest.mark.requirement("S3-1")
def test_statements_name_bucket_and_objects(bucket: Synthesized, statements: dict[str, Block]) -> None:
    arn = f"${{{bucket.id_of('aws_s3_bucket')}.arn}}"
    for sid in ("DenyWithoutTls", "DenyOldTls"):
        assert statements[sid]["resources"] == [arn, f"{arn}/*"]
    for sid in ("DenyOtherAlgorithm", "DenyOtherKey", "DenyUnnamedKey", "DenyKeyFromCustomer"):
        assert statements[sid]["resources"] == [f"{arn}/*"]
    assert {str(statement["principals"]) for statement in statements.values()} == {
        str([{"identifiers": ["*"], "type": "*"}])
    }


@pytest.mark.requirement("S3-1")
@pytest.mark.parametrize(
    ("request_", "denied"),
    [
        ({"aws:SecureTransport": "false"}, ["DenyWithoutTls"]),
        ({"aws:SecureTransport": "true", "s3:TlsVersion": "1.1"}, ["DenyOldTls"]),
        ({"aws:SecureTransport": "true", "s3:TlsVersion": "1.2"}, []),
        # A service that delivers by itself has no connection of its own that had a version.
        ({"aws:SecureTransport": "true"}, []),
    ],
)
def test_only_requests_over_current_tls_pass(
    statements: dict[str, Block], request_: dict[str, str], denied: list[str]
) -> None:
    assert denied_by(statements, "s3:GetObject", request_) == denied


@pytest.mark.requirement("S3-1")
@pytest.mark.parametrize(
    ("headers", "denied"),
    [
        pytest.param({}, [], id="nothing stated: the bucket's own encryption"),
        pytest.param({ALGORITHM: "aws:kms", KEY_ID: KEY}, [], id="the bucket's key"),
        pytest.param({ALGORITHM: "aws:kms", KEY_ID: OTHER_KEY}, ["DenyOtherKey"], id="another key"),
        pytest.param({KEY_ID: OTHER_KEY}, ["DenyOtherKey"], id="another key alone"),
        pytest.param({ALGORITHM: "aws:kms"}, ["DenyUnnamedKey"], id="no key: AWS's own for S3"),
        pytest.param({ALGORITHM: "AES256"}, ["DenyOtherAlgorithm"], id="S3's keys"),
        pytest.param(
            {ALGORITHM: "aws:kms:dsse", KEY_ID: KEY}, ["DenyOtherAlgorithm"], id="double encryption"
        ),
        pytest.param({CUSTOMER_ALGORITHM: "AES256"}, ["DenyKeyFromCustomer"], id="a key in the request"),
    ],
)
def test_uploads_with_another_encryption_are_denied(
    statements: dict[str, Block], headers: dict[str, str], denied: list[str]
) -> None:
    assert denied_by(statements, "s3:PutObject", {**OVER_TLS, **headers}) == denied


@pytest.mark.requirement("S3-2")
def test_lifecycle_archives_expires_and_clears_up(bucket: Synthesized) -> None:
    archive, remnants = bucket.one("aws_s3_bucket_lifecycle_configuration")["rule"]
    assert archive == {
        "id": "archive",
        "status": "Enabled",
        "filter": [{"prefix": ""}],
        "transition": [{"days": 90, "storage_class": "GLACIER"}],
        "noncurrent_version_expiration": [{"noncurrent_days": 30}],
    }
    assert remnants == {
        "id": "remnants",
        "status": "Enabled",
        "filter": [{"prefix": ""}],
        "abort_incomplete_multipart_upload": [{"days_after_initiation": 7}],
        "expiration": [{"expired_object_delete_marker": True}],
    }


@pytest.mark.requirement("S3-2")
def test_objects_expire_only_where_asked_to() -> None:
    archive, _ = _synthesized(expire_after_days=400).one("aws_s3_bucket_lifecycle_configuration")["rule"]
    assert archive["expiration"] == [{"days": 400}]


def test_bucket_may_have_a_name_of_somebody_elses_choice() -> None:
    _synthesized(name="states-of-acme").one(
        "aws_s3_bucket", bucket="states-of-acme", tags={"Name": "trading-raw-bucket-dev"}
    )


@pytest.mark.requirement("S3-1")
@pytest.mark.parametrize(
    ("key", "denied"),
    [(KEY, []), ("alias/storage", []), (OTHER_KEY, ["DenyOtherKey"]), ("alias/other", ["DenyOtherKey"])],
)
def test_uploads_may_name_the_key_by_its_alias(key: str, denied: list[str]) -> None:
    bucket = _synthesized(key_alias="alias/storage")
    statements = bucket.statements(bucket.one("aws_s3_bucket_policy")["policy"])
    request = {**OVER_TLS, ALGORITHM: "aws:kms", KEY_ID: key}
    assert denied_by(statements, "s3:PutObject", request) == denied


@pytest.mark.requirement("S3-2")
def test_objects_that_are_in_use_stay_where_they_are() -> None:
    bucket = _synthesized(archive_class=None, noncurrent_days=365)
    expiry, remnants = bucket.one("aws_s3_bucket_lifecycle_configuration")["rule"]
    assert expiry == {
        "id": "expiry",
        "status": "Enabled",
        "filter": [{"prefix": ""}],
        "noncurrent_version_expiration": [{"noncurrent_days": 365}],
    }
    assert remnants["id"] == "remnants"


@pytest.mark.requirement("S3-1")
def test_bucket_without_a_key_has_s3s_own_and_asks_for_none() -> None:
    bucket = _synthesized(key_arn=None, access_log_bucket=None)
    (rule,) = bucket.one("aws_s3_bucket_server_side_encryption_configuration")["rule"]
    assert rule == {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}
    assert set(bucket.statements(bucket.one("aws_s3_bucket_policy")["policy"])) == {
        "DenyWithoutTls",
        "DenyOldTls",
    }
    bucket.absent("aws_s3_bucket_logging")


def test_further_statements_get_the_buckets_arn_and_share_its_one_policy() -> None:
    bucket = _synthesized(
        statements=lambda arn: [
            Statement("Deliver", ["s3:PutObject"], [f"{arn}/x/*"], principals=[service("x.amazonaws.com")])
        ]
    )
    statements = bucket.statements(bucket.one("aws_s3_bucket_policy")["policy"])
    assert statements["Deliver"]["resources"] == [f"${{{bucket.id_of('aws_s3_bucket')}.arn}}/x/*"]
    assert "DenyWithoutTls" in statements


def test_policy_waits_for_the_public_access_block_and_expiry_for_versioning(bucket: Synthesized) -> None:
    assert bucket.one("aws_s3_bucket_policy")["depends_on"] == [
        bucket.id_of("aws_s3_bucket_public_access_block")
    ]
    assert bucket.one("aws_s3_bucket_lifecycle_configuration")["depends_on"] == [
        bucket.id_of("aws_s3_bucket_versioning")
    ]
