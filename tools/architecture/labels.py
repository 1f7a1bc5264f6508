"""Where words stand that have no fixed place: labels of arrows and titles of frames."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from tools.architecture import text
from tools.architecture.layout import LINE_SIZE, Rect
from tools.architecture.routing import Point

LABEL_SIZE = LINE_SIZE

Part: TypeAlias = tuple[Point, Point]


@dataclass(frozen=True)
class Label:
    """Words in the picture.

    Attributes:
        words: What it says.
        area: What it covers.
        size: Size of the font.
        bold: Whether it is bold.
    """

    words: str
    area: Rect
    size: float
    bold: bool = False


def _rect(words: str, x: float, y: float, size: float, *, bold: bool = False) -> Rect:
    """Return what a text around a point covers."""
    half = text.width(words, size, bold=bold) / 2 + 3
    return Rect(x - half, y - size * 0.68, x + half, y + size * 0.68)


def _parts(corners: Sequence[Point]) -> list[Part]:
    return list(pairwise(corners))


def _length(part: Part) -> float:
    (ax, ay), (bx, by) = part
    return abs(bx - ax) + abs(by - ay)


def _room(part: Part, words: str) -> float:
    """Return how far a label may move along a part of an arrow; negative where it does not fit."""
    is_horizontal = part[0][1] == part[1][1]
    return _length(part) - (text.width(words, LABEL_SIZE) + 26 if is_horizontal else 40)


def _worth(part: Part, words: str) -> tuple[bool, float]:
    return _room(part, words) >= 0, _length(part)


def _places(part: Part, words: str) -> Iterator[Point]:
    """Yield the points of a part of an arrow for a label, from its middle on; beside it, too, if vertical."""
    (ax, ay), (bx, by) = part
    room, length = _room(part, words), _length(part)
    aside = text.width(words, LABEL_SIZE) / 2 + 5
    for share in (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9, 0.0, 1.0) if room >= 0 else ():
        at = ((length - room) / 2 + room * share) / length
        x, y = ax + (bx - ax) * at, ay + (by - ay) * at
        yield from [(x, y)] if ay == by else [(x, y), (x + aside, y), (x - aside, y)]


class Places:
    """What is covered already, and where there is room."""

    def __init__(
        self, areas: Iterable[Rect], frames: Iterable[Rect], lines: Sequence[Sequence[Point]]
    ) -> None:
        self._areas = list(areas)
        self._frames = list(frames)
        self._lines = lines
        self._segments = [
            (number, Rect(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])).grown(2))
            for number, corners in enumerate(lines)
            for a, b in _parts(corners)
        ]

    def _free(self, area: Rect, own: int | None) -> bool:
        if any(area.overlaps(other) for other in self._areas):
            return False
        return not any(number != own and area.overlaps(segment) for number, segment in self._segments)

    def _on_an_edge(self, area: Rect) -> bool:
        return any(
            area.overlaps(frame)
            and not (frame.contains(area.left, area.top) and frame.contains(area.right, area.bottom))
            for frame in self._frames
        )

    def label(self, number: int, words: str) -> Label | None:
        """Take a place for a label on its arrow; None where there is none.

        Best is a piece that no other arrow shares, and not the edge of a frame.
        """
        parts = _parts(self._lines[number])
        own = [piece for part in parts for piece in self._alone(number, part)]
        own.sort(key=lambda part: _worth(part, words), reverse=True)
        candidates = [
            _rect(words, x, y, LABEL_SIZE) for part in (*own, *parts) for x, y in _places(part, words)
        ]
        for area in sorted(candidates, key=self._on_an_edge):
            if self._free(area, number):
                self._areas.append(area)
                return Label(words, area, LABEL_SIZE)
        return None

    def _alone(self, number: int, part: Part) -> Iterator[Part]:
        """Yield the pieces of a part of an arrow that no other arrow runs along."""
        (ax, ay), (_, by) = part
        axis = 0 if ay == by else 1
        low, high = sorted((part[0][axis], part[1][axis]))
        taken = sorted(
            tuple(sorted((c[axis], d[axis])))
            for other, corners in enumerate(self._lines)
            for c, d in _parts(corners)
            if other != number and c[1 - axis] == d[1 - axis] == part[0][1 - axis]
        )
        for start, end in (*taken, (high, high)):
            if low < min(start, high):
                piece = (low, min(start, high))
                yield tuple((at, ay) if axis == 0 else (ax, at) for at in piece)  # type: ignore[misc]
            low = max(low, end)

    def title(
        self, words: str, left: float, right: float, y: float, size: float, *, bold: bool
    ) -> Label | None:
        """Take the first free place for a title on a line from left to right; None where there is none."""
        half = text.width(words, size, bold=bold) / 2 + 3
        x = left + half
        while x + half <= right:
            area = _rect(words, x, y, size, bold=bold)
            if self._free(Rect(area.left - 4, area.top, area.right + 4, area.bottom), None):
                self._areas.append(area)
                return Label(words, area, size, bold)
            x += 8
        return None
