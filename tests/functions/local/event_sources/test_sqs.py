"""A queue invokes a function through an event-source mapping.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.local_functions import LocalAws, eventually

RECORD = """
import json
def handler(event, context):
    print(json.dumps(event))
"""
BODIES = """
import json, time
def handler(event, context):
    time.sleep({seconds})
    print(json.dumps([r["body"] for r in event["Records"]]))
"""
FAIL_BAD = """
import json
def handler(event, context):
    counts = [[r["body"], r["attributes"]["ApproximateReceiveCount"]] for r in event["Records"]]
    print(json.dumps(counts))
    bad = [r["messageId"] for r in event["Records"] if r["body"] == "bad"]
    return {"batchItemFailures": [{"itemIdentifier": i} for i in bad]}
"""
RAISE_BAD = """
import json
def handler(event, context):
    print(json.dumps([[r["body"], r["attributes"]["ApproximateReceiveCount"]] for r in event["Records"]]))
    if any(r["body"] == "bad" for r in event["Records"]):
        raise ValueError("bad")
"""


def connect(
    aws: LocalAws, source: str, queue: dict[str, str] | None = None, **mapping: Any
) -> tuple[str, str, str]:
    """Makes a queue that invokes a function; gives the function's name, the queue's URL, the mapping's id."""
    name = aws.function(source)
    url, arn = aws.queue(**(queue or {}))
    created = aws.client("lambda").create_event_source_mapping(
        EventSourceArn=arn, FunctionName=name, **mapping
    )
    return name, url, created["UUID"]


def send(aws: LocalAws, url: str, *bodies: str, **options: Any) -> None:
    for body in bodies:
        aws.client("sqs").send_message(QueueUrl=url, MessageBody=body, **options)


def printed(aws: LocalAws, name: str) -> list[Any]:
    """What the function has printed as JSON, an entry for each invocation."""
    lines = aws.log(f"/aws/lambda/{name}")
    return [json.loads(line) for line in lines if line[0] in "[{" and not line.startswith("[ERROR]")]


def waiting(aws: LocalAws, url: str) -> dict[str, int]:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return {"visible": int(found[names[0]]), "in flight": int(found[names[1]])}


def test_the_event_is_as_aws_documents_it_and_success_deletes_the_message(aws: LocalAws) -> None:
    name, url, _ = connect(aws, RECORD)
    attribute = {"DataType": "String", "StringValue": "trades"}
    binary = {"DataType": "Binary", "BinaryValue": b"\x00\xff"}
    send(aws, url, "Test message.", MessageAttributes={"kind": attribute, "raw": binary})
    ((event,),) = (event["Records"] for event in eventually(lambda: printed(aws, name)))
    now = time.time() * 1000
    for key in ("SentTimestamp", "ApproximateFirstReceiveTimestamp"):
        assert now - 10_000 < int(event["attributes"].pop(key)) <= now
    assert event["attributes"].pop("SenderId")
    assert len(event.pop("messageId")) == 36
    assert event.pop("receiptHandle")
    assert len(event.pop("md5OfMessageAttributes")) == 32
    assert event == {
        "body": "Test message.",
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {
            "kind": {
                "stringValue": "trades",
                "stringListValues": [],
                "binaryListValues": [],
                "dataType": "String",
            },
            "raw": {
                "binaryValue": "AP8=",
                "stringListValues": [],
                "binaryListValues": [],
                "dataType": "Binary",
            },
        },
        "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:us-east-1:123456789012:{url.rpartition('/')[2]}",
        "awsRegion": "us-east-1",
    }
    assert eventually(lambda: waiting(aws, url) == {"visible": 0, "in flight": 0})


def test_messages_of_a_fifo_queue_have_their_group(aws: LocalAws) -> None:
    name, url, _ = connect(aws, RECORD, queue={"FifoQueue": "true"})
    send(aws, url, "x", MessageGroupId="IBM", MessageDeduplicationId="1")
    (event,) = eventually(lambda: printed(aws, name))
    attributes = event["Records"][0]["attributes"]
    assert attributes["MessageGroupId"] == "IBM"
    assert attributes["MessageDeduplicationId"] == "1"
    assert attributes["SequenceNumber"]


def test_messages_that_wait_come_in_batches(aws: LocalAws) -> None:
    name, url, mapping = connect(aws, BODIES.format(seconds=0), BatchSize=2, Enabled=False)
    send(aws, url, "1", "2", "3")
    aws.client("lambda").update_event_source_mapping(UUID=mapping, Enabled=True)
    assert eventually(lambda: len(printed(aws, name)) == 2)
    assert sorted(printed(aws, name)) == [["1", "2"], ["3"]]


def test_a_batching_window_gathers_messages(aws: LocalAws) -> None:
    name, url, _ = connect(aws, BODIES.format(seconds=0), BatchSize=10, MaximumBatchingWindowInSeconds=1)
    begin = time.monotonic()
    send(aws, url, "1", "2", "3")
    assert eventually(lambda: printed(aws, name)) == [["1", "2", "3"]]
    assert time.monotonic() - begin >= 1


def test_a_full_batch_does_not_wait_for_its_window(aws: LocalAws) -> None:
    name, url, _ = connect(aws, BODIES.format(seconds=0), BatchSize=2, MaximumBatchingWindowInSeconds=60)
    send(aws, url, "1", "2")
    assert eventually(lambda: printed(aws, name), seconds=5) == [["1", "2"]]


def test_a_failed_batch_comes_back_after_the_visibility_timeout(aws: LocalAws) -> None:
    name, url, _ = connect(aws, RAISE_BAD, queue={"VisibilityTimeout": "1"})
    begin = time.monotonic()
    send(aws, url, "bad")
    assert eventually(lambda: printed(aws, name)) == [[["bad", "1"]]]
    assert waiting(aws, url) == {"visible": 0, "in flight": 1}
    seen = eventually(lambda: len(printed(aws, name)) == 2 and printed(aws, name))
    assert seen == [[["bad", "1"]], [["bad", "2"]]]
    assert time.monotonic() - begin >= 1
    aws.client("sqs").purge_queue(QueueUrl=url)


def test_only_the_reported_messages_come_back(aws: LocalAws) -> None:
    name, url, mapping = connect(
        aws,
        FAIL_BAD,
        queue={"VisibilityTimeout": "1"},
        FunctionResponseTypes=["ReportBatchItemFailures"],
        Enabled=False,
    )
    send(aws, url, "good", "bad")
    aws.client("lambda").update_event_source_mapping(UUID=mapping, Enabled=True)
    seen = eventually(lambda: len(printed(aws, name)) == 2 and printed(aws, name))
    assert seen == [[["good", "1"], ["bad", "1"]], [["bad", "2"]]]
    aws.client("sqs").purge_queue(QueueUrl=url)


def test_without_the_setting_the_report_is_ignored(aws: LocalAws) -> None:
    name, url, _ = connect(aws, FAIL_BAD)
    send(aws, url, "bad")
    assert eventually(lambda: printed(aws, name))
    assert eventually(lambda: waiting(aws, url) == {"visible": 0, "in flight": 0})


@pytest.mark.requirement("FN-1")
def test_a_message_that_fails_too_often_ends_in_the_dead_letter_queue(aws: LocalAws) -> None:
    dead_url, dead_arn = aws.queue()
    policy = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 2})
    name, url, _ = connect(aws, RAISE_BAD, queue={"VisibilityTimeout": "1", "RedrivePolicy": policy})
    send(aws, url, "bad")
    (message,) = aws.receive(dead_url)
    assert message["Body"] == "bad"
    assert printed(aws, name) == [[["bad", "1"]], [["bad", "2"]]]
    assert waiting(aws, url) == {"visible": 0, "in flight": 0}


def test_a_throttled_batch_comes_back(aws: LocalAws) -> None:
    name, url, _ = connect(aws, RAISE_BAD, queue={"VisibilityTimeout": "1"})
    client = aws.client("lambda")
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    send(aws, url, "good")
    assert eventually(lambda: waiting(aws, url)["in flight"] == 1)
    client.delete_function_concurrency(FunctionName=name)
    assert eventually(lambda: printed(aws, name)) == [[["good", "2"]]]


def test_the_maximum_concurrency_is_kept(aws: LocalAws) -> None:
    name, url, _ = connect(
        aws, BODIES.format(seconds=0.3), BatchSize=1, ScalingConfig={"MaximumConcurrency": 2}
    )
    begin = time.monotonic()
    send(aws, url, *"123456")
    assert eventually(lambda: len(printed(aws, name)) == 6)
    assert 0.9 <= time.monotonic() - begin < 1.8
    streams = aws.client("logs").describe_log_streams(logGroupName=f"/aws/lambda/{name}")["logStreams"]
    assert len(streams) == 2


def test_a_disabled_mapping_takes_nothing(aws: LocalAws) -> None:
    name, url, mapping = connect(aws, BODIES.format(seconds=0))
    aws.client("lambda").update_event_source_mapping(UUID=mapping, Enabled=False)
    send(aws, url, "1")
    time.sleep(0.3)
    assert printed(aws, name) == []
    assert waiting(aws, url) == {"visible": 1, "in flight": 0}


def test_a_deleted_mapping_takes_nothing(aws: LocalAws) -> None:
    name, url, mapping = connect(aws, BODIES.format(seconds=0))
    send(aws, url, "before")
    assert eventually(lambda: printed(aws, name)) == [["before"]]
    aws.client("lambda").delete_event_source_mapping(UUID=mapping)
    send(aws, url, "after")
    time.sleep(0.3)
    assert printed(aws, name) == [["before"]]
    assert waiting(aws, url) == {"visible": 1, "in flight": 0}


def test_a_filter_drops_other_messages(aws: LocalAws) -> None:
    pattern = json.dumps({"body": {"symbol": ["IBM"]}})
    name, url, _ = connect(
        aws, BODIES.format(seconds=0), FilterCriteria={"Filters": [{"Pattern": pattern}]}, BatchSize=1
    )
    send(aws, url, '{"symbol": "AIG"}', "no json", '{"symbol": "IBM"}')
    assert eventually(lambda: printed(aws, name)) == [['{"symbol": "IBM"}']]
    assert eventually(lambda: waiting(aws, url) == {"visible": 0, "in flight": 0})


def test_a_delayed_message_comes_when_its_delay_is_over(aws: LocalAws) -> None:
    name, url, _ = connect(aws, BODIES.format(seconds=0))
    begin = time.monotonic()
    send(aws, url, "late", DelaySeconds=1)
    assert eventually(lambda: printed(aws, name)) == [["late"]]
    assert 0.9 <= time.monotonic() - begin < 2.5


def test_every_message_of_many_senders_arrives_once(aws: LocalAws) -> None:
    """moto alone loses messages that are sent while another one is deleted."""
    name, url, _ = connect(aws, BODIES.format(seconds=0), BatchSize=1)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: send(aws, url, str(number)), range(200)))
    assert eventually(lambda: waiting(aws, url) == {"visible": 0, "in flight": 0}, seconds=30)
    seen = Counter(body for batch in printed(aws, name) for body in batch)
    assert seen == Counter(str(number) for number in range(200))


def test_an_idle_mapping_costs_no_processor_time(aws: LocalAws) -> None:
    name, url, _ = connect(aws, RAISE_BAD, queue={"VisibilityTimeout": "30"})
    send(aws, url, "bad")  # stays in flight
    assert eventually(lambda: printed(aws, name))
    before = time.process_time()
    time.sleep(1.5)
    assert time.process_time() - before < 0.03  # 2 % of a processor
    aws.client("sqs").purge_queue(QueueUrl=url)
