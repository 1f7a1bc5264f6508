"""New objects reach the function's queue, and what fails for good its dead-letter queue."""

import pytest

from modules.object_queue import ObjectQueue, ObjectQueueProps
from tests.support.construct import CONTEXT, synthesize
from tests.support.synthesized import Synthesized

BUCKET_ARN = "arn:aws:s3:::raw"
KEY = "arn:aws:kms:us-east-1:111122223333:key/messaging"


def _synthesized(prefix: str = "", suffixes: tuple[str, ...] = ()) -> Synthesized:
    return synthesize(
        lambda stack: ObjectQueue(
            stack,
            "objects",
            CONTEXT,
            ObjectQueueProps("raw-objects", "raw", BUCKET_ARN, KEY, 300, prefix=prefix, suffixes=suffixes),
        )
    )


@pytest.mark.requirement("FN-2")
def test_message_stays_hidden_for_six_timeouts() -> None:
    queue = _synthesized().one("aws_sqs_queue", name="trading-raw-objects-queue-dev")
    assert queue["visibility_timeout_seconds"] == 1800


@pytest.mark.requirement("FN-2")
def test_poison_goes_to_a_queue_that_keeps_it_14_days_and_takes_from_no_other() -> None:
    synthesized = _synthesized()
    dead_letters = synthesized.id_of("aws_sqs_queue", name="trading-raw-objects-dlq-dev")
    queue = synthesized.id_of("aws_sqs_queue", name="trading-raw-objects-queue-dev")
    assert synthesized.one("aws_sqs_queue", name="trading-raw-objects-dlq-dev")[
        "message_retention_seconds"
    ] == (14 * 24 * 3600)
    assert synthesized.one("aws_sqs_queue", name="trading-raw-objects-queue-dev")["redrive_policy"] == (
        f'${{jsonencode({{"deadLetterTargetArn" = {dead_letters}.arn, "maxReceiveCount" = 5}})}}'
    )
    allowed = synthesized.one("aws_sqs_queue_redrive_allow_policy")
    assert allowed["queue_url"] == f"${{{dead_letters}.url}}"
    assert allowed["redrive_allow_policy"] == (
        f'${{jsonencode({{"redrivePermission" = "byQueue", "sourceQueueArns" = [{queue}.arn]}})}}'
    )


@pytest.mark.requirement("FN-2")
def test_only_the_bucket_sends_and_only_to_the_queue() -> None:
    synthesized = _synthesized()
    for name, sids in {
        "trading-raw-objects-queue-dev": {"DenyWithoutTls", "Sender0"},
        "trading-raw-objects-dlq-dev": {"DenyWithoutTls"},
    }.items():
        url = f"${{{synthesized.id_of('aws_sqs_queue', name=name)}.url}}"
        policy = synthesized.one("aws_sqs_queue_policy", queue_url=url)["policy"]
        assert set(synthesized.statements(policy)) == sids
        if "Sender0" in sids:
            conditions = synthesized.statements(policy)["Sender0"]["condition"]
            assert [condition["values"] for condition in conditions] == [[BUCKET_ARN], ["111122223333"]]


@pytest.mark.requirement("FN-2")
def test_notification_comes_after_the_queues_policy_which_s3_tests() -> None:
    synthesized = _synthesized()
    notification = synthesized.one("aws_s3_bucket_notification")
    queue = synthesized.id_of("aws_sqs_queue", name="trading-raw-objects-queue-dev")
    policy = synthesized.id_of("aws_sqs_queue_policy", queue_url=f"${{{queue}.url}}")
    assert notification["bucket"] == "raw"
    assert notification["depends_on"] == [policy]
    assert notification["queue"] == [
        {"events": ["s3:ObjectCreated:*"], "id": "object-created-0", "queue_arn": f"${{{queue}.arn}}"}
    ]


def test_filters_are_one_entry_for_each_suffix() -> None:
    notification = _synthesized("in/", (".csv", ".csv.gz")).one("aws_s3_bucket_notification")
    assert [
        (entry["id"], entry["filter_prefix"], entry["filter_suffix"]) for entry in notification["queue"]
    ] == [("object-created-0", "in/", ".csv"), ("object-created-1", "in/", ".csv.gz")]
