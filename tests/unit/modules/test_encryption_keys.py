"""Each purpose has a key whose policy names who needs it, and nobody else."""

import pytest
from cdktf import TerraformStack

from modules.encryption_keys import EncryptionKeys, EncryptionKeysProps
from tests.support.construct import CONTEXT, synthesize
from tests.support.synthesized import Block, Synthesized
from tests.support.tags import untagged

TRAIL = "arn:aws:cloudtrail:us-east-1:111122223333:trail/trading-audit-trail-dev"
COMMON = {"AccountAdministersKey", "AccountUsesKeyThroughServices", "AccountGrantsKeyToServices"}


def _synthesized(*, trail: str | None = TRAIL, recorder: bool = True) -> Synthesized:
    def build(stack: TerraformStack) -> None:
        props = EncryptionKeysProps(
            topic_publishers=["cloudwatch.amazonaws.com", "events.amazonaws.com", "events.rds.amazonaws.com"],
            queue_senders=["s3.amazonaws.com"],
            audit_trail_arn=trail,
            config_recorder=recorder,
        )
        keys = EncryptionKeys(stack, "keys", CONTEXT, props)
        assert list(keys.all) == [
            "database",
            "storage",
            "dynamodb",
            "functions",
            "logs",
            "messaging",
            "secrets",
        ]

    return synthesize(build)


@pytest.fixture(scope="module")
def keys() -> Synthesized:
    return _synthesized()


def _policy(keys: Synthesized, purpose: str) -> dict[str, Block]:
    alias = keys.one("aws_kms_alias", name=f"alias/trading-{purpose}-key-dev")
    return keys.statements(keys.target(alias["target_key_id"])[1]["policy"])


def _conditions(statement: Block) -> list[tuple[str, str, list[str]]]:
    return [(c["test"], c["variable"], c["values"]) for c in statement.get("condition", [])]


def _services(statement: Block) -> list[str]:
    (principal,) = statement["principals"]
    assert principal["type"] == "Service"
    names: list[str] = principal["identifiers"]
    return names


@pytest.mark.requirement("KMS-1")
def test_no_two_keys_share_a_policy(keys: Synthesized) -> None:
    keys.count("aws_kms_key", 7)
    keys.count("aws_kms_alias", 7)
    policies = [str(keys.statements(key["policy"])) for key in keys.all("aws_kms_key").values()]
    assert len(set(policies)) == 7
    assert untagged(keys) == []


@pytest.mark.requirement("KMS-1")
@pytest.mark.parametrize(
    ("purpose", "services", "further"),
    [
        ("database", ["rds"], set()),
        (
            "storage",
            ["s3", "firehose"],
            {"CloudTrailEncryptsFiles", "CloudTrailReadsKey", "ConfigEncryptsDeliveries"},
        ),
        ("dynamodb", ["dynamodb"], {"DynamoDbDescribesKey"}),
        ("functions", ["lambda"], set()),
        (
            "messaging",
            ["sns", "sqs"],
            {"CloudwatchSendsToSNS", "EventsSendsToSNS", "EventsRdsSendsToSNS", "S3SendsToSQS"},
        ),
        ("secrets", ["secretsmanager", "rds"], set()),
    ],
)
def test_key_serves_its_purpose_and_no_other(
    keys: Synthesized, purpose: str, services: list[str], further: set[str]
) -> None:
    policy = _policy(keys, purpose)
    assert set(policy) == COMMON | further
    assert _conditions(policy["AccountUsesKeyThroughServices"]) == [
        ("StringEquals", "kms:ViaService", [f"{service}.us-east-1.amazonaws.com" for service in services])
    ]


@pytest.mark.requirement("KMS-1")
def test_logs_key_serves_cloudwatch_logs_of_the_region_for_this_accounts_groups(keys: Synthesized) -> None:
    policy = _policy(keys, "logs")
    assert set(policy) == {"AccountAdministersKey", "CloudWatchLogsUsesKey"}
    statement = policy["CloudWatchLogsUsesKey"]
    assert _services(statement) == ["logs.us-east-1.amazonaws.com"]
    assert statement["actions"] == [
        "kms:Encrypt*",
        "kms:Decrypt*",
        "kms:ReEncrypt*",
        "kms:GenerateDataKey*",
        "kms:Describe*",
    ]
    assert _conditions(statement) == [
        (
            "ArnLike",
            "kms:EncryptionContext:aws:logs:arn",
            ["arn:aws:logs:us-east-1:111122223333:log-group:*"],
        )
    ]


@pytest.mark.requirement("KMS-1")
@pytest.mark.requirement("TRAIL-1")
def test_storage_key_serves_one_trail(keys: Synthesized) -> None:
    policy = _policy(keys, "storage")
    from_trail = ("StringEquals", "aws:SourceArn", [TRAIL])
    encrypts = policy["CloudTrailEncryptsFiles"]
    assert _services(encrypts) == ["cloudtrail.amazonaws.com"]
    assert encrypts["actions"] == ["kms:GenerateDataKey*"]
    assert _conditions(encrypts) == [
        from_trail,
        (
            "StringLike",
            "kms:EncryptionContext:aws:cloudtrail:arn",
            ["arn:aws:cloudtrail:*:111122223333:trail/*"],
        ),
    ]
    reads = policy["CloudTrailReadsKey"]
    assert reads["actions"] == ["kms:Decrypt", "kms:DescribeKey"]
    assert _conditions(reads) == [from_trail]


@pytest.mark.requirement("KMS-1")
@pytest.mark.requirement("CFG-1")
def test_storage_key_serves_config_for_this_account(keys: Synthesized) -> None:
    statement = _policy(keys, "storage")["ConfigEncryptsDeliveries"]
    assert _services(statement) == ["config.amazonaws.com"]
    assert statement["actions"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert _conditions(statement) == [("StringEquals", "aws:SourceAccount", ["111122223333"])]


@pytest.mark.requirement("KMS-1")
def test_storage_key_names_only_who_is_there() -> None:
    assert set(_policy(_synthesized(trail=None, recorder=False), "storage")) == COMMON


@pytest.mark.requirement("KMS-1")
@pytest.mark.parametrize(
    ("sid", "service", "context", "arns", "with_source_account"),
    [
        ("CloudwatchSendsToSNS", "cloudwatch.amazonaws.com", "aws:sns:topicArn", "sns", True),
        # With a source condition EventBridge's messages are dropped without an error.
        ("EventsSendsToSNS", "events.amazonaws.com", "aws:sns:topicArn", "sns", False),
        ("EventsRdsSendsToSNS", "events.rds.amazonaws.com", "aws:sns:topicArn", "sns", False),
        ("S3SendsToSQS", "s3.amazonaws.com", "aws:sqs:arn", "sqs", False),
    ],
)
def test_messaging_key_serves_senders_for_this_accounts_topics_and_queues(
    keys: Synthesized, sid: str, service: str, context: str, arns: str, with_source_account: bool
) -> None:
    statement = _policy(keys, "messaging")[sid]
    assert _services(statement) == [service]
    assert statement["actions"] == ["kms:GenerateDataKey*", "kms:Decrypt"]
    expected = [("ArnLike", f"kms:EncryptionContext:{context}", [f"arn:aws:{arns}:us-east-1:111122223333:*"])]
    if with_source_account:
        expected.append(("StringEquals", "aws:SourceAccount", ["111122223333"]))
    assert _conditions(statement) == expected
