"""The workflows of `.github`, as tests look at them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

PROJECT = Path(__file__).resolve().parents[2]
GITHUB = PROJECT / ".github"
WORKFLOWS = GITHUB / "workflows"

_COMMAND = re.compile(r"make ([a-z-]+)")


@dataclass(frozen=True)
class Job:
    """A job of a workflow.

    Attributes:
        workflow: Name of its file.
        id: Its id.
        events: What the workflow runs on, with each event's options.
        definition: What the file says of it.
    """

    workflow: str
    id: str
    events: Mapping[str, Any]
    definition: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.workflow}:{self.id}"

    @property
    def steps(self) -> list[Mapping[str, Any]]:
        """Its steps; none where it calls another workflow."""
        return list(self.definition.get("steps", []))

    @property
    def commands(self) -> list[str]:
        """What its steps run."""
        return [step["run"] for step in self.steps if "run" in step]

    @property
    def condition(self) -> str:
        """Its ``if``."""
        return str(self.definition.get("if", ""))

    def step(self, action: str) -> Mapping[str, Any] | None:
        """The step that uses an action, None if there is none."""
        found = [step for step in self.steps if str(step.get("uses", "")).startswith(f"{action}@")]
        assert len(found) <= 1, f"{self}: {action} more than once"
        return found[0] if found else None

    def needs(self) -> list[str]:
        """Ids of the jobs that it waits for."""
        needs = self.definition.get("needs", [])
        return [needs] if isinstance(needs, str) else list(needs)


def read(path: Path) -> Any:
    """What a YAML file holds. YAML 1.2, where `on` is no truth value."""
    return YAML(typ="safe").load(path)


def jobs() -> list[Job]:
    """Every job of every workflow."""
    return list(_jobs())


def job(workflow: str, id_: str) -> Job:
    """One job."""
    (found,) = (each for each in jobs() if (each.workflow, each.id) == (workflow, id_))
    return found


def make_targets() -> set[str]:
    """The targets of the Makefile that the workflows run."""
    return {match[1] for each in jobs() for run in each.commands if (match := _COMMAND.fullmatch(run))}


def _jobs() -> Iterator[Job]:
    for path in sorted(WORKFLOWS.glob("*.yml")):
        workflow = read(path)
        events = {event: options or {} for event, options in workflow["on"].items()}
        for id_, definition in workflow["jobs"].items():
            yield Job(path.name, id_, events, definition)
