"""Alarms as CloudWatch evaluates them, and what it tells their topic.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
"""

import re
from typing import Any

import pytest

from tests.functions.local.monitoring.conftest import Watched, alarm_arn
from tests.support.local_functions import ACCOUNT, eventually


def test_a_new_alarm_has_insufficient_data_and_keeps_its_state_when_it_is_put_again(watched: Watched) -> None:
    name = watched.alarm()
    assert watched.state(name) == "INSUFFICIENT_DATA"
    watched.minutes()
    watched.wait(name, "OK")
    watched.alarm(Threshold=5)
    assert watched.state(name) == "OK"


@pytest.mark.requirement("OBS-3")
def test_a_breach_alarms_and_recovers_and_says_so_as_documented(watched: Watched) -> None:
    name = watched.alarm(AlarmDescription="Something failed", Dimensions=[{"Name": "Where", "Value": "here"}])
    watched.minutes()
    watched.wait(name, "OK")
    watched.heard()
    watched.put(2, Dimensions=[{"Name": "Where", "Value": "here"}])
    watched.minutes()
    watched.wait(name, "ALARM")

    ((subject, message),) = watched.heard()

    assert subject == f'ALARM: "{name}" in US East (N. Virginia)'
    moment = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000"
    assert re.fullmatch(moment, message.pop("StateChangeTime"))
    assert re.fullmatch(moment, message.pop("AlarmConfigurationUpdatedTimestamp"))
    assert re.fullmatch(
        r"Threshold Crossed: 1 out of the last 1 datapoints \[2\.0 \(\d\d/\d\d/\d\d \d\d:\d\d:00\)\] was "
        r"greater than the threshold \(0\.0\) \(minimum 1 datapoint for OK -> ALARM transition\)\.",
        message.pop("NewStateReason"),
    )
    assert message == {
        "AlarmName": name,
        "AlarmDescription": "Something failed",
        "AWSAccountId": ACCOUNT,
        "NewStateValue": "ALARM",
        "OldStateValue": "OK",
        "Region": "US East (N. Virginia)",
        "AlarmArn": alarm_arn(name),
        "OKActions": [watched.topic],
        "AlarmActions": [watched.topic],
        "InsufficientDataActions": [],
        "Trigger": {
            "MetricName": "m",
            "Namespace": watched.name,
            "StatisticType": "Statistic",
            "Statistic": "SUM",
            "Unit": None,
            "Dimensions": [{"value": "here", "name": "Where"}],
            "Period": 60,
            "EvaluationPeriods": 1,
            "DatapointsToAlarm": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 0.0,
            "TreatMissingData": "notBreaching",
            "EvaluateLowSampleCountPercentile": "",
        },
    }

    watched.minutes(4)
    watched.wait(name, "OK")
    ((subject, message),) = watched.heard()
    assert subject == f'OK: "{name}" in US East (N. Virginia)'
    assert (message["OldStateValue"], message["NewStateValue"]) == ("ALARM", "OK")


def test_another_dimension_is_another_metric(watched: Watched) -> None:
    name = watched.alarm(Dimensions=[{"Name": "Where", "Value": "here"}])
    watched.put(1)
    watched.put(1, Dimensions=[{"Name": "Where", "Value": "there"}])
    watched.put(1, Dimensions=[{"Name": "Where", "Value": "here"}, {"Name": "Which", "Value": "one"}])
    watched.minutes()
    watched.wait(name, "OK")


@pytest.mark.parametrize(
    ("settings", "values", "state"),
    [
        ({"Statistic": "Average", "Threshold": 2}, [1, 3, 5], "ALARM"),
        ({"Statistic": "Average", "Threshold": 3}, [1, 3, 5], "OK"),
        ({"Statistic": "Maximum", "Threshold": 4.5}, [1, 3, 5], "ALARM"),
        ({"Statistic": "Minimum", "Threshold": 1}, [1, 3, 5], "OK"),
        ({"Statistic": "SampleCount", "Threshold": 2}, [0, 0, 0], "ALARM"),
        (
            {"Threshold": 9, "ComparisonOperator": "GreaterThanOrEqualToThreshold"},
            [1, 3, 5],
            "ALARM",
        ),
        ({"Threshold": 9, "ComparisonOperator": "LessThanThreshold"}, [1, 3, 5], "OK"),
        ({"Threshold": 9, "ComparisonOperator": "LessThanOrEqualToThreshold"}, [1, 3, 5], "ALARM"),
        ({"ExtendedStatistic": "p50", "Threshold": 2.9}, [1, 3, 5], "ALARM"),
        ({"ExtendedStatistic": "p50", "Threshold": 3}, [1, 3, 5], "OK"),
        ({"ExtendedStatistic": "p99", "Threshold": 4.9}, [1, 3, 5], "ALARM"),
        ({"Unit": "Seconds", "Threshold": 0}, [1], "OK"),
    ],
)
def test_statistics_and_comparisons(
    watched: Watched, settings: dict[str, Any], values: list[float], state: str
) -> None:
    name = watched.alarm(**settings)
    for value in values:
        watched.put(value)
    watched.minutes()
    watched.wait(name, state)


def test_a_percentile_of_too_few_samples_leaves_the_state(watched: Watched) -> None:
    name = watched.alarm(ExtendedStatistic="p99", EvaluateLowSampleCountPercentile="ignore", Threshold=1)
    watched.minutes()
    watched.wait(name, "OK")
    watched.put(100)
    watched.minutes()
    watched.minutes()
    assert watched.state(name) == "OK"
    watched.put(100, Values=[100.0], Counts=[1000.0])
    watched.minutes()
    watched.wait(name, "ALARM")


def test_as_many_datapoints_as_are_asked_for(watched: Watched) -> None:
    name = watched.alarm(EvaluationPeriods=3, DatapointsToAlarm=2, TreatMissingData="missing")
    for value in (1, 0, 0):
        watched.put(value)
        watched.minutes()
    watched.wait(name, "OK")
    watched.put(1)
    watched.minutes()
    watched.put(1)
    watched.minutes()
    watched.wait(name, "ALARM")


def test_nothing_at_all_is_insufficient_data_where_missing_is_missing(watched: Watched) -> None:
    name = watched.alarm(TreatMissingData="missing", InsufficientDataActions=[watched.topic])
    watched.put(0)
    watched.minutes()
    watched.wait(name, "OK")
    watched.minutes(4)
    watched.wait(name, "INSUFFICIENT_DATA")
    assert watched.heard()[-1][0].startswith("INSUFFICIENT_DATA: ")


def test_metric_math(watched: Watched) -> None:
    stat = {"Period": 60, "Stat": "Sum"}
    queries = [
        {"Id": "total", "Expression": "FILL(reads, 0) + FILL(writes, 0)", "ReturnData": True},
        *(
            {
                "Id": name,
                "MetricStat": {"Metric": {"Namespace": watched.name, "MetricName": name}, **stat},
                "ReturnData": False,
            }
            for name in ("reads", "writes")
        ),
    ]
    watched.cloudwatch.put_metric_alarm(
        AlarmName=f"math-{watched.name}",
        Metrics=queries,
        EvaluationPeriods=1,
        Threshold=4,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[watched.topic],
    )
    watched.put(5, "writes")
    watched.minutes()
    watched.wait(f"math-{watched.name}", "ALARM")
    ((_, message),) = watched.heard()
    assert message["Trigger"]["Metrics"][0] == {
        "Expression": "FILL(reads, 0) + FILL(writes, 0)",
        "Id": "total",
        "ReturnData": True,
    }
    assert message["Trigger"]["Metrics"][1]["MetricStat"]["Stat"] == "Sum"


def test_missing_data_of_dynamodb_leaves_the_state_whatever_the_alarm_says(watched: Watched) -> None:
    settings = {"Namespace": "AWS/DynamoDB", "MetricName": watched.name}
    name = watched.alarm("dynamodb-", **settings, TreatMissingData="breaching")
    other = watched.alarm("other-", TreatMissingData="breaching")
    watched.minutes()
    watched.wait(other, "ALARM")
    assert watched.state(name) == "INSUFFICIENT_DATA"


def test_no_action_where_actions_are_disabled_and_none_without_a_change(watched: Watched) -> None:
    silent = watched.alarm("silent-", ActionsEnabled=False)
    loud = watched.alarm("loud-")
    watched.put(1)
    watched.minutes()
    watched.wait(loud, "ALARM")
    watched.wait(silent, "ALARM")
    watched.put(1)
    watched.minutes()
    watched.minutes()
    assert [subject for subject, _ in watched.heard()] == [f'ALARM: "{loud}" in US East (N. Virginia)']


def test_a_state_that_is_set_by_hand_runs_the_actions(watched: Watched) -> None:
    name = watched.alarm()
    watched.cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="drill")
    ((_, message),) = watched.heard()
    assert (message["NewStateValue"], message["NewStateReason"]) == ("ALARM", "drill")


def test_a_composite_alarm_follows_its_children_and_names_who_triggered_it(watched: Watched) -> None:
    child, other = (
        watched.alarm("child-", AlarmActions=[], OKActions=[]),
        watched.alarm("other-", MetricName="other", AlarmActions=[], OKActions=[]),
    )
    name = f"composite-{watched.name}"
    rule = f'ALARM("{child}") OR ALARM("{other}")'
    watched.cloudwatch.put_composite_alarm(
        AlarmName=name, AlarmRule=rule, AlarmActions=[watched.topic], OKActions=[watched.topic]
    )
    assert watched.state(name) == "INSUFFICIENT_DATA"
    watched.minutes()
    watched.wait(name, "OK")
    watched.heard()
    watched.put(1)
    watched.minutes()
    watched.wait(name, "ALARM")

    ((subject, message),) = watched.heard()

    assert subject == f'ALARM: "{name}" in US East (N. Virginia)'
    assert message["AlarmRule"] == rule
    (triggering,) = message["TriggeringChildren"]
    assert triggering["Arn"] == alarm_arn(child)
    assert triggering["State"]["Value"] == "ALARM"
    assert message["NewStateReason"].startswith(f"{alarm_arn(child)} transitioned to ALARM at ")
    assert "Trigger" not in message
    watched.minutes(4)
    watched.wait(name, "OK")


def test_a_composite_alarm_names_the_child_in_alarm_even_if_another_changed_later(watched: Watched) -> None:
    burning, calm = watched.alarm("burning-"), watched.alarm("calm-", MetricName="other")
    watched.put(1)
    watched.minutes()
    watched.wait(burning, "ALARM")
    watched.cloudwatch.set_alarm_state(AlarmName=calm, StateValue="ALARM", StateReason="drill")
    watched.minutes()
    watched.wait(calm, "OK")
    name = f"composite-{watched.name}"
    watched.cloudwatch.put_composite_alarm(AlarmName=name, AlarmRule=f"ALARM({calm}) OR ALARM({burning})")
    watched.put(1)
    watched.minutes()
    watched.wait(name, "ALARM")
    (alarm,) = watched.cloudwatch.describe_alarms(AlarmNames=[name])["CompositeAlarms"]
    assert alarm["StateReason"].startswith(f"{alarm_arn(burning)} transitioned to ALARM at ")


def test_a_minute_that_fails_stops_no_later_one(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("local.monitoring.queue_metrics.put", lambda _: 1 / 0)
        watched.minutes()
        assert eventually(lambda: "could not be evaluated" in caplog.text, 5)
    name = watched.alarm()
    watched.minutes()
    watched.wait(name, "OK")


def test_an_alarm_that_is_not_understood_says_so_and_hinders_no_other(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    odd = watched.alarm("odd-", ComparisonOperator="LessThanLowerThreshold")
    plain = watched.alarm("plain-")
    watched.put(1)
    watched.minutes()
    watched.wait(plain, "ALARM")
    assert f"alarm {odd} is not evaluated" in caplog.text
    watched.cloudwatch.delete_alarms(AlarmNames=[odd])
