"""A plan in the terminal: what :mod:`.comment` tells, with what is new and what is harmless by name only."""

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from tools.plan.changes import Action, Change, Plan
from tools.plan.comment import SYMBOLS
from tools.plan.importance import Importance, grouped, loses
from tools.plan.summary import drifted, headline
from tools.plan.values import told

_STYLES = {
    Action.CREATE: "green",
    Action.UPDATE: "yellow",
    Action.REPLACE: "bold red",
    Action.DELETE: "bold red",
    Action.FORGET: "bold red",
}


def show(plan: Plan, stack: str, out: Console) -> None:
    """Print a plan.

    Args:
        plan: What would change.
        stack: Id of the stack.
        out: Where to.
    """
    out.print(Text(f"\n{stack}: {headline(plan)}", style="bold"))
    if changed := drifted(plan):
        out.print(f"Changed outside of Terraform, and put back by this plan: {', '.join(changed)}")
    for group, changes in grouped(plan).items():
        if changes:
            out.print(Text(f"\n{group} ({len(changes)})", style="bold"))
        for change in changes:
            for line in _lines(change, whole=group is not Importance.REST):
                out.print(line)


def _lines(change: Change, *, whole: bool) -> Iterator[Text]:
    style = _STYLES[change.action]
    yield Text(f"  {SYMBOLS[change.action]} {change.action} {change.address}", style=style)
    if lost := loses(change):
        yield Text(f"      lost with it: {lost}", style="bold red")
    if not whole or change.action in (Action.CREATE, Action.DELETE):
        return
    for difference in told(change):
        why = "  # forces replacement" if difference.forces_replacement else ""
        if difference.before is not None:
            yield Text(f"      - {difference.path} = {difference.before}{why}", style="red")
        if difference.after is not None:
            yield Text(f"      + {difference.path} = {difference.after}{why}", style="green")
