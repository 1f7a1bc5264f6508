"""A queue that triggers a function, with partial-batch responses (FN-2)."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.lambda_event_source_mapping import (
    LambdaEventSourceMapping,
    LambdaEventSourceMappingScalingConfig,
)
from constructs import Construct

from modules.context import Context, DataClassification


@dataclass(frozen=True)
class QueueTriggerProps:
    """Properties of the trigger.

    Attributes:
        purpose: Purpose part of the ``Name`` tag.
        queue_arn: The queue. The function's role may consume it (``grants.consume_queue``).
        function_arn: The function; it answers with the ids of the messages that failed.
        max_concurrency: Batches at once, 2 to 1000. At most the function's reserved concurrency: what is
            throttled instead counts as received, and good messages would end in the dead-letter queue.
        batch_size: Messages in one batch, 1 to 10; the function's time-out is for all of them.
    """

    purpose: str
    queue_arn: str
    function_arn: str
    max_concurrency: int
    batch_size: int = 10


class QueueTrigger(Construct):
    """An event-source mapping."""

    def __init__(self, scope: Construct, id_: str, context: Context, props: QueueTriggerProps) -> None:
        super().__init__(scope, id_)
        LambdaEventSourceMapping(
            self,
            "mapping",
            event_source_arn=props.queue_arn,
            function_name=props.function_arn,
            batch_size=props.batch_size,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config=LambdaEventSourceMappingScalingConfig(maximum_concurrency=props.max_concurrency),
            tags=context.tags(DataClassification.INTERNAL, context.name(f"{props.purpose}-trigger")),
        )
