"""AWS Config's recorder runs, delivers to its bucket, and is set up in the order that AWS accepts."""

import pytest

from modules.compliance_recorder import ComplianceRecorder, ComplianceRecorderProps
from tests.support.construct import CONTEXT, synthesize
from tests.support.synthesized import Synthesized
from tests.support.tags import untagged

FOR_ACCOUNT = {"test": "StringEquals", "variable": "aws:SourceAccount", "values": ["111122223333"]}


def _synthesized(*, record_global_types: bool) -> Synthesized:
    props = ComplianceRecorderProps("boundary", "storage-key", "access-logs", 400, record_global_types)
    return synthesize(lambda stack: ComplianceRecorder(stack, "config", CONTEXT, props))


@pytest.fixture(scope="module")
def stack() -> Synthesized:
    return _synthesized(record_global_types=True)


@pytest.mark.requirement("CFG-1")
def test_recorder_channel_and_status_come_one_after_the_other(stack: Synthesized) -> None:
    recorder = stack.id_of("aws_config_configuration_recorder", name="trading-config-recorder-dev")
    channel = stack.id_of("aws_config_delivery_channel", name="trading-config-channel-dev")
    assert recorder in stack.one("aws_config_delivery_channel")["depends_on"]
    status = stack.one("aws_config_configuration_recorder_status", is_enabled=True)
    assert status["depends_on"] == [channel]
    assert stack.target(status["name"])[0] == "aws_config_configuration_recorder"


@pytest.mark.requirement("CFG-1")
def test_channel_waits_for_the_buckets_policy_and_recorder_for_its_permissions(stack: Synthesized) -> None:
    waits_for = {address.split(".")[0] for address in stack.one("aws_config_delivery_channel")["depends_on"]}
    assert "aws_s3_bucket_policy" in waits_for
    recorder = stack.one("aws_config_configuration_recorder")
    assert len(recorder["depends_on"]) == 2
    assert {address.split(".")[0] for address in recorder["depends_on"]} == {"aws_iam_role_policy_attachment"}


@pytest.mark.requirement("CFG-1")
@pytest.mark.parametrize("record_global_types", [True, False])
def test_everything_is_recorded_continuously(record_global_types: bool) -> None:
    recorder = _synthesized(record_global_types=record_global_types).one("aws_config_configuration_recorder")
    assert recorder["recording_group"] == {
        "all_supported": True,
        "include_global_resource_types": record_global_types,
        "recording_strategy": [{"use_only": "ALL_SUPPORTED_RESOURCE_TYPES"}],
    }
    assert recorder["recording_mode"] == {"recording_frequency": "CONTINUOUS"}


@pytest.mark.requirement("CFG-1")
def test_role_has_the_policy_that_aws_keeps_for_config(stack: Synthesized) -> None:
    role = stack.one("aws_iam_role", name="trading-config-role-dev", permissions_boundary="boundary")
    stack.one(
        "aws_iam_role_policy_attachment",
        policy_arn="arn:aws:iam::aws:policy/service-role/AWS_ConfigRole",
    )
    (trust,) = stack.statements(role["assume_role_policy"]).values()
    assert trust["principals"] == [{"type": "Service", "identifiers": ["config.amazonaws.com"]}]
    assert trust["condition"] == [FOR_ACCOUNT]


@pytest.mark.requirement("CFG-1")
@pytest.mark.requirement("IAM-1")
def test_role_may_deliver_to_its_bucket_with_its_key_only(stack: Synthesized) -> None:
    permissions = stack.statements(stack.one("aws_iam_policy")["policy"])
    arn = f"${{{stack.id_of('aws_s3_bucket')}.arn}}"
    assert {sid: (s["actions"], s["resources"]) for sid, s in permissions.items()} == {
        "Deliver": (["s3:PutObject"], [f"{arn}/AWSLogs/111122223333/Config/*"]),
        "CheckBucket": (["s3:GetBucketAcl", "s3:ListBucket"], [arn]),
        "Encrypt": (["kms:Decrypt", "kms:GenerateDataKey"], ["storage-key"]),
    }
    assert permissions["Deliver"]["condition"] == [
        {"test": "StringLike", "variable": "s3:x-amz-acl", "values": ["bucket-owner-full-control"]}
    ]


@pytest.mark.requirement("CFG-1")
def test_bucket_lets_config_check_and_deliver_for_this_account(stack: Synthesized) -> None:
    statements = stack.statements(stack.one("aws_s3_bucket_policy")["policy"])
    arn = f"${{{stack.id_of('aws_s3_bucket')}.arn}}"
    allowed = {sid: s for sid, s in statements.items() if s["effect"] == "Allow"}
    assert {sid: (s["actions"], s["resources"]) for sid, s in allowed.items()} == {
        "ConfigChecksPermissions": (["s3:GetBucketAcl"], [arn]),
        "ConfigChecksExistence": (["s3:ListBucket"], [arn]),
        "ConfigDelivers": (["s3:PutObject"], [f"{arn}/AWSLogs/111122223333/Config/*"]),
    }
    for statement in allowed.values():
        assert statement["principals"] == [{"type": "Service", "identifiers": ["config.amazonaws.com"]}]
        assert FOR_ACCOUNT in statement["condition"]
    assert {
        "test": "StringEquals",
        "variable": "s3:x-amz-acl",
        "values": ["bucket-owner-full-control"],
    } in allowed["ConfigDelivers"]["condition"]


@pytest.mark.requirement("CFG-1")
def test_deliveries_are_encrypted_and_expire(stack: Synthesized) -> None:
    bucket = stack.one("aws_s3_bucket", bucket="trading-config-bucket-dev-111122223333")
    assert bucket["tags"]["DataClassification"] == "Internal"
    stack.one("aws_config_delivery_channel", s3_kms_key_arn="storage-key")
    assert stack.one("aws_s3_bucket_lifecycle_configuration")["rule"][0]["expiration"] == [{"days": 400}]
    assert untagged(stack) == []
