from collections.abc import Callable
from typing import Any


def test_a_rules_scope_by_tag_is_reported(client: Callable[[str], Any]) -> None:
    config = client("config")
    config.put_configuration_recorder(
        ConfigurationRecorder={"name": "recorder", "roleARN": "arn:aws:iam::123456789012:role/config"}
    )
    scope = {"TagKey": "DataClassification", "TagValue": "Confidential"}
    config.put_config_rule(
        ConfigRule={
            "ConfigRuleName": "rule",
            "Source": {"Owner": "AWS", "SourceIdentifier": "S3_BUCKET_LOGGING_ENABLED"},
            "Scope": scope,
        }
    )
    assert config.describe_config_rules(ConfigRuleNames=["rule"])["ConfigRules"][0]["Scope"] == scope
