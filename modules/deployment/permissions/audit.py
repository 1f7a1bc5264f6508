"""Audit and compliance: trails (CloudTrail), recorder and rules (Config)."""

from modules.deployment.permissions.owned import Owned
from modules.policy import Statement

_RECORDERS = "configuration-recorder/{}/*"
_CHANGE_TRAILS = (
    "cloudtrail:AddTags",
    "cloudtrail:CreateTrail",
    "cloudtrail:DeleteTrail",
    "cloudtrail:PutEventSelectors",
    "cloudtrail:StartLogging",
)


def read(owned: Owned) -> list[Statement]:
    """Return what a refresh takes."""
    return [
        # AWS offers no resource level for these
        Statement(
            "ReadAudit",
            ["cloudtrail:DescribeTrails", "config:DescribeConfigRules", "config:DescribeDeliveryChannels"],
            ["*"],
        ),
        Statement(
            "ReadTrails",
            ["cloudtrail:GetEventSelectors", "cloudtrail:GetTrailStatus", "cloudtrail:ListTags"],
            owned.named("cloudtrail", "trail/{}"),
        ),
        Statement(
            "ReadRecorders",
            ["config:DescribeConfigurationRecorderStatus", "config:DescribeConfigurationRecorders"],
            owned.named("config", _RECORDERS),
        ),
        Statement(
            "ReadTagsOfConfigRules",
            ["config:ListTagsForResource"],
            _config_rules(owned),
            conditions=[owned.tagged],
        ),
    ]


def change(owned: Owned) -> list[Statement]:
    """Return what making, changing and removing takes."""
    return [
        Statement("ChangeTrails", _CHANGE_TRAILS, owned.named("cloudtrail", "trail/{}")),
        Statement(
            "UpdateTrails",
            ["cloudtrail:StopLogging", "cloudtrail:UpdateTrail"],
            owned.named("cloudtrail", "trail/{}"),
        ),
        Statement(
            "ChangeRecorders",
            [
                "config:DeleteConfigurationRecorder",
                "config:PutConfigurationRecorder",
                "config:StartConfigurationRecorder",
                "config:StopConfigurationRecorder",
            ],
            owned.named("config", _RECORDERS),
        ),
        # AWS offers no resource level for these
        Statement(
            "ChangeDeliveryChannels", ["config:DeleteDeliveryChannel", "config:PutDeliveryChannel"], ["*"]
        ),
        Statement(
            "MakeConfigRules",
            ["config:PutConfigRule", "config:TagResource"],
            _config_rules(owned),
            conditions=[owned.untagged, owned.tagging],
        ),
        Statement(
            "RemoveConfigRules", ["config:DeleteConfigRule"], _config_rules(owned), conditions=[owned.tagged]
        ),
        Statement(
            "UpdateConfigRules",
            ["config:PutConfigRule", "config:TagResource"],
            _config_rules(owned),
            conditions=[owned.tagged],
        ),
    ]


def _config_rules(owned: Owned) -> list[str]:
    """Rules have ids in their ARNs."""
    return [owned.arn("config", "config-rule/*")]
