"""A role is bounded, and its permissions are managed policies."""

import pytest
from cdktf import TerraformStack

from modules.policy import Condition, Statement
from modules.role import Role, RoleProps
from tests.support.construct import CONTEXT, synthesize
from tests.support.synthesized import Synthesized


def _synthesized() -> Synthesized:
    def build(stack: TerraformStack) -> None:
        Role(
            stack,
            "role",
            CONTEXT,
            RoleProps(
                purpose="flow-logs",
                description="Writes flow logs",
                service="vpc-flow-logs.amazonaws.com",
                boundary_arn="arn:aws:iam::111122223333:policy/boundary",
                statements=[Statement("Write", ["logs:PutLogEvents"], ["arn:aws:logs:::x"])],
                aws_policy_arns=["arn:aws:iam::aws:policy/service-role/Some"],
                trust_conditions=[Condition("StringEquals", "aws:SourceAccount", ["111122223333"])],
            ),
        )

    return synthesize(build)


@pytest.mark.requirement("IAM-2")
def test_role_carries_the_boundary() -> None:
    role = _synthesized().one("aws_iam_role", name="trading-flow-logs-role-dev")
    assert role["permissions_boundary"] == "arn:aws:iam::111122223333:policy/boundary"


@pytest.mark.requirement("IAM-1")
def test_permissions_are_managed_policies_never_inline() -> None:
    synthesized = _synthesized()
    synthesized.absent("aws_iam_role_policy")
    synthesized.count("aws_iam_role_policy_attachment", 2)
    policy = synthesized.one("aws_iam_policy", name="trading-flow-logs-policy-dev")
    assert synthesized.statements(policy["policy"])["Write"]["actions"] == ["logs:PutLogEvents"]


def test_only_the_service_may_assume_the_role() -> None:
    synthesized = _synthesized()
    trust = synthesized.statements(synthesized.one("aws_iam_role")["assume_role_policy"])
    assert list(trust) == ["AssumedByService"]
    assert trust["AssumedByService"]["principals"] == [
        {"identifiers": ["vpc-flow-logs.amazonaws.com"], "type": "Service"}
    ]
    assert trust["AssumedByService"]["condition"] == [
        {"test": "StringEquals", "values": ["111122223333"], "variable": "aws:SourceAccount"}
    ]
