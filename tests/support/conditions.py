"""Whether the statements of a synthesized policy deny a request."""

from collections.abc import Mapping

from local.permissions.conditions import holds, like
from tests.support.synthesized import Block


def denied_by(statements: Mapping[str, Block], action: str, request: Mapping[str, str]) -> list[str]:
    """Return the sids of the statements that deny a request.

    Args:
        statements: The policy's statements by sid.
        action: The request's action.
        request: Condition keys that the request carries; AWS leaves out those that do not apply.
    """
    return [
        sid
        for sid, statement in statements.items()
        if statement["effect"] == "Deny"
        and any(like(action, pattern) for pattern in statement["actions"])
        and all(
            holds({condition["test"]: {condition["variable"]: condition["values"]}}, request)
            for condition in statement.get("condition", [])
        )
    ]
