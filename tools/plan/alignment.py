"""Puts the blocks of a list where they were before, so that a new one does not make all others differ.

Many of Terraform's lists of blocks are sets, and the order of a policy's statements does not matter either.
"""

import json
from collections.abc import Sequence
from typing import Any

Shaped = tuple[Any, Any, Any]
"""A value, what of it is unknown and what is sensitive; the latter two are shaped like the value, or a truth
value for all of it."""


def aligned(before: Any, after: Any, unknown: Any, sensitive: Any) -> Shaped:
    """Return the value afterwards, with its blocks in the order of those before.

    Args:
        before: The value now.
        after: The value afterwards.
        unknown: What of it is unknown.
        sensitive: What of it is sensitive.

    Returns:
        The value and its two shapes. A block that was there before is at its old place, as it was; one that
        changed or is new at a place that has become free or behind all others. A free place is None.
    """
    before, after = parsed(before), parsed(after)
    if isinstance(before, dict) and isinstance(after, dict):
        parts = {
            key: aligned(before.get(key), value, _part(unknown, key), _part(sensitive, key))
            for key, value in after.items()
        }
        value, of_unknown, of_sensitive = ({key: part[n] for key, part in parts.items()} for n in range(3))
        return (
            value,
            {**unknown, **of_unknown} if isinstance(unknown, dict) else unknown or of_unknown,
            {**sensitive, **of_sensitive} if isinstance(sensitive, dict) else sensitive or of_sensitive,
        )
    if _blocks(before) and _blocks(after):
        order, same = _order(before, after, unknown)
        return (
            [
                before[place] if place in same else None if index is None else after[index]
                for place, index in enumerate(order)
            ],
            unknown is True or [False if index is None else _part(unknown, index) for index in order],
            sensitive is True or [False if index is None else _part(sensitive, index) for index in order],
        )
    return after, unknown, sensitive


def _order(before: Sequence[Any], after: Sequence[Any], unknown: Any) -> tuple[list[int | None], set[int]]:
    """Return for each place the block afterwards that belongs there, and the places where nothing changed."""
    left = list(range(len(after)))
    order: list[int | None] = [None] * len(before)
    for place, block in enumerate(before):
        for index in left:
            if _same(block, after[index], _part(unknown, index)):
                order[place] = index
                left.remove(index)
                break
    same = {place for place, index in enumerate(order) if index is not None}
    for place in range(len(order)):
        if order[place] is None and left:
            order[place] = left.pop(0)
    return [*order, *left], same


def _same(before: dict[str, Any], after: dict[str, Any], unknown: Any) -> bool:
    """Whether a block has not changed; what is unknown of it may be what it was."""
    ignored = {key for key, value in unknown.items() if value} if isinstance(unknown, dict) else set()
    return _essence(before, ignored) == _essence(after, ignored)


def _essence(block: dict[str, Any], ignored: set[str]) -> dict[str, Any]:
    return {key: value for key, value in block.items() if value and key not in ignored}


def _blocks(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def parsed(value: Any) -> Any:
    """Return the content of text that holds JSON, anything else as it is."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _part(shape: Any, key: Any) -> Any:
    if isinstance(shape, dict):
        return shape.get(key, False)
    if isinstance(shape, list):
        return shape[key] if isinstance(key, int) and key < len(shape) else False
    return shape
