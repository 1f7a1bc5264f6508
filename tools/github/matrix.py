"""`make matrix`: what the workflows plan and deploy, from cdktf.json and the catalogue of stacks.

It needs nothing but the standard library, so that the jobs that only ask take seconds.
"""

import json
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from settings import Settings, SettingsError, load, project_context
from settings.model import family
from stacks.catalogue import WORKLOADS
from tools.errors import ToolError
from tools.github import runner

PREVIEWS = "pr"
"""Family of the pull requests' environments, ``pr-<number>``."""

ORDER = ("dev", "staging", "prod")
"""Order in which a change reaches the environments; others come after them, by name."""


@dataclass(frozen=True)
class Environment:
    """An environment, as jobs need it.

    Attributes:
        environment: Its suffix.
        family: What it shares roles and state bucket with; the GitHub environment has this name.
        account_id: AWS account.
        state_region: Region of the state bucket.
        plan_role: ARN of the role that plans.
        deploy_role: ARN of the role that deploys.
    """

    environment: str
    family: str
    account_id: str
    state_region: str
    plan_role: str
    deploy_role: str


@dataclass(frozen=True)
class Target(Environment):
    """A stack in an environment.

    Attributes:
        stack: Id of the stack.
        region: Its region.
    """

    stack: str
    region: str


def configured(context: Mapping[str, Any]) -> list[str]:
    """Return the environments that cdktf.json names, but for the pull requests', in their order."""
    names = [name for name in context.get("environments", {}) if family(name) != PREVIEWS]
    return sorted(names, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))


def environments(context: Mapping[str, Any], names: Iterable[str]) -> list[Environment]:
    """Return those of some environments that are configured, themselves or by their family.

    Args:
        context: The ``context`` of cdktf.json.
        names: Suffixes.

    Raises:
        ToolError: The settings of one are not allowed, or lack its account.
    """
    return [_environment(settings) for settings in _settings(context, names)]


def targets(context: Mapping[str, Any], names: Iterable[str]) -> list[Target]:
    """Return every stack of those environments, in the order of their deployment.

    Args:
        context: The ``context`` of cdktf.json.
        names: Suffixes.

    Raises:
        ToolError: The settings of one are not allowed, or lack its account.
    """
    return [
        Target(
            **asdict(_environment(settings)),
            stack=entry.stack_id(settings),
            region=entry.region(settings),
        )
        for settings in _settings(context, names)
        for entry in WORKLOADS
    ]


def _settings(context: Mapping[str, Any], names: Iterable[str]) -> list[Settings]:
    known = context.get("environments", {})
    found = []
    for name in names:
        if name in known or family(name) in known:
            try:
                found.append(load({"ENVIRONMENT_SUFFIX": name}, context))
            except SettingsError as error:
                raise ToolError(f"cdktf.json, settings of {name} that are not allowed:\n{error}") from error
    return found


def _environment(settings: Settings) -> Environment:
    if settings.account_id is None:
        raise ToolError(
            f"cdktf.json, context.environments.{settings.suffix}: accountId is missing; the workflows' roles "
            "are in that account"
        )
    role = f"arn:aws:iam::{settings.account_id}:role/bootstrap-{{}}-role-{settings.family}"
    return Environment(
        environment=settings.suffix,
        family=settings.family,
        account_id=settings.account_id,
        state_region=settings.state_region,
        plan_role=role.format("plan"),
        deploy_role=role.format("deploy"),
    )


def main(environment: Mapping[str, str]) -> int:
    """Print the targets, and give them to the later jobs.

    Args:
        environment: ``ENVIRONMENTS`` names the environments that are asked for, with commas; all that are
            configured by default. ``HEAD_REPOSITORY`` is where a pull request comes from.

    Returns:
        0, or 1 after an error, which is said.
    """
    try:
        context = project_context()
        asked = [name for name in re.split(r"[\s,]+", environment.get("ENVIRONMENTS", "")) if name]
        head, home = environment.get("HEAD_REPOSITORY", ""), environment.get("GITHUB_REPOSITORY", "")
        names = asked or configured(context)
        reason = ""
        if head not in ("", home):
            names, reason = [], f"this pull request comes from {head}; forks get no credentials"
        found, places = targets(context, names), environments(context, names)
    except ToolError as problem:
        print(problem, file=sys.stderr)
        return 1
    runner.set_output(environment, "targets", _json(found))
    runner.set_output(environment, "environments", _json(places))
    if not found:
        reason = reason or f"cdktf.json does not configure {', '.join(asked) or 'any environment'}"
        runner.summarize(environment, f"Nothing to do for AWS: {reason}.")
        print(f"nothing to do for AWS: {reason}")
    for target in found:
        print(f"{target.stack} in {target.region}, account {target.account_id}")
    return 0


def _json(items: Sequence[Environment]) -> str:
    return json.dumps([asdict(item) for item in items], separators=(",", ":"))


if __name__ == "__main__":
    sys.exit(main(os.environ))
