"""`make bootstrap-down`: destroys the bootstrap stack of a family, with the bucket of every state."""

import os
import sys
from collections.abc import Mapping

from rich.console import Console

from tools import bootstrap_state, console
from tools.bootstrap import ready
from tools.bootstrap_state import Bucket, LocalFile
from tools.deployment import consent
from tools.deployment.stack import Stack
from tools.errors import ToolError
from tools.steps import Steps


def bootstrap_down(stack: Stack, environment: Mapping[str, str], out: Console) -> None:
    """Destroy the bootstrap stack, wherever an earlier run got to.

    Args:
        stack: The stack, synthesized, with its providers installed.
        environment: The user's environment: ``AUTO_APPROVE=1`` asks nobody.
        out: Where to ask, and to show how far it is.

    Raises:
        ToolError: The bucket has something else in it, nobody agreed, or a step failed. A file has the state
            of what is left.
    """
    bucket = Bucket.of(stack)
    file = LocalFile.of(stack, bucket)
    if not bucket.has_state() and not file.has_state():
        out.print(f"There is no {stack.stack_id}: neither {bucket.where} nor {file.path}.")
        return
    if others := sorted(bucket.others()):
        raise ToolError(
            f"the bucket {bucket.name} is still needed, it holds:\n"
            + "".join(f"  {other}\n" for other in others)
            + "`make destroy STACK=<id>` destroys a stack; a .tflock means that somebody is at work"
        )
    consent.demand(
        f"Destroy {stack.stack_id}, {bucket.name} and the history of every state in it? Nothing comes back.",
        stack.stack_id,
        environment,
        out,
    )
    steps = Steps(out, 2)
    with steps.step(f"move the state to {file.path}"):
        _move(stack, bucket, file)
    with steps.step(f"destroy {stack.stack_id}") as step, bootstrap_state.kept_in(file, stack):
        bootstrap_state.use(stack)
        stack.destroy(lambda progress: step.say(str(progress)))
    file.remove()
    out.print(f"{stack.stack_id} is gone.")


def _move(stack: Stack, bucket: Bucket, file: LocalFile) -> None:
    """Take the state out of the bucket before that goes; a run that was interrupted did so already."""
    if bucket.has_state():
        file.remove()
        bootstrap_state.use(stack)
        with bootstrap_state.kept_in(file, stack):
            bootstrap_state.copy(stack)
        bucket.remove_state()


def main(out: Console) -> None:
    """Take down the family of ENVIRONMENT_SUFFIX."""
    with ready(os.environ, out) as stack:
        bootstrap_down(stack, os.environ, out)


if __name__ == "__main__":
    sys.exit(console.run(main))
