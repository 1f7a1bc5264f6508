"""`make reap`: destroys the environments of pull requests that nobody needs any more.

The workflow of the pull request does so itself when the label goes or the pull request is closed. What it
missed (a run that failed or was cancelled) and what nobody has touched for long is found here, by its state.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from tools import console, local_profile
from tools.deployment import target
from tools.deployment.selection import settings_of
from tools.errors import ToolError
from tools.github import runner
from tools.github.client import GitHub, GitHubError, PullRequest
from tools.github.matrix import PREVIEWS
from tools.workspace import ROOT

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LABEL = "preview"
"""Label of a pull request that has an environment."""

DEFAULT_MAX_DAYS = 14

_STATE = re.compile(rf"{PREVIEWS}-(\d+)/(.+)\.tfstate")
_OF_THE_CALLING_MAKE = frozenset({"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "ENVIRONMENT_SUFFIX"})


@dataclass(frozen=True)
class State:
    """The Terraform state of a pull request's stack.

    Attributes:
        number: The pull request.
        stack: Id of the stack.
        key: Key of the state in its bucket.
    """

    number: int
    stack: str
    key: str


class Reaper:
    """Finds and destroys forgotten environments.

    Args:
        s3: Client of the state bucket.
        bucket: The state bucket of the pull requests' family.
        github: The repository.
        destroy: Destroys the stack of this id; raises ToolError where it can't.
        say: Tells what happens.
        max_days: Days without any change of the pull request after which its environment goes.
        dry_run: Only tell what would be destroyed.
        now: The time, by default the present.
    """

    def __init__(
        self,
        s3: "S3Client",
        bucket: str,
        github: GitHub,
        destroy: Callable[[str], None],
        say: Callable[[str], None],
        *,
        max_days: int = DEFAULT_MAX_DAYS,
        dry_run: bool = False,
        now: datetime | None = None,
    ) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._github = github
        self._destroy = destroy
        self._say = say
        self._max_days = max_days
        self._dry_run = dry_run
        self._now = now or datetime.now(UTC)

    def states(self) -> list[State]:
        """Return the states of pull requests' stacks, by number and id."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=f"{PREVIEWS}-")
        keys = [found["Key"] for page in pages for found in page.get("Contents", [])]
        matches = [match for key in keys if (match := _STATE.fullmatch(key))]
        return sorted(
            (State(int(match[1]), match[2], match[0]) for match in matches),
            key=lambda state: (state.number, state.stack),
        )

    def run(self) -> None:
        """Destroy every stack of every environment that is forgotten, also after one that fails.

        Raises:
            ToolError: Something is left; names all of it.
        """
        left: list[str] = []
        for number, states in groupby(self.states(), key=lambda state: state.number):
            try:
                reason = self._reason(self._github.pull_request(number))
            except GitHubError as error:
                # Also where GitHub knows no such pull request: it says the same to who may not see it.
                left.append(f"{PREVIEWS}-{number}: {error}")
                continue
            if reason is None:
                self._say(f"{PREVIEWS}-{number} stays")
                continue
            for state in states:
                self._say(f"{state.stack} goes: {reason}")
                if not self._dry_run:
                    try:
                        self._remove(state)
                    except (ToolError, BotoCoreError, ClientError) as error:
                        left.append(f"{state.stack}: {error}")
        if left:
            raise ToolError("\n".join(("left:", *left)))

    def _reason(self, pull_request: PullRequest) -> str | None:
        """Why a pull request needs no environment; None if it does."""
        if not pull_request.is_open:
            return "its pull request is closed"
        if LABEL not in pull_request.labels:
            return f"its pull request lost the label {LABEL}"
        if self._now - pull_request.updated > timedelta(days=self._max_days):
            return f"nothing happened to its pull request for {self._max_days} days"
        return None

    def _remove(self, state: State) -> None:
        if not self._is_empty(state):
            self._destroy(state.stack)
            if not self._is_empty(state):
                raise ToolError("destroyed, and yet its state has resources")
        self._s3.delete_object(Bucket=self._bucket, Key=state.key)

    def _is_empty(self, state: State) -> bool:
        content = json.load(self._s3.get_object(Bucket=self._bucket, Key=state.key)["Body"])
        return not any(resource["mode"] == "managed" for resource in content["resources"])


def make_destroy(environment: Mapping[str, str], stack: str) -> None:
    """Run `make destroy` for a stack.

    Args:
        environment: The environment of this command; what a `make` around it added is left out.
        stack: Id of the stack.

    Raises:
        ToolError: It failed.
    """
    own = {name: value for name, value in environment.items() if name not in _OF_THE_CALLING_MAKE}
    status = subprocess.run(
        ["make", "destroy"], cwd=ROOT, env={**own, "STACK": stack, "AUTO_APPROVE": "1"}, check=False
    ).returncode
    if status:
        raise ToolError(f"make destroy failed with exit status {status}")


def max_days(environment: Mapping[str, str]) -> int:
    """Return ``PREVIEW_MAX_DAYS``, 14 by default.

    Raises:
        ToolError: It is no number of days.
    """
    given = environment.get("PREVIEW_MAX_DAYS") or str(DEFAULT_MAX_DAYS)
    if not (given.isascii() and given.isdigit() and int(given) > 0):
        raise ToolError(f"PREVIEW_MAX_DAYS={given} is no number of days: 1 or more is")
    return int(given)


def main(out: Console) -> None:
    """Reap by the settings and credentials of this process's environment."""
    base = dict(os.environ)
    days, github = max_days(base), GitHub.of(base)
    place = target.find(base)
    settings = settings_of({**place.environment, "ENVIRONMENT_SUFFIX": PREVIEWS})
    with local_profile.entered(place.environment):
        s3 = boto3.client("s3", region_name=settings.state_region)

    def say(line: str) -> None:
        out.print(line)
        runner.summarize(base, f"- {line}")

    Reaper(
        s3,
        settings.state_bucket,
        github,
        lambda stack: make_destroy(base, stack),
        say,
        max_days=days,
        dry_run=base.get("DRY_RUN") == "1",
    ).run()


if __name__ == "__main__":
    sys.exit(console.run(main))
