"""The event that Lambda makes of queue messages, and what it reads from the function's answer.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
"""

import base64
import json
from typing import Any


def record(message: Any, queue: Any) -> dict[str, Any]:
    """One record of the event.

    Args:
        message: a received `moto.sqs.models.Message`.
        queue: the `moto.sqs.models.Queue` that it came from.

    Returns:
        The record as AWS documents it.
    """
    attributes = {
        "ApproximateReceiveCount": str(message.approximate_receive_count),
        "SentTimestamp": str(message.sent_timestamp),
        "SenderId": message.sender_id,
        "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
    }
    if queue.fifo_queue:
        attributes["SequenceNumber"] = message.sequence_number
        attributes["MessageGroupId"] = message.group_id
        attributes["MessageDeduplicationId"] = message.deduplication_id
    trace = message.system_attributes.get("AWSTraceHeader")
    if trace is not None:
        attributes["AWSTraceHeader"] = trace["StringValue"]
    result = {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": attributes,
        "messageAttributes": {
            name: _message_attribute(value) for name, value in message.message_attributes.items()
        },
        "md5OfBody": message.body_md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": queue.queue_arn,
        "awsRegion": queue.region,
    }
    if message.message_attributes:
        result["md5OfMessageAttributes"] = message.attribute_md5
    return result


def _message_attribute(value: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {"stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
    if value.get("StringValue") is not None:
        result["stringValue"] = value["StringValue"]
    if value.get("BinaryValue") is not None:
        result["binaryValue"] = base64.b64encode(value["BinaryValue"]).decode()
    return result


def failed_messages(answer: bytes, sent: set[str]) -> set[str]:
    """Reads which messages a function reports as failed (`ReportBatchItemFailures`).

    Args:
        answer: what the function returned, JSON.
        sent: ids of the messages of the batch.

    Returns:
        Ids of the messages that must come back: those that the answer names; none when it is null, `{}` or
        names none; all when it is malformed: no JSON object, a wrong key, an id that is empty, null or not of
        the batch.
    """
    try:
        response = json.loads(answer)
    except ValueError:
        return sent
    if response is None:
        return set()
    if not isinstance(response, dict):
        return sent
    items = response.get("batchItemFailures")
    if items is None:
        return set()
    if not isinstance(items, list):
        return sent
    failed = {str(item.get("itemIdentifier")) if isinstance(item, dict) else "" for item in items}
    return failed if failed <= sent else sent
