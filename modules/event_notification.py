"""Events of EventBridge, told to the alert topic in a sentence."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import (
    CloudwatchEventTarget,
    CloudwatchEventTargetInputTransformer,
)
from constructs import Construct

from modules.context import Context, DataClassification


@dataclass(frozen=True)
class EventNotificationProps:
    """Properties of a notification.

    Attributes:
        purpose: Purpose part of the rule's name.
        description: What the rule picks, as the console shows it.
        pattern: Event pattern, as EventBridge knows it.
        values: Where in the event the values of the sentence are, by their names in it (``$.detail.x``).
        sentence: What the topic is told, with ``<name>`` for each of the values.
        topic_arn: Topic that is told; its policy and its key let EventBridge publish.
    """

    purpose: str
    description: str
    pattern: Mapping[str, Any]
    values: Mapping[str, str]
    sentence: str
    topic_arn: str


class EventNotification(Construct):
    """A message for every event that matches a pattern."""

    def __init__(self, scope: Construct, id_: str, context: Context, props: EventNotificationProps) -> None:
        super().__init__(scope, id_)
        name = context.name(f"{props.purpose}-rule")
        rule = CloudwatchEventRule(
            self,
            "rule",
            name=name,
            description=props.description,
            event_pattern=json.dumps(props.pattern),
            tags=context.tags(DataClassification.INTERNAL, name),
        )
        CloudwatchEventTarget(
            self,
            "target",
            rule=rule.name,
            target_id="alert-topic",
            arn=props.topic_arn,
            input_transformer=CloudwatchEventTargetInputTransformer(
                input_paths=dict(props.values),
                # EventBridge wants the text quoted, as a JSON string.
                input_template=f'"{props.sentence}"',
            ),
        )
