"""Who may assume the deployment roles, word for word, and what is attached to them."""

from typing import Any

import pytest
from cdktf import TerraformStack

from modules.context import Context
from modules.deployment.roles import (
    WorkflowRole,
    WorkflowRoleProps,
    deploy_ref,
    deploy_subject,
    plan_subjects,
)
from modules.policy import Statement
from tests.support.construct import synthesize
from tests.support.synthesized import Synthesized
from tests.support.tags import untagged

CONTEXT = Context("bootstrap", "dev", "us-east-1", "111122223333", "aws", "trading-platform")
BOUNDARY = "arn:aws:iam::111122223333:policy/boundary"
PROVIDER = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"


def _synthesized(**changes: Any) -> Synthesized:
    props: dict[str, Any] = {
        "purpose": "deploy",
        "description": "Deploys dev",
        "provider_arn": PROVIDER,
        "subjects": ["repo:acme/platform:environment:dev"],
        "ref": "refs/heads/main",
        "session_seconds": 7200,
        "boundary_arn": BOUNDARY,
        "policies": {
            "state": [Statement("ReadState", ["s3:GetObject"], ["arn:aws:s3:::x/*"])],
            "network": [Statement("MakeNetwork", ["ec2:CreateVpc"], ["*"])],
        },
        **changes,
    }

    def build(stack: TerraformStack) -> None:
        WorkflowRole(stack, "role", CONTEXT, WorkflowRoleProps(**props))

    return synthesize(build)


def _trust(stack: Synthesized) -> Any:
    return stack.statements(stack.one("aws_iam_role")["assume_role_policy"])


def test_trust_is_exactly_audience_subject_and_branch() -> None:
    assert _trust(_synthesized()) == {
        "AssumedByWorkflows": {
            "sid": "AssumedByWorkflows",
            "effect": "Allow",
            "actions": ["sts:AssumeRoleWithWebIdentity"],
            "principals": [{"type": "Federated", "identifiers": [PROVIDER]}],
            "condition": [
                {
                    "test": "StringEquals",
                    "variable": "token.actions.githubusercontent.com:aud",
                    "values": ["sts.amazonaws.com"],
                },
                {
                    "test": "StringEquals",
                    "variable": "token.actions.githubusercontent.com:sub",
                    "values": ["repo:acme/platform:environment:dev"],
                },
                {
                    "test": "StringEquals",
                    "variable": "token.actions.githubusercontent.com:ref",
                    "values": ["refs/heads/main"],
                },
            ],
        }
    }


def test_without_a_branch_the_subject_decides() -> None:
    conditions = _trust(_synthesized(ref=None))["AssumedByWorkflows"]["condition"]
    assert [condition["variable"].partition(":")[2] for condition in conditions] == ["aud", "sub"]


def test_pull_requests_and_the_main_branch_plan() -> None:
    assert plan_subjects("acme/platform") == [
        "repo:acme/platform:pull_request",
        "repo:acme/platform:ref:refs/heads/main",
    ]


def test_a_new_repositorys_tokens_carry_numbers() -> None:
    repository = "acme@1234/platform@5678"
    assert plan_subjects(repository)[0] == "repo:acme@1234/platform@5678:pull_request"
    assert deploy_subject(repository, "prod") == "repo:acme@1234/platform@5678:environment:prod"


@pytest.mark.parametrize(
    ("family", "ref"),
    [("dev", "refs/heads/main"), ("staging", "refs/heads/main"), ("prod", "refs/heads/main"), ("pr", None)],
)
def test_every_family_but_that_of_pull_requests_is_deployed_from_the_main_branch(
    family: str, ref: str | None
) -> None:
    assert deploy_ref(family) == ref


@pytest.mark.requirement("IAM-2")
def test_role_is_bounded_named_tagged_and_as_long_as_a_deployment_takes() -> None:
    stack = _synthesized()
    stack.one(
        "aws_iam_role",
        name="bootstrap-deploy-role-dev",
        permissions_boundary=BOUNDARY,
        max_session_duration=7200,
    )
    assert untagged(stack) == []


@pytest.mark.requirement("IAM-1")
def test_each_purpose_is_a_managed_policy_of_its_own() -> None:
    stack = _synthesized()
    stack.absent("aws_iam_role_policy")
    attached = {
        stack.target(attachment["policy_arn"])[1]["name"]
        for attachment in stack.all("aws_iam_role_policy_attachment").values()
    }
    assert attached == {"bootstrap-deploy-state-policy-dev", "bootstrap-deploy-network-policy-dev"}
    policy = stack.one("aws_iam_policy", name="bootstrap-deploy-network-policy-dev")
    assert list(stack.statements(policy["policy"])) == ["MakeNetwork"]
