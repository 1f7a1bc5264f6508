"""`make comment`: the plan of a stack as the one comment that its pull request has of it."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from tools.errors import ToolError
from tools.github.client import Comment, GitHub
from tools.plan.comment import MAX_CHARACTERS, marker
from tools.workspace import ROOT

AUTHOR = "github-actions[bot]"
"""Login that GitHub gives to workflows. Nobody else's comment is touched, whatever it begins with."""

NEEDED = ("STACK", "PULL_REQUEST", "COMMIT", "GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")

PLANS = ROOT / "build" / "plan"
"""Where `make diff` writes."""


def publish(github: GitHub, number: int, stack: str, body: str) -> Comment:
    """Give the pull request this text, in place of what it had.

    Args:
        github: The repository.
        number: The pull request.
        stack: Id of the stack, whose marker the text begins with.
        body: Markdown.

    Returns:
        The comment as it is now. Others of ours with the same marker are gone.

    Raises:
        GitHubError: GitHub refused.
    """
    ours = [
        comment
        for comment in github.comments(number)
        if comment.author == AUTHOR and comment.body.startswith(marker(stack))
    ]
    if not ours:
        return github.create_comment(number, body)
    kept, *surplus = ours
    published = github.update_comment(kept.id, body)
    for comment in surplus:
        github.delete_comment(comment.id)
    return published


def text(stack: str, environment: Mapping[str, str], plans: Path) -> str:
    """Return what the comment says: the plan, or that there is none.

    Args:
        stack: Id of the stack.
        environment: The step's environment with what is :data:`NEEDED`; ``OUTCOME`` is how the step with
            the plan ended, ``COMMIT`` what was planned.
        plans: Folder that `make diff` wrote to.

    Raises:
        ToolError: The plan succeeded, and there is none.
    """
    run = "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}".format_map(environment)
    commit = environment["COMMIT"]
    if environment.get("OUTCOME") != "success":
        # The plan of an earlier commit must not stay where somebody may take it for this one's.
        failure = f"Planning {commit} failed; [the run]({run}) says why."
        return f"{marker(stack)}\n\n### `{stack}`: no plan\n\n{failure}\n"
    file = plans / stack / "comment.md"
    try:
        plan = file.read_text(encoding="utf-8")
    except FileNotFoundError as missing:
        raise ToolError(f"there is no {file}: make diff STACK={stack} writes it") from missing
    origin = f"\nPlan of {commit} by [this run]({run}).\n"
    return plan + origin if len(plan) + len(origin) <= MAX_CHARACTERS else plan


def main(environment: Mapping[str, str]) -> int:
    """Publish the comment of the stack that ``STACK`` names; return 0, or 1 after an error, which is said."""
    try:
        if missing := [name for name in NEEDED if not environment.get(name)]:
            raise ToolError(f"not set: {', '.join(missing)}; the workflow's step has it")
        stack, number = environment["STACK"], environment["PULL_REQUEST"]
        if not (number.isascii() and number.isdigit()):
            raise ToolError(f"PULL_REQUEST={number} is no number of a pull request")
        comment = publish(GitHub.of(environment), int(number), stack, text(stack, environment, PLANS))
    except ToolError as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"{stack}: {comment.url}")
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ))
