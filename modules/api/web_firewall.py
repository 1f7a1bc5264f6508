"""WAF in front of the API's stage: managed rules, a rate rule, logging (API-5)."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.wafv2_web_acl import (
    Wafv2WebAcl,
    Wafv2WebAclDefaultAction,
    Wafv2WebAclDefaultActionAllow,
    Wafv2WebAclVisibilityConfig,
)
from cdktf_cdktf_provider_aws.wafv2_web_acl_association import Wafv2WebAclAssociation
from cdktf_cdktf_provider_aws.wafv2_web_acl_logging_configuration import (
    Wafv2WebAclLoggingConfiguration,
    Wafv2WebAclLoggingConfigurationRedactedFields,
    Wafv2WebAclLoggingConfigurationRedactedFieldsSingleHeader,
    Wafv2WebAclLoggingConfigurationRedactedFieldsUriPath,
)
from constructs import Construct

from modules.context import Context, DataClassification
from modules.log_group import LogGroup, LogGroupProps

MANAGED_RULE_GROUPS = (
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
)
"""AWS's own rule groups, in the order in which they are asked (PCI-DSS 6.4.2)."""

EVALUATION_WINDOW_SECONDS = 300


@dataclass(frozen=True)
class WebFirewallProps:
    """Properties of the firewall.

    Attributes:
        stage_arn: The stage that it stands in front of.
        rate_limit: Requests a source address may make in five minutes before it is blocked. Clients reach the
            API from few addresses, so it stands above what a key may ask for in that time.
        logs_key_arn: Key of the log group.
        log_retention_days: Days that the logs stay searchable.
    """

    stage_arn: str
    rate_limit: int
    logs_key_arn: str
    log_retention_days: int


class WebFirewall(Construct):
    """A regional web ACL.

    Attributes:
        name: Its name, which its CloudWatch metrics carry.
        arn: Its ARN.
        logs: Log group of its log.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: WebFirewallProps) -> None:
        super().__init__(scope, id_)
        name = context.name("web-acl")
        rate_rule = {
            "name": "RateByAddress",
            "priority": 0,
            "action": {"block": {}},
            "statement": {
                "rate_based_statement": {
                    "limit": props.rate_limit,
                    "aggregate_key_type": "IP",
                    "evaluation_window_sec": EVALUATION_WINDOW_SECONDS,
                }
            },
            "visibility_config": _visibility("RateByAddress"),
        }
        managed_rules = [
            {
                "name": group,
                "priority": priority,
                "override_action": {"none": {}},
                "statement": {"managed_rule_group_statement": {"vendor_name": "AWS", "name": group}},
                "visibility_config": _visibility(group),
            }
            for priority, group in enumerate(MANAGED_RULE_GROUPS, start=1)
        ]
        acl = Wafv2WebAcl(
            self,
            "acl",
            name=name,
            description="Protects the API",
            scope="REGIONAL",
            default_action=Wafv2WebAclDefaultAction(allow=Wafv2WebAclDefaultActionAllow()),
            visibility_config=Wafv2WebAclVisibilityConfig(
                cloudwatch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=True
            ),
            tags=context.tags(DataClassification.INTERNAL, name),
        )
        # The binding types a rule's statement as Any; in the form of Terraform's JSON it stays readable.
        acl.add_override("rule", [rate_rule, *managed_rules])
        Wafv2WebAclAssociation(self, "association", resource_arn=props.stage_arn, web_acl_arn=acl.arn)
        logs = LogGroup(
            self,
            "logs",
            context,
            # WAF accepts no other beginning of the name.
            LogGroupProps(
                name=f"aws-waf-logs-{context.name('api')}",
                key_arn=props.logs_key_arn,
                retention_days=props.log_retention_days,
            ),
        )
        Wafv2WebAclLoggingConfiguration(
            self,
            "logging",
            resource_arn=acl.arn,
            log_destination_configs=[logs.arn],
            redacted_fields=[
                Wafv2WebAclLoggingConfigurationRedactedFields(
                    single_header=Wafv2WebAclLoggingConfigurationRedactedFieldsSingleHeader(name=header)
                )
                for header in ("authorization", "cookie", "x-api-key")
            ]
            # The path may hold the id of a session.
            + [
                Wafv2WebAclLoggingConfigurationRedactedFields(
                    uri_path=Wafv2WebAclLoggingConfigurationRedactedFieldsUriPath()
                )
            ],
        )
        self.name = name
        self.arn = acl.arn
        self.logs = logs


def _visibility(metric: str) -> dict[str, object]:
    return {"cloudwatch_metrics_enabled": True, "metric_name": metric, "sampled_requests_enabled": True}
