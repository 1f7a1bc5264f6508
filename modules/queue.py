"""Encrypted queues: customer key, TLS only, sent to by named services only."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import Fn
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from cdktf_cdktf_provider_aws.sqs_queue_policy import SqsQueuePolicy
from constructs import Construct

from modules.context import Context, DataClassification
from modules.policy import Condition, Statement, deny_without_tls, policy_json, service

RETENTION_SECONDS = 14 * 24 * 3600
"""The longest that SQS keeps a message: time enough to mend what failed on a long holiday."""

_DATA_KEY_REUSE_SECONDS = 300


@dataclass(frozen=True)
class Sender:
    """A service that may send to a queue, for one resource of this account.

    Attributes:
        service: Service principal (``s3.amazonaws.com``).
        source_arn: The resource that it acts for.
    """

    service: str
    source_arn: str


@dataclass(frozen=True)
class Redrive:
    """Where messages go that can't be processed.

    Attributes:
        queue_arn: The dead-letter queue.
        max_receive_count: Deliveries before a message goes there.
    """

    queue_arn: str
    max_receive_count: int


@dataclass(frozen=True)
class QueueProps:
    """Properties of a queue.

    Attributes:
        purpose: Name without workload and suffix (``raw-objects-queue``, ``raw-objects-dlq``).
        key_arn: Customer-managed key.
        visibility_timeout_seconds: How long a message stays hidden from others once it was received.
        retention_seconds: How long a message is kept.
        senders: Services that may send. Roles of this account need no mention: their own policies suffice.
        redrive: Dead-letter queue; None where this is one.
        classification: Data classification of the messages.
    """

    purpose: str
    key_arn: str
    visibility_timeout_seconds: int = 30
    retention_seconds: int = RETENTION_SECONDS
    senders: Sequence[Sender] = ()
    redrive: Redrive | None = None
    classification: DataClassification = DataClassification.CONFIDENTIAL


class Queue(Construct):
    """An SQS queue.

    Attributes:
        name: The queue's name.
        arn: The queue's ARN.
        url: The queue's URL.
        policy: The queue's policy. What checks at its creation that it may send, depends on this.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: QueueProps) -> None:
        super().__init__(scope, id_)
        name = context.name(props.purpose)
        queue = SqsQueue(
            self,
            "queue",
            name=name,
            kms_master_key_id=props.key_arn,
            kms_data_key_reuse_period_seconds=_DATA_KEY_REUSE_SECONDS,
            visibility_timeout_seconds=props.visibility_timeout_seconds,
            message_retention_seconds=props.retention_seconds,
            # An ARN is a token: Terraform writes the JSON.
            redrive_policy=Fn.jsonencode(
                {
                    "deadLetterTargetArn": props.redrive.queue_arn,
                    "maxReceiveCount": props.redrive.max_receive_count,
                }
            )
            if props.redrive
            else None,
            tags=context.tags(props.classification, name),
        )
        self.policy = SqsQueuePolicy(
            self,
            "policy",
            queue_url=queue.url,
            policy=policy_json(
                self,
                "policy-document",
                [
                    deny_without_tls(["sqs:*"], [queue.arn]),
                    *(
                        Statement(
                            sid=f"Sender{index}",
                            actions=["sqs:SendMessage"],
                            resources=[queue.arn],
                            principals=[service(sender.service)],
                            conditions=[
                                Condition("ArnEquals", "aws:SourceArn", [sender.source_arn]),
                                Condition("StringEquals", "aws:SourceAccount", [context.account_id]),
                            ],
                        )
                        for index, sender in enumerate(props.senders)
                    ),
                ],
            ),
        )
        self.name = queue.name
        self.arn = queue.arn
        self.url = queue.url
