"""The one topic that every alert goes to (OBS-3)."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_policy import SnsTopicPolicy
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from modules.context import Context, DataClassification
from modules.policy import Condition, Statement, deny_without_tls, policy_json, service

PUBLISHERS = (
    "budgets.amazonaws.com",
    "cloudwatch.amazonaws.com",
    "events.amazonaws.com",
    "events.rds.amazonaws.com",
)
"""Services that publish: budgets, alarms, EventBridge rules, database event subscriptions.

Roles of this account need no mention: their own policies suffice. AWS Config is not among them: it can't
publish to encrypted topics, and comes by way of EventBridge.
"""

_SENDS_NO_SOURCE = "events.amazonaws.com"
"""EventBridge tells SNS no source account: with a condition on it, the statement would never allow anything,
and alerts would vanish without a trace (EventBridge user guide, "Using resource-based policies", SNS)."""


@dataclass(frozen=True)
class AlertTopicProps:
    """Properties of the alert topic.

    Attributes:
        key_arn: Customer-managed key; its policy lets the publishers use it.
        email: Subscriber, who has to confirm by mail; None for none.
    """

    key_arn: str
    email: str | None = None


class AlertTopic(Construct):
    """An encrypted SNS topic.

    Attributes:
        arn: The topic's ARN.
        name: The topic's name.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: AlertTopicProps) -> None:
        super().__init__(scope, id_)
        name = context.name("alerts-topic")
        topic = SnsTopic(
            self,
            "topic",
            name=name,
            display_name=name,
            kms_master_key_id=props.key_arn,
            tags=context.tags(DataClassification.CONFIDENTIAL, name),
        )
        of_this_account = [name for name in PUBLISHERS if name != _SENDS_NO_SOURCE]
        SnsTopicPolicy(
            self,
            "policy",
            arn=topic.arn,
            policy=policy_json(
                self,
                "policy-document",
                [
                    deny_without_tls(["sns:Publish"], [topic.arn]),
                    Statement(
                        sid="AlertsOfThisAccount",
                        actions=["sns:Publish"],
                        resources=[topic.arn],
                        principals=[service(*of_this_account)],
                        conditions=[Condition("StringEquals", "aws:SourceAccount", [context.account_id])],
                    ),
                    Statement(
                        sid="EventBridgeRules",
                        actions=["sns:Publish"],
                        resources=[topic.arn],
                        principals=[service(_SENDS_NO_SOURCE)],
                    ),
                ],
            ),
        )
        if props.email:
            SnsTopicSubscription(self, "email", topic_arn=topic.arn, protocol="email", endpoint=props.email)
        self.arn = topic.arn
        self.name = topic.name
