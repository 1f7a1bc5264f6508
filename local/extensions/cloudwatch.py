"""CloudWatch: moto 5.2.5 has no PutCompositeAlarm.

Its alarms can hold a rule, but do not return it.
"""

from typing import Any

from moto.cloudwatch.models import Alarm
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import EmptyResult

from local.extensions.wrapping import add


def register() -> None:
    """Extends moto's CloudWatch."""
    add(CloudWatchResponse, "put_composite_alarm", _put_composite_alarm)
    # moto answers with the attribute of this name
    add(Alarm, "alarm_rule", property(lambda alarm: alarm.rule))


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
