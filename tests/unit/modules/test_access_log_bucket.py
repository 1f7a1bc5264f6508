"""The access log bucket takes logs from this workload's buckets only, with the one encryption S3 supports."""

import pytest
from cdktf import TerraformStack

from modules.access_log_bucket import AccessLogBucket, AccessLogBucketProps
from modules.context import DataClassification
from modules.secure_bucket import SecureBucket, SecureBucketProps
from tests.support.construct import CONTEXT, synthesize
from tests.support.synthesized import Synthesized

BUCKET = "trading-access-logs-bucket-dev-111122223333"


@pytest.fixture(scope="module")
def stack() -> Synthesized:
    def build(stack: TerraformStack) -> None:
        logs = AccessLogBucket(stack, "logs", CONTEXT, AccessLogBucketProps(expire_after_days=400))
        props = SecureBucketProps("raw", DataClassification.CONFIDENTIAL, "key", logs.name)
        SecureBucket(stack, "raw", CONTEXT, props)

    return synthesize(build)


@pytest.mark.requirement("S3-1")
def test_s3_delivers_for_buckets_of_this_workload_and_account_only(stack: Synthesized) -> None:
    policy = next(
        policy
        for policy in stack.all("aws_s3_bucket_policy").values()
        if stack.target(policy["bucket"])[1]["bucket"] == BUCKET
    )
    statement = stack.statements(policy["policy"])["S3DeliversAccessLogs"]
    assert statement["actions"] == ["s3:PutObject"]
    assert statement["principals"] == [{"type": "Service", "identifiers": ["logging.s3.amazonaws.com"]}]
    assert [(c["test"], c["variable"], c["values"]) for c in statement["condition"]] == [
        ("StringEquals", "aws:SourceAccount", ["111122223333"]),
        ("ArnLike", "aws:SourceArn", ["arn:aws:s3:::trading-*-dev-111122223333"]),
    ]


@pytest.mark.requirement("S3-1")
def test_s3_may_deliver_for_one_bucket_only() -> None:
    props = AccessLogBucketProps(expire_after_days=400, source="states-of-acme")
    stack = synthesize(lambda stack: AccessLogBucket(stack, "logs", CONTEXT, props))
    statement = stack.statements(stack.one("aws_s3_bucket_policy")["policy"])["S3DeliversAccessLogs"]
    assert statement["condition"][1] == {
        "test": "ArnLike",
        "variable": "aws:SourceArn",
        "values": ["arn:aws:s3:::states-of-acme"],
    }


@pytest.mark.requirement("S3-1")
def test_log_bucket_has_s3s_own_encryption_since_log_delivery_supports_no_other(stack: Synthesized) -> None:
    algorithms = {
        stack.target(encryption["bucket"])[1]["bucket"]: encryption["rule"][0][
            "apply_server_side_encryption_by_default"
        ]["sse_algorithm"]
        for encryption in stack.all("aws_s3_bucket_server_side_encryption_configuration").values()
    }
    assert algorithms == {BUCKET: "AES256", "trading-raw-bucket-dev-111122223333": "aws:kms"}


@pytest.mark.requirement("S3-1")
def test_log_bucket_does_not_log_itself(stack: Synthesized) -> None:
    logging = stack.one("aws_s3_bucket_logging")
    assert stack.target(logging["bucket"])[1]["bucket"] == "trading-raw-bucket-dev-111122223333"


def test_logging_starts_after_the_policy_that_lets_s3_deliver(stack: Synthesized) -> None:
    type_, policy = stack.target(stack.one("aws_s3_bucket_logging")["target_bucket"])
    assert type_ == "aws_s3_bucket_policy"
    assert stack.target(policy["bucket"])[1]["bucket"] == BUCKET


@pytest.mark.requirement("S3-2")
def test_access_logs_expire(stack: Synthesized) -> None:
    expirations = [
        rule["expiration"]
        for lifecycle in stack.all("aws_s3_bucket_lifecycle_configuration").values()
        for rule in lifecycle["rule"]
        if rule["id"] == "archive" and "expiration" in rule
    ]
    assert expirations == [[{"days": 400}]]
