"""`make bootstrap`: deploys the stack that makes the bucket of its own state, and moves the state there.

May be run again: after an interruption it goes on, afterwards it applies what has changed.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console

from stacks.catalogue import BOOTSTRAP
from tools import bootstrap_state, console, local_profile
from tools.bootstrap_state import Bucket, LocalFile
from tools.deployment import preflight, selection, target
from tools.deployment.deploy import deploy
from tools.deployment.stack import Stack
from tools.errors import ToolError
from tools.steps import Steps
from tools.workspace import Workspace


def bootstrap(stack: Stack, environment: Mapping[str, str], out: Console) -> None:
    """Deploy the bootstrap stack of a family, wherever an earlier run got to.

    Args:
        stack: The stack, synthesized, with its providers installed.
        environment: The user's environment, see :mod:`tools.deployment.deploy`.
        out: Where to show the plan, and to ask.

    Raises:
        ToolError: The bucket is somebody else's, nobody agreed, or a step failed. A file has the state of
            everything that was made until the bucket has it.
    """
    bucket = Bucket.of(stack)
    file = LocalFile.of(stack, bucket)
    if bucket.has_state():
        bootstrap_state.use(stack)
        deploy(stack, environment, out)
        file.remove()
        return
    if bucket.exists() and not file.has_state():
        raise ToolError(
            f"there is a bucket {bucket.name} already, and `make bootstrap` did not make it: it has no "
            f"{bucket.key}. Choose another name for STATE_BUCKET, or delete the bucket if nobody needs it"
        )
    with bootstrap_state.kept_in(file, stack):
        bootstrap_state.use(stack)
        deploy(stack, environment, out)
    steps = Steps(out, 2)
    with steps.step(f"copy the state to {bucket.where}"):
        bootstrap_state.copy(stack)
    with steps.step("plan again with that state"):
        _check(stack)
    file.remove()


def _check(stack: Stack) -> None:
    plan = stack.terraform("plan", "-detailed-exitcode", "-input=false", "-no-color")
    if plan.returncode:
        raise ToolError(
            f"{plan.stdout}{plan.stderr}\n{stack.stack_id} is deployed, but a plan finds more to do: "
            "`make bootstrap` goes on"
        )


@contextmanager
def ready(base: Mapping[str, str], out: Console) -> Iterator[Stack]:
    """Yield the bootstrap stack, synthesized, in a process that has the right credentials.

    Raises:
        ToolError: Settings or credentials are not as they should be; nothing was planned.
    """
    with console.alone(Workspace.of(base)):
        place = target.find(base)
        settings = selection.settings_of(place.environment)
        stack = Stack(BOOTSTRAP, settings, place)
        with local_profile.entered(place.environment):
            who = preflight.check(settings, stack.region, place.environment)
            out.print(f"{stack.stack_id} in {stack.region}: {who}")
            if place.notice:
                out.print(place.notice)
            out.print("synthesizing ...")
            stack.synthesize()
            stack.install_providers()
            yield stack


def main(out: Console) -> None:
    """Bootstrap the family of ENVIRONMENT_SUFFIX."""
    with ready(os.environ, out) as stack:
        bootstrap(stack, os.environ, out)
        for name, value in stack.outputs().items():
            out.print(f"{name}: {value}")


if __name__ == "__main__":
    sys.exit(console.run(main))
