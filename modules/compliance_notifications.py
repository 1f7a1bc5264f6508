"""Compliance changes reach the alert topic (CFG-3)."""

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
class ComplianceNotificationsProps:
    """Properties of the notifications.

    Attributes:
        topic_arn: Topic that is told; its policy and its key let EventBridge publish.
    """

    topic_arn: str


class ComplianceNotifications(Construct):
    """A message for every resource that stops complying with one of the workload's rules.

    EventBridge carries it, since AWS Config itself cannot publish to an encrypted topic.

    Attributes:
        rule_arn: The EventBridge rule's ARN, for the topic's policy.
    """

    def __init__(
        self, scope: Construct, id_: str, context: Context, props: ComplianceNotificationsProps
    ) -> None:
        super().__init__(scope, id_)
        name = context.name("compliance-rule")
        rule = CloudwatchEventRule(
            self,
            "rule",
            name=name,
            description="Resources that no longer comply with a rule of AWS Config",
            event_pattern=json.dumps(
                {
                    "source": ["aws.config"],
                    "detail-type": ["Config Rules Compliance Change"],
                    "detail": {
                        "messageType": ["ComplianceChangeNotification"],
                        # Other environments of the account have rules and topics of their own.
                        "configRuleName": [{"wildcard": context.name("*")}],
                        "newEvaluationResult": {"complianceType": ["NON_COMPLIANT"]},
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
                    "rule": "$.detail.configRuleName",
                    "type": "$.detail.resourceType",
                    "resource": "$.detail.resourceId",
                    "region": "$.detail.awsRegion",
                    "account": "$.detail.awsAccountId",
                    "time": "$.time",
                },
                # EventBridge wants the text quoted, as a JSON string.
                input_template=(
                    '"<type> <resource> does not comply with the rule <rule> '
                    '(account <account>, region <region>, <time>)."'
                ),
            ),
        )
        self.rule_arn = rule.arn
