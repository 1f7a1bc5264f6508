"""The one place that decides whether a role may do something, and notes it.

Not evaluated: policies of resources other than keys (moto evaluates those of buckets), policies of VPC
endpoints, service control policies. A key policy that names a role does not replace the role's own policy.
"""

from dataclasses import replace

from moto.kms.models import kms_backends

from local.permissions import principals
from local.permissions.conditions import Context
from local.permissions.evaluation import Access, Decision, ResourcePolicy, evaluate
from local.permissions.ledger import LEDGER, Refusal
from local.permissions.principals import RoleSession

_TRANSPORT = {"aws:SecureTransport": "true", "aws:ViaAWSService": "false"}
"""The emulator speaks HTTP where AWS speaks TLS: the transport counts as what it stands for."""


class AccessDeniedError(Exception):
    """A role may not do what it tried.

    Attributes:
        access: what was refused.
    """

    def __init__(self, session: RoleSession, access: Access, decision: Decision) -> None:
        on = "" if access.resource == "*" else f" on resource: {access.resource}"
        super().__init__(
            f"User: {session.arn} is not authorized to perform: {access.action}{on} {decision.reason}"
        )
        self.access = access


def allowed(session: RoleSession, action: str, resource: str, context: Context | None = None) -> Decision:
    """Decides whether a role may do something, and notes what came of it.

    Args:
        session: who tries; see `principals.find` and `principals.of_lambda`.
        action: `rds-db:connect`.
        resource: ARN, or `*` where the action has no resource.
        context: condition keys beside those of the session. `aws:RequestedRegion` is the resource's region
            unless it is given.

    Returns:
        The decision.
    """
    access = Access(action, resource, context or {})
    decision = _decide(session, access)
    if decision.allowed:
        LEDGER.use(session.role_arn, decision.grants)
    else:
        LEDGER.refuse(Refusal(session.role_arn, action, resource, decision.reason))
    return decision


def demand(session: RoleSession, *accesses: Access) -> None:
    """Lets a role do several things that belong together, or none of them, and notes what came of it.

    Raises:
        AccessDeniedError: at the first that it may not do.
    """
    decisions = [_decide(session, access) for access in accesses]
    for access, decision in zip(accesses, decisions, strict=True):
        if not decision.allowed:
            LEDGER.refuse(Refusal(session.role_arn, access.action, access.resource, decision.reason))
            raise AccessDeniedError(session, access, decision)
    for decision in decisions:
        LEDGER.use(session.role_arn, decision.grants)


def _decide(session: RoleSession, access: Access) -> Decision:
    region = access.resource.split(":")[3] if access.resource.startswith("arn:") else ""
    keys = {**({"aws:RequestedRegion": region} if region else {}), **_TRANSPORT, **session.context}
    access = replace(access, context={**keys, **access.context})
    bound = principals.policies(session)
    decision = evaluate(access, bound.identity, bound.boundary, bound.session)
    key_policy = _key_policy(access.resource)
    if not decision.allowed or key_policy is None:
        return decision
    # Without the key policy's consent no policy of a role has any effect on a key. A key policy that names
    # the account leaves the choice to the account's policies.
    account = f"arn:{session.partition}:iam::{session.account_id}:root"
    names = (account, session.account_id, session.role_arn, session.arn)
    if key_policy.denies_to(names, access):
        return Decision(False, "with an explicit deny in a resource-based policy")
    if not key_policy.allows(names, access):
        return Decision(False, f"because no resource-based policy allows the {access.action} action")
    return decision


def _key_policy(arn: str) -> ResourcePolicy | None:
    """The policy of a key; None for any other resource."""
    if not arn.startswith("arn:") or arn.split(":")[2] != "kms":
        return None
    _, _, _, region, account, name = arn.split(":", 5)
    key = kms_backends[account][region].keys.get(name.removeprefix("key/"))
    return ResourcePolicy(arn, key.policy) if key is not None else None
