"""The lines that Lambda itself adds to a function's log, as text or as JSON.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
"""

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local.runtime.function import FunctionConfiguration

# Of the levels that a system log may be set to, those that let an event of the key's level through.
_SHOWN_AT = {"INFO": ("DEBUG", "INFO"), "WARN": ("DEBUG", "INFO", "WARN")}


@dataclass(frozen=True)
class Measurements:
    """What Lambda reports of an invocation.

    Attributes:
        duration_ms: from handing the event out to the answer.
        initialization_ms: of the worker's start, for its first invocation.
        peak_memory_mb: highest resident memory of the worker; None where the system does not tell.
    """

    duration_ms: float
    initialization_ms: float | None
    peak_memory_mb: int | None


def timestamp() -> str:
    """This moment as Lambda writes it: UTC, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def start(function: FunctionConfiguration, request_id: str) -> list[str]:
    """Lines that open an invocation."""
    if function.json_logs:
        record = {"requestId": request_id, "version": function.version}
        return _json(function, "INFO", "platform.start", record)
    return [f"START RequestId: {request_id} Version: {function.version}"]


def report(
    function: FunctionConfiguration,
    request_id: str,
    status: str,
    error_type: str | None,
    measured: Measurements,
) -> list[str]:
    """Lines that close an invocation.

    Args:
        function: what ran.
        request_id: id of the invocation.
        status: `success`, `error`, `failure` (the worker died) or `timeout`.
        error_type: name of the error, if there was one.
        measured: what it took.

    Returns:
        The lines.
    """
    # Lambda bills the initialization too (since August 2025), in whole milliseconds.
    billed = math.ceil(measured.duration_ms + (measured.initialization_ms or 0))
    if function.json_logs:
        metrics: dict[str, Any] = {
            "durationMs": round(measured.duration_ms, 3),
            "billedDurationMs": billed,
            "memorySizeMB": function.memory_size,
        }
        if measured.peak_memory_mb is not None:
            metrics["maxMemoryUsedMB"] = measured.peak_memory_mb
        if measured.initialization_ms is not None:
            metrics["initDurationMs"] = round(measured.initialization_ms, 3)
        record: dict[str, Any] = {"requestId": request_id, "metrics": metrics, "status": status}
        if error_type is not None:
            record["errorType"] = error_type
        return _json(function, "INFO" if status == "success" else "WARN", "platform.report", record)
    fields = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {measured.duration_ms:.2f} ms",
        f"Billed Duration: {billed} ms",
        f"Memory Size: {function.memory_size} MB",
    ]
    if measured.peak_memory_mb is not None:
        fields.append(f"Max Memory Used: {measured.peak_memory_mb} MB")
    if measured.initialization_ms is not None:
        fields.append(f"Init Duration: {measured.initialization_ms:.2f} ms")
    if status != "success":
        fields.append(f"Status: {status}")
    if error_type is not None and status == "failure":
        fields.append(f"Error Type: {error_type}")
    return [f"END RequestId: {request_id}", "\t".join(fields)]


def failure(function: FunctionConfiguration, request_id: str, message: str) -> list[str]:
    """The line for a worker that timed out or died; in JSON the report alone says it."""
    return [] if function.json_logs else [f"{timestamp()} {request_id} {message}"]


def _json(function: FunctionConfiguration, level: str, event_type: str, record: dict[str, Any]) -> list[str]:
    if function.system_log_level not in _SHOWN_AT[level]:
        return []
    return [json.dumps({"time": timestamp(), "type": event_type, "record": record}, separators=(",", ":"))]
