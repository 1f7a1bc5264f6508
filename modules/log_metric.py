"""A metric of what log events say (OBS-3)."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.cloudwatch_log_metric_filter import (
    CloudwatchLogMetricFilter,
    CloudwatchLogMetricFilterMetricTransformation,
)
from constructs import Construct

from modules.alarms import Metric
from modules.context import Context


@dataclass(frozen=True)
class LogMetricProps:
    """Properties of a metric filter.

    Attributes:
        purpose: Purpose part of the filter's and the metric's name.
        log_group_name: The log group.
        pattern: Which events count, in CloudWatch's filter syntax.
        value: Number that the metric takes from an event that is JSON (``$.bytes``); None to count events.
    """

    purpose: str
    log_group_name: str
    pattern: str
    value: str | None = None


class LogMetric(Construct):
    """A metric filter. CloudWatch knows no tags for it.

    Attributes:
        metric: Events that match, counted by the minute, or the largest of their values.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: LogMetricProps) -> None:
        super().__init__(scope, id_)
        counted = props.value is None
        self.metric = Metric(
            namespace=context.name("logs"),
            name=context.name(props.purpose),
            statistic="Sum" if counted else "Maximum",
        )
        CloudwatchLogMetricFilter(
            self,
            "filter",
            name=context.name(f"{props.purpose}-filter"),
            log_group_name=props.log_group_name,
            pattern=props.pattern,
            metric_transformation=CloudwatchLogMetricFilterMetricTransformation(
                namespace=self.metric.namespace,
                name=self.metric.name,
                value=props.value or "1",
                # Reported whenever there are events at all, so that the alarm returns to normal by itself.
                default_value="0" if counted else None,
                unit="Count" if counted else "None",
            ),
        )
