"""A synthesized stack, read: its resources, and what refers to what."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from tools.errors import ToolError

Block: TypeAlias = Mapping[str, Any]

_REFERENCE = re.compile(r"\b((?:data\.)?aws_[a-z0-9_]+\.[A-Za-z0-9_-]+)(?:\.([a-z0-9_]+))?")


class Template:
    """Questions to the Terraform JSON of a stack.

    Every type of resource that somebody asked for counts as read, so that `unread` names those that nobody
    knows of.
    """

    def __init__(self, template: Block) -> None:
        self._resources: Block = template.get("resource", {})
        self._documents: Block = template.get("data", {}).get("aws_iam_policy_document", {})
        self._read: set[str] = set()
        self.outputs: Block = template.get("output", {})
        self.region: str = template["provider"]["aws"][0]["region"]
        state_key: str = template["terraform"]["backend"]["s3"]["key"]
        self.suffix = state_key.split("/")[0]

    def all(self, type_: str) -> dict[str, Block]:
        """Return the resources of a type by address (``type.id``)."""
        self._read.add(type_)
        return {f"{type_}.{id_}": block for id_, block in self._resources.get(type_, {}).items()}

    def get(self, address: str) -> Block:
        """Return the resource, or the policy document, of an address."""
        if address.startswith("data.aws_iam_policy_document."):
            document: Block = self._documents[address.split(".")[2]]
            return document
        type_, _, id_ = address.partition(".")
        try:
            block: Block = self._resources[type_][id_]
        except KeyError:
            raise ToolError(f"The stack refers to {address}, which it does not have") from None
        return block

    def whole(self, address: str, parts: Mapping[str, str]) -> str:
        """Return the address of what a resource is a part of, or its own.

        Args:
            address: Address of a resource.
            parts: By type of a part, the attribute that names the whole.
        """
        while attribute := parts.get(address.split(".")[0]):
            (address,) = targets(self.get(address), attribute)
        return address

    def unread(self) -> list[str]:
        """Return the types of resources that nobody asked for."""
        return sorted(set(self._resources) - self._read)


def values(block: Block, path: str) -> Iterator[Any]:
    """Yield what stands at a dotted path, through lists of blocks: none, one or several values."""
    found: list[Any] = [block]
    for key in path.split("."):
        found = [
            value[key]
            for each in found
            for value in (each if isinstance(each, list) else [each])
            if isinstance(value, Mapping) and key in value
        ]
    for each in found:
        yield from each if isinstance(each, list) else [each]


def references(value: object) -> Iterator[tuple[str, str]]:
    """Yield the address and the attribute of everything that a value refers to."""
    if isinstance(value, str):
        for match in _REFERENCE.finditer(value):
            yield match[1], match[2] or ""
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def targets(block: Block, *paths: str) -> list[str]:
    """Return the addresses that the values at some dotted paths refer to."""
    return [address for path in paths for value in values(block, path) for address, _ in references(value)]


def counted(number: int, noun: str) -> str:
    """Return a number of things in words, such as ``3 queues``."""
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun.removesuffix('y')}ies" if noun.endswith("cy") else f"{number} {noun}s"
