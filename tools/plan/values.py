"""What differs between the values of a resource before and after, attribute by attribute, secrets masked."""

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tools.plan.alignment import aligned, parsed
from tools.plan.changes import Action, AttributePath, Change

UNKNOWN = "(known after apply)"
SENSITIVE = "(sensitive value)"
MAX_CHARACTERS = 200
"""Of a value's text that is shown; a certificate or a long list says no more in full."""


@dataclass(frozen=True)
class Difference:
    """One attribute that differs.

    Attributes:
        path: Which, such as ``policy.Statement[0].Action``.
        before: Its text now; None if it isn't there.
        after: Its text afterwards; None if it goes.
        forces_replacement: Whether it is why the resource is replaced.
    """

    path: str
    before: str | None
    after: str | None
    forces_replacement: bool = False


@dataclass(frozen=True)
class _Leaf:
    value: Any
    text: str


def differences(change: Change) -> list[Difference]:
    """Return what differs, in the order of the attributes' names.

    Text that holds JSON, as policies do, is compared by its content, and what moved within a list of blocks
    has not changed. A sensitive value is never shown, only that it changes. Empty values (null, an empty list
    or block) count as absent: providers mix them up.
    """
    value, unknown, sensitive = aligned(change.before, change.after, change.unknown, change.sensitive_after)
    # What is sensitive on one side only was or becomes a secret: neither side is shown.
    sensitive = _either(change.sensitive_before, sensitive)
    before = dict(_leaves((), change.before, unknown, sensitive, known=True))
    after = dict(_leaves((), value, unknown, sensitive))
    # A secret that is repeated under an attribute that nobody marked is a secret still.
    secrets = [leaf.value for side in (before, after) for leaf in side.values() if leaf.text == SENSITIVE]
    return [
        Difference(
            _name(path),
            _shown(before.get(path), secrets),
            _shown(after.get(path), secrets),
            forces_replacement=any(path[: len(forced)] == forced for forced in change.forced_by),
        )
        for path in sorted({*before, *after}, key=_by_name)
        if path not in before or path not in after or before[path].value != after[path].value
    ]


def told(change: Change) -> list[Difference]:
    """Return what people are told: tags once, and of what is made only the values that are known."""
    return [
        difference
        for difference in differences(change)
        if not difference.path.startswith("tags_all")
        and (change.action is not Action.CREATE or difference.after != UNKNOWN)
    ]


def _shown(leaf: _Leaf | None, secrets: Sequence[Any]) -> str | None:
    if leaf is None:
        return None
    return SENSITIVE if leaf.value in secrets else leaf.text


def _leaves(
    path: AttributePath, value: Any, unknown: Any, sensitive: Any, *, known: bool = False
) -> Iterator[tuple[AttributePath, _Leaf]]:
    """Yield what can be shown on a line; ``unknown`` and ``sensitive`` are shaped like the value, or True.

    Where ``known``, the value is the one of now, which stands on one line if what follows is unknown.
    """
    if sensitive is True:
        # An unknown one equals nothing, not even another unknown one.
        yield path, _Leaf(object() if unknown is True and not known else value, SENSITIVE)
    elif unknown is True and not known:
        yield path, _Leaf(object(), UNKNOWN)
    elif unknown is not True and (parts := _parts(value, unknown)) is not None:
        for key, part in parts:
            yield from _leaves((*path, key), part, _part(unknown, key), _part(sensitive, key), known=known)
    elif value not in (None, "", [], {}):
        yield path, _Leaf(value, _text(value))


def _parts(value: Any, unknown: Any) -> list[tuple[str | int, Any]] | None:
    """The parts of a map, of a list of maps, or of JSON text; None if it is shown as a whole."""
    if isinstance(value, str):
        content = parsed(value)
        return None if content is value else _parts(content, False)
    if isinstance(value, dict) or isinstance(unknown, dict):
        maps = [each for each in (value, unknown) if isinstance(each, dict)]
        return [(key, (value or {}).get(key)) for key in sorted({key for each in maps for key in each})]
    lists = [each for each in (value, unknown) if isinstance(each, list)]
    if any(isinstance(item, dict | list) for each in lists for item in each) or any(
        item is True for item in (unknown if isinstance(unknown, list) else ())
    ):
        size = max(len(each) for each in lists)
        return [(index, _part(value, index, None)) for index in range(size)]
    return None


def _either(one: Any, other: Any) -> Any:
    """Whatever is True in one of two shapes."""
    if one is True or other is True:
        return True
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: _either(one.get(key, False), other.get(key, False)) for key in {*one, *other}}
    if isinstance(one, list) and isinstance(other, list):
        return [_either(*pair) for pair in itertools.zip_longest(one, other, fillvalue=False)]
    return one or other


def _part(whole: Any, key: str | int, default: Any = False) -> Any:
    if isinstance(whole, dict):
        return whole.get(key, default)
    if isinstance(whole, list) and isinstance(key, int) and key < len(whole):
        return whole[key]
    return default


def _text(value: Any) -> str:
    holds_json = isinstance(value, str) and _parts(value, False) is not None
    text = value if holds_json else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= MAX_CHARACTERS else f"{text[:MAX_CHARACTERS]}… ({len(text)} characters)"


def _name(path: AttributePath) -> str:
    name = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return name.removeprefix(".") or "value"


def _by_name(path: AttributePath) -> list[tuple[bool, Any]]:
    return [(isinstance(key, int), key) for key in path]
