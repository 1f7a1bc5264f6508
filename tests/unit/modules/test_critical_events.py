"""Critical events, and only these, reach the alert function; its own log group never does."""

import json

import pytest
from cdktf import TerraformStack

from local.log_patterns.pattern import compile_pattern
from modules import critical_events
from modules.critical_events import CriticalEvents, CriticalEventsProps
from modules.log_group import LogGroup, LogGroupProps
from tests.support.construct import CONTEXT, synthesize


def _critical_events(stack: TerraformStack) -> tuple[CriticalEvents, LogGroup, LogGroup]:
    own, other = (
        LogGroup(stack, name, CONTEXT, LogGroupProps(f"/aws/lambda/{name}", "arn:key"))
        for name in ("alerts", "api")
    )
    props = CriticalEventsProps("alerts", "arn:function", own)
    return CriticalEvents(stack, "critical-events", CONTEXT, props), own, other


@pytest.mark.requirement("OBS-3")
def test_log_group_may_call_the_function_and_is_filtered_for_it() -> None:
    def build(stack: TerraformStack) -> None:
        events, _, other = _critical_events(stack)
        events.watch("api", other, critical_events.FUNCTION_EVENTS)

    synthesized = synthesize(build)
    group = synthesized.id_of("aws_cloudwatch_log_group", name="/aws/lambda/api")
    synthesized.one(
        "aws_lambda_permission",
        action="lambda:InvokeFunction",
        function_name="alerts",
        principal="logs.amazonaws.com",
        source_arn=f"${{{group}.arn}}:*",
        source_account="111122223333",
    )
    synthesized.one(
        "aws_cloudwatch_log_subscription_filter",
        name="trading-api-critical-events-filter-dev",
        log_group_name=f"${{{group}.name}}",
        filter_pattern=critical_events.FUNCTION_EVENTS,
        destination_arn="arn:function",
        depends_on=[synthesized.id_of("aws_lambda_permission")],
    )


@pytest.mark.requirement("OBS-3")
def test_the_alert_functions_own_log_group_is_refused() -> None:
    def build(stack: TerraformStack) -> None:
        events, own, _ = _critical_events(stack)
        with pytest.raises(ValueError, match="its own log group"):
            events.watch("alerts", own, critical_events.FUNCTION_EVENTS)

    synthesize(build).absent("aws_cloudwatch_log_subscription_filter")


def _report(status: str) -> str:
    return json.dumps({"type": "platform.report", "record": {"status": status}})


@pytest.mark.requirement("OBS-3")
@pytest.mark.parametrize(
    ("pattern", "critical", "ordinary"),
    [
        (
            critical_events.FUNCTION_EVENTS,
            [
                '{"level": "ERROR"}',
                '{"level": "CRITICAL"}',
                '{"level": "FATAL"}',
                '{"log_level": "ERROR"}',
                _report("timeout"),
                _report("failure"),
            ],
            ['{"level": "INFO", "message": "no ERROR"}', '{"level": "WARNING"}', _report("success"), "ERROR"],
        ),
        (
            critical_events.API_ACCESS_EVENTS,
            ['{"status": "500"}', '{"status": "504"}', '{"status": "403"}', '{"status": "429"}'],
            ['{"status": "200"}', '{"status": "404"}', '{"status": "422", "path": "/500"}'],
        ),
        (
            critical_events.API_EXECUTION_EVENTS,
            [
                "(id) Execution failed due to configuration error: Malformed Lambda proxy response",
                "(id) Lambda execution failed with status 200 due to customer function error",
            ],
            ["(id) Starting execution for request: id", "(id) Successfully completed execution"],
        ),
        (
            critical_events.DATABASE_EVENTS,
            [
                "FATAL:  password authentication failed for user",
                "ERROR:  permission denied for table bars",
                "PANIC:  could not write to file",
            ],
            ["LOG:  checkpoint complete", "ERROR:  duplicate key value violates unique constraint"],
        ),
        (
            critical_events.TRAIL_EVENTS,
            [
                '{"errorCode": "AccessDenied"}',
                '{"errorCode": "Client.UnauthorizedOperation"}',
                '{"errorCode": "ThrottlingException"}',
            ],
            ['{"eventName": "GetObject"}', '{"errorCode": "NoSuchKey"}'],
        ),
        (
            critical_events.FUNCTION_REPORTS,
            [_report("success"), _report("timeout")],
            ['{"type": "platform.start"}', '{"level": "ERROR"}', "REPORT"],
        ),
        (
            critical_events.API_THROTTLED_EVENTS,
            ['{"status": "429"}'],
            ['{"status": "403"}', '{"status": "500", "path": "/429"}'],
        ),
        (
            critical_events.FAILED_LOGIN_EVENTS,
            [
                'FATAL:  PAM authentication failed for user "market_writer"',
                'FATAL:  password authentication failed for user "postgres"',
                'FATAL:  no pg_hba.conf entry for host "10.0.0.1", user "eve", no encryption',
            ],
            ["LOG:  connection authorized: user=market_writer", "ERROR:  permission denied for table bars"],
        ),
    ],
    ids=[
        "function",
        "api-access",
        "api-execution",
        "database",
        "trail",
        "function-report",
        "api-throttled",
        "failed-login",
    ],
)
def test_patterns_pick_what_is_critical(pattern: str, critical: list[str], ordinary: list[str]) -> None:
    matches = compile_pattern(pattern)
    assert [line for line in critical if not matches(line)] == []
    assert [line for line in ordinary if matches(line)] == []
