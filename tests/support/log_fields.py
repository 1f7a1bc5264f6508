"""Fields of the platform's logs: those of our code as it writes them, those of AWS as it documents them."""

import ast
import io
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from aws_lambda_powertools import Logger

from local.runtime import platform_log
from local.runtime.function import FunctionConfiguration
from modules.api.stage import ACCESS_LOG_FIELDS
from tests.support.lambda_context import LambdaContext

LAMBDA = Path(__file__).resolve().parents[2] / "lambda"

OF_EVERY_LOG = frozenset({"@timestamp", "@message", "@logStream", "@log"})
"""https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html"""

# What Lambda's runtime writes of an error that no handler caught.
# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
_OF_UNCAUGHT_ERRORS = frozenset({"errorType", "errorMessage", "stackTrace", "requestId", "log_level"})

# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
_OF_THE_TRAIL = frozenset(
    {
        *("eventTime", "eventSource", "eventName", "errorCode", "errorMessage", "awsRegion"),
        *("sourceIPAddress", "userIdentity.arn", "userIdentity.accessKeyId"),
    }
)
# https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html
_OF_THE_FIREWALL = frozenset(
    {"action", "terminatingRuleId", "httpRequest.clientIp", "httpRequest.country", "httpRequest.httpMethod"}
)
# What Logs Insights finds in flow logs of the default format, by the page above.
_OF_FLOW_LOGS = frozenset(
    {"action", "bytes", "dstAddr", "dstPort", "interfaceId", "packets", "protocol", "srcAddr", "srcPort"}
)


def fields_of(log_group: str) -> frozenset[str]:
    """Return what a query may ask for in a log group.

    Raises:
        AssertionError: It is of a kind whose fields are not known.
    """
    for beginning, fields in {
        "/aws/lambda/": functions_fields(),
        "/aws/apigateway/": frozenset(ACCESS_LOG_FIELDS),
        "/aws/cloudtrail/": _OF_THE_TRAIL,
        "/aws/vpc/": _OF_FLOW_LOGS,
        "/aws/rds/": frozenset[str](),
        "aws-waf-logs-": _OF_THE_FIREWALL,
    }.items():
        if log_group.startswith(beginning):
            return fields | OF_EVERY_LOG
    raise AssertionError(f"which fields has {log_group}?")


@cache
def functions_fields() -> frozenset[str]:
    """Return the fields of the functions' lines: Powertools', the code's own, the platform's."""
    return frozenset({*_powertools(), *_given_by_the_code(), *_platform_report(), *_OF_UNCAUGHT_ERRORS})


def _powertools() -> Iterator[str]:
    stream = io.StringIO()
    logger = Logger(service="fields", stream=stream)

    @logger.inject_lambda_context
    def handler(event: dict[str, Any], context: LambdaContext) -> None:
        try:
            raise ValueError("for its fields")
        except ValueError:
            logger.exception("failed")

    handler({}, LambdaContext())
    yield from json.loads(stream.getvalue().splitlines()[-1])


def _given_by_the_code() -> Iterator[str]:
    """Yield the names of the values that functions add to their lines."""
    for path in LAMBDA.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="logger"), attr=method)) if method in (
                    *("debug", "info", "warning", "error", "exception", "append_keys"),
                ):
                    yield from (key.arg for key in node.keywords if key.arg not in (None, "exc_info"))


def _platform_report() -> Iterator[str]:
    function = mock.Mock(spec=FunctionConfiguration, json_logs=True, system_log_level="INFO", memory_size=1)
    measured = platform_log.Measurements(duration_ms=1.0, initialization_ms=1.0, peak_memory_mb=1)
    (line,) = platform_log.report(function, "request", "timeout", "Sandbox.Timedout", measured)
    yield from _flat(json.loads(line))


def _flat(value: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield from _flat(inner, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"
