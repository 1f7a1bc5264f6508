"""The alert topic is encrypted and takes alerts from the services that raise them."""

import pytest

from modules.alert_topic import AlertTopic, AlertTopicProps
from tests.support.construct import CONTEXT, synthesize
from tests.support.synthesized import Block, Synthesized

KEY = "arn:aws:kms:us-east-1:111122223333:key/messaging"


def _synthesized(email: str | None = None) -> Synthesized:
    return synthesize(lambda stack: AlertTopic(stack, "topic", CONTEXT, AlertTopicProps(KEY, email)))


@pytest.fixture(scope="module")
def statements() -> dict[str, Block]:
    synthesized = _synthesized()
    return synthesized.statements(synthesized.one("aws_sns_topic_policy")["policy"])


@pytest.mark.requirement("OBS-3")
def test_topic_is_encrypted_with_the_customers_key() -> None:
    _synthesized().one("aws_sns_topic", name="trading-alerts-topic-dev", kms_master_key_id=KEY)


@pytest.mark.requirement("OBS-3")
def test_services_that_raise_alerts_publish_for_this_account_only(statements: dict[str, Block]) -> None:
    assert set(statements) == {"DenyWithoutTls", "EventBridgeRules", "AlertsOfThisAccount"}
    statement = statements["AlertsOfThisAccount"]
    assert statement["actions"] == ["sns:Publish"]
    assert statement["principals"] == [
        {
            "type": "Service",
            "identifiers": ["budgets.amazonaws.com", "cloudwatch.amazonaws.com", "events.rds.amazonaws.com"],
        }
    ]
    assert statement["condition"] == [
        {"test": "StringEquals", "variable": "aws:SourceAccount", "values": ["111122223333"]}
    ]


@pytest.mark.requirement("OBS-3")
@pytest.mark.requirement("CFG-3")
def test_eventbridge_publishes_without_a_condition_that_it_could_never_meet(
    statements: dict[str, Block],
) -> None:
    statement = statements["EventBridgeRules"]
    assert statement["effect"] == "Allow"
    assert statement["principals"] == [{"type": "Service", "identifiers": ["events.amazonaws.com"]}]
    assert "condition" not in statement


@pytest.mark.requirement("OBS-3")
def test_plain_text_is_refused(statements: dict[str, Block]) -> None:
    assert statements["DenyWithoutTls"]["effect"] == "Deny"
    assert statements["DenyWithoutTls"]["actions"] == ["sns:Publish"]
    assert statements["DenyWithoutTls"]["condition"] == [
        {"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]}
    ]


def test_mail_goes_to_whom_it_is_set_for() -> None:
    _synthesized("ops@example.com").one(
        "aws_sns_topic_subscription", protocol="email", endpoint="ops@example.com"
    )
    _synthesized().absent("aws_sns_topic_subscription")
