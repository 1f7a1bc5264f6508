"""Arrows with right angles, around everything that has text in it."""

import heapq
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from tools.architecture.graph import Edge, Graph
from tools.architecture.layout import Key, Layout, Rect
from tools.errors import ToolError

BEND = 45.0
CROSSING = 70.0
FOREIGN = 3.0
"""How much longer a way seems inside subnets that neither end is in."""
SHARED = 0.4
"""How much shorter a way seems where an arrow to the same node goes already."""
CLEARANCE = 5.0

Vertex: TypeAlias = tuple[int, int]
Direction: TypeAlias = tuple[int, int]
Point: TypeAlias = tuple[float, float]

_DIRECTIONS: tuple[Direction, ...] = ((1, 0), (-1, 0), (0, 1), (0, -1))


@dataclass(frozen=True)
class Route:
    """The way of an arrow.

    Attributes:
        edge: The arrow.
        points: Its corners, as the lines that they are on.
    """

    edge: Edge
    points: Sequence[tuple[Key, Key]]


class _Router:
    def __init__(self, graph: Graph, layout: Layout) -> None:
        self._graph, self._layout = graph, layout
        self._x = [position for position, _ in layout.xs]
        self._y = [position for position, _ in layout.ys]
        self._areas: dict[str, list[Rect]] = {key: [box.icon, box.words] for key, box in layout.boxes.items()}
        for node in graph.nodes.values():
            if node.holds:
                self._areas[node.key] = [layout.frames[node.key]]
        self._blocked: dict[tuple[Vertex, Direction], set[str]] = defaultdict(set)
        for key, rects in self._areas.items():
            for rect in rects:
                self._block(key, rect.grown(CLEARANCE if key in layout.boxes else 0))
        self._tiers = {key: layout.frames[key] for key in (graph.network.tiers if graph.network else ())}
        self._steps: dict[tuple[Vertex, Direction], set[int]] = defaultdict(set)
        self._turns: dict[Vertex, set[int]] = defaultdict(set)
        self._through: dict[Vertex, dict[int, bool]] = defaultdict(dict)

    def _block(self, key: str, rect: Rect) -> None:
        """Remember which steps would go through an area."""
        columns = [i for i, x in enumerate(self._x) if rect.left < x < rect.right]
        rows = [j for j, y in enumerate(self._y) if rect.top < y < rect.bottom]
        for j in rows:
            for i in range(len(self._x) - 1):
                if self._x[i] < rect.right and self._x[i + 1] > rect.left:
                    self._blocked[(i, j), (1, 0)].add(key)
                    self._blocked[(i + 1, j), (-1, 0)].add(key)
        for i in columns:
            for j in range(len(self._y) - 1):
                if self._y[j] < rect.bottom and self._y[j + 1] > rect.top:
                    self._blocked[(i, j), (0, 1)].add(key)
                    self._blocked[(i, j + 1), (0, -1)].add(key)

    def _goal(self, key: str) -> set[Vertex]:
        """Return the vertices at which an arrow has arrived."""
        if key in self._layout.boxes:
            rect = self._layout.boxes[key].icon
            return {
                (i, j) for i, x in enumerate(self._x) for j, y in enumerate(self._y) if rect.contains(x, y)
            }
        frame = self._layout.frames[key]
        horizontal = [i for i, x in enumerate(self._x) if frame.left + 16 < x < frame.right - 16]
        vertical = [
            j
            for j, (y, line) in enumerate(self._layout.ys)
            if frame.top < y < frame.bottom and line[0] == "y-port"
        ]
        left, right = self._x.index(frame.left), self._x.index(frame.right)
        top, bottom = self._y.index(frame.top), self._y.index(frame.bottom)
        return {(i, j) for i in horizontal for j in (top, bottom)} | {
            (i, j) for j in vertical for i in (left, right)
        }

    def route(self, edge: Edge) -> list[Vertex]:
        """Find the cheapest way of an arrow beside those that have one."""
        starts, goals = self._goal(edge.source), self._goal(edge.target)
        own = {edge.source, edge.target}
        inside = {self._graph.nodes[key].tier if key in self._graph.nodes else key for key in own}
        foreign = [rect for key, rect in self._tiers.items() if key not in inside]
        goal_x = [self._x[i] for i, _ in goals]
        goal_y = [self._y[j] for _, j in goals]
        box = Rect(min(goal_x), min(goal_y), max(goal_x), max(goal_y))

        def least(vertex: Vertex) -> float:
            x, y = self._x[vertex[0]], self._y[vertex[1]]
            return SHARED * (max(box.left - x, x - box.right, 0) + max(box.top - y, y - box.bottom, 0))

        queue: list[tuple[float, float, Vertex, Direction]] = []
        best: dict[tuple[Vertex, Direction], float] = {}
        came: dict[tuple[Vertex, Direction], tuple[Vertex, Direction] | None] = {}
        for vertex in sorted(starts):
            for direction in _DIRECTIONS:
                best[vertex, direction] = 0.0
                came[vertex, direction] = None
                heapq.heappush(queue, (least(vertex), 0.0, vertex, direction))
        while queue:
            _, cost, vertex, direction = heapq.heappop(queue)
            state = (vertex, direction)
            if cost > best[state]:
                continue
            if vertex in goals:
                return self._way(came, state)
            for turn in _DIRECTIONS:
                if turn == (-direction[0], -direction[1]):
                    continue
                more = self._cost(edge, vertex, direction, turn, own, starts, goals, foreign)
                if more is None:
                    continue
                after = (vertex[0] + turn[0], vertex[1] + turn[1])
                total = cost + more
                if total < best.get((after, turn), float("inf")):
                    best[after, turn] = total
                    came[after, turn] = state
                    heapq.heappush(queue, (total + least(after), total, after, turn))
        raise ToolError(f"No way in the picture from {edge.source} to {edge.target}")

    @staticmethod
    def _way(
        came: Mapping[tuple[Vertex, Direction], tuple[Vertex, Direction] | None],
        state: tuple[Vertex, Direction] | None,
    ) -> list[Vertex]:
        way = []
        while state is not None:
            way.append(state[0])
            state = came[state]
        return way[::-1]

    def _cost(
        self,
        edge: Edge,
        vertex: Vertex,
        direction: Direction,
        turn: Direction,
        own: set[str],
        starts: set[Vertex],
        goals: set[Vertex],
        foreign: Sequence[Rect],
    ) -> float | None:
        """Return what a step costs, or None where there is none."""
        i, j = vertex[0] + turn[0], vertex[1] + turn[1]
        if not (0 <= i < len(self._x) and 0 <= j < len(self._y)) or (i, j) in starts:
            return None
        bends = turn != direction
        areas = self._blocked.get((vertex, turn), set())
        if areas - own or (bends and (vertex in starts or self._blocked.get((vertex, direction), set()))):
            return None
        along = self._layout.ys[j] if turn[0] else self._layout.xs[i]
        if along[1][0].endswith("-edge") and not areas:
            return None
        others = self._steps.get((vertex, turn), set())
        if any(not self._merges(edge, other) for other in others):
            return None
        if any(not self._merges(edge, other) for other in self._turns.get((i, j), set())):
            return None
        length = abs(self._x[i] - self._x[vertex[0]]) + abs(self._y[j] - self._y[vertex[1]])
        cost = length * (SHARED if others else 1.0)
        if any(rect.contains(self._x[i], self._y[j]) for rect in foreign):
            cost *= FOREIGN
        for other, is_horizontal in self._through.get((i, j), {}).items():
            if not self._merges(edge, other):
                if is_horizontal == bool(turn[0]):
                    return None
                cost += CROSSING
        if bends:
            if any(not self._merges(edge, other) for other in self._through.get(vertex, {})):
                return None
            cost += BEND
        return cost

    def _merges(self, edge: Edge, other: int) -> bool:
        """Whether an arrow may run on another one's line: many tell one and the same."""
        return edge.flow == self._edges[other].flow == "alerts" and edge.target == self._edges[other].target

    def _keep(self, number: int, way: Sequence[Vertex]) -> None:
        for k, (vertex, after) in enumerate(pairwise(way)):
            turn = (after[0] - vertex[0], after[1] - vertex[1])
            self._steps[vertex, turn].add(number)
            self._steps[after, (-turn[0], -turn[1])].add(number)
            if k:
                before = way[k - 1]
                if (vertex[0] - before[0], vertex[1] - before[1]) == turn:
                    self._through[vertex][number] = bool(turn[0])
                else:
                    self._turns[vertex].add(number)

    def _drop(self, number: int) -> None:
        for users in (*self._steps.values(), *self._turns.values()):
            users.discard(number)
        for through in self._through.values():
            through.pop(number, None)

    def routes(self, edges: Sequence[Edge]) -> Iterator[Route]:
        """Route every arrow: short ones first, then each again beside all others."""
        self._edges = edges
        ways: dict[int, list[Vertex]] = {}
        order = sorted(range(len(edges)), key=lambda number: (self._distance(edges[number]), number))
        for round_ in range(2):
            for number in order:
                if round_:
                    self._drop(number)
                ways[number] = self.route(edges[number])
                self._keep(number, ways[number])
        for number, edge in enumerate(edges):
            yield Route(edge, [self._keys(vertex) for vertex in _corners(ways[number])])

    def _distance(self, edge: Edge) -> float:
        ends = [self._areas.get(key) or [self._layout.frames[key]] for key in (edge.source, edge.target)]
        (a, *_), (b, *_) = ends
        gap_x = max(a.left - b.right, b.left - a.right, 0)
        return gap_x + max(a.top - b.bottom, b.top - a.bottom, 0)

    def _keys(self, vertex: Vertex) -> tuple[Key, Key]:
        return self._layout.xs[vertex[0]][1], self._layout.ys[vertex[1]][1]


def _corners(way: Sequence[Vertex]) -> list[Vertex]:
    """Return the ends of a way and where it turns."""
    return [
        vertex
        for k, vertex in enumerate(way)
        if k in (0, len(way) - 1) or (way[k - 1][0] == vertex[0]) != (way[k + 1][0] == vertex[0])
    ]


def route(graph: Graph, layout: Layout) -> list[Route]:
    """Find the ways of all arrows.

    Raises:
        ToolError: There is no way for one.
    """
    return list(_Router(graph, layout).routes(graph.edges))


def used_tracks(routes: Sequence[Route], rows: int) -> dict[int, list[int]]:
    """Return which lines between the rows arrows run along, by the row below."""
    used: dict[int, set[int]] = {row: set() for row in range(rows + 1)}
    for each in routes:
        for (_, line), (_, after) in pairwise(each.points):
            kind, row, track = line
            if line == after and kind == "y-between":
                used[row].add(track)
    return {row: sorted(tracks) for row, tracks in used.items()}


def points(route_: Route, layout: Layout) -> list[Point]:
    """Return the corners of a route in a layout, cut off at the edges of what it connects."""
    x = {key: position for position, key in layout.xs}
    y = {key: position for position, key in layout.ys}
    corners = [(x[a], y[b]) for a, b in route_.points]
    corners[0] = _cut(corners[0], corners[1], layout, route_.edge.source)
    corners[-1] = _cut(corners[-1], corners[-2], layout, route_.edge.target)
    return corners


def _cut(end: Point, towards: Point, layout: Layout, key: str) -> Point:
    """Move the end of a line out of a node, to its edge."""
    box = layout.boxes.get(key)
    if box is None:
        return end
    if towards[0] < end[0]:
        return box.icon.left - 4, end[1]
    if towards[0] > end[0]:
        return box.icon.right + 4, end[1]
    return end[0], box.icon.top - 4 if towards[1] < end[1] else box.words.bottom + 4
