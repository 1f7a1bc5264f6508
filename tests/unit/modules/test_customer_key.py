"""A key is rotated, is administered by the account, and is used through named services only."""

import pytest

from modules.customer_key import THIS_KEY, CustomerKey, CustomerKeyProps
from modules.policy import Statement, service
from tests.support.construct import CONTEXT, synthesize
from tests.support.synthesized import Block, Synthesized

ACCOUNT = [{"type": "AWS", "identifiers": ["arn:aws:iam::111122223333:root"]}]


def _synthesized(props: CustomerKeyProps) -> Synthesized:
    return synthesize(lambda stack: CustomerKey(stack, "key", CONTEXT, props))


def _statements(props: CustomerKeyProps) -> dict[str, Block]:
    synthesized = _synthesized(props)
    return synthesized.statements(synthesized.one("aws_kms_key")["policy"])


@pytest.mark.requirement("KMS-1")
@pytest.mark.requirement("GEN-5")
def test_key_rotates_every_year_and_is_gone_after_seven_days() -> None:
    synthesized = _synthesized(CustomerKeyProps("orders", "Orders"))
    key = synthesized.one(
        "aws_kms_key", enable_key_rotation=True, rotation_period_in_days=365, deletion_window_in_days=7
    )
    assert key["description"] == "Orders"
    assert key["tags"]["Name"] == "trading-orders-key-dev"
    assert key["tags"]["DataClassification"] == "Confidential"
    alias = synthesized.one("aws_kms_alias", name="alias/trading-orders-key-dev")
    assert synthesized.target(alias["target_key_id"])[1] is key


@pytest.mark.requirement("KMS-1")
def test_account_can_always_change_the_policy_but_not_use_the_key_or_grant_its_use() -> None:
    statements = _statements(CustomerKeyProps("orders", "Orders"))
    assert set(statements) == {"AccountAdministersKey"}
    administration = statements["AccountAdministersKey"]
    assert administration["principals"] == ACCOUNT
    assert administration["resources"] == ["*"]
    actions = set(administration["actions"])
    assert {"kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:EnableKeyRotation"} <= actions
    assert not any(
        action.startswith(
            ("kms:*", "kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt", "kms:Generate", "kms:Create*")
        )
        or action == "kms:CreateGrant"
        for action in actions
    )


@pytest.mark.requirement("KMS-1")
def test_account_uses_the_key_through_the_named_services_of_the_region() -> None:
    statements = _statements(CustomerKeyProps("orders", "Orders", used_through=["s3", "firehose"]))
    via = {
        "test": "StringEquals",
        "variable": "kms:ViaService",
        "values": ["s3.us-east-1.amazonaws.com", "firehose.us-east-1.amazonaws.com"],
    }
    use = statements["AccountUsesKeyThroughServices"]
    assert use["principals"] == ACCOUNT
    assert use["actions"] == [
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:ReEncrypt*",
        "kms:GenerateDataKey*",
        "kms:DescribeKey",
    ]
    assert use["condition"] == [via]
    grant = statements["AccountGrantsKeyToServices"]
    assert grant["actions"] == ["kms:CreateGrant"]
    assert grant["condition"] == [
        via,
        {"test": "Bool", "variable": "kms:GrantIsForAWSResource", "values": ["true"]},
    ]


def test_further_statements_follow() -> None:
    extra = Statement("Extra", ["kms:Decrypt"], THIS_KEY, principals=[service("x.amazonaws.com")])
    statements = _statements(CustomerKeyProps("orders", "Orders", statements=[extra]))
    assert list(statements) == ["AccountAdministersKey", "Extra"]
