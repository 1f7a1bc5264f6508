"""An allowed action that nobody uses is found."""

from tests.support.local_functions import LocalAws
from tests.support.permissions import Permission, permissions, policy_documents, unused
from tests.support.roles import Role, allow


def test_what_is_allowed_and_never_used_is_named(aws: LocalAws) -> None:
    url, arn = aws.queue()
    _, other = aws.queue()
    send = allow(["sqs:SendMessage", "sqs:Get*"], arn) | {"Sid": "Send", "Resource": [arn, other]}
    never = allow("sqs:PurgeQueue", "*") | {"Sid": "Never"}
    traces = allow("xray:PutTraceSegments", "*") | {"Sid": "Traces"}
    denied = allow("s3:*") | {"Sid": "Denied", "Effect": "Deny"}
    role = Role(aws, [send, never, traces, denied])
    role.client("sqs").send_message(QueueUrl=url, MessageBody="m")

    allowed = set(permissions(role.name, policy_documents(aws.client("iam"), role.name)))
    left = unused(allowed, role.entries("used"), {"xray:PutTraceSegments"})

    assert left == [
        Permission(role.name, "Never", "*"),
        Permission(role.name, "Never", "sqs:PurgeQueue"),
        Permission(role.name, "Send", other),
        Permission(role.name, "Send", "sqs:Get*"),
    ]
    assert str(left[3]) == f"{role.name}: Send: sqs:Get*"
    role.client("sqs").get_queue_url(QueueName=other.rpartition(":")[2])
    assert unused(allowed, role.entries("used"), {"xray:PutTraceSegments"}) == left[:2]


def test_the_same_statement_of_another_role_is_no_use(aws: LocalAws) -> None:
    url, _ = aws.queue()
    send = allow("sqs:SendMessage") | {"Sid": "Send"}
    one, two = Role(aws, [send]), Role(aws, [send])
    one.client("sqs").send_message(QueueUrl=url, MessageBody="m")
    allowed = list(permissions(two.name, policy_documents(aws.client("iam"), two.name)))
    assert unused(allowed, one.entries("used")) == sorted(allowed)
