"""A delivery of AWS Config that failed is reported in words."""

import json

import pytest

from modules.recorder_notifications import RecorderNotifications
from tests.support.construct import CONTEXT, synthesize
from tests.support.synthesized import Synthesized
from tests.support.tags import untagged

TOPIC = "arn:aws:sns:us-east-1:111122223333:alerts"


@pytest.fixture(scope="module")
def stack() -> Synthesized:
    return synthesize(lambda stack: RecorderNotifications(stack, "notifications", CONTEXT, TOPIC))


@pytest.mark.requirement("CFG-1")
@pytest.mark.requirement("OBS-3")
def test_rule_takes_failed_deliveries(stack: Synthesized) -> None:
    rule = stack.one("aws_cloudwatch_event_rule", name="trading-config-delivery-rule-dev")
    assert json.loads(rule["event_pattern"]) == {
        "source": ["aws.config"],
        "detail-type": [
            "Config Configuration Snapshot Delivery Status",
            "Config Configuration History Delivery Status",
        ],
        "detail": {
            "messageType": ["ConfigurationSnapshotDeliveryFailed", "ConfigurationHistoryDeliveryFailed"]
        },
    }
    assert untagged(stack) == []


@pytest.mark.requirement("OBS-3")
def test_topic_gets_a_sentence(stack: Synthesized) -> None:
    target = stack.one("aws_cloudwatch_event_target", arn=TOPIC)
    assert stack.target(target["rule"])[0] == "aws_cloudwatch_event_rule"
    transformer = target["input_transformer"]
    assert transformer["input_paths"] == {
        "type": "$.detail.messageType",
        "region": "$.region",
        "account": "$.account",
        "time": "$.time",
    }
    # EventBridge accepts a template for plain text only as a JSON string.
    assert json.loads(transformer["input_template"]) == (
        "AWS Config could not write to its bucket: <type> (account <account>, region <region>, <time>)."
    )
