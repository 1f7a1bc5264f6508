"""CloudWatch: what moto 5.2.5 lacks or misreports of alarms.

- There is no PutCompositeAlarm; alarms can hold a rule, but do not return it.
- A new alarm is OK, before anything was evaluated; one that is put again loses its state.
"""

from collections.abc import Callable
from typing import Any

from moto.cloudwatch.models import Alarm, CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import EmptyResult

from local.extensions.wrapping import add, wrap


def register() -> None:
    """Extends moto's CloudWatch."""
    add(CloudWatchResponse, "put_composite_alarm", _put_composite_alarm)
    wrap(CloudWatchBackend, "put_metric_alarm", _put_alarm)
    # moto answers with the attribute of this name
    add(Alarm, "alarm_rule", property(lambda alarm: alarm.rule))


_STATE = ("state_value", "state_reason", "state_reason_data", "state_updated_timestamp", "history")


def _put_alarm(original: Callable[..., Any], backend: Any, *arguments: Any, **settings: Any) -> Any:
    before = backend.alarms.get(settings["name"])
    alarm = original(backend, *arguments, **settings)
    alarm.state_value = "INSUFFICIENT_DATA"
    if before is not None:
        for name in _STATE:
            setattr(alarm, name, getattr(before, name))
    return alarm


def _put_composite_alarm(response: Any) -> EmptyResult:
    asked = response._get_param
    response.cloudwatch_backend.put_metric_alarm(
        name=asked("AlarmName"),
        rule=asked("AlarmRule"),
        description=asked("AlarmDescription"),
        alarm_actions=asked("AlarmActions") or [],
        ok_actions=asked("OKActions") or [],
        insufficient_data_actions=asked("InsufficientDataActions") or [],
        actions_enabled=asked("ActionsEnabled"),
        tags=asked("Tags") or [],
        # what only a metric alarm has
        namespace=None,
        metric_name=None,
        comparison_operator=None,
        evaluation_periods=None,
        period=None,
        threshold=None,
        statistic=None,
        dimensions=[],
    )
    return EmptyResult()
