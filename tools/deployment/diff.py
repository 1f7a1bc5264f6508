"""`make diff` and `make drift`: what a deployment would change, as people read it.

``cdktf diff`` has neither an exit status for changes nor a machine-readable answer, so the plan that it
leaves is read. The state is not locked: whoever may only read it can't, and a plan that nobody applies may be
late.
"""

import os
import sys

from rich.console import Console

from tools import console
from tools.deployment import ready
from tools.errors import ToolError
from tools.plan import files, terminal


def main(out: Console, *, drift: bool = False) -> None:
    """Plan the stacks and show the plans.

    Args:
        out: Where to.
        drift: Whether a change is a failure, since nothing was meant to change.

    Raises:
        ToolError: A plan failed, or something drifted.
    """
    changed = []
    with ready.stacks(os.environ, out) as stacks:
        for stack in stacks:
            out.print(f"planning {stack.stack_id} ...")
            try:
                plan = stack.plan(lock=False)
            finally:
                stack.forget_plan()
            terminal.show(plan, stack.stack_id, out)
            out.print(f"\nIn full: {files.write(plan, stack.stack_id, os.environ) / 'report.md'}")
            if not plan.is_empty:
                changed.append(stack.stack_id)
    if drift and changed:
        raise ToolError(f"not as it was deployed: {', '.join(changed)}")


if __name__ == "__main__":
    sys.exit(console.run(lambda out: main(out, drift="--drift" in sys.argv[1:])))
