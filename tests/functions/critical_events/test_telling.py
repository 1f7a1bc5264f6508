"""What is told once is not told again, and nothing that fails in between is lost."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from critical_events import telling
from critical_events.alert import KINDS_LIMIT, Happening
from critical_events.log_line import Statement
from critical_events.telling import BeingToldError, Standing, tell

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _happenings(*kinds: str, events: int = 1) -> dict[str, Happening]:
    return {kind: Happening(NOW, NOW, [Statement(kind)] * events) for kind in kinds}


class _Memory:
    """Remembers in this process, and writes down what it was asked.

    Attributes:
        standings: how kinds stand that are not new.
        asked: the calls in their order.
        later: how kinds stand from the second time on.
    """

    def __init__(self) -> None:
        self.standings: dict[str, Standing] = {}
        self.later: dict[str, Standing] = {}
        self.asked: list[tuple[str, str]] = []
        self.untold: dict[str, int] = {}

    def claim(self, kind: str) -> Standing:
        again = ("claim", kind) in self.asked
        self.asked.append(("claim", kind))
        return (self.later if again else self.standings).get(kind, Standing.NEW)

    def told(self, kind: str) -> None:
        self.asked.append(("told", kind))

    def release(self, kind: str) -> None:
        self.asked.append(("release", kind))

    def count_untold(self, kind: str, events: int) -> None:
        self.untold[kind] = self.untold.get(kind, 0) + events

    def take_untold(self, kind: str) -> int:
        return self.untold.pop(kind, 0)


class _Told:
    """Writes down what is told.

    Attributes:
        alerts: the kinds of each alert, with their untold events, and the number of further kinds.
        suppressed: kinds that were not told.
        error: what telling raises; None to succeed.
    """

    def __init__(self, memory: _Memory) -> None:
        self._memory = memory
        self.alerts: list[tuple[dict[str, int], int]] = []
        self.suppressed = 0
        self.error: BaseException | None = None

    def publish(self, happenings: Mapping[str, Happening], untold: Mapping[str, int], more: int) -> None:
        self._memory.asked.append(("publish", "+".join(happenings)))
        if self.error:
            raise self.error
        self.alerts.append(({kind: untold[kind] for kind in happenings}, more))

    def suppress(self, kinds: int) -> None:
        self.suppressed += kinds

    def tell(self, happenings: Mapping[str, Happening]) -> None:
        tell(happenings, self._memory, self.publish, self.suppress)


@pytest.fixture
def memory() -> _Memory:
    return _Memory()


@pytest.fixture
def told(memory: _Memory, monkeypatch: pytest.MonkeyPatch) -> _Told:
    monkeypatch.setattr(telling, "_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(telling, "PATIENCE_SECONDS", 0.05)
    return _Told(memory)


@pytest.mark.requirement("OBS-3")
def test_kinds_are_claimed_then_told_in_one_alert_then_remembered(memory: _Memory, told: _Told) -> None:
    told.tell(_happenings("a", "b"))
    assert told.alerts == [({"a": 0, "b": 0}, 0)]
    assert told.suppressed == 0
    assert memory.asked == [
        ("claim", "a"),
        ("claim", "b"),
        ("publish", "a+b"),
        ("told", "a"),
        ("told", "b"),
    ]


@pytest.mark.requirement("OBS-3")
def test_what_was_told_is_counted_and_told_of_with_the_next_alert(memory: _Memory, told: _Told) -> None:
    memory.standings = {"a": Standing.TOLD}
    told.tell(_happenings("a", "b", events=3))
    assert told.alerts == [({"b": 0}, 0)]
    assert told.suppressed == 1
    assert memory.untold == {"a": 3}

    told.tell(_happenings("a"))  # new again: the window is over
    assert told.alerts[1:] == [({"a": 3}, 0)]
    assert memory.untold == {}


def test_nothing_new_is_no_alert(memory: _Memory, told: _Told) -> None:
    memory.standings = {"a": Standing.TOLD, "b": Standing.TOLD}
    told.tell(_happenings("a", "b"))
    assert told.alerts == []
    assert told.suppressed == 2
    told.tell({})
    assert told.alerts == []


@pytest.mark.requirement("OBS-3")
def test_what_can_not_be_told_is_released_for_the_retry(memory: _Memory, told: _Told) -> None:
    told.error = OSError("no topic")
    with pytest.raises(OSError, match="no topic"):
        told.tell(_happenings("a", "b"))
    assert memory.asked[-2:] == [("release", "a"), ("release", "b")]
    assert ("told", "a") not in memory.asked


@pytest.mark.requirement("OBS-3")
def test_what_another_invocation_tells_meanwhile_is_waited_for_and_not_told(
    memory: _Memory, told: _Told
) -> None:
    memory.standings, memory.later = {"a": Standing.BEING_TOLD}, {"a": Standing.TOLD}
    told.tell(_happenings("a", "b"))
    assert told.alerts == [({"b": 0}, 0)]
    assert told.suppressed == 1


@pytest.mark.requirement("OBS-3")
def test_what_another_invocation_gave_up_is_told(memory: _Memory, told: _Told) -> None:
    memory.standings = {"a": Standing.BEING_TOLD}
    told.tell(_happenings("a"))
    assert told.alerts == [({"a": 0}, 0)]
    assert told.suppressed == 0


@pytest.mark.requirement("OBS-3")
def test_what_another_invocation_leaves_open_is_left_to_lambdas_retry(memory: _Memory, told: _Told) -> None:
    memory.standings = memory.later = {"a": Standing.BEING_TOLD}
    with pytest.raises(BeingToldError, match="1 kinds"):
        told.tell(_happenings("a", "b"))
    assert told.alerts == [({"b": 0}, 0)]  # what is new is told at once
    assert told.suppressed == 0
    assert memory.asked.count(("claim", "a")) > 2


@pytest.mark.requirement("OBS-3")
def test_more_kinds_than_an_alert_lists_are_counted_and_not_claimed(memory: _Memory, told: _Told) -> None:
    memory.standings = {"k0": Standing.TOLD}
    kinds = [f"k{index}" for index in range(KINDS_LIMIT + 4)]
    told.tell(_happenings(*kinds))
    assert told.alerts == [(dict.fromkeys(kinds[1 : KINDS_LIMIT + 1], 0), 3)]
    assert [kind for call, kind in memory.asked if call == "claim"] == kinds[: KINDS_LIMIT + 1]
    assert told.suppressed == 1


@pytest.mark.requirement("OBS-3")
def test_invocation_that_breaks_off_neither_releases_nor_remembers(memory: _Memory, told: _Told) -> None:
    told.error = SystemExit()  # nothing of ours runs any more: time-out, out of memory
    with pytest.raises(SystemExit):
        told.tell(_happenings("a"))
    assert memory.asked == [("claim", "a"), ("publish", "a")]
