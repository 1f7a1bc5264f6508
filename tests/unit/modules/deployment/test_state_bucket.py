"""The state bucket has the settings' name, a key of its own that states name by its alias, and a history."""

import pytest

from modules.context import Context
from modules.deployment.state_bucket import StateBucket, StateBucketProps, state_key_alias
from tests.support.conditions import denied_by
from tests.support.construct import synthesize
from tests.support.synthesized import Synthesized
from tests.support.tags import untagged

CONTEXT = Context("bootstrap", "dev", "eu-west-1", "111122223333", "aws", "trading-platform")
NAME = "states-of-acme"
ENCRYPTION = "s3:x-amz-server-side-encryption"
LOCKED_BY_TERRAFORM = {
    "aws:SecureTransport": "true",
    "s3:TlsVersion": "1.3",
    ENCRYPTION: "aws:kms",
    f"{ENCRYPTION}-aws-kms-key-id": "alias/bootstrap-state-key-dev",
}


@pytest.fixture(scope="module")
def stack() -> Synthesized:
    props = StateBucketProps(name=NAME, access_log_days=400)
    return synthesize(lambda stack: StateBucket(stack, "state", CONTEXT, props))


@pytest.mark.requirement("GEN-1")
@pytest.mark.requirement("GEN-5")
def test_bucket_is_named_by_the_settings_and_destroyable(stack: Synthesized) -> None:
    bucket = stack.one("aws_s3_bucket", bucket=NAME, force_destroy=True)
    assert bucket["tags"]["DataClassification"] == "Confidential"
    assert untagged(stack) == []


@pytest.mark.requirement("GEN-1")
@pytest.mark.requirement("KMS-1")
def test_state_is_encrypted_with_a_rotated_key_of_its_own_that_s3_alone_uses(stack: Synthesized) -> None:
    key = stack.one("aws_kms_key", enable_key_rotation=True, deletion_window_in_days=7)
    statements = stack.statements(key["policy"])
    assert statements["AccountUsesKeyThroughServices"]["condition"] == [
        {"test": "StringEquals", "variable": "kms:ViaService", "values": ["s3.eu-west-1.amazonaws.com"]}
    ]
    bucket = stack.id_of("aws_s3_bucket", bucket=NAME)
    encryption = stack.one("aws_s3_bucket_server_side_encryption_configuration", bucket=f"${{{bucket}.id}}")
    (rule,) = encryption["rule"]
    assert rule["bucket_key_enabled"] is True
    default = rule["apply_server_side_encryption_by_default"]
    assert default["sse_algorithm"] == "aws:kms"
    assert stack.target(default["kms_master_key_id"]) == ("aws_kms_key", key)


@pytest.mark.requirement("GEN-1")
def test_alias_that_backends_name_is_the_keys(stack: Synthesized) -> None:
    alias = stack.one("aws_kms_alias", name=state_key_alias("dev"))
    assert stack.target(alias["target_key_id"])[0] == "aws_kms_key"


@pytest.mark.requirement("GEN-1")
@pytest.mark.parametrize(
    ("changes", "denied"),
    [
        ({}, []),
        ({f"{ENCRYPTION}-aws-kms-key-id": "alias/another"}, ["DenyOtherKey"]),
        # What Terraform asks for where its backend names no key.
        ({ENCRYPTION: "AES256"}, ["DenyOtherAlgorithm"]),
        ({"aws:SecureTransport": "false"}, ["DenyWithoutTls"]),
    ],
)
def test_states_and_locks_come_in_as_terraform_sends_them_and_not_otherwise(
    stack: Synthesized, changes: dict[str, str], denied: list[str]
) -> None:
    bucket = stack.id_of("aws_s3_bucket", bucket=NAME)
    policy = stack.one("aws_s3_bucket_policy", bucket=f"${{{bucket}.id}}")
    statements = stack.statements(policy["policy"])
    assert denied_by(statements, "s3:PutObject", {**LOCKED_BY_TERRAFORM, **changes}) == denied


@pytest.mark.requirement("GEN-1")
def test_former_states_are_kept_a_year_and_the_current_one_for_good(stack: Synthesized) -> None:
    bucket = stack.id_of("aws_s3_bucket", bucket=NAME)
    stack.one(
        "aws_s3_bucket_versioning",
        bucket=f"${{{bucket}.id}}",
        versioning_configuration={"status": "Enabled"},
    )
    lifecycle = stack.one("aws_s3_bucket_lifecycle_configuration", bucket=f"${{{bucket}.id}}")
    assert lifecycle["rule"][0] == {
        "id": "expiry",
        "status": "Enabled",
        "filter": [{"prefix": ""}],
        "noncurrent_version_expiration": [{"noncurrent_days": 365}],
    }


def test_access_is_logged_to_a_bucket_of_the_stacks_own(stack: Synthesized) -> None:
    logging = stack.one("aws_s3_bucket_logging", target_prefix="state/")
    assert stack.target(logging["bucket"])[1]["bucket"] == NAME
    _, policy = stack.target(logging["target_bucket"])
    assert stack.target(policy["bucket"])[1]["bucket"] == "bootstrap-access-logs-bucket-dev-111122223333"
    delivery = stack.statements(policy["policy"])["S3DeliversAccessLogs"]
    assert delivery["condition"][1]["values"] == [f"arn:aws:s3:::{NAME}"]
