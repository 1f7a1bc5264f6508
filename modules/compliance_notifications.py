"""Compliance changes reach the alert topic (CFG-3)."""

from constructs import Construct

from modules.context import Context
from modules.event_notification import EventNotification, EventNotificationProps


class ComplianceNotifications(Construct):
    """A message for every resource that stops complying with one of the workload's rules.

    EventBridge carries it, since AWS Config itself cannot publish to an encrypted topic.
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
                purpose="compliance",
                description="Resources that no longer comply with a rule of AWS Config",
                pattern={
                    "source": ["aws.config"],
                    "detail-type": ["Config Rules Compliance Change"],
                    "detail": {
                        "messageType": ["ComplianceChangeNotification"],
                        # Other environments of the account have rules and topics of their own.
                        "configRuleName": [{"wildcard": context.name("*")}],
                        "newEvaluationResult": {"complianceType": ["NON_COMPLIANT"]},
                    },
                },
                values={
                    "rule": "$.detail.configRuleName",
                    "type": "$.detail.resourceType",
                    "resource": "$.detail.resourceId",
                    "region": "$.detail.awsRegion",
                    "account": "$.detail.awsAccountId",
                    "time": "$.time",
                },
                sentence=(
                    "<type> <resource> does not comply with the rule <rule> "
                    "(account <account>, region <region>, <time>)."
                ),
                topic_arn=topic_arn,
            ),
        )
