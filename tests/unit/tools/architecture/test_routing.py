"""Arrows go around what has text in it, and share a line only where many tell one and the same."""

from itertools import pairwise

import pytest

from tools.architecture.graph import Edge, Graph, Node
from tools.architecture.labels import Places
from tools.architecture.layout import Layout, Rect, Row, Sheet, lay_out
from tools.architecture.routing import Point, points, route, used_tracks


def _graph(*edges: Edge) -> Graph:
    keys = ("outside", "a", "b", "c", "d", "e", "f")
    nodes = {
        key: Node(key, key.upper(), ("text",), "bucket", "storage", outside=key == "outside") for key in keys
    }
    return Graph(nodes, edges, "eu-west-1")


SHEET = Sheet(
    "",
    "",
    columns=3,
    rows=(Row({0: "outside"}), Row({0: "a", 1: "b", 2: "c"}), Row({0: "d", 1: "e", 2: "f"})),
)


def _routed(*edges: Edge) -> tuple[Layout, list[list[Point]]]:
    graph = _graph(*edges)
    layout = lay_out(graph, SHEET)
    return layout, [points(each, layout) for each in route(graph, layout)]


def _segments(corners: list[Point]) -> list[Rect]:
    return [
        Rect(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]) + 0.1, max(a[1], b[1]) + 0.1)
        for a, b in pairwise(corners)
    ]


def test_neighbours_are_joined_by_a_straight_line() -> None:
    _, (corners,) = _routed(Edge("a", "b", "", "data"))
    assert len(corners) == 2
    assert corners[0][1] == corners[1][1]
    assert corners[0][0] < corners[1][0]


def test_an_arrow_goes_around_what_stands_between() -> None:
    layout, (corners,) = _routed(Edge("a", "c", "", "data"))
    between = layout.boxes["b"]
    assert len(corners) > 2
    assert not [
        segment
        for segment in _segments(corners)
        if segment.overlaps(between.icon) or segment.overlaps(between.words)
    ]


def test_corners_are_right_angles() -> None:
    _, (corners,) = _routed(Edge("a", "f", "", "data"))
    assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(corners))


@pytest.mark.parametrize(("flow", "shared"), [("alerts", True), ("data", False)])
def test_only_alerts_to_one_node_share_a_line(flow: str, shared: bool) -> None:
    _, (one, other) = _routed(Edge("d", "c", "", flow), Edge("e", "c", "", flow))
    pairs = [(a, b) for a in _segments(one) for b in _segments(other)]
    assert any(a.overlaps(b) and (a.left == b.left or a.top == b.top) for a, b in pairs) is shared


def test_arrows_to_different_nodes_never_run_along_each_other() -> None:
    _, routes = _routed(
        Edge("a", "f", "", "alerts"), Edge("b", "d", "", "alerts"), Edge("c", "d", "", "data"),
        Edge("a", "e", "", "data"), Edge("c", "e", "", "data"),
    )  # fmt: skip
    for number, one in enumerate(routes):
        for other in routes[number + 1 :]:
            for a in _segments(one):
                for b in _segments(other):
                    if a.overlaps(b):  # they cross
                        assert (a.right - a.left > 1) != (b.right - b.left > 1)


def test_lines_that_nobody_uses_are_left_out() -> None:
    graph = _graph(Edge("a", "c", "", "data"))
    wide = lay_out(graph, SHEET)
    routes = route(graph, wide)
    used = used_tracks(routes, len(SHEET.rows))
    assert sorted(map(len, used.values())) == [0, 0, 0, 1]
    narrow = lay_out(graph, SHEET, used)
    assert narrow.height < wide.height
    assert len(points(routes[0], narrow)) == len(points(routes[0], wide))


LINE: list[Point] = [(0, 50), (300, 50)]


def test_a_label_stands_on_the_middle_of_its_arrow() -> None:
    label = Places([], [], [LINE]).label(0, "words")
    assert label is not None
    assert (label.area.left + label.area.right) / 2 == 150
    assert (label.area.top + label.area.bottom) / 2 == 50


def test_a_label_gives_way_to_boxes_labels_and_other_arrows() -> None:
    box, crossing = Rect(140, 40, 160, 60), [(80.0, 0.0), (80.0, 100.0)]
    places = Places([box], [], [LINE, crossing])
    first, second = places.label(0, "words"), places.label(0, "words")
    assert first is not None
    assert second is not None
    for area in (first.area, second.area):
        assert not area.overlaps(box)
        assert not area.left < 80 < area.right
    assert not first.area.overlaps(second.area)


def test_no_place_is_said() -> None:
    assert Places([Rect(0, 0, 300, 100)], [], [LINE]).label(0, "words") is None
    assert Places([], [], [[(0, 0), (10, 0)]]).label(0, "words") is None


def test_a_label_takes_the_piece_that_is_its_arrows_alone() -> None:
    shared = [(180.0, 80.0), (180.0, 50.0), (300.0, 50.0)]
    label = Places([], [], [LINE, shared]).label(0, "words")
    assert label is not None
    assert label.area.right < 180


def test_a_title_slides_until_it_is_free() -> None:
    arrow = [(30.0, 0.0), (30.0, 100.0)]
    label = Places([], [], [arrow]).title("Title", 0, 200, 50, 16, bold=True)
    assert label is not None
    assert label.area.left > 30
    assert Places([], [], [arrow]).title("Title", 0, 60, 50, 16, bold=True) is None
