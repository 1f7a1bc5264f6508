"""Rules become AWS Config rules that wait for the recorder."""

import json

import pytest
from cdktf import TerraformStack

from modules.compliance_recorder import ComplianceRecorder, ComplianceRecorderProps
from modules.compliance_rules import ComplianceRules, ComplianceRulesProps
from modules.pci_dss_rules import PCI_DSS_RULES, ManagedRule
from tests.support.construct import CONTEXT, synthesize
from tests.support.synthesized import Synthesized
from tests.support.tags import untagged


def _synthesized(*rules: ManagedRule) -> Synthesized:
    props = ComplianceRulesProps(recorder=(), rules=rules)
    return synthesize(lambda stack: ComplianceRules(stack, "rules", CONTEXT, props))


@pytest.mark.requirement("CFG-2")
@pytest.mark.requirement("GEN-3")
def test_rule_is_named_described_and_tagged() -> None:
    stack = _synthesized(ManagedRule("SNS_ENCRYPTED_KMS", "3.5.1", "Topics are encrypted"))
    rule = stack.one("aws_config_config_rule", name="trading-sns-encrypted-kms-dev")
    assert rule["source"] == {"owner": "AWS", "source_identifier": "SNS_ENCRYPTED_KMS"}
    assert rule["description"] == "PCI-DSS v4.0.1, 3.5.1: Topics are encrypted."
    assert "input_parameters" not in rule
    assert "scope" not in rule
    assert untagged(stack) == []


@pytest.mark.requirement("CFG-2")
def test_parameters_are_json() -> None:
    rule = ManagedRule("ACCESS_KEYS_ROTATED", "8.6.3", "Keys are young", {"maxAccessKeyAge": "90"})
    block = _synthesized(rule).one("aws_config_config_rule")
    assert json.loads(block["input_parameters"]) == {"maxAccessKeyAge": "90"}


@pytest.mark.requirement("CFG-2")
def test_rule_is_limited_to_types_or_to_confidential_resources() -> None:
    stack = _synthesized(
        ManagedRule("REQUIRED_TAGS", "12.5.1", "Tagged", resource_types=("AWS::EC2::VPC", "AWS::S3::Bucket")),
        ManagedRule("S3_BUCKET_LOGGING_ENABLED", "10.2.1.1", "Logged", confidential_only=True),
    )
    stack.one(
        "aws_config_config_rule",
        name="trading-required-tags-dev",
        scope={"compliance_resource_types": ["AWS::EC2::VPC", "AWS::S3::Bucket"]},
    )
    stack.one(
        "aws_config_config_rule",
        name="trading-s3-bucket-logging-enabled-dev",
        scope={"tag_key": "DataClassification", "tag_value": "Confidential"},
    )


@pytest.mark.requirement("CFG-1")
@pytest.mark.requirement("CFG-2")
def test_every_rule_waits_for_the_running_recorder() -> None:
    def build(stack: TerraformStack) -> None:
        recorder = ComplianceRecorder(
            stack, "recorder", CONTEXT, ComplianceRecorderProps("boundary", "key", "access-logs", 400, True)
        )
        ComplianceRules(stack, "rules", CONTEXT, ComplianceRulesProps(recorder=[recorder.running]))

    stack = synthesize(build)
    status = stack.id_of("aws_config_configuration_recorder_status")
    stack.count("aws_config_config_rule", len(PCI_DSS_RULES), depends_on=[status])


@pytest.mark.requirement("CFG-2")
def test_without_a_recorder_of_its_own_a_rule_waits_for_nothing() -> None:
    assert not _synthesized(PCI_DSS_RULES[0]).one("aws_config_config_rule").get("depends_on")


def test_names_and_descriptions_fit_awss_limits() -> None:
    rules = _synthesized(*PCI_DSS_RULES).all("aws_config_config_rule").values()
    longest_suffix = 20
    assert max(len(rule["name"]) for rule in rules) + longest_suffix <= 128
    assert max(len(rule["description"]) for rule in rules) <= 256
