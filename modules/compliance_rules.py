"""AWS Config rules made from data (CFG-2)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.config_config_rule import (
    ConfigConfigRule,
    ConfigConfigRuleScope,
    ConfigConfigRuleSource,
)
from constructs import Construct

from modules.context import Context, DataClassification
from modules.pci_dss_rules import PCI_DSS_RULES, ManagedRule


@dataclass(frozen=True)
class ComplianceRulesProps:
    """Properties of the compliance rules.

    Attributes:
        recorder: The recorder's status, where the stack has the recorder: AWS refuses rules before one runs.
        rules: The rules.
    """

    recorder: Sequence[ITerraformDependable]
    rules: Sequence[ManagedRule] = PCI_DSS_RULES


class ComplianceRules(Construct):
    """The compliance rules of one environment.

    Attributes:
        names: Names of the rules, by identifier.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: ComplianceRulesProps) -> None:
        super().__init__(scope, id_)
        self.names = {rule.identifier: self._add(context, rule, props.recorder).name for rule in props.rules}

    def _add(
        self, context: Context, rule: ManagedRule, recorder: Sequence[ITerraformDependable]
    ) -> ConfigConfigRule:
        name = context.name(rule.name)
        return ConfigConfigRule(
            self,
            rule.name,
            name=name,
            description=f"PCI-DSS v4.0.1, {rule.requirement}: {rule.why}.",
            source=ConfigConfigRuleSource(owner="AWS", source_identifier=rule.identifier),
            scope=_scope(rule),
            input_parameters=json.dumps(dict(rule.parameters), sort_keys=True) if rule.parameters else None,
            tags=context.tags(DataClassification.INTERNAL, name),
            depends_on=list(recorder),
        )


def _scope(rule: ManagedRule) -> ConfigConfigRuleScope | None:
    if rule.resource_types:
        return ConfigConfigRuleScope(compliance_resource_types=list(rule.resource_types))
    if rule.confidential_only:
        return ConfigConfigRuleScope(
            tag_key="DataClassification", tag_value=DataClassification.CONFIDENTIAL.value
        )
    return None
