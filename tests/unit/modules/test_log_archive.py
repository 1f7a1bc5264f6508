"""Log groups reach one encrypted archive that keeps them for a year and more."""

import pytest
from cdktf import TerraformStack

from modules.log_archive import LogArchive, LogArchiveProps
from modules.secure_bucket import no_statements
from tests.support.construct import CONTEXT, synthesize
from tests.support.synthesized import Block, Synthesized
from tests.support.tags import untagged

STORAGE_KEY = "arn:aws:kms:us-east-1:111122223333:key/storage"
LOGS_KEY = "arn:aws:kms:us-east-1:111122223333:key/logs"
BOUNDARY = "arn:aws:iam::111122223333:policy/boundary"


def _props(retention_days: int = 400) -> LogArchiveProps:
    return LogArchiveProps(BOUNDARY, STORAGE_KEY, LOGS_KEY, "access-logs", no_statements, retention_days)


@pytest.fixture(scope="module")
def archive() -> Synthesized:
    def build(stack: TerraformStack) -> None:
        LogArchive(stack, "archive", CONTEXT, _props()).archive("api-access", "/aws/apigateway/access")

    return synthesize(build)


def _role(stack: Synthesized, purpose: str) -> tuple[Block, dict[str, Block], dict[str, Block]]:
    """Return a role, the statements of its trust and those of its permissions."""
    role = stack.one("aws_iam_role", name=f"trading-{purpose}-role-dev")
    policy = stack.one("aws_iam_policy", name=f"trading-{purpose}-policy-dev")
    return role, stack.statements(role["assume_role_policy"]), stack.statements(policy["policy"])


@pytest.mark.requirement("OBS-2")
def test_logs_are_kept_for_more_than_a_year_and_three_months_stay_at_hand(archive: Synthesized) -> None:
    bucket = archive.one("aws_s3_bucket", bucket="trading-log-archive-bucket-dev-111122223333")
    assert bucket["force_destroy"] is True
    rule, _ = archive.one("aws_s3_bucket_lifecycle_configuration")["rule"]
    assert rule["transition"] == [{"days": 90, "storage_class": "GLACIER"}]
    assert rule["expiration"] == [{"days": 400}]


@pytest.mark.requirement("OBS-2")
def test_less_than_a_year_is_refused() -> None:
    assert _props(365).retention_days == 365
    with pytest.raises(ValueError, match=r"364 is too short, PCI-DSS 10\.5\.1 asks for 365 days"):
        _props(364)


@pytest.mark.requirement("OBS-2")
def test_stream_and_files_are_encrypted_with_the_storage_key(archive: Synthesized) -> None:
    stream = archive.one("aws_kinesis_firehose_delivery_stream", name="trading-log-archive-stream-dev")
    assert stream["server_side_encryption"] == {
        "enabled": True,
        "key_type": "CUSTOMER_MANAGED_CMK",
        "key_arn": STORAGE_KEY,
    }
    assert stream["extended_s3_configuration"]["kms_key_arn"] == STORAGE_KEY
    (encryption,) = archive.one("aws_s3_bucket_server_side_encryption_configuration")["rule"]
    assert encryption["apply_server_side_encryption_by_default"]["kms_master_key_id"] == STORAGE_KEY
    assert untagged(archive) == []


@pytest.mark.requirement("OBS-2")
def test_gzip_members_are_stored_as_they_come_under_dated_prefixes(archive: Synthesized) -> None:
    delivery = archive.one("aws_kinesis_firehose_delivery_stream")["extended_s3_configuration"]
    assert delivery["compression_format"] == "UNCOMPRESSED"
    assert delivery["file_extension"] == ".gz"
    assert "processing_configuration" not in delivery
    assert delivery["prefix"] == "logs/date=!{timestamp:yyyy-MM-dd}/"
    assert (
        delivery["error_output_prefix"]
        == "errors/type=!{firehose:error-output-type}/date=!{timestamp:yyyy-MM-dd}/"
    )


@pytest.mark.requirement("OBS-1")
def test_streams_own_failures_go_to_a_declared_group(archive: Synthesized) -> None:
    archive.one(
        "aws_cloudwatch_log_group",
        name="/aws/kinesisfirehose/trading-log-archive-stream-dev",
        kms_key_id=LOGS_KEY,
        retention_in_days=30,
    )
    options = archive.one("aws_kinesis_firehose_delivery_stream")["extended_s3_configuration"][
        "cloudwatch_logging_options"
    ]
    assert options["enabled"] is True
    assert archive.target(options["log_group_name"])[0] == "aws_cloudwatch_log_group"
    assert archive.target(options["log_stream_name"])[0] == "aws_cloudwatch_log_stream"


@pytest.mark.requirement("OBS-2")
@pytest.mark.requirement("IAM-1")
def test_firehose_may_write_this_bucket_with_this_key_and_log_its_failures(archive: Synthesized) -> None:
    role, trust, permissions = _role(archive, "log-archive-delivery")
    assert role["permissions_boundary"] == BOUNDARY
    assert trust["AssumedByService"]["principals"][0]["identifiers"] == ["firehose.amazonaws.com"]
    arn = f"${{{archive.id_of('aws_s3_bucket')}.arn}}"
    assert permissions["WriteFiles"]["resources"] == [f"{arn}/*"]
    assert permissions["WriteFiles"]["actions"] == [
        "s3:PutObject",
        "s3:GetObject",
        "s3:AbortMultipartUpload",
    ]
    assert permissions["FindBucket"]["resources"] == [arn]
    encrypt = permissions["EncryptFiles"]
    assert encrypt["resources"] == [STORAGE_KEY]
    assert encrypt["actions"] == ["kms:GenerateDataKey", "kms:Decrypt"]
    assert [(c["variable"], c["values"]) for c in encrypt["condition"]] == [
        ("kms:ViaService", ["s3.us-east-1.amazonaws.com"]),
        ("kms:EncryptionContext:aws:s3:arn", [arn, f"{arn}/*"]),
    ]
    assert permissions["LogFailures"]["actions"] == ["logs:PutLogEvents"]
    assert len(permissions) == 4


@pytest.mark.requirement("OBS-2")
@pytest.mark.requirement("IAM-1")
def test_cloudwatch_logs_may_send_to_this_stream_for_this_accounts_groups(archive: Synthesized) -> None:
    role, trust, permissions = _role(archive, "log-archive-subscription")
    assert role["permissions_boundary"] == BOUNDARY
    assert trust["AssumedByService"]["principals"][0]["identifiers"] == ["logs.amazonaws.com"]
    assert trust["AssumedByService"]["condition"] == [
        {
            "test": "ArnLike",
            "variable": "aws:SourceArn",
            "values": ["arn:aws:logs:us-east-1:111122223333:*"],
        }
    ]
    assert list(permissions) == ["SendToArchive"]
    assert permissions["SendToArchive"]["actions"] == ["firehose:PutRecord", "firehose:PutRecordBatch"]
    (stream,) = permissions["SendToArchive"]["resources"]
    assert archive.target(stream)[0] == "aws_kinesis_firehose_delivery_stream"


@pytest.mark.requirement("OBS-2")
def test_every_event_of_a_group_is_carried(archive: Synthesized) -> None:
    subscription = archive.one(
        "aws_cloudwatch_log_subscription_filter",
        name="trading-api-access-archive-dev",
        log_group_name="/aws/apigateway/access",
        filter_pattern="",
        distribution="ByLogStream",
    )
    assert archive.target(subscription["destination_arn"])[0] == "aws_kinesis_firehose_delivery_stream"
    role = archive.target(subscription["role_arn"])[1]
    assert role["name"] == "trading-log-archive-subscription-role-dev"


def test_nothing_is_delivered_before_it_is_allowed(archive: Synthesized) -> None:
    stream = archive.one("aws_kinesis_firehose_delivery_stream")
    waits_for = {address.split(".")[0] for address in stream["depends_on"]}
    assert waits_for == {
        "aws_iam_role_policy_attachment",
        "aws_s3_bucket_policy",
        "aws_s3_bucket_server_side_encryption_configuration",
    }
    (attachment,) = archive.one("aws_cloudwatch_log_subscription_filter")["depends_on"]
    assert attachment.startswith("aws_iam_role_policy_attachment.archive_subscription-role")


@pytest.mark.requirement("OBS-2")
def test_archives_own_failures_never_go_through_the_archive() -> None:
    def build(stack: TerraformStack) -> None:
        archive = LogArchive(stack, "archive", CONTEXT, _props())
        with pytest.raises(ValueError, match="own error log"):
            archive.archive("errors-of-the-archive", archive._errors.name)

    synthesize(build).absent("aws_cloudwatch_log_subscription_filter")
