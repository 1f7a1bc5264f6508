"""Subscriptions of topics that moto 5.2.5 does not serve, or not as SNS does: e-mail and functions.

https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
"""

import logging
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import formatdate
from mailbox import mbox
from pathlib import Path
from threading import Lock
from typing import Any

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.utils import get_backend

from local.runtime import resource_policy

_SENDER = "AWS Notifications <no-reply@sns.amazonaws.com>"

_logger = logging.getLogger(__name__)


class Mailbox:
    """Keeps the mail that subscribers would get, in the mbox format, which mail programs can read.

    AWS sends nothing before the subscriber has confirmed; here nobody has to.

    Args:
        file: the mailbox; made with the first mail.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = Lock()

    def deliver(self, recipient: str, subject: str, text: str) -> None:
        """Adds a mail."""
        mail = EmailMessage()
        mail["From"] = _SENDER
        mail["To"] = recipient
        mail["Subject"] = subject
        mail["Date"] = formatdate()
        mail.set_content(text)
        with self._lock:
            box = mbox(self._file)
            box.add(mail)
            box.close()


def delivering(
    original: Callable[..., None], mailbox: Mailbox, invoke: Callable[[Any, dict[str, Any]], None]
) -> Callable[..., None]:
    """Wraps `moto.sns.models.Subscription.publish`.

    Args:
        original: moto's method, which serves the other protocols.
        mailbox: gets what e-mail subscriptions are sent.
        invoke: invokes a function asynchronously: moto's function, event.

    Returns:
        The wrapped method.
    """

    def publish(
        subscription: Any,
        message: str,
        message_id: str,
        subject: str | None = None,
        message_attributes: dict[str, Any] | None = None,
        message_structure: str | None = None,
        **others: Any,
    ) -> None:
        protocol = subscription.protocol
        if protocol not in ("email", "email-json", "lambda"):
            original(
                subscription,
                message,
                message_id,
                subject=subject,
                message_attributes=message_attributes,
                message_structure=message_structure,
                **others,
            )
            return
        matcher = subscription._filter_policy_matcher
        if matcher is not None and not matcher.matches(message_attributes, message):
            return
        if message_structure == "json":
            message = subscription._parse_message_structure(message, protocol)
        if protocol == "lambda":
            posted = subscription.get_post_data(message, message_id, subject, message_attributes)
            _invoke(subscription, posted, invoke)
        else:
            mailbox.deliver(subscription.endpoint, subject or "AWS Notification Message", message)

    return publish


def _invoke(subscription: Any, posted: dict[str, Any], invoke: Callable[[Any, dict[str, Any]], None]) -> None:
    _, _, _, region, account, *_ = subscription.endpoint.split(":")
    topic = subscription.topic
    try:
        function = get_backend(account, region).get_function(subscription.endpoint)
    except UnknownFunctionException:
        return
    if not resource_policy.allows(function, ["sns.amazonaws.com"], topic.arn, topic.account_id):
        _logger.error("%s: its resource policy does not let %s invoke it", function.function_arn, topic.arn)
        return
    told = {
        "Type": posted["Type"],
        "MessageId": posted["MessageId"],
        "TopicArn": posted["TopicArn"],
        "Subject": posted.get("Subject"),
        "Message": posted["Message"],
        "Timestamp": posted["Timestamp"],
        "SignatureVersion": posted["SignatureVersion"],
        "Signature": posted["Signature"],
        "SigningCertUrl": posted["SigningCertURL"],
        "UnsubscribeUrl": posted["UnsubscribeURL"],
        "MessageAttributes": posted.get("MessageAttributes") or {},
    }
    record = {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription.arn,
        "Sns": told,
    }
    invoke(function, {"Records": [record]})
