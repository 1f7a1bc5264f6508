"""`make destroy`: destroys the stack that ``STACK`` names, data included."""

import os
import sys
from collections.abc import Mapping

from rich.console import Console

from tools import console
from tools.deployment import consent, ready
from tools.deployment.stack import Stack
from tools.errors import ToolError
from tools.steps import Steps


def destroy(stack: Stack, environment: Mapping[str, str], out: Console) -> None:
    """Destroy one stack.

    Args:
        stack: The stack, synthesized.
        environment: The user's environment.
        out: Where to ask and to show how far it is.

    Raises:
        ToolError: It failed, or nobody agreed.
    """
    consent.demand(
        f"Destroy {stack.stack_id} with everything in it? Nothing of it comes back.",
        stack.stack_id,
        environment,
        out,
    )
    with Steps(out, 1).step(f"destroy {stack.stack_id}") as step:
        stack.destroy(lambda progress: step.say(str(progress)))


def main(out: Console) -> None:
    """Destroy one stack, which has to be named: there is no default for what can't be undone."""
    if not os.environ.get("STACK"):
        raise ToolError("STACK is missing: the id of the stack to destroy, such as trading-analytics-dev")
    with ready.stacks(os.environ, out) as (stack,):
        destroy(stack, os.environ, out)


if __name__ == "__main__":
    sys.exit(console.run(main))
