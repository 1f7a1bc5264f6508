"""What Lambda does with a function's role is bound by the role as well."""

import json
import time
from collections.abc import Sequence
from typing import Any

import pytest

from tests.support.local_functions import ACCOUNT, REGION, LocalAws, eventually
from tests.support.roles import KEY_OF_ANYONE, Block, Role, allow, document

LOGS = allow(["logs:CreateLogStream", "logs:PutLogEvents"])
CALLER = "import boto3\ndef handler(event, context):\n    boto3.client('sqs').send_message(**event)\n"
FAILING = "def handler(event, context):\n    raise ValueError('no')\n"


def function(aws: LocalAws, source: str, statements: Sequence[Block], **settings: Any) -> tuple[str, Role]:
    """A function with a role of these statements; its name and its role."""
    role = Role(aws, statements)
    return aws.function(source, Role=role.arn, **settings), role


@pytest.mark.requirement("IAM-1")
def test_a_function_whose_role_lacks_an_action_fails_with_access_denied(aws: LocalAws) -> None:
    url, arn = aws.queue()
    message = {"QueueUrl": url, "MessageBody": "m"}
    able, role = function(aws, CALLER, [LOGS, allow("sqs:SendMessage", arn)])
    assert "FunctionError" not in aws.invoke(able, message)
    unable, other = function(aws, CALLER, [LOGS, allow("sqs:GetQueueUrl", arn)])
    assert "(AccessDenied)" in aws.invoke(unable, message)["Payload"]["errorMessage"]
    assert other.refused() == ["sqs:SendMessage"]
    assert role.used() == {"logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage"}


def test_the_code_of_a_function_is_known_by_the_functions_arn(aws: LocalAws) -> None:
    url, arn = aws.queue()
    name, role = function(aws, CALLER, [LOGS, allow("sqs:SendMessage", arn)])
    source = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
    denial = allow("*", ArnEquals={"lambda:SourceFunctionArn": source}) | {"Effect": "Deny"}
    aws.client("iam").put_role_policy(
        RoleName=role.name, PolicyName="not-by-code", PolicyDocument=document(denial)
    )
    answer = aws.invoke(name, {"QueueUrl": url, "MessageBody": "m"})
    assert "(AccessDenied)" in answer["Payload"]["errorMessage"]
    # Lambda itself still writes the log
    assert any("AccessDenied" in line for line in aws.log(f"/aws/lambda/{name}"))


@pytest.mark.parametrize("missing", ["logs:CreateLogStream", "logs:PutLogEvents"])
def test_without_permission_nothing_is_logged(aws: LocalAws, missing: str) -> None:
    actions = {"logs:CreateLogStream", "logs:PutLogEvents"} - {missing}
    name, role = function(aws, "def handler(event, context):\n    print('hello')\n", [allow(sorted(actions))])
    assert "FunctionError" not in aws.invoke(name)
    assert aws.log(f"/aws/lambda/{name}") == []
    assert set(role.refused()) == {missing}


@pytest.fixture
def key(aws: LocalAws) -> str:
    made = aws.client("kms").create_key(Policy=document(KEY_OF_ANYONE))
    return str(made["KeyMetadata"]["Arn"])


def test_the_environment_takes_its_key(aws: LocalAws, key: str) -> None:
    source = "import os\ndef handler(event, context):\n    return os.environ['A']\n"
    settings = {"KMSKeyArn": key, "Environment": {"Variables": {"A": "a"}}}
    able, _ = function(aws, source, [LOGS, allow("kms:Decrypt", key)], **settings)
    assert aws.invoke(able)["Payload"] == "a"
    unable, other = function(aws, source, [LOGS], **settings)
    assert aws.invoke(unable)["Payload"]["errorType"] == "KMSAccessDeniedException"
    assert other.refused() == ["kms:Decrypt"]
    own = {"StringEquals": {"kms:EncryptionContext:aws:lambda:FunctionArn": "another"}}
    bound, _ = function(aws, source, [LOGS, allow("kms:Decrypt", key, **own)], **settings)
    assert aws.invoke(bound)["FunctionError"] == "Unhandled"


def test_a_dead_letter_takes_permission(aws: LocalAws) -> None:
    url, arn = aws.queue()
    send = allow("sqs:SendMessage", arn)
    names = [
        function(aws, FAILING, statements, DeadLetterConfig={"TargetArn": arn})
        for statements in ([LOGS, send], [LOGS])
    ]
    for name, _ in names:
        aws.client("lambda").invoke(
            FunctionName=name, InvocationType="Event", Payload=json.dumps(name).encode()
        )
    assert [message["Body"] for message in aws.receive(url)] == [json.dumps(names[0][0])]
    assert eventually(names[1][1].refused) == ["sqs:SendMessage"]


@pytest.mark.parametrize(
    "missing", ["sqs:ReceiveMessage", "sqs:GetQueueAttributes", "sqs:DeleteMessage", "kms:Decrypt"]
)
def test_a_queue_is_polled_with_the_role(aws: LocalAws, key: str, missing: str) -> None:
    url, arn = aws.queue(KmsMasterKeyId=key, VisibilityTimeout="1")
    actions = {"sqs:ReceiveMessage", "sqs:GetQueueAttributes", "sqs:DeleteMessage", "kms:Decrypt"}
    name, role = function(
        aws, "def handler(event, context):\n    pass\n", [LOGS, allow(sorted(actions - {missing}))]
    )
    aws.client("lambda").create_event_source_mapping(EventSourceArn=arn, FunctionName=name)
    aws.client("sqs").send_message(QueueUrl=url, MessageBody="m")
    assert missing in eventually(lambda: set(role.refused()))
    count = {"QueueUrl": url, "AttributeNames": ["All"]}
    aws.client("iam").put_role_policy(
        RoleName=role.name, PolicyName="mended", PolicyDocument=document(allow(missing))
    )

    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")

    def done() -> bool:
        attributes = aws.client("sqs").get_queue_attributes(**count)["Attributes"]
        return all(attributes[name] == "0" for name in names)

    assert eventually(done)
    assert role.used() >= actions


def test_a_refused_poller_waits_before_it_tries_again(aws: LocalAws) -> None:
    url, arn = aws.queue()
    name, role = function(aws, "def handler(event, context):\n    pass\n", [LOGS])
    aws.client("lambda").create_event_source_mapping(EventSourceArn=arn, FunctionName=name)
    aws.client("sqs").send_message(QueueUrl=url, MessageBody="m")
    eventually(role.refused)
    time.sleep(1.5)
    assert sum(entry["count"] for entry in role.entries("refused")) <= 4
