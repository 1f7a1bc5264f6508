"""Stops a plan that would lose data, unless whoever applies it has named what may go."""

from collections.abc import Collection

from tools.errors import ToolError
from tools.plan.changes import Plan
from tools.plan.importance import loses


class DataLossError(ToolError):
    """The plan would lose data that nobody has given up; the text says which."""


def refuse_data_loss(plan: Plan, allowed: Collection[str] = ()) -> None:
    """Let a plan pass only if it loses nothing but what is allowed to go.

    Args:
        plan: What would change.
        allowed: Addresses of resources that hold data and may be destroyed or replaced. An address that the
            plan leaves alone is no harm: it may have gone already.

    Raises:
        DataLossError: Something else would be lost.
    """
    lost = [
        f"  {change.address}: {change.action}, holds {what}"
        for change in plan.changes
        if (what := loses(change)) and change.address not in allowed
    ]
    if lost:
        raise DataLossError(
            "the plan would lose data:\n"
            + "\n".join(lost)
            + "\nIf that is meant, name the addresses in ALLOW_DATA_LOSS, separated by commas."
        )
