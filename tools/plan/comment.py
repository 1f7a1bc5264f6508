"""A plan as the comment of a pull request (GitHub-flavoured Markdown)."""

from collections.abc import Iterator, Sequence

from tools.plan.changes import Action, Change, Plan
from tools.plan.importance import Importance, grouped, is_security_relevant, loses
from tools.plan.summary import drifted, headline
from tools.plan.values import Difference, told

MAX_CHARACTERS = 65_536
"""What GitHub takes as the body of a comment."""

SYMBOLS = {
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.REPLACE: "±",
    Action.DELETE: "-",
    Action.FORGET: "?",
}
_GAP = "\n\n"
_FOLD, _FOLD_END = "<details>", "</details>"


def marker(stack: str) -> str:
    """Return the invisible first line by which a later run finds the comment that it replaces."""
    return f"<!-- plan of {stack} -->"


def report(plan: Plan, stack: str) -> str:
    """Write everything that :func:`comment` would tell if it had the room."""
    return _GAP.join(_parts(plan, stack)) + "\n"


def comment(plan: Plan, stack: str, artifact: str = "") -> str:
    """Write the comment.

    Args:
        plan: What would change.
        stack: Id of the stack, which has the environment's suffix.
        artifact: Address of the :func:`report`; named where the comment can't hold everything.

    Returns:
        Markdown of at most :data:`MAX_CHARACTERS` characters. What comes last, and so matters least, is left
        out first.
    """
    parts = _parts(plan, stack)
    note = _note(artifact)
    kept: list[str] = []
    size = 0
    for part in parts:
        size += len(part) + len(_GAP)
        if size > MAX_CHARACTERS - len(_FOLD_END) - len(note) - 2 * len(_GAP):
            folded = any(each.startswith(_FOLD) for each in kept)
            return _GAP.join([*kept, *([_FOLD_END] if folded else []), note])
        kept.append(part)
    return _GAP.join(kept) + "\n"


def _parts(plan: Plan, stack: str) -> list[str]:
    return [marker(stack), f"### `{stack}`: {headline(plan)}", *_sections(plan)]


def _note(artifact: str) -> str:
    where = f"[the whole plan]({artifact})" if artifact else "the whole plan, an artifact of this run,"
    return f"**The rest does not fit into a comment:** {where} has it."


def _sections(plan: Plan) -> Iterator[str]:
    groups = grouped(plan)
    if changed := drifted(plan):
        addresses = ", ".join(f"`{address}`" for address in changed)
        yield f"> [!NOTE]\n> Changed outside of Terraform, and put back by this plan: {addresses}"
    if destructive := groups[Importance.DESTRUCTIVE]:
        yield _warning(destructive)
        yield from map(_whole, destructive)
    if security := groups[Importance.SECURITY]:
        yield f"#### {Importance.SECURITY} ({len(security)})"
        yield from map(_whole, security)
    if rest := groups[Importance.REST]:
        yield f"{_FOLD}<summary>{Importance.REST} ({len(rest)})</summary>"
        yield from map(_whole, rest)
        yield _FOLD_END


def _warning(changes: Sequence[Change]) -> str:
    lines = [
        f"#### {Importance.DESTRUCTIVE} ({len(changes)})",
        "",
        "> [!WARNING]",
        "> These resources do not survive the apply.",
    ]
    lines += [f"> **Lost with `{change.address}`: {lost}**" for change in changes if (lost := loses(change))]
    return "\n".join(lines)


def _whole(change: Change) -> str:
    lock = " 🔒" if is_security_relevant(change) else ""
    title = f"`{SYMBOLS[change.action]}` **{change.action}** `{change.address}`{lock}"
    lines = [line for difference in told(change) for line in _lines(difference)]
    if change.action is Action.DELETE or not lines:
        return title
    fence = "```"
    while any(fence in line for line in lines):
        fence += "`"
    return "\n".join([title, f"{fence}diff", *lines, fence])


def _lines(difference: Difference) -> Iterator[str]:
    why = "  # forces replacement" if difference.forces_replacement else ""
    if difference.before is not None:
        yield f"- {difference.path} = {difference.before}{why}"
    if difference.after is not None:
        yield f"+ {difference.path} = {difference.after}{why}"
