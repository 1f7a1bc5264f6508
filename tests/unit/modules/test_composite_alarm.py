"""The composite alarm fires as long as one of its alarms does."""

import pytest
from cdktf import TerraformStack

from modules.alarms import Alarm, Alarms, AlarmsProps, Metric
from modules.composite_alarm import CompositeAlarm, CompositeAlarmProps
from modules.context import DataClassification
from tests.support.construct import CONTEXT, synthesize


@pytest.mark.requirement("OBS-3")
def test_composite_alarm_is_made_of_references_to_its_alarms() -> None:
    def build(stack: TerraformStack) -> None:
        metric = Metric("AWS/Lambda", "Errors")
        alarms = Alarms(
            stack,
            "alarms",
            CONTEXT,
            AlarmsProps("arn:topic", [Alarm("one", "d", metric, 0), Alarm("two", "d", metric, 0)]),
        )
        CompositeAlarm(
            stack,
            "composite",
            CONTEXT,
            CompositeAlarmProps("platform", "Something is wrong.", alarms.names, "arn:topic"),
        )

    synthesized = synthesize(build)
    one, two = (
        synthesized.id_of("aws_cloudwatch_metric_alarm", alarm_name=f"trading-{name}-alarm-dev")
        for name in ("one", "two")
    )
    synthesized.one(
        "aws_cloudwatch_composite_alarm",
        alarm_name="trading-platform-alarm-dev",
        alarm_description="Something is wrong.",
        alarm_rule=f'ALARM("${{{one}.alarm_name}}") OR ALARM("${{{two}.alarm_name}}")',
        alarm_actions=["arn:topic"],
        ok_actions=["arn:topic"],
        tags=CONTEXT.tags(DataClassification.INTERNAL, "trading-platform-alarm-dev"),
    )
