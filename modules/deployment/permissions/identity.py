"""Roles and policies of the workloads (IAM), and the account's password policy.

Whoever may make roles may make one that may do more than they do. So roles with our names only are made and
handed to services, they are made and given policies only with the workload's permissions boundary, and the
boundary cannot be changed once it is there. What is not here is not allowed: users, access keys, inline
policies, instance profiles, identity providers, taking a boundary away.

What IAM cannot close: it does not look into policies. A deployment that nobody has reviewed could make a role
that may do, within the boundary, what this role itself may not.
"""

from modules.deployment.permissions.owned import Owned
from modules.policy import Condition, Statement

_READ_ROLES = (
    "iam:GetRole",
    "iam:ListAttachedRolePolicies",
    "iam:ListRolePolicies",
)
_READ_POLICIES = ("iam:GetPolicy", "iam:GetPolicyVersion")
_PASSED_TO = (
    "apigateway.amazonaws.com",
    "cloudtrail.amazonaws.com",
    "config.amazonaws.com",
    "firehose.amazonaws.com",
    "lambda.amazonaws.com",
    "logs.amazonaws.com",
    "monitoring.rds.amazonaws.com",
    "vpc-flow-logs.amazonaws.com",
)


def read(owned: Owned) -> list[Statement]:
    """Return what a refresh takes."""
    return [
        Statement("ReadRoles", _READ_ROLES, _roles(owned)),
        Statement("ReadPolicies", _READ_POLICIES, _policies(owned)),
        # AWS offers no resource level for this
        Statement("ReadPasswordPolicy", ["iam:GetAccountPasswordPolicy"], ["*"]),
    ]


def change(owned: Owned) -> list[Statement]:
    """Return what making, changing and removing takes."""
    boundaries = _boundaries(owned)
    bounded = Condition("ArnLike", "iam:PermissionsBoundary", boundaries)
    # Roles get our own policies, and those of AWS that AWS documents for the roles of its services
    attachable = Condition(
        "ArnLike",
        "iam:PolicyARN",
        [*_policies(owned), f"arn:{owned.context.partition}:iam::aws:policy/service-role/*"],
    )
    return [
        Statement("MakeRoles", ["iam:CreateRole"], _roles(owned), conditions=[bounded]),
        Statement(
            "AttachPolicies",
            ["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
            _roles(owned),
            conditions=[bounded, attachable],
        ),
        Statement(
            "ChangeRoles",
            ["iam:DeleteRole", "iam:ListInstanceProfilesForRole", "iam:TagRole"],
            _roles(owned),
        ),
        Statement(
            "UpdateRoles",
            [
                "iam:PutRolePermissionsBoundary",
                "iam:UpdateAssumeRolePolicy",
                "iam:UpdateRole",
                "iam:UpdateRoleDescription",
            ],
            _roles(owned),
            conditions=[bounded],
        ),
        Statement(
            "ChangePolicies",
            ["iam:CreatePolicy", "iam:DeletePolicy", "iam:ListPolicyVersions", "iam:TagPolicy"],
            _policies(owned),
        ),
        Statement("UpdatePolicies", ["iam:CreatePolicyVersion", "iam:DeletePolicyVersion"], _policies(owned)),
        Statement(
            "KeepBoundaries",
            ["iam:CreatePolicyVersion", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion"],
            boundaries,
            effect="Deny",
        ),
        Statement(
            "HandRolesToServices",
            ["iam:PassRole"],
            _roles(owned),
            conditions=[Condition("StringEquals", "iam:PassedToService", _PASSED_TO)],
        ),
        # AWS offers no resource level for these
        Statement(
            "ChangePasswordPolicy",
            ["iam:DeleteAccountPasswordPolicy", "iam:UpdateAccountPasswordPolicy"],
            ["*"],
        ),
        # Made by the service in the name of whoever first uses it in an account:
        # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAM.ServiceLinkedRoles.html
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/using-service-linked-roles.html
        Statement(
            "OnBehalfServiceLinkedRoles",
            ["iam:CreateServiceLinkedRole"],
            [owned.arn("iam", f"role/aws-service-role/{name}/*", region="") for name in _LINKED_TO],
            conditions=[Condition("StringEquals", "iam:AWSServiceName", _LINKED_TO)],
        ),
    ]


_LINKED_TO = ("ops.apigateway.amazonaws.com", "rds.amazonaws.com")


def _roles(owned: Owned) -> list[str]:
    return [owned.arn("iam", f"role/{name}", region="") for name in owned.names]


def _policies(owned: Owned) -> list[str]:
    return [owned.arn("iam", f"policy/{name}", region="") for name in owned.names]


def _boundaries(owned: Owned) -> list[str]:
    """The boundaries that the stacks themselves make (``modules.region_boundary``)."""
    return [
        owned.arn("iam", f"policy/{workload}-region-boundary-policy-{owned.scope.suffix}", region="")
        for workload in owned.scope.workloads
    ]
