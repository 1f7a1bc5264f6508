"""One alarm over many: whether the platform as a whole is well (OBS-3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.cloudwatch_composite_alarm import CloudwatchCompositeAlarm
from constructs import Construct

from modules.context import Context, DataClassification


@dataclass(frozen=True)
class CompositeAlarmProps:
    """Properties of a composite alarm.

    Attributes:
        purpose: Purpose part of the name.
        description: What it means, for the person who is woken up by it.
        alarm_names: It fires as long as one of these does; 1 to 100, as references.
        topic_arn: Where it reports.
    """

    purpose: str
    description: str
    alarm_names: Sequence[str]
    topic_arn: str


class CompositeAlarm(Construct):
    """A composite alarm.

    Attributes:
        name: Its name.
        arn: Its ARN.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: CompositeAlarmProps) -> None:
        super().__init__(scope, id_)
        name = context.name(f"{props.purpose}-alarm")
        alarm = CloudwatchCompositeAlarm(
            self,
            "alarm",
            alarm_name=name,
            alarm_description=props.description,
            alarm_rule=" OR ".join(f'ALARM("{alarm_name}")' for alarm_name in props.alarm_names),
            alarm_actions=[props.topic_arn],
            ok_actions=[props.topic_arn],
            tags=context.tags(DataClassification.INTERNAL, name),
        )
        self.name = alarm.alarm_name
        self.arn = alarm.arn
