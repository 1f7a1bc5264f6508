"""The boundary denies other regions, spares global services, and fits what IAM takes."""

import json
from fnmatch import fnmatch
from typing import Any

import pytest

from local.permissions.administration import definitions
from modules.region_boundary import RegionBoundary, RegionBoundaryProps
from tests.support.construct import CONTEXT, synthesize
from tests.support.synthesized import Block

IAM_POLICY_LIMIT = 6144
"""Characters of a managed policy, white space aside (IAM and STS quotas)."""


def _statements(*regions: str, identities: bool = False) -> dict[str, Block]:
    props = RegionBoundaryProps(regions, identities)
    synthesized = synthesize(lambda stack: RegionBoundary(stack, "boundary", CONTEXT, props))
    policy = synthesized.one("aws_iam_policy", name="trading-region-boundary-policy-dev")
    return synthesized.statements(policy["policy"])


@pytest.fixture(scope="module")
def deny() -> Block:
    return _statements("ca-central-1")["DenyOtherRegions"]


@pytest.mark.requirement("IAM-2")
def test_everything_but_global_services_is_denied_in_other_regions(deny: Block) -> None:
    assert deny["effect"] == "Deny"
    assert deny["resources"] == ["*"]
    assert deny["condition"] == [
        {"test": "StringNotEquals", "variable": "aws:RequestedRegion", "values": ["ca-central-1"]}
    ]
    # A Deny of named actions would leave out whatever AWS launches next.
    assert "actions" not in deny


@pytest.mark.requirement("IAM-2")
@pytest.mark.parametrize(
    "service", ["iam", "sts", "cloudfront", "route53", "support", "organizations", "waf"]
)
def test_global_services_work_from_every_region(deny: Block, service: str) -> None:
    assert f"{service}:*" in deny["not_actions"]


@pytest.mark.requirement("IAM-2")
@pytest.mark.parametrize("action", ["s3:ListAllMyBuckets", "s3:GetAccountPublicAccessBlock"])
def test_account_wide_calls_of_s3_work_although_they_go_to_us_east_1(deny: Block, action: str) -> None:
    assert action in deny["not_actions"]


@pytest.mark.requirement("IAM-2")
def test_no_regional_service_is_spared(deny: Block) -> None:
    regional = {"s3", "kms", "lambda", "dynamodb", "rds", "sqs", "sns", "secretsmanager", "config", "wafv2"}
    spared = {action for action in deny["not_actions"] if action.endswith(":*")}
    assert not spared & {f"{service}:*" for service in regional}
    assert "*" not in deny["not_actions"]


def test_boundary_allows_so_that_the_roles_own_policies_count() -> None:
    statements = _statements("us-east-1")
    assert set(statements) == {"CapOnly", "DenyIdentityChanges", "DenyOtherRegions"}
    assert statements["CapOnly"]["effect"] == "Allow"
    assert statements["CapOnly"]["actions"] == ["*"]


@pytest.mark.requirement("IAM-2")
def test_no_role_but_the_one_that_deploys_changes_iam_or_acts_as_another_role() -> None:
    statement = _statements("us-east-1")["DenyIdentityChanges"]
    assert (statement["effect"], statement["resources"]) == ("Deny", ["*"])
    assert "condition" not in statement
    changing = {
        name
        for service in ("iam", "sts")
        for name in definitions.actions(service)
        if definitions.action(name).access_level in ("Write", "Permissions management", "Tagging")
    }
    spared = {one for one in changing if not any(fnmatch(one, each) for each in statement["actions"])}
    assert {one for one in spared if one.startswith("iam:")} == set()
    assert "sts:AssumeRole" not in spared
    reading = ("iam:GetRole", "iam:ListRoles", "iam:GenerateCredentialReport", "sts:GetCallerIdentity")
    assert not [one for one in reading for each in statement["actions"] if fnmatch(one, each)]
    assert "DenyIdentityChanges" not in _statements("us-east-1", identities=True)


def test_boundary_is_no_longer_than_iam_takes(deny: Block) -> None:
    document: dict[str, Any] = {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "CapOnly", "Effect": "Allow", "Action": "*", "Resource": "*"},
            {
                "Sid": "DenyOtherRegions",
                "Effect": "Deny",
                "NotAction": deny["not_actions"],
                "Resource": "*",
                "Condition": {"StringNotEquals": {"aws:RequestedRegion": "ca-central-1"}},
            },
        ],
    }
    assert len(json.dumps(document, separators=(",", ":"))) <= IAM_POLICY_LIMIT
