"""Metric alarms: reads an alarm's data and says which state it belongs in, and why.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
"""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local.monitoring import alarm_state, metric_math
from local.monitoring.metrics import Metric, Point, Reader

_COMPARISONS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}


@dataclass(frozen=True)
class Judgement:
    """What an evaluation came to.

    Attributes:
        state: the state that the alarm belongs in.
        reason: `NewStateReason`.
    """

    state: str
    reason: str


def period_of(alarm: Any) -> int:
    """Seconds that one datapoint of an alarm covers.

    Args:
        alarm: a `moto.cloudwatch.models.Alarm` of metrics.
    """
    periods = [int(query.metric_stat.period) for query in alarm.metric_data_queries if query.metric_stat]
    return max(periods) if periods else int(alarm.period)


def judge(alarm: Any, reader: Reader, end: float) -> Judgement:
    """Evaluates an alarm.

    Args:
        alarm: a `moto.cloudwatch.models.Alarm` of metrics.
        reader: the metrics of its account and region.
        end: end of the last period, seconds since 1970.

    Returns:
        The state and why.

    Raises:
        ValueError: the alarm uses a statistic, a comparison or an expression that is not understood here.
    """
    periods = int(alarm.evaluation_periods)
    to_alarm = int(alarm.datapoints_to_alarm or periods)
    points = _points(alarm, reader, end, periods + alarm_state.SPARE_PERIODS)
    if _too_few_samples(alarm, points):
        return Judgement(alarm.state_value, "Unchanged: too few samples for a percentile.")
    if alarm.comparison_operator not in _COMPARISONS:
        raise ValueError(f"the local AWS knows no comparison {alarm.comparison_operator}")
    compare, words = _COMPARISONS[alarm.comparison_operator]
    threshold = float(alarm.threshold)
    breaching = [None if point is None else compare(point.value, threshold) for point in points]
    missing = _treatment(alarm)
    state = alarm_state.decide(
        breaching, periods=periods, to_alarm=to_alarm, missing=missing, current=alarm.state_value
    )
    real = [(point, index) for index, point in enumerate(points) if point is not None][-periods:]
    if not real:
        unknown = f"{periods} datapoint{'s' * (periods > 1)}"
        if missing in ("missing", "ignore"):
            return Judgement(state, f"Insufficient Data: {unknown} unknown.")
        treated = "Breaching" if missing == "breaching" else "NonBreaching"
        return Judgement(
            state,
            f"Threshold Crossed: no datapoints were received for {periods} period{'s' * (periods > 1)} and "
            f"{periods} missing datapoint{'s were' if periods > 1 else ' was'} treated as [{treated}].",
        )
    period = period_of(alarm)
    starts = [end - (len(points) - index) * period for _, index in real]
    shown = ", ".join(
        f"{point.value} ({datetime.fromtimestamp(start, UTC):%d/%m/%y %H:%M:%S})"
        for (point, _), start in reversed([*zip(real, starts, strict=True)])
    )
    verb = "was" if len(real) == 1 else "were"
    negated = "" if state == alarm_state.ALARM else "not "
    count = sum(compare(point.value, threshold) for point, _ in real)
    said = count if state == alarm_state.ALARM else len(real) - count
    transition = "OK -> ALARM" if state == alarm_state.ALARM else "ALARM -> OK"
    needed = to_alarm if state == alarm_state.ALARM else periods - to_alarm + 1
    return Judgement(
        state,
        f"Threshold Crossed: {said} out of the last {len(real)} datapoints [{shown}] {verb} {negated}{words} "
        f"the threshold ({threshold}) (minimum {needed} datapoint{'s' * (needed > 1)} for {transition} "
        "transition).",
    )


def _points(alarm: Any, reader: Reader, end: float, count: int) -> list[Point | None]:
    if not alarm.metric_data_queries:
        metric = Metric(
            alarm.namespace,
            alarm.metric_name,
            {one.name: one.value for one in alarm.dimensions},
            alarm.statistic or alarm.extended_statistic,
            int(alarm.period),
            alarm.unit or None,
        )
        return reader.points(metric, end, count)
    series: dict[str, list[float | None]] = {}
    for query in alarm.metric_data_queries:
        if query.metric_stat:
            stat = query.metric_stat
            found = reader.points(_metric(stat), end, count)
            series[query.id] = [None if point is None else point.value for point in found]
    (result,) = (query for query in alarm.metric_data_queries if _returned(query))
    values = metric_math.evaluate(result.expression, series) if result.expression else series[result.id]
    return [None if value is None else Point(value, 1) for value in values]


def _metric(stat: Any) -> Metric:
    dimensions = {one.name: one.value for one in stat.metric.dimensions}
    return Metric(
        stat.metric.namespace,
        stat.metric.metric_name,
        dimensions,
        stat.stat,
        int(stat.period),
        stat.unit or None,
    )


def _returned(query: Any) -> bool:
    return query.return_data is None or str(query.return_data).lower() == "true"


def _treatment(alarm: Any) -> str:
    """How missing data counts; of DynamoDB's metrics it is always ignored."""
    namespaces = {
        query.metric_stat.metric.namespace for query in alarm.metric_data_queries if query.metric_stat
    }
    if "AWS/DynamoDB" in {alarm.namespace, *namespaces}:
        return "ignore"
    return str(alarm.treat_missing_data or "missing")


def _too_few_samples(alarm: Any, points: Sequence[Point | None]) -> bool:
    """Whether a percentile says nothing yet, and the alarm shall keep its state then.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
    """
    if not alarm.extended_statistic or alarm.evaluate_low_sample_count_percentile != "ignore":
        return False
    share = float(alarm.extended_statistic[1:]) / 100
    needed = 10 / (1 - share) if share >= 0.5 else 10 / share
    newest = next((point for point in reversed(points) if point is not None), None)
    return newest is not None and newest.samples < needed
