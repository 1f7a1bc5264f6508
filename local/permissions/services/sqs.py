"""Permissions of SQS's operations; those on batches take what the single ones take.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
"""

from collections.abc import Iterable

from moto.sqs.models import sqs_backends

from local.permissions.call import Call
from local.permissions.evaluation import Access
from local.permissions.keys import customer_key, uses

_KEY_ACTIONS = {
    "SendMessage": ("GenerateDataKey", "Decrypt"),
    "ReceiveMessage": ("Decrypt",),
    "DeleteMessage": (),
    "ChangeMessageVisibility": (),
    "GetQueueAttributes": (),
    "GetQueueUrl": (),
}


def accesses(call: Call) -> Iterable[Access]:
    """What an operation of SQS takes; raises KeyError for one that is not known here."""
    name = call.parameters.get("QueueName") or call.parameters["QueueUrl"].rstrip("/").rpartition("/")[2]
    yield from on_queue(call, call.operation.removesuffix("Batch"), name)


def on_queue(call: Call, operation: str, name: str) -> Iterable[Access]:
    """What an operation on a queue of the call's account and region takes.

    Args:
        call: where.
        operation: name of the operation.
        name: name of the queue.
    """
    arn = call.arn(name)
    actions = _KEY_ACTIONS[operation]
    yield Access(f"sqs:{operation}", arn)
    queue = sqs_backends[call.account_id][call.region].queues.get(name)
    key = customer_key(getattr(queue, "kms_master_key_id", None), call.account_id, call.region)
    yield from uses(call, key, actions, {"aws:sqs:arn": arn})
