"""What is told, and what is not told again."""

import time
from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto
from typing import Protocol

from .alert import KINDS_LIMIT, Happening

PATIENCE_SECONDS = 3.0
"""How long to wait for another invocation that is about to tell the same. Publishing takes well under one."""

_PAUSE_SECONDS = 0.2


class Standing(Enum):
    """How a kind of event stands."""

    NEW = auto()
    """It has not been told lately, and is this invocation's to tell."""
    TOLD = auto()
    """It has been told lately."""
    BEING_TOLD = auto()
    """Another invocation is about to tell it, or broke off while it was."""


class BeingToldError(Exception):
    """Another invocation was to tell and has not said that it did; Lambda is to try again later."""


class Memory(Protocol):
    """Remembers what was told. It never fails: what it can't remember is new."""

    def claim(self, kind: str) -> Standing:
        """Say how a kind stands; a new one is this invocation's from now on."""

    def told(self, kind: str) -> None:
        """Remember that a claimed kind was told."""

    def release(self, kind: str) -> None:
        """Forget that a kind was claimed, since it could not be told."""

    def count_untold(self, kind: str, events: int) -> None:
        """Count events that are not told."""

    def take_untold(self, kind: str) -> int:
        """Return how many events were not told since the last alert, and start again from nothing."""


Publish = Callable[[Mapping[str, Happening], Mapping[str, int], int], None]
"""Tells happenings by kind, with the untold events by kind, and the number of further kinds."""


def tell(
    happenings: Mapping[str, Happening], memory: Memory, publish: Publish, suppress: Callable[[int], None]
) -> None:
    """Tell what has not been told lately.

    A kind is claimed, told, and then remembered as told, in this order: whatever breaks off in between, it is
    told again rather than never.

    Args:
        happenings: What happened, by kind.
        memory: What was told.
        publish: Tells.
        suppress: Is called with the number of kinds that are not told again.

    Raises:
        BeingToldError: Another invocation claimed a kind and did not say that it told it.
        Exception: What ``publish`` raised.
    """
    waiting = list(happenings)
    end = time.monotonic() + PATIENCE_SECONDS
    while waiting:
        standings = _claim(waiting, memory)
        new = [kind for kind, standing in standings.items() if standing is Standing.NEW]
        told = [kind for kind, standing in standings.items() if standing is Standing.TOLD]
        unclaimed = [kind for kind in waiting if kind not in standings]
        if new:
            _tell({kind: happenings[kind] for kind in new}, memory, publish, len(unclaimed))
        if told:
            for kind in told:
                memory.count_untold(kind, len(happenings[kind].statements))
            suppress(len(told))
        waiting = [kind for kind, standing in standings.items() if standing is Standing.BEING_TOLD]
        if waiting:
            if time.monotonic() >= end:
                raise BeingToldError(f"{len(waiting)} kinds of events are claimed by another invocation")
            time.sleep(_PAUSE_SECONDS)


def _claim(kinds: Sequence[str], memory: Memory) -> dict[str, Standing]:
    """Claim kinds, one after the other, until there are as many new ones as an alert lists."""
    standings: dict[str, Standing] = {}
    new = 0
    for kind in kinds:
        if new == KINDS_LIMIT:
            break
        standings[kind] = memory.claim(kind)
        new += standings[kind] is Standing.NEW
    return standings


def _tell(happenings: Mapping[str, Happening], memory: Memory, publish: Publish, more_kinds: int) -> None:
    try:
        publish(happenings, {kind: memory.take_untold(kind) for kind in happenings}, more_kinds)
    except Exception:
        for kind in happenings:
            memory.release(kind)
        raise
    for kind in happenings:
        memory.told(kind)
