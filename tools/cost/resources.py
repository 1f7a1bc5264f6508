"""The resources of a synthesized stack, as far as their price depends on them."""

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from tools.errors import ToolError

Block: TypeAlias = Mapping[str, Any]

_REFERENCE = re.compile(r"\$\{(aws_\w+)\.([\w-]+)[.\[]")


class Resources:
    """What a stack's Terraform JSON declares.

    Args:
        template: The JSON that Terraform reads.
    """

    def __init__(self, template: Mapping[str, Any]) -> None:
        self._by_type: Mapping[str, Mapping[str, Block]] = template.get("resource", {})

    @property
    def types(self) -> set[str]:
        """Every type of resource that is there."""
        return set(self._by_type)

    def all(self, type_: str) -> list[Block]:
        """Return the resources of a type."""
        return list(self._by_type.get(type_, {}).values())

    def target(self, reference: str) -> Block:
        """Return the resource that a token such as ``${aws_kms_key.db.arn}`` refers to.

        Raises:
            ToolError: It refers to none of the stack.
        """
        match = _REFERENCE.match(reference)
        block = self._by_type.get(match[1], {}).get(match[2]) if match else None
        if block is None:
            raise ToolError(f"{reference} refers to no resource of the stack")
        return block


def expect(block: Block, attribute: str, *known: object) -> Any:
    """Return an attribute whose value decides on the price.

    Raises:
        ToolError: It has a value that the estimate knows no price for.
    """
    value = block.get(attribute)
    if value not in known:
        raise ToolError(f"{attribute} = {value!r}: the estimate knows prices for {known} only")
    return value
