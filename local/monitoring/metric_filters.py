"""Metric filters: log events that match a pattern become metric data.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringPolicyExamples.html
"""

import logging
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from local.log_patterns.pattern import Event, UnknownPatternError, compile_pattern
from local.log_patterns.values import number
from local.monitoring import clock, metrics

_MINUTE = 60

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Default:
    """A default value that is owed for a minute, unless an event of that minute matches."""

    account_id: str
    region: str
    group: str
    filter_name: str
    namespace: str
    metric: str
    value: float
    unit: str
    minute: int


class MetricFilters:
    """The metric filters of all log groups."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._owed: set[_Default] = set()
        self._matched: set[tuple[str, str, str, str, int]] = set()

    def receive(self, group: Any, filters: Iterable[Mapping[str, Any]], events: list[dict[str, Any]]) -> None:
        """Takes the events that were put into a log group.

        Args:
            group: the `moto.logs.models.LogGroup`.
            filters: its metric filters, as moto keeps them.
            events: `timestamp` and `message` of each.
        """
        for one in filters:
            try:
                match = compile_pattern(one["filterPattern"] or "")
            except UnknownPatternError as error:
                _logger.error("metric filter %s counts nothing: %s", one["filterName"], error)
                continue
            (transformation,) = one["metricTransformations"]
            for event in events:
                self._count(
                    group,
                    str(one["filterName"]),
                    transformation,
                    match(event["message"]),
                    clock.of_log_event(event["timestamp"]),
                )

    def put_defaults(self, until: float) -> None:
        """Puts the default values of minutes that had events, none of which matched.

        Args:
            until: minutes that ended by then, seconds since 1970.
        """
        with self._lock:
            due = {one for one in self._owed if (one.minute + 1) * _MINUTE <= until}
            self._owed -= due
            unmatched = [one for one in due if _key(one) not in self._matched]
            self._matched = {key for key in self._matched if (key[-1] + 1) * _MINUTE > until}
        for one in unmatched:
            metrics.put(
                one.account_id,
                one.region,
                one.namespace,
                {one.metric: one.value},
                {},
                at=one.minute * _MINUTE,
                unit=one.unit,
            )

    def _count(
        self, group: Any, filter_name: str, transformation: Mapping[str, Any], event: Event | None, at: float
    ) -> None:
        namespace, name = transformation["metricNamespace"], transformation["metricName"]
        unit = transformation.get("unit") or "None"
        if event is None:
            default = transformation.get("defaultValue")
            if default is not None:
                owed = _Default(
                    group.account_id,
                    group.region,
                    group.name,
                    filter_name,
                    namespace,
                    name,
                    float(default),
                    unit,
                    int(at // _MINUTE),
                )
                with self._lock:
                    self._owed.add(owed)
            return
        with self._lock:
            self._matched.add((group.account_id, group.region, group.name, filter_name, int(at // _MINUTE)))
        value = _number(transformation["metricValue"], event)
        dimensions = {
            dimension: event.value(selector)
            for dimension, selector in (transformation.get("dimensions") or {}).items()
        }
        if value is None or None in dimensions.values():
            return  # the event has no such number or no such field: there is nothing to report
        texts = {key: _text(found) for key, found in dimensions.items()}
        metrics.put(group.account_id, group.region, namespace, {name: value}, texts, at=at, unit=unit)


def _key(one: _Default) -> tuple[str, str, str, str, int]:
    return one.account_id, one.region, one.group, one.filter_name, one.minute


def _number(metric_value: str, event: Event) -> float | None:
    """The value to add: a number, or what the event has in a field."""
    found = event.value(metric_value) if metric_value.startswith("$") else metric_value
    value = number(str(found))
    return value if value is not None and math.isfinite(value) else None


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
