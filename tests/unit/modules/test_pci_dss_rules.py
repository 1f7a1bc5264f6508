"""The rules exist at AWS, with these parameters, and cover what the requirement lists."""

import gzip
import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest

from modules.pci_dss_rules import PCI_DSS_RULES, ManagedRule

CHAPTERS = range(1, 13)

COVERAGE = {
    "encryption of databases": {"RDS_CLUSTER_ENCRYPTED_AT_REST", "RDS_STORAGE_ENCRYPTED"},
    "encryption of storage": {"ENCRYPTED_VOLUMES"},
    "encryption of tables": {"DYNAMODB_TABLE_ENCRYPTED_KMS"},
    "encryption of buckets": {"S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED", "S3_DEFAULT_ENCRYPTION_KMS"},
    "encryption of logs": {"CLOUDWATCH_LOG_GROUP_ENCRYPTED", "CLOUD_TRAIL_ENCRYPTION_ENABLED"},
    "encryption of topics": {"SNS_ENCRYPTED_KMS"},
    "encryption of streams": {"KINESIS_STREAM_ENCRYPTED"},
    "encryption of file systems": {"EFS_ENCRYPTED_CHECK"},
    "access logging": {
        "S3_BUCKET_LOGGING_ENABLED",
        "APIGATEWAY_STAGE_ACCESS_LOGS_ENABLED",
        "API_GW_EXECUTION_LOGGING_ENABLED",
        "WAFV2_LOGGING_ENABLED",
        "MULTI_REGION_CLOUD_TRAIL_ENABLED",
    },
    "required tags": {"REQUIRED_TAGS"},
    "versioning": {"S3_BUCKET_VERSIONING_ENABLED"},
    "public access": {"S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED", "RDS_INSTANCE_PUBLIC_ACCESS_CHECK"},
    "TLS": {"S3_BUCKET_SSL_REQUESTS_ONLY"},
    "backups and point-in-time recovery": {"RDS_CLUSTER_BACKUP_RETENTION_CHECK", "DYNAMODB_PITR_ENABLED"},
    "flow logs": {"VPC_FLOW_LOGS_ENABLED"},
    "default security group": {"VPC_DEFAULT_SECURITY_GROUP_CLOSED"},
    "key rotation": {"CMK_BACKING_KEY_ROTATION_ENABLED"},
    "secret rotation": {"SECRETSMANAGER_ROTATION_ENABLED_CHECK"},
    "password policy": {"IAM_PASSWORD_POLICY"},
    "root's second factor": {"ROOT_ACCOUNT_MFA_ENABLED"},
}


@pytest.fixture(scope="module")
def catalogue() -> dict[str, Any]:
    """Return AWS's own list of managed rules, as moto carries it."""
    spec = importlib.util.find_spec("moto")
    assert spec is not None
    assert spec.origin is not None
    path = Path(spec.origin).parent / "config" / "resources" / "aws_managed_rules.json.gz"
    rules: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))["ManagedRules"]
    return rules


def _identifiers() -> set[str]:
    return {rule.identifier for rule in PCI_DSS_RULES}


@pytest.mark.requirement("CFG-2")
@pytest.mark.parametrize("subject", COVERAGE)
def test_subject_is_covered(subject: str) -> None:
    assert COVERAGE[subject] <= _identifiers()


@pytest.mark.requirement("CFG-2")
@pytest.mark.parametrize("rule", PCI_DSS_RULES, ids=lambda rule: rule.name)
def test_rule_is_one_of_awss_and_has_its_parameters(catalogue: dict[str, Any], rule: ManagedRule) -> None:
    parameters = {parameter["Name"]: parameter for parameter in catalogue[rule.identifier]["Parameters"]}
    assert set(rule.parameters) <= set(parameters)
    required = {name for name, parameter in parameters.items() if not parameter["Optional"]}
    assert required <= set(rule.parameters)


@pytest.mark.requirement("CFG-2")
@pytest.mark.parametrize(
    "rule",
    [rule for rule in PCI_DSS_RULES if rule.resource_types or rule.confidential_only],
    ids=lambda rule: rule.name,
)
def test_limits_fit_the_rule(catalogue: dict[str, Any], rule: ManagedRule) -> None:
    """AWS takes a scope only for rules that changes trigger, and either types or a tag."""
    facts = catalogue[rule.identifier]
    assert facts["Trigger type"].startswith("Configuration changes")
    assert not (rule.resource_types and rule.confidential_only)
    assert set(rule.resource_types) <= set(facts["Resource Types"].split(", "))


@pytest.mark.requirement("CFG-2")
def test_every_rule_names_its_requirement_and_why() -> None:
    for rule in PCI_DSS_RULES:
        assert re.fullmatch(r"\d{1,2}(\.\d{1,2}){1,3}", rule.requirement), rule
        assert int(rule.requirement.split(".")[0]) in CHAPTERS
        assert rule.why
        assert not rule.why.endswith("."), rule


def test_no_rule_is_there_twice() -> None:
    assert len(_identifiers()) == len(PCI_DSS_RULES)


@pytest.mark.requirement("CFG-2")
@pytest.mark.requirement("GEN-4")
def test_all_four_tags_are_required() -> None:
    (rule,) = (rule for rule in PCI_DSS_RULES if rule.identifier == "REQUIRED_TAGS")
    assert rule.parameters == {
        "tag1Key": "Environment",
        "tag2Key": "CostCenter",
        "tag3Key": "Compliance",
        "tag3Value": "PCI-DSS",
        "tag4Key": "DataClassification",
        "tag4Value": "Confidential,Internal,Public",
    }
