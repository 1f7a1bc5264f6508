"""A log group's subscription filter invokes a function.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
"""

import gzip
import json
import time
import uuid

import pytest

from tests.support.local_functions import ACCOUNT, REGION, LocalAws, eventually

PRINT = """
import base64, gzip, json
def handler(event, context):
    print(gzip.decompress(base64.b64decode(event["awslogs"]["data"])).decode())
"""


def subscribe(aws: LocalAws, pattern: str, source: str = PRINT) -> tuple[str, str]:
    """Makes a log group whose matching events go to a function; gives both names."""
    name = aws.function(source)
    aws.permit(name, "logs")
    group = f"/app/{uuid.uuid4().hex[:8]}"
    logs = aws.client("logs")
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="stream")
    logs.put_subscription_filter(
        logGroupName=group,
        filterName="critical",
        filterPattern=pattern,
        destinationArn=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}",
    )
    return group, name


def put(aws: LocalAws, group: str, *messages: str) -> int:
    now = int(time.time() * 1000)
    aws.client("logs").put_log_events(
        logGroupName=group,
        logStreamName="stream",
        logEvents=[{"timestamp": now, "message": message} for message in messages],
    )
    return now


@pytest.mark.requirement("OBS-3")
def test_matching_events_reach_the_function_as_aws_documents_it(aws: LocalAws) -> None:
    group, name = subscribe(aws, '{ $.level = "ERROR" }')
    error = json.dumps({"level": "ERROR", "message": "no money"})
    now = put(aws, group, json.dumps({"level": "INFO"}), error, "plain ERROR")
    (line,) = eventually(lambda: [line for line in aws.log(f"/aws/lambda/{name}") if line.startswith("{")])
    data = json.loads(line)
    (event,) = data.pop("logEvents")
    assert len(event.pop("id")) == 56
    assert event == {"timestamp": now, "message": error}
    assert data == {
        "messageType": "DATA_MESSAGE",
        "owner": ACCOUNT,
        "logGroup": group,
        "logStream": "stream",
        "subscriptionFilters": ["critical"],
    }


def test_events_that_do_not_match_invoke_nothing(aws: LocalAws) -> None:
    group, name = subscribe(aws, "ERROR")
    put(aws, group, "all is well")
    time.sleep(0.2)
    assert aws.log(f"/aws/lambda/{name}") == []


def test_putting_events_does_not_wait_for_the_function(aws: LocalAws) -> None:
    source = "import time\ndef handler(event, context):\n    time.sleep(2)\n    print('alerted')\n"
    group, name = subscribe(aws, "ERROR", source)
    begin = time.monotonic()
    put(aws, group, "ERROR")
    assert time.monotonic() - begin < 1
    assert eventually(lambda: "alerted" in aws.log(f"/aws/lambda/{name}"))


def test_a_functions_own_output_reaches_a_subscriber(aws: LocalAws) -> None:
    group, alert = subscribe(aws, "{ $.level = CRITICAL }")
    config = {"LogFormat": "JSON", "LogGroup": group}
    source = "import logging\ndef handler(event, context):\n    logging.critical('stop trading')\n"
    aws.invoke(aws.function(source, LoggingConfig=config))
    assert eventually(lambda: [line for line in aws.log(f"/aws/lambda/{alert}") if "stop trading" in line])


def test_other_destinations_get_matching_events_too(aws: LocalAws) -> None:
    kinesis = aws.client("kinesis")
    stream = f"s-{uuid.uuid4().hex[:8]}"
    kinesis.create_stream(StreamName=stream, ShardCount=1)
    arn = kinesis.describe_stream(StreamName=stream)["StreamDescription"]["StreamARN"]
    group, _ = subscribe(aws, "ERROR")
    aws.client("logs").put_subscription_filter(
        logGroupName=group,
        filterName="archive",
        filterPattern="WARN",
        destinationArn=arn,
        roleArn=aws.role_arn,
    )
    put(aws, group, "ERROR one", "WARN two")
    shard = kinesis.get_shard_iterator(
        StreamName=stream, ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    records = kinesis.get_records(ShardIterator=shard)["Records"]
    data = [json.loads(gzip.decompress(record["Data"])) for record in records]
    assert [event["message"] for part in data for event in part["logEvents"]] == ["WARN two"]


def test_a_pattern_that_is_not_understood_sends_nothing_and_says_so(
    aws: LocalAws, caplog: pytest.LogCaptureFixture
) -> None:
    group, name = subscribe(aws, "[ip, user")
    put(aws, group, "1.2.3.4 me")
    assert "subscription filter critical sends nothing" in caplog.text
    assert aws.log(f"/aws/lambda/{name}") == []
