"""Lets alarms go from state to state, minute by minute, and does what they are to do then."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import RLock
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.sns.models import sns_backends

from local.monitoring import alarm_messages, alarm_rule, alarms, clock, queue_metrics
from local.monitoring.alarm_state import ALARM, OK
from local.monitoring.metric_filters import MetricFilters
from local.monitoring.metrics import Reader

MINUTE = 60

_logger = logging.getLogger(__name__)


class Evaluation:
    """Evaluates the alarms of every account and region at each full minute.

    Args:
        metric_filters: whose default values are due at the end of a minute.
    """

    def __init__(self, metric_filters: MetricFilters) -> None:
        self._metric_filters = metric_filters
        self._lock = RLock()
        self._readers: dict[int, Reader] = {}
        self._done = clock.now() // MINUTE * MINUTE
        self._refused: set[str] = set()

    def catch_up(self) -> None:
        """Evaluates for each minute that has ended since the last time."""
        with self._lock:
            while self._done + MINUTE <= clock.now():
                self._done += MINUTE
                self._minute_ended(self._done)

    def set_state(self, backend: Any, name: str, state: str, reason: str, data: str = "{}") -> None:
        """Puts an alarm into a state and runs the actions for it, if it is another than before.

        Args:
            backend: the `moto.cloudwatch.models.CloudWatchBackend`.
            name: the alarm's.
            state: the state.
            reason: why.
            data: why, JSON.
        """
        with self._lock:
            alarm = backend.alarms.get(name)
            if alarm is None or alarm.state_value == state:  # it may have been deleted at this very moment
                return
            old = alarm.state_value
            now = clock.now()
            alarm.update_state(reason, data, state)
            alarm.state_updated_timestamp = datetime.fromtimestamp(now, UTC).replace(tzinfo=None)
            if alarm.actions_enabled:
                actions = {ALARM: alarm.alarm_actions, OK: alarm.ok_actions}
                for arn in actions.get(state, alarm.insufficient_data_actions) or ():
                    self._act(arn, alarm, alarm_messages.message(alarm, old, now, [*backend.alarms.values()]))
            self._judge_composites(backend)

    def _minute_ended(self, end: float) -> None:
        queue_metrics.put(end - MINUTE)
        self._metric_filters.put_defaults(end)
        for backend in _backends():
            reader = self._readers.setdefault(id(backend), Reader(backend))
            for alarm in [*backend.alarms.values()]:
                # an alarm of longer periods is evaluated each minute too, over the periods that end then
                if alarm.rule is None:
                    self._judge(backend, alarm, reader, end)
            self._judge_composites(backend)

    def _judge(self, backend: Any, alarm: Any, reader: Reader, end: float) -> None:
        try:
            judgement = alarms.judge(alarm, reader, end)
        except ValueError as error:
            self._refuse(alarm, error)
            return
        self.set_state(backend, alarm.name, judgement.state, judgement.reason)

    def _judge_composites(self, backend: Any) -> None:
        for alarm in [*backend.alarms.values()]:
            if alarm.rule is None:
                continue
            try:
                in_alarm = alarm_rule.compile_rule(alarm.rule)(lambda name: _state(backend, name))
            except alarm_rule.MalformedRuleError as error:
                self._refuse(alarm, error)
                continue
            state = ALARM if in_alarm else OK
            if state != alarm.state_value:
                self.set_state(backend, alarm.name, state, _reason(backend, alarm))

    def _act(self, arn: str, alarm: Any, message: str) -> None:
        _, _, service, region, account, *_ = arn.split(":")
        if service != "sns":
            _logger.error("alarm %s: the local AWS knows no action %s", alarm.name, arn)
            return
        try:
            sns_backends[account][region].publish(
                message=message, arn=arn, subject=alarm_messages.subject(alarm)
            )
        except Exception:
            # moto raises whatever it likes; the alarm's state does not depend on its actions
            _logger.exception("alarm %s: action %s failed", alarm.name, arn)

    def _refuse(self, alarm: Any, error: ValueError) -> None:
        """Says once of an alarm that it is not evaluated."""
        if alarm.alarm_arn not in self._refused:
            self._refused.add(alarm.alarm_arn)
            _logger.error("alarm %s is not evaluated: %s", alarm.name, error)


def _backends() -> Iterator[Any]:
    for account in [*cloudwatch_backends.values()]:
        yield from [*account.values()]


def _state(backend: Any, name: str) -> str | None:
    alarm = backend.alarms.get(name)
    return alarm.state_value if alarm else None


def _reason(backend: Any, alarm: Any) -> str:
    """Names the child that changed last, of those in alarm if there are such."""
    found = [backend.alarms[name] for name in alarm_rule.children(alarm.rule) if name in backend.alarms]
    if not found:
        return "The rule names no alarm."
    alarmed = [child for child in found if child.state_value == ALARM]
    child = max(alarmed or found, key=lambda one: one.state_updated_timestamp)
    at = f"{child.state_updated_timestamp:%A %d %B, %Y %H:%M:%S UTC}"
    return f"{child.alarm_arn} transitioned to {child.state_value} at {at}"
