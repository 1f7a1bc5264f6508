import json
from collections.abc import Callable
from typing import Any

import pytest

POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "sqs:*"}]}
)


@pytest.fixture
def sqs(client: Callable[[str], Any]) -> Any:
    return client("sqs")


def attributes(sqs: Any, url: str) -> dict[str, str]:
    found: dict[str, str] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return found


def test_a_redrive_policy_is_compact_json(sqs: Any, unique: str) -> None:
    dead = attributes(sqs, sqs.create_queue(QueueName=f"{unique}-dlq")["QueueUrl"])["QueueArn"]
    policy = {"deadLetterTargetArn": dead, "maxReceiveCount": 5}
    url = sqs.create_queue(QueueName=unique, Attributes={"RedrivePolicy": json.dumps(policy)})["QueueUrl"]

    assert attributes(sqs, url)["RedrivePolicy"] == json.dumps(policy, separators=(",", ":"))


def test_a_redrive_allow_policy_is_kept_and_removed(sqs: Any, unique: str) -> None:
    url = sqs.create_queue(QueueName=unique)["QueueUrl"]
    allow = '{"redrivePermission":"denyAll"}'
    assert "RedriveAllowPolicy" not in attributes(sqs, url)

    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedriveAllowPolicy": allow})
    assert attributes(sqs, url)["RedriveAllowPolicy"] == allow
    only = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedriveAllowPolicy"])["Attributes"]
    assert only == {"RedriveAllowPolicy": allow}

    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedriveAllowPolicy": ""})
    assert "RedriveAllowPolicy" not in attributes(sqs, url)


def test_setting_another_attribute_leaves_the_policy(sqs: Any, unique: str) -> None:
    url = sqs.create_queue(QueueName=unique, Attributes={"Policy": POLICY})["QueueUrl"]

    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "900"})

    assert attributes(sqs, url)["Policy"] == POLICY


@pytest.mark.holds_on_bare_moto
def test_an_empty_policy_removes_the_policy(sqs: Any, unique: str) -> None:
    url = sqs.create_queue(QueueName=unique, Attributes={"Policy": POLICY})["QueueUrl"]

    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})

    assert "Policy" not in attributes(sqs, url)
