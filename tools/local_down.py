"""`make local-down`: destroys what `make local` made, proves that nothing is left, stops the local AWS."""

import os
import sys
from collections.abc import Mapping

from rich.console import Console

from local.inventory import leftovers
from stacks.catalogue import BOOTSTRAP
from tools import console, local_profile, local_server
from tools.bootstrap_down import bootstrap_down
from tools.bootstrap_state import Bucket
from tools.deployment.selection import settings_of
from tools.deployment.stack import Stack
from tools.errors import ToolError
from tools.local_stack import LocalStack, delete_state_bucket
from tools.steps import Steps
from tools.workspace import Workspace

DESTROY_STEPS = 4


def destroy(
    workspace: Workspace, endpoint: str, base: Mapping[str, str], steps: Steps, out: Console
) -> list[str]:
    """Destroys the stack in a local AWS, in `DESTROY_STEPS` steps, and what `make bootstrap` made.

    Returns:
        What is left all the same.

    Raises:
        ToolError: a step failed; state and local AWS stay.
    """
    with steps.step("synthesize the stack"):
        stack = LocalStack(workspace, endpoint, base)
        stack.synthesize()
    with steps.step("install the Terraform providers"):
        stack.install_providers()
    with steps.step("destroy the stack") as step:
        stack.destroy(lambda progress: step.say(str(progress)))
    with local_profile.entered(stack.environment):
        bootstrap = Stack(BOOTSTRAP, settings_of(stack.environment), stack.target)
        if Bucket.of(bootstrap).has_state():
            bootstrap.install_providers()
            bootstrap_down(bootstrap, {"AUTO_APPROVE": "1"}, out)
    with steps.step("look for anything left"):
        delete_state_bucket(endpoint)
        return leftovers(endpoint, sorted({stack.region, bootstrap.region}))


def main(out: Console) -> None:
    """Takes down the local deployment, wherever it got to."""
    base = dict(os.environ)
    workspace = Workspace.of(base)
    external = base.get("LOCAL_AWS_URL")
    left: list[str] = []
    with console.alone(workspace):
        server = local_server.find(workspace)
        if external:
            local_profile.check_endpoint(external)
            left = destroy(workspace, external, base, Steps(out, DESTROY_STEPS), out)
        elif server is None:
            ended = " It ended on its own." if workspace.server_record.exists() else ""
            out.print(f"No local AWS runs; it keeps everything in memory.{ended}")
        elif workspace.running_command.exists():
            out.print("The last deployment was killed; its local AWS is thrown away as a whole.")
        else:
            left = destroy(workspace, server.endpoint, base, Steps(out, DESTROY_STEPS), out)
        local_server.stop(workspace)
        workspace.forget_deployment()
    if left:
        raise ToolError("\n".join(("destroyed, but this was left:", *left)))
    out.print("Nothing is left.")


if __name__ == "__main__":
    sys.exit(console.run(main))
