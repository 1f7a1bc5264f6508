"""What no statement beside it may ever allow: denials win."""

from modules.deployment.permissions.owned import Owned
from modules.policy import Statement

BOOTSTRAP = "bootstrap-*"
"""Names of what the bootstrap stacks make: the very roles that plan and deploy among them."""

_TAGGING = ("apigateway:PUT", "config:TagResource", "ec2:CreateTags", "kms:TagResource", "lambda:TagResource")
"""How tags come to what is ours by tag."""


def statements(owned: Owned) -> list[Statement]:
    """Return the denials."""
    return [
        Statement(
            "KeepBootstrap",
            ["iam:*"],
            [
                owned.arn("iam", resource, region="")
                for resource in (f"role/{BOOTSTRAP}", f"policy/{BOOTSTRAP}", "oidc-provider/*", "user/*")
            ],
            effect="Deny",
        ),
        # Its tag is that of the environments
        Statement(
            "KeepStateKey",
            not_actions=["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"],
            resources=[owned.scope.state_key_arn],
            effect="Deny",
        ),
        Statement("KeepEnvironmentTag", _TAGGING, ["*"], effect="Deny", conditions=owned.tagging_otherwise),
    ]
