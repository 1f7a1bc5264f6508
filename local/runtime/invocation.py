"""One call of a function and what came of it."""

import time
import uuid
from dataclasses import dataclass, field


def _trace_header() -> str:
    """A trace header as X-Ray defines it; nothing here receives segments, so nothing is sampled.

    https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
    """
    return f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]};Parent={uuid.uuid4().hex[:16]};Sampled=0"


@dataclass(frozen=True)
class Invocation:
    """One event on its way to a function.

    Attributes:
        payload: the event, JSON.
        function_arn: the ARN that was invoked, with its qualifier if there was one.
        client_context: JSON that the caller passes beside the event.
        request_id: the id that the caller, the context and the log see.
        trace_header: X-Ray's trace header.
    """

    payload: bytes
    function_arn: str
    client_context: str | None = None
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    trace_header: str = field(default_factory=_trace_header)


@dataclass(frozen=True)
class Outcome:
    """What an invocation came to.

    Attributes:
        payload: the function's answer, or the description of its error; JSON.
        request_id: id of the invocation.
        executed_version: version that ran.
        error_type: None for success, else AWS's name of the error (`ValueError`, `Sandbox.Timedout`).
        log_tail: the last 4 KB of the invocation's log.
        duration_ms: from handing the event out to the answer; None where it was not handed out.
    """

    payload: bytes
    request_id: str
    executed_version: str
    error_type: str | None
    log_tail: bytes
    duration_ms: float | None = None


class ThrottledError(Exception):
    """The function already runs as often at once as its reserved concurrency allows."""
