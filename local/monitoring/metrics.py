"""Metric data: put into moto's CloudWatch, read as an alarm reads it.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from moto.cloudwatch.models import MetricAggregatedDatum, MetricDatum, cloudwatch_backends

from local.monitoring import clock

_MINUTE = 60
_OPEN_MINUTES = 10
"""Minutes whose values are gathered; later ones of an older minute are gathered anew."""

_lock = Lock()

_Key = tuple[str, str, frozenset[tuple[str, str]]]


def put(
    account_id: str,
    region: str,
    namespace: str,
    values: Mapping[str, float],
    dimensions: Mapping[str, str],
    *,
    at: float | None = None,
    unit: str = "None",
) -> None:
    """Puts values of metrics.

    Args:
        account_id: account that they belong to.
        region: region that they belong to.
        namespace: such as `AWS/Lambda`.
        values: value by the metric's name.
        dimensions: value by the dimension's name.
        at: seconds since 1970; None for now.
        unit: `Count`, `Milliseconds` and the like.
    """
    backend = cloudwatch_backends[account_id][region]
    minute = int((clock.now() if at is None else at) // _MINUTE)
    with _lock:
        minutes = backend.__dict__.setdefault("distributions", {})  # on moto's backend: a reset clears them
        if minute not in minutes and len(minutes) >= _OPEN_MINUTES:
            del minutes[min(minutes)]
        known = minutes.setdefault(minute, {})
        for name, value in values.items():
            key = (namespace, name, unit, frozenset(dimensions.items()))
            if key not in known:
                known[key] = _Distribution(namespace, name, dimensions, minute, unit)
                backend.metric_data.append(known[key])
            known[key].add(float(value))


class _Distribution(MetricAggregatedDatum):  # type: ignore[misc]  # moto is untyped
    """The values of a metric in a minute: thousands of requests are not thousands of objects."""

    def __init__(
        self, namespace: str, name: str, dimensions: Mapping[str, str], minute: int, unit: str
    ) -> None:
        pairs = [{"Name": name, "Value": value} for name, value in dimensions.items()]
        # moto's times are UTC without saying so
        start = datetime.fromtimestamp(minute * _MINUTE, UTC).replace(tzinfo=None)
        super().__init__(namespace, name, math.inf, -math.inf, 0, 0, pairs, start, unit)
        self.min: float
        self.max: float
        self.values: Counter[float] = Counter()

    def add(self, value: float) -> None:
        """Adds a value."""
        self.values[value] += 1
        self.sample_count += 1
        self.sum += value
        self.min = min(self.min, value)
        self.max = max(self.max, value)


@dataclass(frozen=True)
class Metric:
    """What an alarm reads.

    Attributes:
        namespace: namespace.
        name: name.
        dimensions: all of the metric's dimensions: one more or less is another metric.
        statistic: `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount` or a percentile, `p99`.
        period: seconds.
        unit: only values put with it count; None for all.
    """

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str
    period: int
    unit: str | None = None


@dataclass(frozen=True)
class Point:
    """A metric's value in a period.

    Attributes:
        value: by the statistic.
        samples: how many values it is made of.
    """

    value: float
    samples: float


class Reader:
    """Reads the metrics of an account and region; each value is sorted in once.

    Args:
        backend: the `moto.cloudwatch.models.CloudWatchBackend`.
    """

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._sorted = 0
        self._data: dict[_Key, list[tuple[float, Any]]] = defaultdict(list)

    def points(self, metric: Metric, end: float, count: int) -> list[Point | None]:
        """A metric's values in the periods that end at a moment.

        Args:
            metric: the metric.
            end: end of the last period, seconds since 1970.
            count: number of periods.

        Returns:
            One for each period, the oldest first; None where there is no data.
        """
        self._sort()
        begin = end - count * metric.period
        periods: list[list[Any]] = [[] for _ in range(count)]
        key = (metric.namespace, metric.name, frozenset(metric.dimensions.items()))
        for at, datum in self._data.get(key, ()):
            if begin <= at < end and metric.unit in (None, datum.unit or "None"):
                periods[int((at - begin) // metric.period)].append(datum)
        return [_point(data, metric.statistic) if data else None for data in periods]

    def _sort(self) -> None:
        data = self._backend.metric_data
        if len(data) < self._sorted:  # moto was reset
            self._data.clear()
            self._sorted = 0
        new = data[self._sorted :]
        self._sorted += len(new)
        for datum in new:
            dimensions = frozenset((one.name, one.value) for one in datum.dimensions)
            at = datum.timestamp.replace(tzinfo=UTC).timestamp()
            self._data[datum.namespace, datum.name, dimensions].append((at, datum))


def _point(data: Sequence[Any], statistic: str) -> Point:
    singles = [datum.value for datum in data if isinstance(datum, MetricDatum)]
    sets = [datum for datum in data if not isinstance(datum, MetricDatum)]
    # values are added to a minute while it is read
    with _lock:
        return _of(singles, sets, statistic)


def _of(singles: list[float], sets: Sequence[Any], statistic: str) -> Point:
    samples = len(singles) + sum(one.sample_count for one in sets)
    total = sum(singles) + sum(one.sum for one in sets)
    if statistic == "Sum":
        value = total
    elif statistic == "Average":
        value = total / samples
    elif statistic == "SampleCount":
        value = samples
    elif statistic == "Minimum":
        value = min([*singles, *(one.min for one in sets)])
    elif statistic == "Maximum":
        value = max([*singles, *(one.max for one in sets)])
    elif statistic.startswith("p"):
        if not all(isinstance(one, _Distribution) for one in sets):
            return Point(math.nan, 0)  # AWS has no percentiles of sets of statistics either
        known = [value for one in sets for value in one.values.elements()]
        value = _percentile(sorted([*singles, *known]), float(statistic[1:]))
    else:
        raise ValueError(f"the local AWS knows no statistic {statistic}")
    return Point(value, samples)


def _percentile(ordered: Sequence[float], percent: float) -> float:
    """Linear between the two nearest values; AWS does not say how it interpolates."""
    place = (len(ordered) - 1) * percent / 100
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
