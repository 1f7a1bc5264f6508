"""The roles that plan and deploy were refused nothing that they need, and may nothing that they never need.

Runs after the destroy of the stack, which is theirs to do, while the roles are still there.
"""

import json
import urllib.request
from dataclasses import dataclass
from typing import Any

import pytest

from local.permissions.enforcement import LEDGER_PATH
from modules.deployment.permissions import ON_BEHALF, OPTION, UPDATE
from tests.local.conftest import DEPLOY_ROLE, PLAN_ROLE, Deployment
from tests.support.permissions import Permission, permissions, policy_documents, unused


@dataclass(frozen=True)
class Ledger:
    """What a role did.

    Attributes:
        used: what allowed its calls.
        refused: what was refused.
        allowed: all that its policies allow.
    """

    used: list[dict[str, Any]]
    refused: list[dict[str, Any]]
    allowed: set[Permission]


def _ledger(deployment: Deployment, role: str) -> Ledger:
    with urllib.request.urlopen(f"{deployment.stack.endpoint}{LEDGER_PATH}") as answer:
        entries = json.load(answer)
    used, refused = (
        [entry for entry in entries[kind] if entry["role"].rpartition("/")[2] == role]
        for kind in ("used", "refused")
    )
    return Ledger(used, refused, set(permissions(role, policy_documents(deployment.client("iam"), role))))


@pytest.mark.requirement("IAM-1")
@pytest.mark.requirement("IAM-2")
def test_nothing_was_refused_to_the_role_that_deploys(deployment: Deployment) -> None:
    refused = [
        f"{entry['count']} times {entry['action']} on {entry['resource']}, {entry['reason']}"
        for entry in _ledger(deployment, DEPLOY_ROLE).refused
    ]
    assert not refused, "\n".join(refused)


@pytest.mark.requirement("IAM-1")
@pytest.mark.parametrize("role", [DEPLOY_ROLE, PLAN_ROLE])
def test_every_permission_is_used(deployment: Deployment, role: str) -> None:
    ledger = _ledger(deployment, role)
    shown = {one for one in ledger.allowed if not one.sid.startswith((ON_BEHALF, OPTION, UPDATE))}
    left = unused(shown, ledger.used)
    assert not left, "\n".join(["allowed, but neither deployment nor destroy needed it:", *map(str, left)])


@pytest.mark.requirement("IAM-1")
def test_nothing_is_called_unseen_that_the_local_aws_sees(deployment: Deployment) -> None:
    used = {entry["sid"] for entry in _ledger(deployment, DEPLOY_ROLE).used}
    assert not {sid for sid in used if sid.startswith(ON_BEHALF)}
