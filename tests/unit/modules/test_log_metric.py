"""A metric filter counts events under the name that alarms and graphs use."""

import pytest
from cdktf import TerraformStack

from modules.alarms import Metric
from modules.log_metric import LogMetric, LogMetricProps
from tests.support.construct import CONTEXT, synthesize


@pytest.mark.requirement("OBS-3")
def test_filter_counts_matching_events_and_zero_otherwise() -> None:
    metrics: list[Metric] = []

    def build(stack: TerraformStack) -> None:
        props = LogMetricProps("denied-calls", "/aws/cloudtrail", '{ $.errorCode = "AccessDenied*" }')
        metrics.append(LogMetric(stack, "metric", CONTEXT, props).metric)

    synthesize(build).one(
        "aws_cloudwatch_log_metric_filter",
        name="trading-denied-calls-filter-dev",
        log_group_name="/aws/cloudtrail",
        pattern='{ $.errorCode = "AccessDenied*" }',
        metric_transformation={
            "namespace": "trading-logs-dev",
            "name": "trading-denied-calls-dev",
            "value": "1",
            "default_value": "0",
            "unit": "Count",
        },
    )
    assert metrics == [Metric("trading-logs-dev", "trading-denied-calls-dev", {}, "Sum")]


@pytest.mark.requirement("OBS-3")
def test_filter_takes_a_value_from_events_and_has_none_otherwise() -> None:
    metrics: list[Metric] = []

    def build(stack: TerraformStack) -> None:
        props = LogMetricProps("memory", "/aws/lambda/f", '{ $.type = "platform.report" }', "$.record.memory")
        metrics.append(LogMetric(stack, "metric", CONTEXT, props).metric)

    transformation = synthesize(build).one("aws_cloudwatch_log_metric_filter")["metric_transformation"]
    assert transformation == {
        "namespace": "trading-logs-dev",
        "name": "trading-memory-dev",
        "value": "$.record.memory",
        "unit": "None",
    }
    assert metrics == [Metric("trading-logs-dev", "trading-memory-dev", {}, "Maximum")]
