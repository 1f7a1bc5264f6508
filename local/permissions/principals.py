"""Who calls: sessions of roles, and the policies that bind them, as moto keeps them."""

from dataclasses import dataclass
from typing import Any, Protocol

from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from local.permissions.conditions import Context
from local.permissions.evaluation import Policy


@dataclass(frozen=True)
class RoleSession:
    """A role that somebody has assumed.

    Attributes:
        role_arn: the role.
        name: the session's name; Lambda takes the function's.
        source_function_arn: the function whose code calls; None for what Lambda itself does with the role.
        policy: policy given when the role was assumed; None for none.
    """

    role_arn: str
    name: str
    source_function_arn: str | None = None
    policy: str | None = None

    @property
    def partition(self) -> str:
        """Partition of the role, `aws`."""
        return self.role_arn.split(":")[1]

    @property
    def account_id(self) -> str:
        """Account of the role."""
        return self.role_arn.split(":")[4]

    @property
    def arn(self) -> str:
        """ARN of the session, as errors name the caller."""
        role = self.role_arn.rpartition("/")[2]
        return f"arn:{self.partition}:sts::{self.account_id}:assumed-role/{role}/{self.name}"

    @property
    def context(self) -> Context:
        """Condition keys that every request of the session carries."""
        source = self.source_function_arn
        return {
            "aws:PrincipalAccount": self.account_id,
            "aws:PrincipalArn": self.role_arn,
            "aws:PrincipalIsAWSService": "false",
            "aws:PrincipalType": "AssumedRole",
            "kms:CallerAccount": self.account_id,
            **({"lambda:SourceFunctionArn": source} if source else {}),
        }


class _Function(Protocol):
    @property
    def role_arn(self) -> str: ...

    @property
    def name(self) -> str: ...


@dataclass(frozen=True)
class Policies:
    """What binds a session.

    Attributes:
        identity: the role's policies, managed and inline.
        boundary: the role's permissions boundary.
        session: what was given when the role was assumed.
    """

    identity: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    session: Policy | None = None


def find(access_key_id: str) -> RoleSession | None:
    """The session that an access key belongs to; None for keys of users, and for keys that nobody knows."""
    for account in list(sts_backends.values()):
        for backend in list(account.values()):
            session = backend.get_assumed_role_from_access_key(access_key_id)
            if session is not None:
                return RoleSession(
                    session.role_arn,
                    session.session_name,
                    getattr(session, "source_function_arn", None),
                    session.policy or None,
                )
    return None


def of_lambda(function: _Function) -> RoleSession:
    """The session in which Lambda itself works for a function."""
    return RoleSession(function.role_arn, function.name)


def policies(session: RoleSession) -> Policies:
    """The policies of the session's role as they are now; none if the role has gone."""
    backend = iam_backends[session.account_id][session.partition]
    try:
        role = backend.get_role_by_arn(session.role_arn)
    except NotFoundException:
        return Policies()
    managed = [_managed(policy) for policy in list(role.managed_policies.values())]
    inline = [Policy(name, document) for name, document in list(role.policies.items())]
    boundary = backend.managed_policies.get(role.permissions_boundary_arn)
    return Policies(
        (*managed, *inline),
        _managed(boundary) if boundary else None,
        Policy(session.name, session.policy) if session.policy else None,
    )


def _managed(policy: Any) -> Policy:
    (version,) = (v for v in policy.versions if v.version_id == policy.default_version_id)
    return Policy(policy.name, version.document)
