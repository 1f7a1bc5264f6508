"""Deliveries of AWS Config that fail reach the alert topic (CFG-1, OBS-3)."""

from constructs import Construct

from modules.context import Context
from modules.event_notification import EventNotification, EventNotificationProps


class RecorderNotifications(Construct):
    """A message for every snapshot or history that AWS Config could not write to its bucket.

    Events, since the metrics that Config reports of its deliveries have no documented dimensions, and an
    alarm over wrong ones is silent for ever (AWS Config developer guide, "Monitoring with EventBridge").
    """

    def __init__(self, scope: Construct, id_: str, context: Context, topic_arn: str) -> None:
        """Declare the rule.

        Args:
            scope: Owner.
            id_: Id within the owner.
            context: Names and tags.
            topic_arn: Topic that is told; its policy and its key let EventBridge publish.
        """
        super().__init__(scope, id_)
        EventNotification(
            self,
            "event",
            context,
            EventNotificationProps(
                purpose="config-delivery",
                description="Deliveries of AWS Config that failed",
                pattern={
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
                },
                values={
                    "type": "$.detail.messageType",
                    "region": "$.region",
                    "account": "$.account",
                    "time": "$.time",
                },
                sentence=(
                    "AWS Config could not write to its bucket: <type> "
                    "(account <account>, region <region>, <time>)."
                ),
                topic_arn=topic_arn,
            ),
        )
