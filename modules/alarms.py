"""Alarms over metrics, all reporting to one topic (OBS-3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
)
from constructs import Construct

from modules.context import Context, DataClassification


class Comparison(StrEnum):
    """How a metric stands to the threshold when the alarm fires."""

    ABOVE = "GreaterThanThreshold"
    AT_LEAST = "GreaterThanOrEqualToThreshold"
    BELOW = "LessThanThreshold"


class MissingData(StrEnum):
    """What it means that a metric has no value."""

    FINE = "notBreaching"
    """Nothing happened: most metrics of errors and of use."""
    BAD = "breaching"
    """Something that always reports has fallen silent."""
    UNKNOWN = "missing"
    """It means nothing; the alarm shows that it has too little data."""


@dataclass(frozen=True)
class Metric:
    """A metric of CloudWatch.

    Attributes:
        namespace: ``AWS/Lambda``.
        name: ``Errors``.
        dimensions: What it is measured of.
        statistic: ``Sum``, ``Average``, ``Maximum``, ``Minimum``, or a percentile such as ``p99``.
        period_seconds: Length of one data point.
    """

    namespace: str
    name: str
    dimensions: Mapping[str, str] = field(default_factory=dict)
    statistic: str = "Sum"
    period_seconds: int = 60


@dataclass(frozen=True)
class Expression:
    """A metric computed from others.

    Attributes:
        formula: Metric math over the keys of ``metrics``, such as ``a + b``.
        label: What the result is called.
        metrics: The metrics by key; a key starts with a small letter.
    """

    formula: str
    label: str
    metrics: Mapping[str, Metric]


@dataclass(frozen=True)
class Alarm:
    """When to raise an alarm.

    Attributes:
        purpose: Purpose part of the name (``api-errors`` gives ``trading-api-errors-alarm-dev``).
        description: What it means, for the person who is woken up by it.
        metric: What is watched.
        threshold: In the metric's unit.
        comparison: How the metric stands to the threshold when it fires.
        periods: Data points that are looked at.
        bad_periods: How many of them have to be over the threshold; all where None.
        missing: What it means that there is no data.
    """

    purpose: str
    description: str
    metric: Metric | Expression
    threshold: float
    comparison: Comparison = Comparison.ABOVE
    periods: int = 1
    bad_periods: int | None = None
    missing: MissingData = MissingData.FINE


@dataclass(frozen=True)
class AlarmsProps:
    """Properties of a set of alarms.

    Attributes:
        topic_arn: Where they report, both when they fire and when all is well again.
        alarms: The alarms.
    """

    topic_arn: str
    alarms: Sequence[Alarm]


class Alarms(Construct):
    """CloudWatch alarms.

    Attributes:
        names: Their names, in the order given, as references.
        arns: Their ARNs, in the order given.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: AlarmsProps) -> None:
        super().__init__(scope, id_)
        alarms = [self._alarm(context, props.topic_arn, alarm) for alarm in props.alarms]
        self.names = [alarm.alarm_name for alarm in alarms]
        self.arns = [alarm.arn for alarm in alarms]

    def _alarm(self, context: Context, topic_arn: str, alarm: Alarm) -> CloudwatchMetricAlarm:
        name = context.name(f"{alarm.purpose}-alarm")
        resource = CloudwatchMetricAlarm(
            self,
            alarm.purpose,
            alarm_name=name,
            alarm_description=alarm.description,
            comparison_operator=alarm.comparison.value,
            threshold=alarm.threshold,
            evaluation_periods=alarm.periods,
            datapoints_to_alarm=alarm.bad_periods or alarm.periods,
            treat_missing_data=alarm.missing.value,
            alarm_actions=[topic_arn],
            ok_actions=[topic_arn],
            tags=context.tags(DataClassification.INTERNAL, name),
        )
        if isinstance(alarm.metric, Expression):
            resource.put_metric_query(_queries(alarm.metric))
            return resource
        metric = alarm.metric
        resource.namespace = metric.namespace
        resource.metric_name = metric.name
        resource.dimensions = dict(metric.dimensions)
        resource.period = metric.period_seconds
        if is_percentile(metric.statistic):
            resource.extended_statistic = metric.statistic
            # A percentile of a handful of requests says nothing.
            resource.evaluate_low_sample_count_percentiles = "ignore"
        else:
            resource.statistic = metric.statistic
        return resource


def is_percentile(statistic: str) -> bool:
    """Say whether a statistic is a percentile such as ``p99``."""
    return statistic.startswith("p")


def _queries(expression: Expression) -> list[CloudwatchMetricAlarmMetricQuery]:
    return [
        CloudwatchMetricAlarmMetricQuery(
            id="result", expression=expression.formula, label=expression.label, return_data=True
        ),
        *(
            CloudwatchMetricAlarmMetricQuery(
                id=key,
                metric=CloudwatchMetricAlarmMetricQueryMetric(
                    namespace=metric.namespace,
                    metric_name=metric.name,
                    dimensions=dict(metric.dimensions),
                    period=metric.period_seconds,
                    stat=metric.statistic,
                ),
            )
            for key, metric in expression.metrics.items()
        ),
    ]
