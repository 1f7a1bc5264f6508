"""What the roles that plan and deploy may do: exact actions, on what belongs to their environments.

Statements are data, one module a purpose, each with what reading (refresh, plan) and what changing takes. A
new kind of resource brings its statements with it, into the module of its purpose or as a module of its own:
the tests of the local deployment name the calls that are refused, and the permissions that nothing used.

A deployment of the development environment and its destroy use every statement but three kinds, whose ids say
so:

- ``OnBehalf…``: what AWS checks on behalf of the caller, out of the local AWS's sight. Reason and source are
  beside each.
- ``Update…``: what only a change of something that is there takes.
- ``Option…``: what a setting takes that development does not have, such as a subscriber of the alerts.
"""

from collections.abc import Mapping, Sequence

from modules.context import Context
from modules.deployment.permissions import (
    audit,
    compute,
    data,
    gateway,
    guard,
    identity,
    keys,
    messaging,
    network,
    observability,
    state,
)
from modules.deployment.permissions.owned import EnvironmentScope, Owned
from modules.policy import Statement

__all__ = [
    "ON_BEHALF",
    "OPTION",
    "UPDATE",
    "EnvironmentScope",
    "deploy_policies",
    "plan_policies",
]

ON_BEHALF = "OnBehalf"
"""How the ids of statements start whose use the local AWS cannot see."""

UPDATE = "Update"
"""How the ids of statements start that only a change of something takes."""

OPTION = "Option"
"""How the ids of statements start that a setting takes which development does not have."""

_PURPOSES = {
    "network": [network],
    "data": [data],
    "messaging": [keys, messaging],
    "compute": [compute],
    "gateway": [gateway],
    "identity": [identity],
    "observability": [observability],
    "audit": [audit],
}
"""What goes into each policy: one has room for 6,144 characters, and a role for ten policies."""


def deploy_policies(context: Context, scope: EnvironmentScope) -> Mapping[str, Sequence[Statement]]:
    """Return what deploying and destroying takes.

    Args:
        context: Partition and account of the environments; its names are not used.
        scope: The environments.

    Returns:
        Statements by the purpose of the policy that they form (``network``, ``state``, ...); each fits a
        customer-managed policy, all of them one role.
    """
    owned = Owned(context, scope)
    return {
        **{
            purpose: [one for module in modules for one in (*module.read(owned), *module.change(owned))]
            for purpose, modules in _PURPOSES.items()
        },
        "state": [*state.statements(scope, write=True), *guard.statements(owned)],
    }


def plan_policies(context: Context, scope: EnvironmentScope) -> Mapping[str, Sequence[Statement]]:
    """Return what a plan without a lock takes: no data, no secrets, no changes.

    The state itself is read, and holds what Terraform keeps of its resources, the API keys among them.

    Args:
        context: Partition and account of the environments; its names are not used.
        scope: The environments.

    Returns:
        Statements by the purpose of the policy that they form.
    """
    owned = Owned(context, scope)
    return {
        **{
            purpose: [one for module in modules for one in module.read(owned)]
            for purpose, modules in _PURPOSES.items()
        },
        "state": state.statements(scope, write=False),
    }
