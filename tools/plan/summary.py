"""A plan in one line, and in one word."""

import hashlib
import json

from tools.plan.changes import Action, Change, Plan
from tools.plan.values import differences

_VERBS = {
    Action.CREATE: "add",
    Action.UPDATE: "change",
    Action.REPLACE: "replace",
    Action.DELETE: "destroy",
    Action.FORGET: "forget",
}


def headline(plan: Plan) -> str:
    """Return ``no changes``, or how many resources would be added, changed and so on."""
    if plan.is_empty:
        return "no changes"
    counts = [f"{number} to {verb}" for action, verb in _VERBS.items() if (number := plan.count(action))]
    return "has changes: " + (", ".join(counts) or f"outputs only ({len(plan.outputs)})")


def fingerprint(plan: Plan) -> str:
    """Return what tells a plan from every other that people would see as different.

    Made of what is shown of each change, so of no secret, and of nothing that is known only after the apply.
    """
    shown = [
        (
            change.address,
            change.action,
            [(each.path, each.before, each.after) for each in differences(change)],
        )
        for change in (*plan.changes, *plan.outputs)
    ]
    return hashlib.sha256(json.dumps([shown, drifted(plan)]).encode()).hexdigest()[:16]


def drifted(plan: Plan) -> list[str]:
    """Return the addresses of what was changed outside of Terraform, and is put back by the plan.

    Whatever else the provider finds changed since the last apply is a consequence of that apply: ids of what
    was attached, empty values in the place of none.
    """
    planned = {change.address: change for change in plan.changes}
    return [
        drift.address
        for drift in plan.drift
        if (change := planned.get(drift.address))
        and not _values(drift, "before").isdisjoint(_values(change, "after"))
    ]


def _values(change: Change, side: str) -> set[tuple[str, str | None]]:
    return {(each.path, getattr(each, side)) for each in differences(change)}
