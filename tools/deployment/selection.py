"""Which stacks a command is about: ``STACK``, or all of ``ENVIRONMENT_SUFFIX``."""

from collections.abc import Mapping, Sequence

from settings import Settings, SettingsError, load, project_context
from stacks.catalogue import STACKS, WORKLOADS, StackEntry
from tools.errors import ToolError


def select(environment: Mapping[str, str]) -> tuple[dict[str, str], Sequence[StackEntry]]:
    """Return the environment with the suffix that is meant, and the stacks.

    Args:
        environment: The command's environment. ``STACK`` is a stack's id, such as ``trading-analytics-dev``,
            which tells the environment too; without it, every workload stack of ``ENVIRONMENT_SUFFIX`` is
            meant, in the order of their deployment.

    Raises:
        ToolError: There is no such stack.
    """
    suffix, stacks = environment.get("ENVIRONMENT_SUFFIX", ""), WORKLOADS
    if stack_id := environment.get("STACK", ""):
        entry = next((each for each in STACKS if stack_id.startswith(f"{each.name}-")), None)
        if entry is None:
            known = ", ".join(f"{each.name}-<suffix>" for each in STACKS)
            raise ToolError(f"STACK={stack_id}: there is no such stack; there are {known}")
        named = stack_id.removeprefix(f"{entry.name}-")
        if suffix not in ("", named):
            raise ToolError(f"STACK={stack_id} is not of the environment ENVIRONMENT_SUFFIX={suffix}")
        suffix, stacks = named, (entry,)
    return {**environment, **({"ENVIRONMENT_SUFFIX": suffix} if suffix else {})}, stacks


def settings_of(environment: Mapping[str, str]) -> Settings:
    """Return the settings that an environment and cdktf.json come to.

    Raises:
        ToolError: Settings that are not allowed, all of them.
    """
    try:
        return load(environment, project_context())
    except SettingsError as error:
        raise ToolError(f"settings that are not allowed:\n{error}") from error
