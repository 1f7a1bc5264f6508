"""Permissions of operations that have one action, named as they are, and no key."""

from collections.abc import Callable, Iterable

from local.permissions.call import Call
from local.permissions.evaluation import Access


def accesses(call: Call) -> Iterable[Access]:
    """What an operation takes; raises KeyError for one that is not known here."""
    action, resource = _OPERATIONS[call.service, call.operation]
    return [Access(action, resource(call))] if action else []


def _everything(_: Call) -> str:
    """For actions without a resource level."""
    return "*"


def _log_stream(call: Call) -> str:
    group, stream = call.parameters["logGroupName"], call.parameters["logStreamName"]
    return call.arn(f"log-group:{group}:log-stream:{stream}")


def _function(call: Call) -> str:
    name = str(call.parameters["FunctionName"])
    return name if name.startswith("arn:") else call.arn(f"function:{name}")


_OPERATIONS: dict[tuple[str, str], tuple[str, Callable[[Call], str]]] = {
    ("cloudwatch", "PutMetricData"): ("cloudwatch:PutMetricData", _everything),
    ("lambda", "Invoke"): ("lambda:InvokeFunction", _function),
    ("logs", "CreateLogStream"): ("logs:CreateLogStream", _log_stream),
    ("logs", "PutLogEvents"): ("logs:PutLogEvents", _log_stream),
    # Needs no permission, and no policy can deny it
    ("sts", "GetCallerIdentity"): ("", _everything),
    ("xray", "PutTelemetryRecords"): ("xray:PutTelemetryRecords", _everything),
    ("xray", "PutTraceSegments"): ("xray:PutTraceSegments", _everything),
}
