"""The local AWS that a command works with: the one that is named, the one that runs, or a new one."""

from collections.abc import Mapping

from tools import command, local_profile, local_server
from tools.errors import ToolError
from tools.workspace import ROOT, Workspace

HOST_LAYERS = ROOT / "build" / "layers" / "host"


def running_endpoint(workspace: Workspace, base: Mapping[str, str]) -> str:
    """The address of a local AWS that answers: the one named, the one that runs, or a new one.

    A deployment that was killed in the middle leaves a state that doesn't know all it made. The project's own
    local AWS keeps everything in memory, so the honest way on is a new one.
    """
    external = base.get("LOCAL_AWS_URL")
    killed = _killed_command(workspace)
    if external:
        local_profile.check_endpoint(external)
        if killed:
            raise ToolError(
                f"an earlier {killed} was killed: the state in {external} may not know all it made. "
                f"Restart that emulator empty, or mend the state with Terraform in {workspace.stacks}; "
                f"then remove {workspace.running_command}"
            )
        return external
    server = local_server.find(workspace)
    if server and killed:
        local_server.stop(workspace)
        server = None
    if server is None:
        workspace.forget_deployment()
        profile = local_profile.environment("http://127.0.0.1", base, workspace.folder)
        del profile["AWS_ENDPOINT_URL"]  # the server is the endpoint
        server = local_server.start(workspace, local_server.port(base), HOST_LAYERS, profile)
    return server.endpoint


def _killed_command(workspace: Workspace) -> str | None:
    """The name of a command that was killed while it changed things.

    Raises:
        ToolError: only its caller was; it still runs.
    """
    left = command.left_over(workspace.running_command)
    if left is None:
        return None
    group, name = left
    if command.group_alive(group):
        raise ToolError(f"an earlier {name} still runs (process group {group}): wait for it, or end it")
    return name
