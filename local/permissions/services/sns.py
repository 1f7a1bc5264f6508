"""Permissions of SNS's operations.

https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
"""

from collections.abc import Iterable

from moto.sns.models import sns_backends

from local.permissions.call import Call
from local.permissions.evaluation import Access
from local.permissions.keys import customer_key, uses

_ACTIONS = {"Publish": "sns:Publish", "PublishBatch": "sns:Publish"}


def accesses(call: Call) -> Iterable[Access]:
    """What an operation of SNS takes; raises KeyError for one that is not known here."""
    action = _ACTIONS[call.operation]
    arn = call.parameters["TopicArn"]
    yield Access(action, arn)
    topic = sns_backends[call.account_id][call.region].topics.get(arn)
    key = customer_key(getattr(topic, "kms_master_key_id", None), call.account_id, call.region)
    yield from uses(call, key, ("GenerateDataKey", "Decrypt"), {"aws:sns:topicArn": arn})
