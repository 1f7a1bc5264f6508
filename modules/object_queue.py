"""New objects of a bucket, queued for a function (FN-2)."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import Fn
from cdktf_cdktf_provider_aws.s3_bucket_notification import S3BucketNotification, S3BucketNotificationQueue
from cdktf_cdktf_provider_aws.sqs_queue_redrive_allow_policy import SqsQueueRedriveAllowPolicy
from constructs import Construct

from modules.context import Context, DataClassification
from modules.queue import Queue, QueueProps, Redrive, Sender

_VISIBILITY_PER_TIMEOUT = 6
"""Lambda's advice for queues: time for retries of throttled batches before the message shows up again."""


@dataclass(frozen=True)
class ObjectQueueProps:
    """Properties of the queue of new objects.

    Attributes:
        purpose: Purpose part of the names (``raw-objects`` gives ``trading-raw-objects-queue-dev``).
        bucket_name: The bucket. S3 keeps one configuration of notifications a bucket, and this construct
            owns it.
        bucket_arn: The bucket's ARN.
        key_arn: Customer-managed key of the queues; its policy lets ``s3.amazonaws.com`` use it.
        function_timeout_seconds: Time-out of the function that consumes the queue.
        prefix: Only objects whose key starts so; empty for all.
        suffixes: Only objects whose key ends in one of these; empty for all. S3 refuses overlapping ones.
        max_receive_count: Deliveries before a message goes to the dead-letter queue.
        classification: Data classification of the messages, which tell the objects' keys.
    """

    purpose: str
    bucket_name: str
    bucket_arn: str
    key_arn: str
    function_timeout_seconds: int
    prefix: str = ""
    suffixes: Sequence[str] = ()
    max_receive_count: int = 5
    classification: DataClassification = DataClassification.CONFIDENTIAL


class ObjectQueue(Construct):
    """The queue, its dead-letter queue and the bucket's notification.

    Attributes:
        queue: Queue of S3 event notifications, each with one object or more.
        dead_letter_queue: What could not be processed.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: ObjectQueueProps) -> None:
        super().__init__(scope, id_)
        self.dead_letter_queue = Queue(
            self,
            "dead-letter-queue",
            context,
            QueueProps(f"{props.purpose}-dlq", props.key_arn, classification=props.classification),
        )
        self.queue = Queue(
            self,
            "queue",
            context,
            QueueProps(
                f"{props.purpose}-queue",
                props.key_arn,
                visibility_timeout_seconds=_VISIBILITY_PER_TIMEOUT * props.function_timeout_seconds,
                senders=[Sender("s3.amazonaws.com", props.bucket_arn)],
                redrive=Redrive(self.dead_letter_queue.arn, props.max_receive_count),
                classification=props.classification,
            ),
        )
        SqsQueueRedriveAllowPolicy(
            self,
            "redrive-allow-policy",
            queue_url=self.dead_letter_queue.url,
            redrive_allow_policy=Fn.jsonencode(
                {"redrivePermission": "byQueue", "sourceQueueArns": [self.queue.arn]}
            ),
        )
        S3BucketNotification(
            self,
            "notification",
            bucket=props.bucket_name,
            queue=[
                S3BucketNotificationQueue(
                    id=f"object-created-{index}",
                    queue_arn=self.queue.arn,
                    events=["s3:ObjectCreated:*"],
                    filter_prefix=props.prefix or None,
                    filter_suffix=suffix or None,
                )
                for index, suffix in enumerate(props.suffixes or [""])
            ],
            # S3 sends a test message when the notification is made.
            depends_on=[self.queue.policy],
        )
