"""`make deploy`: plans, stops what would lose data, asks, and applies exactly what was planned.

Settings: ``AUTO_APPROVE=1`` asks nobody, ``APPROVED_PLAN=<fingerprint>`` goes on only with the plan that
somebody has seen (``build/plan/<stack id>/summary.json`` of ``make diff`` has its fingerprint),
``ALLOW_DATA_LOSS=<addresses>`` names what may be lost.
"""

import os
import sys
from collections.abc import Mapping

from rich.console import Console

from tools import console
from tools.deployment import consent, ready
from tools.deployment.stack import Stack
from tools.errors import ToolError
from tools.plan import files, terminal
from tools.plan.changes import Plan
from tools.plan.guard import refuse_data_loss
from tools.plan.summary import fingerprint
from tools.steps import Steps


class PlanChangedError(ToolError):
    """The plan is not the one that was approved."""


def deploy(stack: Stack, environment: Mapping[str, str], out: Console) -> None:
    """Deploy one stack.

    Args:
        stack: The stack, synthesized.
        environment: The user's environment.
        out: Where to show the plan, and to ask.

    Raises:
        DataLossError: The plan would lose data that nobody has given up.
        PlanChangedError: The plan is another than the approved one.
        ToolError: It failed, or nobody agreed.
    """
    steps = Steps(out, 2)
    try:
        with steps.step(f"plan {stack.stack_id}"):
            plan = stack.plan()
        terminal.show(plan, stack.stack_id, out)
        files.write(plan, stack.stack_id, environment)
        check(plan, environment)
        if plan.is_empty:
            return
        consent.demand(f"Apply this to {stack.stack_id}?", "yes", environment, out)
        with steps.step(f"apply {stack.stack_id}") as step:
            stack.apply_plan(plan, lambda progress: step.say(str(progress)))
    finally:
        stack.forget_plan()


def check(plan: Plan, environment: Mapping[str, str]) -> None:
    """Refuse a plan that loses data or is not the approved one."""
    allowed = [each.strip() for each in environment.get("ALLOW_DATA_LOSS", "").split(",")]
    refuse_data_loss(plan, allowed)
    approved = environment.get("APPROVED_PLAN", "")
    if approved and approved != (found := fingerprint(plan)):
        raise PlanChangedError(
            f"the plan is no longer the approved one ({found}, approved was {approved}): something changed "
            "in between. Nothing was applied; look at the new plan"
        )


def main(out: Console) -> None:
    """Deploy the stacks, one after the other."""
    with ready.stacks(os.environ, out) as stacks:
        for stack in stacks:
            deploy(stack, os.environ, out)
            out.print(f"{stack.stack_id} is deployed; `terraform output` in {stack.folder} has its outputs.")


if __name__ == "__main__":
    sys.exit(console.run(main))
