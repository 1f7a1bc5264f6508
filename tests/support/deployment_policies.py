"""The policies of the roles that plan and deploy as IAM gets them, and what they decide."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from local.permissions.evaluation import Access, Policy, evaluate
from modules.context import Context
from modules.deployment.permissions import EnvironmentScope, deploy_policies, plan_policies
from modules.policy import Statement

ACCOUNT = "111122223333"
BUCKET = "arn:aws:s3:::states"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/states"


def policies(role: str, family: str = "dev", workloads: Sequence[str] = ("trading",)) -> list[Policy]:
    """The policies of a role, `deploy` or `plan`."""
    return [
        Policy(name, document(statements)) for name, statements in statements(role, family, workloads).items()
    ]


def statements(
    role: str, family: str = "dev", workloads: Sequence[str] = ("trading",)
) -> Mapping[str, Sequence[Statement]]:
    """The statements of a role, by policy."""
    context = Context("bootstrap", family, "us-east-1", ACCOUNT, "aws", "trading-platform")
    scope = EnvironmentScope(family, workloads, ["us-east-1"], BUCKET, KEY)
    return {"deploy": deploy_policies, "plan": plan_policies}[role](context, scope)


def document(statements: Iterable[Statement]) -> str:
    """A policy's JSON without white space, which IAM does not count."""
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [_block(one) for one in statements]}, separators=(",", ":")
    )


def _block(statement: Statement) -> dict[str, Any]:
    conditions: dict[str, dict[str, list[str]]] = {}
    for condition in statement.conditions:
        conditions.setdefault(condition.test, {})[condition.variable] = list(condition.values)
    actions = "NotAction" if statement.not_actions else "Action"
    return {
        "Sid": statement.sid,
        "Effect": statement.effect,
        actions: list(statement.not_actions or statement.actions),
        "Resource": list(statement.resources),
        **({"Condition": conditions} if conditions else {}),
    }


class Decider:
    """What a role may do."""

    def __init__(self, role: str, family: str = "dev", workloads: Sequence[str] = ("trading",)) -> None:
        self._policies = policies(role, family, workloads)

    def may(self, action: str, resource: str, keys: Mapping[str, str] | None = None) -> bool:
        """Whether it may, given the request's condition keys."""
        return evaluate(Access(action, resource, keys or {}), self._policies).allowed
