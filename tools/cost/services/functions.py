"""Lambda functions and the traces of what they do."""

import re
from collections.abc import Iterator
from decimal import Decimal

from tools.cost.charges import MILLION, Charge
from tools.cost.load import Load
from tools.cost.resources import Resources, expect
from tools.errors import ToolError

LAMBDA = "Lambda"

_FREE_STORAGE_MB = 512
_PURPOSE = re.compile(r"[^-]+-(.+)-function-")


def functions(stack: Resources, load: Load) -> Iterator[Charge]:
    """Requests, and time by memory and storage."""
    purposes = set()
    for function in stack.all("aws_lambda_function"):
        expect(function, "architectures", ["arm64"])
        match = _PURPOSE.match(function["function_name"])
        if not match:
            raise ToolError(f"the function {function['function_name']} does not tell its purpose")
        purposes.add(match[1])
        done = load.function(match[1])
        seconds = done.invocations * done.seconds
        storage = function.get("ephemeral_storage", {}).get("size", _FREE_STORAGE_MB) - _FREE_STORAGE_MB
        yield Charge(LAMBDA, "requests", "lambda-request-million", done.invocations / MILLION)
        yield Charge(
            LAMBDA, "time, by memory", "lambda-arm64-gb-second", seconds * function["memory_size"] / 1024
        )
        yield Charge(
            LAMBDA,
            "time, by temporary storage",
            "lambda-storage-gb-second",
            seconds * Decimal(storage) / 1024,
        )
    if strangers := sorted(set(load.functions) - purposes):
        raise ToolError(f"the load names functions that the stack does not have: {', '.join(strangers)}")
    yield Charge("X-Ray", "traces", "trace-million", load.traces / MILLION)
