"""Reads the JSON of a plan (``terraform show -json <plan file>``).

The format is Terraform's own: https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tools.errors import ToolError

FORMAT_MAJOR = "1"
"""Terraform keeps the format compatible within a major version."""

AttributePath = tuple[str | int, ...]
"""Where a value is within a resource: names of attributes and positions in lists."""


class PlanError(ToolError):
    """The file is no plan that can be read; the text says why."""


class Action(StrEnum):
    """What Terraform does with a resource, the most drastic first."""

    DELETE = "destroy"
    REPLACE = "replace"
    FORGET = "forget"
    CREATE = "create"
    UPDATE = "update"


_ACTIONS: Mapping[tuple[str, ...], Action | None] = {
    ("no-op",): None,
    ("read",): None,
    ("create",): Action.CREATE,
    ("update",): Action.UPDATE,
    ("delete",): Action.DELETE,
    ("delete", "create"): Action.REPLACE,
    ("create", "delete"): Action.REPLACE,
    ("create", "forget"): Action.REPLACE,
    ("forget",): Action.FORGET,
}


@dataclass(frozen=True)
class Change:
    """What happens to one resource or output.

    Attributes:
        address: Terraform's address; an output's is ``output.<name>``.
        type: The resource's type, ``output`` for an output.
        action: What is done.
        before: Its values now; None if it isn't there.
        after: Its values afterwards, as far as they are known; None if it goes.
        unknown: Like ``after``, with True wherever the value is known only after the apply.
        sensitive_before: Like ``before``, with True wherever a value is sensitive.
        sensitive_after: Like ``after``, with True wherever a value is sensitive.
        forced_by: The attributes whose change makes a replacement necessary.
        reason: Terraform's reason for a deletion or replacement, in its own word; empty if it gives none.
    """

    address: str
    type: str
    action: Action
    before: Any = None
    after: Any = None
    unknown: Any = False
    sensitive_before: Any = False
    sensitive_after: Any = False
    forced_by: tuple[AttributePath, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Plan:
    """All that a plan changes.

    Attributes:
        changes: Of resources, in the order of their addresses.
        outputs: Of outputs, in the order of their names.
        drift: What was found changed outside of Terraform, also where it makes no difference.
    """

    changes: Sequence[Change]
    outputs: Sequence[Change] = ()
    drift: Sequence[Change] = ()

    @property
    def is_empty(self) -> bool:
        """Whether an apply would do nothing at all."""
        return not self.changes and not self.outputs

    def count(self, action: Action) -> int:
        """How many resources an action is planned for."""
        return sum(change.action is action for change in self.changes)


def read(document: Any) -> Plan:
    """Read a plan.

    Args:
        document: What ``terraform show -json`` wrote, parsed.

    Raises:
        PlanError: It is no plan, of another format, or it failed half-way.
    """
    if not isinstance(document, dict) or "format_version" not in document or "planned_values" not in document:
        raise PlanError("this is no plan: `terraform show -json <plan file>` makes one")
    if str(document["format_version"]).partition(".")[0] != FORMAT_MAJOR:
        raise PlanError(f"the plan's format is {document['format_version']}; {FORMAT_MAJOR}.x is known")
    if document.get("errored"):
        raise PlanError("the plan failed half-way, so nobody knows what it would change")
    return Plan(
        changes=_sorted(map(_resource, document.get("resource_changes", ()))),
        outputs=_sorted(_output(name, each) for name, each in document.get("output_changes", {}).items()),
        drift=_sorted(map(_resource, document.get("resource_drift", ()))),
    )


def _sorted(changes: Iterable[Change | None]) -> list[Change]:
    return sorted((each for each in changes if each), key=lambda each: each.address)


def _resource(entry: Mapping[str, Any]) -> Change | None:
    if entry.get("mode") == "data":
        return None
    return _change(entry["address"], entry["type"], entry["change"], entry.get("action_reason", ""))


def _output(name: str, entry: Mapping[str, Any]) -> Change | None:
    return _change(f"output.{name}", "output", entry)


def _change(address: str, type_: str, entry: Mapping[str, Any], reason: str = "") -> Change | None:
    actions = tuple(entry["actions"])
    if actions not in _ACTIONS:
        raise PlanError(f"{address}: the actions {', '.join(actions)} are not known")
    action = _ACTIONS[actions]
    if action is None:
        return None
    return Change(
        address=address,
        type=type_,
        action=action,
        before=entry.get("before"),
        after=entry.get("after"),
        unknown=entry.get("after_unknown", False),
        sensitive_before=entry.get("before_sensitive", False),
        sensitive_after=entry.get("after_sensitive", False),
        forced_by=tuple(tuple(path) for path in entry.get("replace_paths", ())),
        reason=reason,
    )
