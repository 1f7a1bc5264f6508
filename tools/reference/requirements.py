"""Which requirements a module says it is for."""

import re
from collections.abc import Iterable

from tools.traceability import required

_IDS = re.compile(r"\b([A-Z][A-Z0-9]*)-(\d+)(?: to \1-(\d+))?")


def named(text: str) -> set[str]:
    """Return the ids of requirements in a text; ``DB-1 to DB-3`` are three."""
    return {
        f"{letters}-{number}"
        for letters, first, last in _IDS.findall(text)
        for number in range(int(first), int(last or first) + 1)
    } & set(required("ABC"))


def without_ids(sentence: str) -> str:
    """Return a sentence without its full stop and without the brackets that name requirements."""
    brackets = re.compile(r"\s\([^()]*\)")
    return brackets.sub(lambda match: "" if named(match[0]) else match[0], sentence).rstrip(".")


def in_order(ids: Iterable[str]) -> str:
    """Return ids in the order of the requirements."""
    wanted = set(ids)
    return ", ".join(id_ for id_ in required("ABC") if id_ in wanted)
