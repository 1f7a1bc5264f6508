"""The roles that the repository's workflows plan and deploy with: who may assume them, and for how long."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.iam_policy import IamPolicy
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from modules.context import Context, DataClassification
from modules.deployment.oidc_provider import AUDIENCE, ISSUER
from modules.deployment.permissions.owned import PULL_REQUESTS
from modules.policy import Condition, Principal, Statement, policy_json

MAIN = "refs/heads/main"
"""The branch that is deployed."""

PLAN_SECONDS = 3600
"""How long a plan may take; the shortest that IAM accepts as a role's maximum."""

DEPLOY_SECONDS = 2 * 3600
"""How long a deployment may take. A destroy alone may wait 45 minutes until the functions' network interfaces
are gone (https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/lambda_function), and
credentials that end in between leave the state locked and behind what was made."""


@dataclass(frozen=True)
class WorkflowRoleProps:
    """Properties of a role that workflows assume.

    Attributes:
        purpose: Purpose part of the role's name (``plan`` gives ``bootstrap-plan-role-dev``).
        description: What the role is for, as the console shows it.
        provider_arn: The identity provider.
        subjects: Whom the tokens speak of, each word for word.
        ref: The only branch that assumes the role (``refs/heads/main``); None for any that a subject lets.
        session_seconds: Longest session.
        boundary_arn: Permissions boundary; carries the deny of other regions.
        policies: What the role may do, by the purpose of each customer-managed policy.
    """

    purpose: str
    description: str
    provider_arn: str
    subjects: Sequence[str]
    ref: str | None
    session_seconds: int
    boundary_arn: str
    policies: Mapping[str, Sequence[Statement]]


class WorkflowRole(Construct):
    """A role that GitHub's workflows assume, with its policies attached.

    Attributes:
        arn: The role's ARN.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: WorkflowRoleProps) -> None:
        super().__init__(scope, id_)
        name = context.name(f"{props.purpose}-role")
        role = IamRole(
            self,
            "role",
            name=name,
            description=props.description,
            assume_role_policy=policy_json(self, "trust", [_trust(props)]),
            max_session_duration=props.session_seconds,
            permissions_boundary=props.boundary_arn,
            tags=context.tags(DataClassification.INTERNAL, name),
        )
        for purpose, statements in props.policies.items():
            policy_name = context.name(f"{props.purpose}-{purpose}-policy")
            policy = IamPolicy(
                self,
                f"{purpose}-policy",
                name=policy_name,
                description=f"{props.description}: {purpose}",
                policy=policy_json(self, f"{purpose}-permissions", statements),
                tags=context.tags(DataClassification.INTERNAL, policy_name),
            )
            IamRolePolicyAttachment(self, f"{purpose}-attachment", role=role.name, policy_arn=policy.arn)
        self.arn = role.arn


def plan_subjects(repository: str) -> list[str]:
    """Return who may plan: pull requests, and the main branch."""
    return [f"repo:{repository}:pull_request", f"repo:{repository}:ref:{MAIN}"]


def deploy_subject(repository: str, family: str) -> str:
    """Return who may deploy: jobs in the GitHub environment of the family, past its protection rules."""
    return f"repo:{repository}:environment:{family}"


def deploy_ref(family: str) -> str | None:
    """Return the only branch that deploys to a family; None for pull requests, each of which has its own.

    The subject of a job in an environment says nothing of its branch, so another claim has to.
    """
    return None if family == PULL_REQUESTS else MAIN


def _trust(props: WorkflowRoleProps) -> Statement:
    """Trust tokens by their claims.

    AWS knows GitHub's ``ref`` as a condition key since January 2026:
    https://aws.amazon.com/about-aws/whats-new/2026/01/aws-sts-supports-validation-identity-provider-claims/
    """
    branch = [Condition("StringEquals", f"{ISSUER}:ref", [props.ref])] if props.ref else []
    return Statement(
        sid="AssumedByWorkflows",
        actions=["sts:AssumeRoleWithWebIdentity"],
        principals=[Principal("Federated", [props.provider_arn])],
        conditions=[
            Condition("StringEquals", f"{ISSUER}:aud", [AUDIENCE]),
            Condition("StringEquals", f"{ISSUER}:sub", props.subjects),
            *branch,
        ],
    )
