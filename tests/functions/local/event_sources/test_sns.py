"""What subscribers of a topic get.

https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html
"""

import json
import mailbox
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.local_functions import ACCOUNT, REGION, LocalAws, eventually, local_aws


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def aws(work: Path) -> Iterator[LocalAws]:
    with local_aws(work) as running:
        yield running


@pytest.fixture
def topic(aws: LocalAws) -> str:
    return str(aws.client("sns").create_topic(Name=f"t-{uuid.uuid4().hex[:8]}")["TopicArn"])


def mails(work: Path) -> list[tuple[str, str, str]]:
    """Recipient, subject and text of every mail."""
    return [
        (mail["To"], mail["Subject"], str(mail.get_payload()).strip())
        for mail in mailbox.mbox(work / "mailbox")
    ]


def test_a_mail_subscriber_finds_the_message_in_the_mailbox(aws: LocalAws, work: Path, topic: str) -> None:
    sns = aws.client("sns")
    recipient = f"{uuid.uuid4().hex[:8]}@example.com"
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=recipient)
    sns.publish(TopicArn=topic, Subject="ALARM", Message="Something\nneeds attention")
    sns.publish(TopicArn=topic, Message="No subject")
    assert [mail for mail in mails(work) if mail[0] == recipient] == [
        (recipient, "ALARM", "Something\nneeds attention"),
        (recipient, "AWS Notification Message", "No subject"),
    ]


def test_a_filter_policy_counts_for_mail_too(aws: LocalAws, work: Path, topic: str) -> None:
    sns = aws.client("sns")
    recipient = f"{uuid.uuid4().hex[:8]}@example.com"
    arn = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=recipient, ReturnSubscriptionArn=True)[
        "SubscriptionArn"
    ]
    sns.set_subscription_attributes(
        SubscriptionArn=arn, AttributeName="FilterPolicy", AttributeValue='{"severity": ["high"]}'
    )
    for severity in ("low", "high"):
        sns.publish(
            TopicArn=topic,
            Message=severity,
            MessageAttributes={"severity": {"DataType": "String", "StringValue": severity}},
        )
    assert [mail[2] for mail in mails(work) if mail[0] == recipient] == ["high"]


def test_a_function_gets_the_event_that_aws_documents(aws: LocalAws, topic: str) -> None:
    name = aws.function("import json\ndef handler(event, context):\n    print(json.dumps(event))\n")
    aws.permit(name, "sns")
    sns = aws.client("sns")
    subscription = sns.subscribe(
        TopicArn=topic,
        Protocol="lambda",
        Endpoint=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}",
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    published = sns.publish(
        TopicArn=topic,
        Message="price limit",
        MessageAttributes={"symbol": {"DataType": "String", "StringValue": "IBM"}},
    )

    def events() -> list[Any]:
        return [json.loads(line) for line in aws.log(f"/aws/lambda/{name}") if line.startswith("{")]

    ((record,),) = (event["Records"] for event in eventually(events))
    told = record.pop("Sns")
    assert record == {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription,
    }
    for generated in ("Timestamp", "Signature", "SigningCertUrl", "UnsubscribeUrl", "SignatureVersion"):
        assert told.pop(generated)
    assert told == {
        "Type": "Notification",
        "MessageId": published["MessageId"],
        "TopicArn": topic,
        "Subject": None,
        "Message": "price limit",
        "MessageAttributes": {"symbol": {"Type": "String", "Value": "IBM"}},
    }
