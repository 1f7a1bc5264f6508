"""The metrics that the services put by themselves.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
"""

import contextlib
import threading

import pytest

from local.monitoring import clock
from tests.support.local_api import STAGE, Api
from tests.support.local_functions import LocalAws, eventually

ANSWER = 'def handler(event, context):\n    return {"statusCode": 200, "body": "ok"}\n'


def statistic(
    aws: LocalAws, namespace: str, metric: str, name: str = "Sum", **dimensions: str
) -> float | None:
    points = aws.client("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName=metric,
        StartTime=clock.now() - 3600,
        EndTime=clock.now() + 60,
        Period=3600,
        Statistics=[name],
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
    )["Datapoints"]
    return points[0][name] if points else None


def test_invocations_errors_and_durations_of_a_function(aws: LocalAws) -> None:
    source = "import time\ndef handler(event, context):\n    time.sleep(0.05)\n    return 1 / event\n"
    name = aws.function(source)
    for event in (1, 0, 2):
        aws.invoke(name, event)
    sums = {
        metric: statistic(aws, "AWS/Lambda", metric, FunctionName=name)
        for metric in ("Invocations", "Errors", "Throttles")
    }
    assert sums == {"Invocations": 3, "Errors": 1, "Throttles": 0}
    shortest = statistic(aws, "AWS/Lambda", "Duration", "Minimum", FunctionName=name)
    assert shortest is not None
    assert 50 <= shortest < 500
    assert statistic(aws, "AWS/Lambda", "ConcurrentExecutions", "Maximum", FunctionName=name) == 1


def test_a_throttled_invocation_is_no_invocation(aws: LocalAws) -> None:
    name = aws.function("import time\ndef handler(event, context):\n    time.sleep(1)\n")
    aws.client("lambda").put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    first = threading.Thread(target=aws.invoke, args=(name,))
    first.start()
    assert eventually(
        lambda: statistic(aws, "AWS/Lambda", "ConcurrentExecutions", "Maximum", FunctionName=name)
    )
    with contextlib.suppress(aws.client("lambda").exceptions.TooManyRequestsException):
        aws.invoke(name)
    first.join()
    assert statistic(aws, "AWS/Lambda", "Throttles", FunctionName=name) == 1
    assert statistic(aws, "AWS/Lambda", "Invocations", FunctionName=name) == 1


def test_a_version_has_metrics_of_its_own_beside_the_functions(aws: LocalAws) -> None:
    name = aws.function(ANSWER)
    aws.client("lambda").publish_version(FunctionName=name)
    aws.invoke(name, Qualifier="1")
    assert statistic(aws, "AWS/Lambda", "Invocations", FunctionName=name, Resource=f"{name}:1") == 1


@pytest.mark.parametrize(
    ("lost", "metric"), [(True, "DeadLetterErrors"), (False, "DestinationDeliveryFailures")]
)
def test_what_cannot_be_delivered_after_a_failure_is_counted(aws: LocalAws, lost: bool, metric: str) -> None:
    url, arn = aws.queue()
    settings = {"DeadLetterConfig": {"TargetArn": arn}} if lost else {}
    name = aws.function("def handler(event, context):\n    return 1 / 0\n", **settings)
    if not lost:
        aws.client("lambda").put_function_event_invoke_config(
            FunctionName=name, DestinationConfig={"OnFailure": {"Destination": arn}}
        )
    aws.client("sqs").delete_queue(QueueUrl=url)
    aws.invoke(name, {}, InvocationType="Event")
    assert eventually(lambda: statistic(aws, "AWS/Lambda", metric, FunctionName=name)) == 1


@pytest.mark.requirement("OBS-3")
def test_a_queues_messages_and_the_age_of_its_oldest(aws: LocalAws) -> None:
    url, arn = aws.queue()
    sqs = aws.client("sqs")
    queue = arn.rpartition(":")[2]
    for body in ("one", "two"):
        sqs.send_message(QueueUrl=url, MessageBody=body)
    sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=900)
    sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1, VisibilityTimeout=900)
    clock.advance(120)

    def highest(metric: str) -> float | None:
        return statistic(aws, "AWS/SQS", metric, "Maximum", QueueName=queue)

    assert eventually(lambda: (highest("ApproximateAgeOfOldestMessage") or 0) >= 120)
    assert highest("ApproximateNumberOfMessagesVisible") == 1
    assert highest("ApproximateNumberOfMessagesNotVisible") == 1
    assert highest("ApproximateNumberOfMessagesDelayed") == 1


def test_requests_of_an_api_and_of_its_stage(aws: LocalAws) -> None:
    api = Api(aws)
    api.method("/good", "GET", aws.function(ANSWER))
    api.method("/bad", "GET", aws.function("def handler(event, context):\n    return 1\n"))
    api.deploy()
    for path in ("/good", "/good", "/bad", "/unknown"):
        api.request(path)
    name = aws.client("apigateway").get_rest_api(restApiId=api.id)["name"]
    whole = {"ApiName": name, "Stage": STAGE}
    assert statistic(aws, "AWS/ApiGateway", "Count", **whole) == 4
    assert statistic(aws, "AWS/ApiGateway", "4XXError", "Average", **whole) == 0.25
    assert statistic(aws, "AWS/ApiGateway", "5XXError", "Average", **whole) == 0.25
    assert statistic(aws, "AWS/ApiGateway", "Latency", "SampleCount", **whole) == 4
    assert statistic(aws, "AWS/ApiGateway", "IntegrationLatency", "SampleCount", **whole) == 3
