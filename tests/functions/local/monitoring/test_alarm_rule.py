"""Rules of composite alarms.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

import pytest

from local.monitoring.alarm_rule import MalformedRuleError, children, compile_rule

STATES = {"fire": "ALARM", "calm": "OK", "new": "INSUFFICIENT_DATA", "a name (odd)": "OK"}


@pytest.mark.parametrize(
    ("rule", "in_alarm"),
    [
        ('ALARM("fire")', True),
        ("ALARM(fire)", True),
        ('ALARM("calm")', False),
        ('OK("calm")', True),
        ("INSUFFICIENT_DATA(new)", True),
        ('ALARM("arn:aws:cloudwatch:us-east-1:123456789012:alarm:fire")', True),
        ("ALARM(fire) AND ALARM(calm)", False),
        ("ALARM(calm) OR ALARM(fire)", True),
        ("NOT ALARM(calm)", True),
        ("ALARM(fire) AND NOT ALARM(calm)", True),
        ("ALARM(calm) AND ALARM(calm) OR ALARM(fire)", True),
        ("ALARM(calm) AND (ALARM(calm) OR ALARM(fire))", False),
        ("TRUE", True),
        ("FALSE", False),
        ("NOT (TRUE AND FALSE)", True),
        ("ALARM(gone)", False),
        ("NOT ALARM(gone)", True),
    ],
)
def test_rules(rule: str, in_alarm: bool) -> None:
    assert compile_rule(rule)(STATES.get) is in_alarm


def test_children_are_named_once_in_order() -> None:
    rule = 'ALARM("b") OR (OK(a) AND ALARM(arn:aws:cloudwatch:us-east-1:123456789012:alarm:b))'
    assert children(rule) == ["b", "a"]


@pytest.mark.parametrize(
    "rule",
    ["", "ALARM()", "ALARM(a) ALARM(b)", "ALARM(a) AND", "(ALARM(a)", "MAYBE", "ALARM(a) XOR ALARM(b)"],
)
def test_malformed_rules_are_refused(rule: str) -> None:
    with pytest.raises(MalformedRuleError):
        compile_rule(rule)
