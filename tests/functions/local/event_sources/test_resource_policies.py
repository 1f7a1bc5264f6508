"""A service invokes a function only if the function's resource policy lets it.

https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
"""

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.local_api import STAGE, Api
from tests.support.local_functions import ACCOUNT, REGION, LocalAws, eventually

PRINT = 'def handler(event, context):\n    print("ran")\n    return {"statusCode": 200}\n'


def permit(aws: LocalAws, name: str, **statement: str) -> str:
    """Adds a statement to a function's policy; gives its id."""
    sid = uuid.uuid4().hex
    aws.client("lambda").add_permission(
        FunctionName=name, StatementId=sid, Action="lambda:InvokeFunction", **statement
    )
    return sid


def ran(aws: LocalAws, name: str) -> bool:
    return any("ran" in line for line in aws.log(f"/aws/lambda/{name}"))


def arn_of(name: str) -> str:
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"


def publish(aws: LocalAws, name: str) -> tuple[str, Callable[[], Any]]:
    sns = aws.client("sns")
    topic = sns.create_topic(Name=f"t-{uuid.uuid4().hex[:8]}")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn_of(name))
    return topic, lambda: sns.publish(TopicArn=topic, Message="m")


def upload(aws: LocalAws, name: str) -> tuple[str, Callable[[], Any]]:
    s3 = aws.client("s3")
    bucket = f"b-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=bucket)
    configuration = {"LambdaFunctionArn": arn_of(name), "Events": ["s3:ObjectCreated:*"]}
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"LambdaFunctionConfigurations": [configuration]}
    )
    return f"arn:aws:s3:::{bucket}", lambda: s3.put_object(Bucket=bucket, Key="k", Body=b"")


SOURCES = {"sns": publish, "s3": upload}


@pytest.mark.parametrize("service", SOURCES)
def test_without_a_permission_nothing_is_invoked(
    aws: LocalAws, service: str, caplog: pytest.LogCaptureFixture
) -> None:
    name = aws.function(PRINT)
    source, happen = SOURCES[service](aws, name)
    permit(aws, name, Principal=f"{service}.amazonaws.com", SourceArn=f"{source}-other")
    permit(aws, name, Principal=f"{service}.amazonaws.com", SourceAccount="210987654321")
    permit(aws, name, Principal="events.amazonaws.com", SourceArn=source)
    happen()
    assert f"does not let {source} invoke it" in caplog.text
    time.sleep(0.2)
    assert not ran(aws, name)


@pytest.mark.parametrize("service", SOURCES)
def test_with_a_permission_for_the_source_it_is(aws: LocalAws, service: str) -> None:
    name = aws.function(PRINT)
    source, happen = SOURCES[service](aws, name)
    permit(aws, name, Principal=f"{service}.amazonaws.com", SourceArn=source, SourceAccount=ACCOUNT)
    happen()
    assert eventually(lambda: ran(aws, name))


def _filter(aws: LocalAws, group: str, name: str) -> None:
    aws.client("logs").put_subscription_filter(
        logGroupName=group, filterName="f", filterPattern="", destinationArn=arn_of(name)
    )


def test_a_subscription_filter_is_refused_without_a_permission(aws: LocalAws) -> None:
    logs = aws.client("logs")
    group = f"/app/{uuid.uuid4().hex[:8]}"
    logs.create_log_group(logGroupName=group)
    name = aws.function(PRINT)
    permit(
        aws,
        name,
        Principal="logs.amazonaws.com",
        SourceArn=f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/app/other:*",
    )
    with pytest.raises(
        logs.exceptions.InvalidParameterException, match="Could not execute the lambda function"
    ):
        _filter(aws, group, name)


def test_a_permission_that_is_taken_away_stops_a_log_groups_events(
    aws: LocalAws, caplog: pytest.LogCaptureFixture
) -> None:
    logs = aws.client("logs")
    group = f"/app/{uuid.uuid4().hex[:8]}"
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    name = aws.function(PRINT)
    source = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}:*"
    sid = permit(aws, name, Principal="logs.amazonaws.com", SourceArn=source, SourceAccount=ACCOUNT)
    _filter(aws, group, name)
    aws.client("lambda").remove_permission(FunctionName=name, StatementId=sid)
    event = {"timestamp": int(time.time() * 1000), "message": "m"}
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=[event])
    assert "does not let f invoke it" in caplog.text
    time.sleep(0.2)
    assert not ran(aws, name)


@pytest.mark.parametrize(
    ("source", "status"),
    [
        ("{api}/*", 200),
        (f"{{api}}/{STAGE}/GET/v1/bars/*", 200),
        ("{api}/other/GET/v1/bars/*", 500),
        (f"{{api}}/{STAGE}/POST/v1/bars/*", 500),
        (f"{{api}}/{STAGE}/GET/v1/symbols", 500),
        (f"arn:aws:execute-api:{REGION}:{ACCOUNT}:another/*", 500),
    ],
)
def test_an_api_needs_a_permission_for_its_method(aws: LocalAws, source: str, status: int) -> None:
    name = aws.function(PRINT)
    api = Api(aws)
    api.method("/v1/bars/{symbol}", "GET", name)
    api.deploy()
    policy = aws.client("lambda").get_policy(FunctionName=name)
    for sid in [one["Sid"] for one in json.loads(policy["Policy"])["Statement"]]:
        aws.client("lambda").remove_permission(FunctionName=name, StatementId=sid)
    arn = source.format(api=f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api.id}")
    permit(aws, name, Principal="apigateway.amazonaws.com", SourceArn=arn)
    assert api.request("/v1/bars/IBM").status == status
    assert ran(aws, name) is (status == 200)
