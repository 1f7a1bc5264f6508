"""Every call is recorded, in every region, in files that nobody can change unnoticed."""

import pytest
from cdktf import TerraformStack

from modules.audit_trail import AuditTrail, AuditTrailProps, trail_arn, trail_delivery
from modules.context import DataClassification
from modules.secure_bucket import SecureBucket, SecureBucketProps
from tests.support.construct import CONTEXT, synthesize
from tests.support.synthesized import Synthesized
from tests.support.tags import untagged

ARN = "arn:aws:cloudtrail:us-east-1:111122223333:trail/trading-audit-trail-dev"
RAW = "arn:aws:s3:::trading-raw-bucket-dev-111122223333"


def _synthesized(data_bucket_arns: list[str]) -> Synthesized:
    def build(stack: TerraformStack) -> None:
        bucket = SecureBucket(
            stack,
            "bucket",
            CONTEXT,
            SecureBucketProps(
                "log-archive",
                DataClassification.CONFIDENTIAL,
                "storage-key",
                None,
                statements=trail_delivery(CONTEXT),
            ),
        )
        props = AuditTrailProps(
            boundary_arn="boundary",
            bucket=bucket.name,
            bucket_ready=bucket.ready,
            storage_key_arn="storage-key",
            logs_key_arn="logs-key",
            data_bucket_arns=data_bucket_arns,
        )
        AuditTrail(stack, "trail", CONTEXT, props)

    return synthesize(build)


@pytest.fixture(scope="module")
def stack() -> Synthesized:
    return _synthesized([RAW])


@pytest.mark.requirement("TRAIL-1")
def test_trail_covers_all_regions_is_validated_and_encrypted(stack: Synthesized) -> None:
    trail = stack.one(
        "aws_cloudtrail",
        name="trading-audit-trail-dev",
        is_multi_region_trail=True,
        include_global_service_events=True,
        enable_log_file_validation=True,
        kms_key_id="storage-key",
    )
    assert stack.target(trail["s3_bucket_name"])[0] == "aws_s3_bucket_policy"
    assert untagged(stack) == []


@pytest.mark.requirement("TRAIL-1")
def test_arn_made_from_the_name_is_the_trails(stack: Synthesized) -> None:
    assert trail_arn(CONTEXT) == ARN
    assert ARN.endswith("/" + stack.one("aws_cloudtrail")["name"])


@pytest.mark.requirement("TRAIL-1")
def test_trail_and_no_other_may_write_to_the_bucket(stack: Synthesized) -> None:
    statements = stack.statements(stack.one("aws_s3_bucket_policy")["policy"])
    arn = f"${{{stack.id_of('aws_s3_bucket')}.arn}}"
    from_trail = {"test": "StringEquals", "variable": "aws:SourceArn", "values": [ARN]}
    reads, writes = statements["CloudTrailReadsAcl"], statements["CloudTrailWritesFiles"]
    for statement in (reads, writes):
        assert statement["principals"] == [{"type": "Service", "identifiers": ["cloudtrail.amazonaws.com"]}]
    assert (reads["actions"], reads["resources"]) == (["s3:GetBucketAcl"], [arn])
    assert reads["condition"] == [from_trail]
    assert (writes["actions"], writes["resources"]) == (
        ["s3:PutObject"],
        [f"{arn}/AWSLogs/111122223333/*"],
    )
    assert writes["condition"] == [
        from_trail,
        {"test": "StringEquals", "variable": "s3:x-amz-acl", "values": ["bucket-owner-full-control"]},
    ]


@pytest.mark.requirement("TRAIL-1")
def test_trail_comes_after_the_policy_that_lets_it_write(stack: Synthesized) -> None:
    waits_for = {address.split(".")[0] for address in stack.one("aws_cloudtrail")["depends_on"]}
    assert waits_for == {
        "aws_iam_role_policy_attachment",
        "aws_s3_bucket_policy",
        "aws_s3_bucket_server_side_encryption_configuration",
    }


@pytest.mark.requirement("TRAIL-1")
def test_management_events_and_objects_of_data_buckets_are_recorded(stack: Synthesized) -> None:
    management, data = stack.one("aws_cloudtrail")["advanced_event_selector"]
    assert management["field_selector"] == [{"field": "eventCategory", "equals": ["Management"]}]
    assert data["field_selector"] == [
        {"field": "eventCategory", "equals": ["Data"]},
        {"field": "resources.type", "equals": ["AWS::S3::Object"]},
        {"field": "resources.ARN", "starts_with": [f"{RAW}/"]},
    ]


def test_without_data_buckets_only_management_events_are_recorded() -> None:
    (selector,) = _synthesized([]).one("aws_cloudtrail")["advanced_event_selector"]
    assert selector["name"] == "Management events"


@pytest.mark.requirement("TRAIL-1")
@pytest.mark.requirement("OBS-1")
def test_events_reach_a_declared_log_group_that_the_trail_alone_may_write(stack: Synthesized) -> None:
    group = stack.one(
        "aws_cloudwatch_log_group", name="/aws/cloudtrail/trading-audit-trail-dev", kms_key_id="logs-key"
    )
    group_arn = f"${{{stack.id_of('aws_cloudwatch_log_group')}.arn}}"
    assert group["retention_in_days"] == 30
    trail = stack.one("aws_cloudtrail", cloud_watch_logs_group_arn=f"{group_arn}:*")
    role = stack.target(trail["cloud_watch_logs_role_arn"])[1]
    assert role["permissions_boundary"] == "boundary"
    (permissions,) = stack.statements(stack.one("aws_iam_policy")["policy"]).values()
    assert permissions["actions"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert permissions["resources"] == [f"{group_arn}:log-stream:111122223333_CloudTrail_us-east-1*"]
