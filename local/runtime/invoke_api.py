"""Lambda's Invoke operation, as moto's server answers it.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

import base64
import json
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import unquote

from local.runtime.invocation import Invocation, Outcome, ThrottledError

_MAXIMUM_SYNCHRONOUS_PAYLOAD = 6 * 1024 * 1024
_MAXIMUM_ASYNCHRONOUS_PAYLOAD = 1024 * 1024

_REQUEST_ID = "x-amzn-requestid"

_Response = tuple[int, dict[str, str], bytes]


class Invoker(Protocol):
    """What runs the functions."""

    def invoke(self, function: Any, invocation: Invocation) -> Outcome:
        """Runs an invocation to its end; raises `ThrottledError`."""

    def submit(self, invocation: Invocation) -> None:
        """Takes an asynchronous invocation."""


def operation(invoker: Invoker) -> Callable[[Any], _Response]:
    """Gives the replacement of `moto.awslambda.responses.LambdaResponse.invoke`.

    Args:
        invoker: runs the functions.

    Returns:
        A method of moto's response class.
    """

    def invoke(response: Any) -> _Response:
        name = unquote(response.path.rsplit("/", 2)[-2])
        qualifier = response._get_param("Qualifier")
        function = response.backend.get_function(name, qualifier)
        status, headers, body = _answer(invoker, function, qualifier, response.headers, response.body)
        return status, {**headers, "status": str(status)}, body  # moto takes the status from the headers

    return invoke


def own_request_id(original: Callable[..., Any]) -> Callable[..., Any]:
    """Wraps moto's last touch on a response, which gives it a random request id.

    Args:
        original: `LambdaResponse._enrich_response`.

    Returns:
        The same, but an id that the operation has set stays: callers find the invocation's log by it.
    """

    def enrich(headers: dict[str, str], body: Any) -> Any:
        request_id = headers.get(_REQUEST_ID)
        headers, body = original(headers, body)
        if request_id is not None:
            headers[_REQUEST_ID] = request_id
        return headers, body

    return enrich


def _answer(invoker: Invoker, function: Any, qualifier: str | None, headers: Any, body: Any) -> _Response:
    payload = body if isinstance(body, bytes) else (body or "").encode()
    payload = payload or b"{}"
    kind = headers.get("X-Amz-Invocation-Type") or "RequestResponse"
    limit = _MAXIMUM_ASYNCHRONOUS_PAYLOAD if kind == "Event" else _MAXIMUM_SYNCHRONOUS_PAYLOAD
    if len(payload) > limit:
        message = f"Request must be smaller than {limit} bytes for the Invoke operation"
        return _refusal(413, "RequestTooLargeException", message)
    try:
        json.loads(payload)
    except ValueError as error:
        message = f"Could not parse request body into json: {error}"
        return _refusal(400, "InvalidRequestContentException", message)
    client_context = headers.get("X-Amz-Client-Context")
    invocation = Invocation(
        payload=payload,
        function_arn=_invoked_arn(function, qualifier),
        client_context=base64.b64decode(client_context).decode() if client_context else None,
    )
    if kind == "DryRun":
        return 204, {}, b""
    if kind == "Event":
        invoker.submit(invocation)
        return 202, {_REQUEST_ID: invocation.request_id}, b""
    try:
        outcome = invoker.invoke(function, invocation)
    except ThrottledError:
        return _refusal(
            429,
            "TooManyRequestsException",
            "Rate Exceeded.",
            Reason="ReservedFunctionConcurrentInvocationLimitExceeded",
        )
    answer = {
        "Content-Type": "application/json",
        _REQUEST_ID: outcome.request_id,
        "X-Amz-Executed-Version": outcome.executed_version,
    }
    if outcome.error_type is not None:
        answer["X-Amz-Function-Error"] = "Unhandled"
    if headers.get("X-Amz-Log-Type") == "Tail":
        answer["X-Amz-Log-Result"] = base64.b64encode(outcome.log_tail).decode()
    return 200, answer, outcome.payload


def _invoked_arn(function: Any, qualifier: str | None) -> str:
    """The ARN as the caller gave it: with its qualifier, be it a version or an alias."""
    parts = str(function.function_arn).split(":")[:7]
    return ":".join([*parts, qualifier] if qualifier else parts)


def _refusal(status: int, error_type: str, message: str, **more: str) -> _Response:
    headers = {"Content-Type": "application/json", "x-amzn-ErrorType": error_type}
    return status, headers, json.dumps({"Type": "User", "message": message, **more}).encode()
