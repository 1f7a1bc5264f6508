"""Where the records of asynchronous invocations go: queues, topics and other functions."""

import json
import logging
from collections.abc import Callable
from typing import Any

from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from local.monitoring import metrics
from local.permissions import platform
from local.runtime.function import FunctionConfiguration
from local.runtime.invocation import Invocation, Outcome
from local.runtime.platform_log import timestamp

_logger = logging.getLogger(__name__)


def record(
    function_arn: str, invocation: Invocation, outcome: Outcome | None, condition: str, attempts: int
) -> dict[str, Any]:
    """The record that a destination gets.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html

    Args:
        function_arn: ARN of the function, with its qualifier.
        invocation: the event.
        outcome: what the last attempt came to; None if the event was never handed to the function.
        condition: `Success`, `RetriesExhausted` or `EventAgeExceeded`.
        attempts: how often the function was invoked.

    Returns:
        The record.
    """
    answer: dict[str, Any] = {}
    if outcome is not None:
        context: dict[str, Any] = {"statusCode": 200, "executedVersion": outcome.executed_version}
        if outcome.error_type is not None:
            context["functionError"] = "Unhandled"
        answer = {"responseContext": context, "responsePayload": json.loads(outcome.payload)}
    return {
        "version": "1.0",
        "timestamp": timestamp(),
        "requestContext": {
            "requestId": invocation.request_id,
            "functionArn": function_arn,
            "condition": condition,
            "approximateInvokeCount": attempts,
        },
        "requestPayload": json.loads(invocation.payload),
        **answer,
    }


def dead_letter_attributes(invocation: Invocation, outcome: Outcome | None) -> dict[str, dict[str, str]]:
    """The message attributes that a dead-letter queue gets beside the event.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq
    """
    message = ""
    if outcome is not None:
        message = str((json.loads(outcome.payload) or {}).get("errorMessage", ""))[:1024]
    return {
        "RequestID": {"DataType": "String", "StringValue": invocation.request_id},
        "ErrorCode": {"DataType": "Number", "StringValue": "200" if outcome is not None else "429"},
        "ErrorMessage": {"DataType": "String", "StringValue": message or " "},
    }


class Destinations:
    """Delivers records.

    Args:
        invoke: invokes a function asynchronously: ARN, event.
    """

    def __init__(self, invoke: Callable[[str, bytes], None]) -> None:
        self._invoke = invoke

    def deliver(
        self,
        function: FunctionConfiguration,
        arn: str,
        body: str,
        attributes: dict[str, dict[str, str]] | None = None,
    ) -> None:
        """Delivers one record; a failure is told in the local AWS's own log, and counted as Lambda counts it.

        Args:
            function: the function whose record it is; its role has to allow the delivery.
            arn: queue, topic or function.
            body: the record, JSON.
            attributes: message attributes; a dead-letter queue's record has them.
        """
        if not self._delivered(function, arn, body, attributes):
            failure = "DestinationDeliveryFailures" if attributes is None else "DeadLetterErrors"
            metrics.put(
                function.account_id,
                function.region,
                "AWS/Lambda",
                {failure: 1},
                {"FunctionName": function.name},
                unit="Count",
            )

    def _delivered(
        self,
        function: FunctionConfiguration,
        arn: str,
        body: str,
        attributes: dict[str, dict[str, str]] | None,
    ) -> bool:
        _, _, service, region, account, name, *_ = arn.split(":")
        try:
            if service == "sqs":
                if not platform.may(function, "sqs", "SendMessage", QueueName=name):
                    return False
                sqs_backends[account][region].send_message(name, body, message_attributes=attributes)
            elif service == "sns":
                if not platform.may(function, "sns", "Publish", TopicArn=arn):
                    return False
                sns_backends[account][region].publish(message=body, arn=arn)
            elif service == "lambda":
                if not platform.may(function, "lambda", "Invoke", FunctionName=arn):
                    return False
                self._invoke(arn, body.encode())
            else:
                _logger.error("destination %s: the local AWS knows no destinations of this service", arn)
                return False
        except Exception:
            # moto raises whatever it likes
            _logger.exception("destination %s: delivery failed", arn)
            return False
        return True
