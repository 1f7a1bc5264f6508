"""Whether policies allow a request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from local.permissions.conditions import Context, as_list, holds, like


@dataclass(frozen=True)
class Access:
    """One thing that a request does.

    Attributes:
        action: `s3:GetObject`.
        resource: ARN, or `*` where the action has no resource.
        context: condition keys that the request carries.
    """

    action: str
    resource: str
    context: Context = field(default_factory=dict)


@dataclass(frozen=True)
class Grant:
    """A part of an Allow statement that let an access pass.

    Attributes:
        policy: name of the policy.
        sid: id of its statement, or `#` and the statement's number where it has none.
        action: the action as the statement writes it, wildcards and all.
        resource: the resource as the statement writes it.
    """

    policy: str
    sid: str
    action: str
    resource: str


@dataclass(frozen=True)
class Decision:
    """What an evaluation came to.

    Attributes:
        allowed: whether the access may go on.
        reason: why not, in the words that AWS puts behind "is not authorized to perform …"; else empty.
        grants: what allowed it, in the identity policies.
    """

    allowed: bool
    reason: str = ""
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True)
class _Statement:
    sid: str
    effect: str
    elements: Mapping[str, Any]

    def covers(self, access: Access) -> bool:
        """Whether action, resource and conditions fit."""
        return self.match(access) is not None

    def match(self, access: Access) -> tuple[str, str] | None:
        """The action and the resource of the statement that fit, as it writes them."""
        action = self._pattern("Action", lambda pattern: like(access.action.lower(), pattern.lower()))
        if action is None:  # of nearly every statement; the rest costs more
            return None
        resource = self._pattern("Resource", lambda pattern: like(access.resource, pattern))
        if resource is None or not holds(self.elements.get("Condition", {}), access.context):
            return None
        return action, resource

    def _pattern(self, name: str, fits: Callable[[str], bool]) -> str | None:
        """The pattern of an element that fits; of its exceptions, all if none does."""
        exceptions = as_list(self.elements.get(f"Not{name}", ()))
        if exceptions:
            return None if any(map(fits, exceptions)) else f"all but {', '.join(exceptions)}"
        return next(filter(fits, as_list(self.elements[name])), None)


@dataclass(frozen=True)
class Policy:
    """A policy's document.

    Attributes:
        name: its name or ARN, for messages.
        document: the JSON.
    """

    name: str
    document: str

    def statements(self, effect: str) -> Iterator[_Statement]:
        """The statements with an effect, `Allow` or `Deny`."""
        return (statement for statement in _statements(self.document) if statement.effect == effect)

    def denies(self, access: Access) -> bool:
        """Whether a statement denies an access explicitly."""
        return any(statement.covers(access) for statement in self.statements("Deny"))

    def grants(self, access: Access) -> Iterator[Grant]:
        """What allows an access."""
        for statement in self.statements("Allow"):
            match = statement.match(access)
            if match is not None:
                yield Grant(self.name, statement.sid, *match)


@dataclass(frozen=True)
class ResourcePolicy(Policy):
    """A policy of a resource, such as a key: its statements say of whom they speak."""

    def denies_to(self, principals: Sequence[str], access: Access) -> bool:
        """Whether it denies an access to somebody who has any of these names."""
        return any(_names(s, principals) and s.covers(access) for s in self.statements("Deny"))

    def allows(self, principals: Sequence[str], access: Access) -> bool:
        """Whether it allows an access to somebody who has any of these names."""
        return any(_names(s, principals) and s.covers(access) for s in self.statements("Allow"))


def evaluate(
    access: Access,
    identity: Sequence[Policy],
    boundary: Policy | None = None,
    session: Policy | None = None,
) -> Decision:
    """Decides by the policies of a principal.

    An explicit denial in any policy wins; without one, an identity policy has to allow, and so have the
    boundary and the session's policy where there are such.

    Args:
        access: what is tried.
        identity: policies of the role.
        boundary: its permissions boundary.
        session: policy that was given when the role was assumed.

    Returns:
        The decision.

    Raises:
        NotImplementedError: a policy has something that is not known here.
    """
    kinds = [
        *((policy, "an identity-based policy") for policy in identity),
        *([(boundary, "a permissions boundary")] if boundary else []),
        *([(session, "a session policy")] if session else []),
    ]
    for policy, kind in kinds:
        if policy.denies(access):
            return Decision(False, f"with an explicit deny in {kind}")
    grants = tuple(grant for policy in identity for grant in policy.grants(access))
    if not grants:
        return Decision(False, f"because no identity-based policy allows the {access.action} action")
    for cap, kind in ((boundary, "permissions boundary"), (session, "session policy")):
        if cap is not None and not any(cap.grants(access)):
            return Decision(False, f"because no {kind} allows the {access.action} action")
    return Decision(True, grants=grants)


@lru_cache(maxsize=1024)
def _statements(document: str) -> tuple[_Statement, ...]:
    statements = json.loads(document).get("Statement", [])
    if isinstance(statements, dict):
        statements = [statements]
    return tuple(
        _Statement(str(statement.get("Sid") or f"#{number}"), statement["Effect"], statement)
        for number, statement in enumerate(statements)
    )


def _names(statement: _Statement, principals: Sequence[str]) -> bool:
    if "NotPrincipal" in statement.elements:
        raise NotImplementedError("NotPrincipal in a resource policy")
    named = statement.elements.get("Principal", {})
    if named == "*":
        return True
    wanted = as_list(named.get("AWS", ()))
    return "*" in wanted or any(name in wanted for name in principals)
