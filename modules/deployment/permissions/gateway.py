"""REST APIs, their keys and usage plans (API Gateway), and the firewall before them (WAF).

API Gateway's actions are HTTP methods, on paths with ids. What is below an API or a usage plan has its tags
(https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-supported-resources.html).
"""

from collections.abc import Sequence

from modules.deployment.permissions.owned import Owned
from modules.policy import Statement

_READ_FIREWALLS = (
    "wafv2:GetLoggingConfiguration",
    "wafv2:GetWebACL",
    "wafv2:GetWebACLForResource",
    "wafv2:ListTagsForResource",
)
_CHANGE_FIREWALLS = (
    "wafv2:AssociateWebACL",
    "wafv2:CreateWebACL",
    "wafv2:DeleteLoggingConfiguration",
    "wafv2:DeleteWebACL",
    "wafv2:PutLoggingConfiguration",
    "wafv2:TagResource",
)


def read(owned: Owned) -> list[Statement]:
    """Return what a refresh takes. The key of a client is among what API Gateway tells of it."""
    return [
        Statement("ReadApis", ["apigateway:GET"], _below(owned), conditions=[owned.tagged]),
        Statement("ReadAccount", ["apigateway:GET"], [_path(owned, "account")]),
        Statement("ReadFirewalls", _READ_FIREWALLS, _firewalls(owned)),
        Statement("ReadProtection", ["wafv2:GetWebACLForResource"], _stages(owned)),
    ]


def change(owned: Owned) -> list[Statement]:
    """Return what making, changing and removing takes."""
    return [
        Statement(
            "MakeApis",
            ["apigateway:POST"],
            [_path(owned, kind) for kind in ("apikeys", "restapis", "usageplans")],
            conditions=[owned.tagging],
        ),
        Statement(
            "TagNewApis",
            ["apigateway:PUT"],
            [_path(owned, "tags/*")],
            conditions=[owned.untagged, owned.tagging],
        ),
        Statement("DeleteApis", ["apigateway:DELETE"], _below(owned), conditions=[owned.tagged]),
        Statement(
            "ChangeApis",
            ["apigateway:POST", "apigateway:PUT"],
            [_path(owned, "restapis/*")],
            conditions=[owned.tagged],
        ),
        Statement(
            "ChangeUsagePlans", ["apigateway:POST"], [_path(owned, "usageplans/*")], conditions=[owned.tagged]
        ),
        Statement(
            "ChangeStages",
            ["apigateway:PATCH"],
            [_path(owned, "restapis/*"), _path(owned, "usageplans/*")],
            conditions=[owned.tagged],
        ),
        Statement(
            "UpdateApiKeys", ["apigateway:PATCH"], [_path(owned, "apikeys/*")], conditions=[owned.tagged]
        ),
        Statement(
            "UpdateTagsOfApis", ["apigateway:PUT"], [_path(owned, "tags/*")], conditions=[owned.tagged]
        ),
        # One role for an account and region
        Statement("ChangeAccount", ["apigateway:PATCH"], [_path(owned, "account")]),
        Statement("ChangeFirewalls", _CHANGE_FIREWALLS, _firewalls(owned)),
        Statement("UpdateFirewalls", ["wafv2:UpdateWebACL"], [*_firewalls(owned), _rules(owned)]),
        Statement("UseRulesOfAws", ["wafv2:CreateWebACL"], [_rules(owned)]),
        Statement(
            "Protect",
            ["apigateway:SetWebACL", "wafv2:AssociateWebACL", "wafv2:DisassociateWebACL"],
            _stages(owned),
        ),
    ]


def _path(owned: Owned, path: str) -> str:
    return owned.arn("apigateway", f"/{path}", account="")


def _below(owned: Owned) -> list[str]:
    return [_path(owned, f"{kind}/*") for kind in ("apikeys", "restapis", "usageplans")]


def _stages(owned: Owned) -> list[str]:
    """Stages have the environment's name."""
    return [_path(owned, f"restapis/*/stages/{owned.scope.suffix}")]


def _firewalls(owned: Owned) -> Sequence[str]:
    return owned.named("wafv2", "regional/webacl/{}/*")


def _rules(owned: Owned) -> str:
    """Rule groups that AWS manages."""
    return owned.arn("wafv2", "regional/managedruleset/*")
