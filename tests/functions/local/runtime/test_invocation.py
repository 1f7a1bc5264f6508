"""What a caller of the Invoke API sees.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
"""

import base64
import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.local_functions import ACCOUNT, REGION, LocalAws

ECHO = "def handler(event, context):\n    return event\n"


def test_the_answer_is_what_the_handler_returns(aws: LocalAws) -> None:
    name = aws.function(ECHO)
    event = {"text": "zwölf", "list": [1, 2.5, None, True]}
    response = aws.invoke(name, event)
    assert response["Payload"] == event
    assert response["StatusCode"] == 200
    assert response["ExecutedVersion"] == "$LATEST"
    assert "FunctionError" not in response
    assert "LogResult" not in response


def test_the_context_describes_the_invocation(aws: LocalAws) -> None:
    name = aws.function(
        """
def handler(event, context):
    return {
        "function_name": context.function_name, "function_version": context.function_version,
        "invoked_function_arn": context.invoked_function_arn,
        "memory_limit_in_mb": context.memory_limit_in_mb,
        "aws_request_id": context.aws_request_id, "log_group_name": context.log_group_name,
        "custom": context.client_context.custom, "remaining": context.get_remaining_time_in_millis(),
    }
""",
        MemorySize=512,
        Timeout=20,
    )
    client_context = base64.b64encode(json.dumps({"custom": {"a": "b"}}).encode()).decode()
    response = aws.invoke(name, ClientContext=client_context)
    context = response["Payload"]
    remaining = context.pop("remaining")
    assert context == {
        "function_name": name,
        "function_version": "$LATEST",
        "invoked_function_arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}",
        "memory_limit_in_mb": "512",
        "aws_request_id": response["ResponseMetadata"]["RequestId"],
        "log_group_name": f"/aws/lambda/{name}",
        "custom": {"a": "b"},
    }
    assert 19_000 < remaining <= 20_000


def test_an_exception_is_reported_with_its_type_and_stack(aws: LocalAws) -> None:
    name = aws.function("def handler(event, context):\n    raise KeyError('price')\n")
    response = aws.invoke(name)
    assert response["StatusCode"] == 200
    assert response["FunctionError"] == "Unhandled"
    error = response["Payload"]
    assert error["errorType"] == "KeyError"
    assert error["errorMessage"] == "'price'"
    assert error["requestId"] == response["ResponseMetadata"]["RequestId"]
    assert "raise KeyError('price')" in error["stackTrace"][0]
    assert aws.invoke(name)["FunctionError"] == "Unhandled"  # the worker lives on


def test_an_error_with_a_very_deep_stack_is_reported_too(aws: LocalAws) -> None:
    """The runtime client reports the stack in one header of some 100 KB."""
    name = aws.function("def handler(event, context):\n    return handler(event, context)\n")
    assert aws.invoke(name)["Payload"]["errorType"] == "RecursionError"


@pytest.mark.parametrize(
    ("source", "error_type", "message"),
    [
        (
            "import no_such_module",
            "Runtime.ImportModuleError",
            "Unable to import module 'app': No module named",
        ),
        ("x = 1", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'app'"),
        ("def handler(:", "Runtime.UserCodeSyntaxError", "Syntax error in module 'app'"),
        ("raise ValueError('setting missing')", "ValueError", "setting missing"),
    ],
)
def test_a_failing_start_is_reported_as_aws_reports_it(
    aws: LocalAws, source: str, error_type: str, message: str
) -> None:
    response = aws.invoke(aws.function(source))
    assert response["FunctionError"] == "Unhandled"
    assert response["Payload"]["errorType"] == error_type
    assert response["Payload"]["errorMessage"].startswith(message)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("os._exit(0)", "Runtime exited without providing a reason"),
        ("os._exit(3)", "Runtime exited with error: exit status 3"),
        ("os.kill(os.getpid(), 9)", "Runtime exited with error: signal: killed"),
    ],
)
def test_a_worker_that_dies_is_an_exit_error_and_replaced(aws: LocalAws, statement: str, reason: str) -> None:
    name = aws.function(
        f"import os\ndef handler(event, context):\n    if event:\n        {statement}\n    return 1\n"
    )
    response = aws.invoke(name, "die")
    request_id = response["ResponseMetadata"]["RequestId"]
    assert response["FunctionError"] == "Unhandled"
    assert response["Payload"] == {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: {request_id} Error: {reason}",
    }
    assert aws.invoke(name)["Payload"] == 1


def test_a_timed_out_invocation_ends_at_the_functions_timeout(aws: LocalAws) -> None:
    name = aws.function(
        "import time\ndef handler(event, context):\n    time.sleep(event)\n    return 'awake'\n", Timeout=1
    )
    begin = time.monotonic()
    response = aws.invoke(name, 30, LogType="Tail")
    assert 1 <= time.monotonic() - begin < 3
    request_id = response["ResponseMetadata"]["RequestId"]
    assert response["FunctionError"] == "Unhandled"
    assert response["Payload"] == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": f"RequestId: {request_id} Error: Task timed out after 1.00 seconds",
    }
    assert (
        f" {request_id} Task timed out after 1.00 seconds" in base64.b64decode(response["LogResult"]).decode()
    )
    assert aws.invoke(name, 0)["Payload"] == "awake"


def test_a_response_above_6_mb_is_an_error(aws: LocalAws) -> None:
    name = aws.function("def handler(event, context):\n    return 'x' * event\n")
    assert len(aws.invoke(name, 6_291_554)["Payload"]) == 6_291_554
    response = aws.invoke(name, 6_291_555)
    assert response["FunctionError"] == "Unhandled"
    assert response["Payload"] == {
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
    }


def test_the_log_tail_holds_the_invocations_lines_only(aws: LocalAws) -> None:
    name = aws.function("def handler(event, context):\n    print('saw', event)\n")
    aws.invoke(name, "first", LogType="Tail")
    response = aws.invoke(name, "second", LogType="Tail")
    lines = base64.b64decode(response["LogResult"]).decode().splitlines()
    request_id = response["ResponseMetadata"]["RequestId"]
    assert lines[:3] == [
        f"START RequestId: {request_id} Version: $LATEST",
        "saw second",
        f"END RequestId: {request_id}",
    ]
    assert lines[3].startswith(f"REPORT RequestId: {request_id}\tDuration: ")
    assert len(lines) == 4


def test_the_log_tail_is_at_most_4_kb(aws: LocalAws) -> None:
    name = aws.function("def handler(event, context):\n    print('x' * 10000)\n")
    tail = base64.b64decode(aws.invoke(name, LogType="Tail")["LogResult"])
    assert len(tail) == 4096
    assert tail.endswith(b" ms\n")


def test_a_dry_run_runs_nothing(aws: LocalAws) -> None:
    name = aws.function("raise RuntimeError('must not run')")
    response = aws.invoke(name, InvocationType="DryRun")
    assert response["StatusCode"] == 204
    assert aws.log(f"/aws/lambda/{name}") == []


def test_a_published_version_keeps_its_code(aws: LocalAws) -> None:
    name = aws.function(ECHO)
    client = aws.client("lambda")
    version = client.publish_version(FunctionName=name)["Version"]
    client.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    client.update_function_configuration(FunctionName=name, Handler="app.other")
    assert aws.invoke(name, 1)["FunctionError"] == "Unhandled"
    response = aws.invoke(name, 1, Qualifier="live")
    assert response["Payload"] == 1
    assert response["ExecutedVersion"] == version


def _refusal(call: Any, **arguments: Any) -> tuple[int, str]:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    response = caught.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


def test_bad_calls_are_refused_as_aws_refuses_them(aws: LocalAws) -> None:
    name = aws.function(ECHO)
    invoke = aws.client("lambda").invoke
    assert _refusal(invoke, FunctionName="no-such-function") == (404, "ResourceNotFoundException")
    assert _refusal(invoke, FunctionName=name, Payload=b"{") == (400, "InvalidRequestContentException")
    too_large = b'"' + b"x" * (1024 * 1024) + b'"'
    assert _refusal(invoke, FunctionName=name, Payload=too_large, InvocationType="Event") == (
        413,
        "RequestTooLargeException",
    )
    assert json.loads(invoke(FunctionName=name, Payload=too_large)["Payload"].read()) == "x" * (1024 * 1024)
