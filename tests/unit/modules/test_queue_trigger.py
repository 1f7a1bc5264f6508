"""A queue triggers its function in batches that may fail in part."""

import pytest

from modules.context import DataClassification
from modules.queue_trigger import QueueTrigger, QueueTriggerProps
from tests.support.construct import CONTEXT, synthesize


@pytest.mark.requirement("FN-2")
def test_failed_messages_alone_are_delivered_again() -> None:
    synthesized = synthesize(
        lambda stack: QueueTrigger(
            stack, "trigger", CONTEXT, QueueTriggerProps("raw-objects", "arn:queue", "arn:function", 5)
        )
    )
    synthesized.one(
        "aws_lambda_event_source_mapping",
        event_source_arn="arn:queue",
        function_name="arn:function",
        batch_size=10,
        function_response_types=["ReportBatchItemFailures"],
        scaling_config={"maximum_concurrency": 5},
        tags=CONTEXT.tags(DataClassification.INTERNAL, "trading-raw-objects-trigger-dev"),
    )
