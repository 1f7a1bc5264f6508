"""Whoever may send to an encrypted topic or queue may use its key as well.

The two permissions are in two policies, and where the second is missing the message is lost without an error.
"""

import pytest

from tests.support.synthesized import Synthesized


def _services(synthesized: Synthesized, policy: str) -> set[str]:
    """Return the services that a policy allows something."""
    return {
        name
        for statement in synthesized.statements(policy).values()
        if statement.get("effect", "Allow") == "Allow"
        for principal in statement.get("principals", [])
        if principal["type"] == "Service"
        for name in principal["identifiers"]
    }


@pytest.mark.requirement("KMS-1")
@pytest.mark.requirement("CFG-3")
@pytest.mark.requirement("OBS-3")
def test_publishers_of_topics_may_use_the_topics_key(dev: Synthesized) -> None:
    policies = dev.all("aws_sns_topic_policy").values()
    assert policies
    for policy in policies:
        _, topic = dev.target(policy["arn"])
        _, key = dev.target(topic["kms_master_key_id"])
        assert _services(dev, policy["policy"]) <= _services(dev, key["policy"])


@pytest.mark.requirement("KMS-1")
@pytest.mark.requirement("FN-2")
def test_senders_to_queues_may_use_the_queues_key(dev: Synthesized) -> None:
    policies = dev.all("aws_sqs_queue_policy").values()
    assert policies
    for policy in policies:
        _, queue = dev.target(policy["queue_url"])
        _, key = dev.target(queue["kms_master_key_id"])
        assert _services(dev, policy["policy"]) <= _services(dev, key["policy"])


@pytest.mark.requirement("KMS-1")
def test_keys_name_no_service_that_the_stack_does_not_use(dev: Synthesized) -> None:
    """No key is open to a sender that no topic or queue takes messages from."""
    key = dev.one("aws_kms_key", description="SNS topics and SQS queues")
    senders = {
        service
        for type_ in ("aws_sns_topic_policy", "aws_sqs_queue_policy")
        for policy in dev.all(type_).values()
        for service in _services(dev, policy["policy"])
    }
    assert _services(dev, key["policy"]) == senders
