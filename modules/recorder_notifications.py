"""Deliveries of AWS Config that fail reach the alert topic (CFG-1, OBS-3)."""

import json
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import (
    CloudwatchEventTarget,
    CloudwatchEventTargetInputTransformer,
)
from constructs import Construct

from modules.context import Context, DataClassification


@dataclass(frozen=True)
class RecorderNotificationsProps:
    """Properties of the notifications.

    Attributes:
        topic_arn: Topic that is told; its policy and its key let EventBridge publish.
    """

    topic_arn: str


class RecorderNotifications(Construct):
    """A message for every snapshot or history that AWS Config could not write to its bucket.

    Events, since the metrics that Config reports of its deliveries have no documented dimensions, and an
    alarm over wrong ones is silent for ever (AWS Config developer guide, "Monitoring with EventBridge").
    """

    def __init__(
        self, scope: Construct, id_: str, context: Context, props: RecorderNotificationsProps
    ) -> None:
        super().__init__(scope, id_)
        name = context.name("config-delivery-rule")
        rule = CloudwatchEventRule(
            self,
            "rule",
            name=name,
            description="Deliveries of AWS Config that failed",
            event_pattern=json.dumps(
                {
                    "source": ["aws.config"],
                    "detail-type": [
                        "Config Configuration Snapshot Delivery Status",
                        "Config Configuration History Delivery Status",
                    ],
                    "detail": {
                        "messageType": [
                            "ConfigurationSnapshotDeliveryFailed",
                            "ConfigurationHistoryDeliveryFailed",
                        ]
                    },
                }
            ),
            tags=context.tags(DataClassification.INTERNAL, name),
        )
        CloudwatchEventTarget(
            self,
            "target",
            rule=rule.name,
            target_id="alert-topic",
            arn=props.topic_arn,
            input_transformer=CloudwatchEventTargetInputTransformer(
                input_paths={
                    "type": "$.detail.messageType",
                    "region": "$.region",
                    "account": "$.account",
                    "time": "$.time",
                },
                # EventBridge wants the text quoted, as a JSON string.
                input_template=(
                    '"AWS Config could not write to its bucket: <type> '
                    '(account <account>, region <region>, <time>)."'
                ),
            ),
        )
