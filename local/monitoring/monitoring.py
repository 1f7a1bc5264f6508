"""Monitoring as it runs beside a moto server; made by `start`."""

import contextlib
import logging
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

from moto.cloudwatch.models import CloudWatchBackend
from moto.logs.models import LogStream, logs_backends

from local.extensions.wrapping import replaced
from local.monitoring import embedded_metrics, metrics
from local.monitoring.evaluation import Evaluation
from local.monitoring.metric_filters import MetricFilters

_LOOK_SECONDS = 0.2

_logger = logging.getLogger(__name__)


class Monitoring:
    """Turns log events into metrics as they are put, and evaluates alarms at each full minute."""

    def __init__(self) -> None:
        self._filters = MetricFilters()
        self.evaluation = Evaluation(self._filters)
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="monitoring", daemon=True)
        self._replacements = contextlib.ExitStack()

    def start(self) -> None:
        """Begins to watch."""
        for owner, name, replacement in (
            (LogStream, "put_log_events", self._received(LogStream.put_log_events)),
            (CloudWatchBackend, "set_alarm_state", self._set_alarm_state(CloudWatchBackend.set_alarm_state)),
        ):
            self._replacements.enter_context(replaced(owner, name, replacement))
        self._thread.start()

    def stop(self) -> None:
        """Stops watching, and gives moto its own ways back."""
        self._stopping.set()
        self._thread.join()
        self._replacements.close()

    def _run(self) -> None:
        while not self._stopping.wait(_LOOK_SECONDS):
            try:
                self.evaluation.catch_up()
            except Exception:
                # moto's state changes while it is read; the next minute is evaluated all the same
                _logger.exception("the alarms of a minute could not be evaluated")

    def _received(self, original: Callable[..., str]) -> Callable[..., str]:
        def put_log_events(stream: Any, log_events: list[dict[str, Any]]) -> str:
            token = original(stream, log_events)
            group = stream.log_group
            backend = logs_backends[group.account_id][group.region]
            filters = backend.filters.get_matching_filters(log_group_name=group.name)
            self._filters.receive(group, filters, log_events)
            embedded_metrics.receive(group, log_events)
            metrics.put(
                group.account_id,
                group.region,
                "AWS/Logs",
                {"IncomingLogEvents": len(log_events)},
                {"LogGroupName": group.name},
            )
            return token

        return put_log_events

    def _set_alarm_state(self, original: Callable[..., None]) -> Callable[..., None]:
        """The operation changes the state until the next evaluation; its actions run as after any change."""

        def set_alarm_state(
            backend: Any, alarm_name: str, reason: str, reason_data: str, state_value: str
        ) -> None:
            alarm = backend.alarms.get(alarm_name)
            if alarm is None or state_value == alarm.state_value:
                original(backend, alarm_name, reason, reason_data, state_value)
            else:
                self.evaluation.set_state(backend, alarm_name, state_value, reason, reason_data or "{}")

        return set_alarm_state
