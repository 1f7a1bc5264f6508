"""Alarms say what they watch, report when they fire and when all is well, and know what silence means."""

import pytest

from modules.alarms import Alarm, Alarms, AlarmsProps, Comparison, Expression, Metric, MissingData
from modules.context import DataClassification
from tests.support.construct import CONTEXT, synthesize
from tests.support.synthesized import Block

TOPIC = "arn:aws:sns:us-east-1:111122223333:alerts"
ERRORS = Metric("AWS/Lambda", "Errors", {"FunctionName": "processor"})


def _alarm(alarm: Alarm) -> Block:
    synthesized = synthesize(lambda stack: Alarms(stack, "alarms", CONTEXT, AlarmsProps(TOPIC, [alarm])))
    return synthesized.one("aws_cloudwatch_metric_alarm")


@pytest.mark.requirement("OBS-3")
def test_alarm_reports_to_the_topic_when_it_fires_and_when_all_is_well() -> None:
    assert _alarm(Alarm("errors", "It failed.", ERRORS, threshold=0)) == {
        "alarm_name": "trading-errors-alarm-dev",
        "alarm_description": "It failed.",
        "namespace": "AWS/Lambda",
        "metric_name": "Errors",
        "dimensions": {"FunctionName": "processor"},
        "statistic": "Sum",
        "period": 60,
        "comparison_operator": "GreaterThanThreshold",
        "threshold": 0,
        "evaluation_periods": 1,
        "datapoints_to_alarm": 1,
        "treat_missing_data": "notBreaching",
        "alarm_actions": [TOPIC],
        "ok_actions": [TOPIC],
        "tags": CONTEXT.tags(DataClassification.INTERNAL, "trading-errors-alarm-dev"),
    }


def test_alarm_may_ask_for_some_of_several_periods() -> None:
    alarm = _alarm(
        Alarm("few", "d", ERRORS, 5, Comparison.BELOW, periods=5, bad_periods=3, missing=MissingData.BAD)
    )
    assert (alarm["evaluation_periods"], alarm["datapoints_to_alarm"]) == (5, 3)
    assert alarm["comparison_operator"] == "LessThanThreshold"
    assert alarm["treat_missing_data"] == "breaching"
    assert _alarm(Alarm("all", "d", ERRORS, 5, periods=4))["datapoints_to_alarm"] == 4


def test_percentile_is_an_extended_statistic_that_few_requests_do_not_count_for() -> None:
    alarm = _alarm(Alarm("latency", "d", Metric("AWS/ApiGateway", "Latency", {}, "p99"), 1000))
    assert alarm["extended_statistic"] == "p99"
    assert alarm["evaluate_low_sample_count_percentiles"] == "ignore"
    assert "statistic" not in alarm


def test_expression_returns_its_result_and_not_its_parts() -> None:
    writes = Metric("AWS/DynamoDB", "WriteThrottleEvents", {"TableName": "t"}, period_seconds=300)
    alarm = _alarm(Alarm("sum", "d", Expression("a + b", "Sum", {"a": ERRORS, "b": writes}), 0))
    assert "metric_name" not in alarm
    assert alarm["metric_query"] == [
        {"id": "result", "expression": "a + b", "label": "Sum", "return_data": True},
        {
            "id": "a",
            "metric": {
                "namespace": "AWS/Lambda",
                "metric_name": "Errors",
                "dimensions": {"FunctionName": "processor"},
                "period": 60,
                "stat": "Sum",
            },
        },
        {
            "id": "b",
            "metric": {
                "namespace": "AWS/DynamoDB",
                "metric_name": "WriteThrottleEvents",
                "dimensions": {"TableName": "t"},
                "period": 300,
                "stat": "Sum",
            },
        },
    ]
