"""Asynchronous invocations: retries, dead-letter queues, destinations.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

import json
import time
from typing import Any

from local.runtime.asynchronous import RETRY_DELAYS
from tests.support.local_functions import ACCOUNT, REGION, LocalAws, eventually

FAIL = "def handler(event, context):\n    raise ValueError('bad trade')\n"


def starts(aws: LocalAws, name: str) -> list[str]:
    return [line for line in aws.log(f"/aws/lambda/{name}") if line.startswith("START")]


def submit(aws: LocalAws, name: str, event: object) -> Any:
    return aws.invoke(name, event, InvocationType="Event")


def test_the_caller_does_not_wait(aws: LocalAws) -> None:
    name = aws.function("import time\ndef handler(event, context):\n    time.sleep(1)\n    print('ran')\n")
    begin = time.monotonic()
    response = submit(aws, name, {})
    assert time.monotonic() - begin < 0.5
    assert response["StatusCode"] == 202
    assert response["Payload"] is None
    assert eventually(lambda: "ran" in aws.log(f"/aws/lambda/{name}"))


def test_a_failed_event_is_tried_three_times_with_one_request_id(aws: LocalAws) -> None:
    name = aws.function(FAIL)
    request_id = submit(aws, name, {})["ResponseMetadata"]["RequestId"]
    assert eventually(lambda: len(starts(aws, name)) == 3)
    time.sleep(0.3)
    assert starts(aws, name) == [f"START RequestId: {request_id} Version: $LATEST"] * 3


def test_lambda_waits_one_minute_and_then_two() -> None:
    assert RETRY_DELAYS == (60, 120)


def test_a_success_is_not_repeated(aws: LocalAws) -> None:
    name = aws.function("def handler(event, context):\n    return 1\n")
    submit(aws, name, {})
    assert eventually(lambda: starts(aws, name))
    time.sleep(0.3)
    assert len(starts(aws, name)) == 1


def test_a_failed_event_reaches_the_dead_letter_queue(aws: LocalAws) -> None:
    url, arn = aws.queue()
    name = aws.function(FAIL, DeadLetterConfig={"TargetArn": arn})
    request_id = submit(aws, name, {"symbol": "IBM"})["ResponseMetadata"]["RequestId"]
    (message,) = aws.receive(url)
    assert json.loads(message["Body"]) == {"symbol": "IBM"}
    attributes = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert attributes == {"RequestID": request_id, "ErrorCode": "200", "ErrorMessage": "bad trade"}


def test_a_failed_event_reaches_the_destination(aws: LocalAws) -> None:
    url, arn = aws.queue()
    name = aws.function(FAIL)
    aws.client("lambda").put_function_event_invoke_config(
        FunctionName=name, MaximumRetryAttempts=1, DestinationConfig={"OnFailure": {"Destination": arn}}
    )
    request_id = submit(aws, name, {"symbol": "IBM"})["ResponseMetadata"]["RequestId"]
    (message,) = aws.receive(url)
    record = json.loads(message["Body"])
    assert record.pop("timestamp").endswith("Z")
    assert record["responsePayload"].pop("stackTrace")
    assert record == {
        "version": "1.0",
        "requestContext": {
            "requestId": request_id,
            "functionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 2,
        },
        "requestPayload": {"symbol": "IBM"},
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": {"errorType": "ValueError", "errorMessage": "bad trade", "requestId": request_id},
    }
    assert len(starts(aws, name)) == 2


def test_a_success_reaches_its_destination_which_may_be_a_function(aws: LocalAws) -> None:
    sink = aws.function("def handler(event, context):\n    print(event['requestContext']['condition'])\n")
    name = aws.function("def handler(event, context):\n    return 'fine'\n")
    target = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{sink}"
    aws.client("lambda").put_function_event_invoke_config(
        FunctionName=name, DestinationConfig={"OnSuccess": {"Destination": target}}
    )
    submit(aws, name, {})
    assert eventually(lambda: "Success" in aws.log(f"/aws/lambda/{sink}"))


def test_a_throttled_event_waits_for_its_turn(aws: LocalAws) -> None:
    name = aws.function("def handler(event, context):\n    print('ran')\n")
    client = aws.client("lambda")
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    submit(aws, name, {})
    time.sleep(0.2)
    client.delete_function_concurrency(FunctionName=name)
    assert eventually(lambda: "ran" in aws.log(f"/aws/lambda/{name}"), seconds=5)


def test_a_notification_invokes_asynchronously(aws: LocalAws) -> None:
    name = aws.function(
        "import json\ndef handler(event, context):\n    print(event['Records'][0]['Sns']['Message'])\n"
    )
    aws.permit(name, "sns")
    topic = aws.client("sns").create_topic(Name="alerts")["TopicArn"]
    endpoint = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
    aws.client("sns").subscribe(TopicArn=topic, Protocol="lambda", Endpoint=endpoint)
    aws.client("sns").publish(TopicArn=topic, Message="price limit")
    assert eventually(lambda: "price limit" in aws.log(f"/aws/lambda/{name}"))
