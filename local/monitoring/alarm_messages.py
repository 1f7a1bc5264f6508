"""What CloudWatch tells a topic when an alarm changes its state.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
"""

import functools
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from botocore.session import get_session

from local.monitoring import alarm_rule

_LONGEST_SUBJECT = 100


@functools.cache
def region_name(region: str) -> str:
    """A region as AWS's texts name it, `US East (N. Virginia)`."""
    endpoints = get_session().get_data("endpoints")
    for partition in endpoints["partitions"]:
        if region in partition["regions"]:
            return str(partition["regions"][region]["description"])
    return region


def subject(alarm: Any) -> str:
    """The subject: `ALARM: "name" in US East (N. Virginia)`."""
    text = f'{alarm.state_value}: "{alarm.name}" in {region_name(alarm.region_name)}'
    return text if len(text) <= _LONGEST_SUBJECT else f"{text[: _LONGEST_SUBJECT - 3]}..."


def message(alarm: Any, old_state: str, changed_at: float, others: Sequence[Any]) -> str:
    """The message, JSON.

    Args:
        alarm: the `moto.cloudwatch.models.Alarm` in its new state.
        old_state: the state it was in.
        changed_at: seconds since 1970.
        others: all alarms of the account and region, among them a composite alarm's children.

    Returns:
        By the documented schema for metric alarms or for composite ones.
    """
    told: dict[str, Any] = {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": alarm.alarm_arn.split(":")[4],
        "AlarmConfigurationUpdatedTimestamp": time(
            alarm.configuration_updated_timestamp.replace(tzinfo=UTC).timestamp()
        ),
        "NewStateValue": alarm.state_value,
        "NewStateReason": alarm.state_reason,
        "StateChangeTime": time(changed_at),
        "Region": region_name(alarm.region_name),
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": old_state,
        "OKActions": alarm.ok_actions,
        "AlarmActions": alarm.alarm_actions,
        "InsufficientDataActions": alarm.insufficient_data_actions,
    }
    if alarm.rule is None:
        return json.dumps({**told, "Trigger": _trigger(alarm)})
    del told["AlarmConfigurationUpdatedTimestamp"]
    named = set(alarm_rule.children(alarm.rule))
    triggering = [
        {
            "Arn": other.alarm_arn,
            "State": {
                "Value": other.state_value,
                "Timestamp": time(other.state_updated_timestamp.replace(tzinfo=UTC).timestamp()),
            },
        }
        for other in others
        if other.name in named and other.state_value == alarm.state_value
    ]
    return json.dumps({**told, "AlarmRule": alarm.rule, "TriggeringChildren": triggering})


def time(seconds: float) -> str:
    """A moment as these messages write it."""
    return (
        datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.")
        + f"{seconds % 1:.3f}"[2:]
        + "+0000"
    )


def _trigger(alarm: Any) -> dict[str, Any]:
    periods = int(alarm.evaluation_periods)
    trigger: dict[str, Any] = {
        "Period": int(alarm.period) if alarm.period else None,
        "EvaluationPeriods": periods,
        "DatapointsToAlarm": int(alarm.datapoints_to_alarm or periods),
        "ComparisonOperator": alarm.comparison_operator,
        "Threshold": float(alarm.threshold),
        "TreatMissingData": alarm.treat_missing_data or "missing",
        "EvaluateLowSampleCountPercentile": alarm.evaluate_low_sample_count_percentile or "",
    }
    if alarm.metric_data_queries:
        return {**trigger, "Metrics": [_query(query) for query in alarm.metric_data_queries]}
    dimensions = [{"value": one.value, "name": one.name} for one in alarm.dimensions]
    statistic = (
        {"StatisticType": "Statistic", "Statistic": _statistic(alarm.statistic)}
        if alarm.statistic
        else {"StatisticType": "ExtendedStatistic", "ExtendedStatistic": alarm.extended_statistic}
    )
    return {
        "MetricName": alarm.metric_name,
        "Namespace": alarm.namespace,
        **statistic,
        "Unit": alarm.unit,
        "Dimensions": dimensions,
        **trigger,
    }


def _statistic(name: str) -> str:
    """`SampleCount` becomes `SAMPLE_COUNT`, as these messages have it."""
    return {"SampleCount": "SAMPLE_COUNT"}.get(name, name.upper())


def _query(query: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"Id": query.id, "ReturnData": str(query.return_data).lower() != "false"}
    if query.label:
        told["Label"] = query.label
    if query.expression:
        return {"Expression": query.expression, **told}
    stat = query.metric_stat
    dimensions = [{"value": one.value, "name": one.name} for one in stat.metric.dimensions]
    metric = {
        "Dimensions": dimensions,
        "MetricName": stat.metric.metric_name,
        "Namespace": stat.metric.namespace,
    }
    return {**told, "MetricStat": {"Metric": metric, "Period": int(stat.period), "Stat": stat.stat}}
