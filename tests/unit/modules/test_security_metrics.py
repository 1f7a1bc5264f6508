"""Events that nobody should cause unnoticed are counted, and one of them is enough for an alarm."""

import json
from typing import Any

import pytest
from cdktf import TerraformStack

from local.log_patterns.pattern import compile_pattern
from modules.alarms import Alarm, Metric
from modules.security_metrics import SecurityMetrics, SecurityMetricsProps
from tests.support.construct import CONTEXT, synthesize
from tests.support.synthesized import Synthesized

SIGN_IN: dict[str, Any] = {
    "eventName": "ConsoleLogin",
    "userIdentity": {"type": "IAMUser"},
    "additionalEventData": {"MFAUsed": "No"},
    "responseElements": {"ConsoleLogin": "Success"},
}
ROOT: dict[str, Any] = {"userIdentity": {"type": "Root"}, "eventType": "AwsApiCall"}
KMS = {"eventSource": "kms.amazonaws.com"}


def _build() -> tuple[Synthesized, list[Alarm]]:
    alarms: list[Alarm] = []

    def build(stack: TerraformStack) -> None:
        alarms.extend(
            SecurityMetrics(stack, "security", CONTEXT, SecurityMetricsProps("/aws/cloudtrail/trail")).alarms
        )

    return synthesize(build), alarms


@pytest.mark.requirement("OBS-3")
def test_one_event_is_enough_for_an_alarm() -> None:
    synthesized, alarms = _build()
    assert [alarm.purpose for alarm in alarms] == [
        "root-use",
        "sign-in-without-mfa",
        "trail-changes",
        "key-removals",
    ]
    for alarm in alarms:
        assert (alarm.threshold, alarm.periods) == (0, 1)
        assert alarm.metric == Metric("trading-logs-dev", f"trading-{alarm.purpose}-dev")
        synthesized.one(
            "aws_cloudwatch_log_metric_filter",
            name=f"trading-{alarm.purpose}-filter-dev",
            log_group_name="/aws/cloudtrail/trail",
        )


@pytest.mark.requirement("OBS-3")
@pytest.mark.parametrize(
    ("purpose", "event", "counts"),
    [
        ("root-use", ROOT, True),
        ("root-use", {**ROOT, "eventType": "AwsServiceEvent"}, False),
        ("root-use", {**ROOT, "userIdentity": {"type": "Root", "invokedBy": "AWS Internal"}}, False),
        ("root-use", {**ROOT, "userIdentity": {"type": "AssumedRole"}}, False),
        ("sign-in-without-mfa", SIGN_IN, True),
        ("sign-in-without-mfa", {**SIGN_IN, "additionalEventData": {"MFAUsed": "Yes"}}, False),
        ("sign-in-without-mfa", {**SIGN_IN, "responseElements": {"ConsoleLogin": "Failure"}}, False),
        ("sign-in-without-mfa", {**SIGN_IN, "userIdentity": {"type": "AssumedRole"}}, False),
        ("trail-changes", {"eventName": "StopLogging"}, True),
        ("trail-changes", {"eventName": "DeleteTrail"}, True),
        ("trail-changes", {"eventName": "DescribeTrails"}, False),
        ("key-removals", {**KMS, "eventName": "ScheduleKeyDeletion"}, True),
        ("key-removals", {**KMS, "eventName": "DisableKey"}, True),
        ("key-removals", {**KMS, "eventName": "Decrypt"}, False),
    ],
)
def test_filters_count_what_they_are_named_for(purpose: str, event: dict[str, Any], counts: bool) -> None:
    synthesized, _ = _build()
    filter_ = synthesized.one("aws_cloudwatch_log_metric_filter", name=f"trading-{purpose}-filter-dev")
    assert (compile_pattern(filter_["pattern"])(json.dumps(event)) is not None) is counts
