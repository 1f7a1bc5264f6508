"""A resource that stops complying is reported in words, once for each environment."""

import json

import pytest

from modules.compliance_notifications import ComplianceNotifications
from tests.support.construct import CONTEXT, synthesize
from tests.support.synthesized import Synthesized
from tests.support.tags import untagged

TOPIC = "arn:aws:sns:us-east-1:111122223333:alerts"


@pytest.fixture(scope="module")
def stack() -> Synthesized:
    return synthesize(lambda stack: ComplianceNotifications(stack, "notifications", CONTEXT, TOPIC))


@pytest.mark.requirement("CFG-3")
def test_rule_takes_what_no_longer_complies_with_this_environments_rules(stack: Synthesized) -> None:
    rule = stack.one("aws_cloudwatch_event_rule", name="trading-compliance-rule-dev")
    assert json.loads(rule["event_pattern"]) == {
        "source": ["aws.config"],
        "detail-type": ["Config Rules Compliance Change"],
        "detail": {
            "messageType": ["ComplianceChangeNotification"],
            "configRuleName": [{"wildcard": "trading-*-dev"}],
            "newEvaluationResult": {"complianceType": ["NON_COMPLIANT"]},
        },
    }
    assert untagged(stack) == []


@pytest.mark.requirement("CFG-3")
def test_topic_gets_a_sentence(stack: Synthesized) -> None:
    target = stack.one("aws_cloudwatch_event_target", arn=TOPIC)
    assert stack.target(target["rule"])[0] == "aws_cloudwatch_event_rule"
    transformer = target["input_transformer"]
    values = {name: f"[{name}]" for name in transformer["input_paths"]}
    sentence = transformer["input_template"]
    for name, value in values.items():
        assert f"<{name}>" in sentence, f"{name} is read and not told"
        sentence = sentence.replace(f"<{name}>", value)
    # EventBridge accepts a template for plain text only as a JSON string.
    assert json.loads(sentence) == (
        "[type] [resource] does not comply with the rule [rule] (account [account], region [region], [time])."
    )
    assert transformer["input_paths"]["rule"] == "$.detail.configRuleName"
