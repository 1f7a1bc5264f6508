"""Queues are encrypted, refuse plain text, and take messages from whom they know."""

import pytest
from cdktf import TerraformStack

from modules.context import DataClassification
from modules.queue import Queue, QueueProps, Redrive, Sender
from tests.support.construct import CONTEXT, synthesize
from tests.support.synthesized import Block, Synthesized

KEY = "arn:aws:kms:us-east-1:111122223333:key/messaging"


def _synthesized(props: QueueProps) -> Synthesized:
    def build(stack: TerraformStack) -> None:
        Queue(stack, "queue", CONTEXT, props)

    return synthesize(build)


def _statements(synthesized: Synthesized) -> dict[str, Block]:
    policy = synthesized.one("aws_sqs_queue_policy")
    assert synthesized.target(policy["queue_url"])[0] == "aws_sqs_queue"
    return synthesized.statements(policy["policy"])


def test_queue_is_encrypted_with_the_customers_key_and_tagged() -> None:
    synthesized = _synthesized(QueueProps("raw-queue", KEY, classification=DataClassification.INTERNAL))
    synthesized.one(
        "aws_sqs_queue",
        name="trading-raw-queue-dev",
        kms_master_key_id=KEY,
        tags=CONTEXT.tags(DataClassification.INTERNAL, "trading-raw-queue-dev"),
        redrive_policy=None,
    )


def test_queue_refuses_plain_text_from_anyone() -> None:
    statement = _statements(_synthesized(QueueProps("raw-queue", KEY)))["DenyWithoutTls"]
    assert statement["effect"] == "Deny"
    assert statement["actions"] == ["sqs:*"]
    assert statement["principals"] == [{"type": "*", "identifiers": ["*"]}]
    assert statement["condition"] == [
        {"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]}
    ]


def test_nobody_else_is_named_where_no_service_sends() -> None:
    assert set(_statements(_synthesized(QueueProps("raw-queue", KEY)))) == {"DenyWithoutTls"}


@pytest.mark.requirement("FN-2")
def test_services_send_for_one_resource_of_this_account() -> None:
    props = QueueProps("raw-queue", KEY, senders=[Sender("s3.amazonaws.com", "arn:aws:s3:::raw")])
    statement = _statements(_synthesized(props))["Sender0"]
    assert statement["effect"] == "Allow"
    assert statement["actions"] == ["sqs:SendMessage"]
    assert statement["principals"] == [{"type": "Service", "identifiers": ["s3.amazonaws.com"]}]
    assert statement["condition"] == [
        {"test": "ArnEquals", "variable": "aws:SourceArn", "values": ["arn:aws:s3:::raw"]},
        {"test": "StringEquals", "variable": "aws:SourceAccount", "values": ["111122223333"]},
    ]


def test_redrive_policy_is_json_that_terraform_writes() -> None:
    def build(stack: TerraformStack) -> None:
        dead_letters = Queue(stack, "dead-letters", CONTEXT, QueueProps("raw-dlq", KEY))
        Queue(stack, "queue", CONTEXT, QueueProps("raw-queue", KEY, redrive=Redrive(dead_letters.arn, 3)))

    synthesized = synthesize(build)
    dead_letters = synthesized.id_of("aws_sqs_queue", name="trading-raw-dlq-dev")
    assert synthesized.one("aws_sqs_queue", name="trading-raw-queue-dev")["redrive_policy"] == (
        f'${{jsonencode({{"deadLetterTargetArn" = {dead_letters}.arn, "maxReceiveCount" = 3}})}}'
    )
