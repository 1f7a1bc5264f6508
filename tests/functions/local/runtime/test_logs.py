"""A function's output in its log group.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
"""

import json
import re

import pytest

from tests.support.local_functions import LocalAws, eventually

TALK = """
import logging, sys
logging.getLogger().setLevel("INFO")
print("starting")
def handler(event, context):
    print("out")
    print("err", file=sys.stderr)
    logging.info("two\\nlines")
    print("no newline", end="")
"""


def test_text_output_is_framed_by_the_platforms_lines(aws: LocalAws) -> None:
    name = aws.function(TALK)
    request_id = aws.invoke(name)["ResponseMetadata"]["RequestId"]
    lines = aws.log(f"/aws/lambda/{name}")
    assert lines[:2] == ["starting", f"START RequestId: {request_id} Version: $LATEST"]
    assert sorted(lines[2:6])[1:] == ["err", "no newline", "out"]
    assert [line for line in lines if "two" in line] == [sorted(lines[2:6])[0]]
    assert re.fullmatch(rf"\[INFO\]\t[-0-9T:.]+Z\t{request_id}\ttwo\nlines", sorted(lines[2:6])[0])
    assert lines[6] == f"END RequestId: {request_id}"
    assert re.fullmatch(
        rf"REPORT RequestId: {request_id}\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms"
        r"\tMemory Size: 128 MB(\tMax Memory Used: \d+ MB)?\tInit Duration: \d+\.\d\d ms",
        lines[7],
    )
    assert len(lines) == 8


def test_each_worker_writes_a_stream_of_its_own(aws: LocalAws) -> None:
    name = aws.function(
        "import os\ndef handler(e, c):\n    return os.environ['AWS_LAMBDA_LOG_STREAM_NAME']\n"
    )
    first = aws.invoke(name)["Payload"]
    aws.client("lambda").update_function_configuration(FunctionName=name, Timeout=4)
    second = aws.invoke(name)["Payload"]
    streams = aws.client("logs").describe_log_streams(logGroupName=f"/aws/lambda/{name}")["logStreams"]
    assert {stream["logStreamName"] for stream in streams} == {first, second}
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", first)


def test_json_logs_have_the_platforms_events(aws: LocalAws) -> None:
    name = aws.function(
        "import logging\ndef handler(event, context):\n    logging.warning('cheap %s', event)\n",
        LoggingConfig={"LogFormat": "JSON", "LogGroup": "/own/group-json"},
    )
    request_id = aws.invoke(name, "trade")["ResponseMetadata"]["RequestId"]
    start, record, report = (json.loads(line) for line in aws.log("/own/group-json"))
    time = start.pop("time")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", time)
    assert start == {"type": "platform.start", "record": {"requestId": request_id, "version": "$LATEST"}}
    assert record["level"] == "WARNING"
    assert record["message"] == "cheap trade"
    assert record["requestId"] == request_id
    assert report["type"] == "platform.report"
    assert report["record"]["status"] == "success"
    assert report["record"]["requestId"] == request_id
    metrics = report["record"]["metrics"]
    assert metrics["memorySizeMB"] == 128
    assert metrics["billedDurationMs"] >= metrics["durationMs"] + metrics["initDurationMs"]
    assert "initDurationMs" not in _last_report(aws, name, "/own/group-json")["metrics"]


def _last_report(aws: LocalAws, name: str, group: str) -> dict[str, dict[str, float]]:
    aws.invoke(name, "again")
    report: dict[str, dict[str, float]] = json.loads(aws.log(group)[-1])["record"]
    return report


@pytest.mark.parametrize(
    ("level", "types"),
    [("INFO", ["platform.start", "platform.report"]), ("WARN", [])],
)
def test_the_system_log_level_hides_lower_events(aws: LocalAws, level: str, types: list[str]) -> None:
    group = f"/level/{level}"
    name = aws.function(
        "def handler(event, context):\n    print('done')\n    return 1 / event\n",
        LoggingConfig={"LogFormat": "JSON", "LogGroup": group, "SystemLogLevel": level},
    )
    aws.invoke(name, 1)
    events = [json.loads(line) for line in aws.log(group) if line != "done"]
    assert [event["type"] for event in events] == types
    aws.invoke(name, 0)
    report = json.loads(aws.log(group)[-1])
    assert report["record"]["status"] == "error"
    assert report["record"]["errorType"] == "ZeroDivisionError"


def test_the_application_log_level_reaches_the_runtimes_logger(aws: LocalAws) -> None:
    source = "import logging\ndef handler(event, context):\n    logging.info('i')\n    logging.error('e')\n"
    config = {"LogFormat": "JSON", "LogGroup": "/level/app", "ApplicationLogLevel": "ERROR"}
    aws.invoke(aws.function(source, LoggingConfig=config))
    levels = [event["level"] for event in map(json.loads, aws.log("/level/app")) if "level" in event]
    assert levels == ["ERROR"]


def test_output_of_a_long_invocation_is_there_before_it_ends(aws: LocalAws) -> None:
    name = aws.function("import time\ndef handler(event, context):\n    print('half')\n    time.sleep(3)\n")
    aws.client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=b"{}")
    assert eventually(lambda: "half" in aws.log(f"/aws/lambda/{name}"), seconds=2)


def test_a_declared_log_group_keeps_its_retention(aws: LocalAws) -> None:
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/declared")
    logs.put_retention_policy(logGroupName="/declared", retentionInDays=30)
    aws.invoke(aws.function("def handler(e, c): ...", LoggingConfig={"LogGroup": "/declared"}))
    assert logs.describe_log_groups(logGroupNamePrefix="/declared")["logGroups"][0]["retentionInDays"] == 30
    assert len(aws.log("/declared")) == 3
