"""The metrics that Lambda puts for each invocation.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
"""

from typing import Any

from local.monitoring import metrics
from local.runtime.invocation import Invocation, Outcome

_NAMESPACE = "AWS/Lambda"


def put_concurrency(function: Any, invocation: Invocation, running: int) -> None:
    """Puts how many invocations of a function run, at the begin of another one.

    Args:
        function: the `moto.awslambda.models.LambdaFunction`.
        invocation: the one that begins.
        running: with it.
    """
    _put(function, invocation, {"ConcurrentExecutions": running}, "Count")


def put_throttled(function: Any, invocation: Invocation) -> None:
    """Puts that an invocation was throttled; it counts neither as an invocation nor as an error."""
    _put(function, invocation, {"Throttles": 1}, "Count")


def put_outcome(function: Any, invocation: Invocation, outcome: Outcome) -> None:
    """Puts what came of an invocation."""
    errors = 0 if outcome.error_type is None else 1
    _put(function, invocation, {"Invocations": 1, "Errors": errors, "Throttles": 0}, "Count")
    if outcome.duration_ms is not None:
        _put(function, invocation, {"Duration": outcome.duration_ms}, "Milliseconds")


def _put(function: Any, invocation: Invocation, values: dict[str, float], unit: str) -> None:
    """Puts values for the function, and for the version or alias that was invoked by its name."""
    name = function.function_name
    qualifier = invocation.function_arn.split(":")[7:]
    named = [{"FunctionName": name, "Resource": f"{name}:{qualifier[0]}"}] if qualifier else []
    for dimensions in ({"FunctionName": name}, *named):
        metrics.put(function.account_id, function.region, _NAMESPACE, values, dimensions, unit=unit)
