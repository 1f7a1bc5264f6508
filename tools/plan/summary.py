"""A plan in one line."""

from tools.plan.changes import Action, Plan

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
