"""The picture of a stack, composed: what is found in it, laid out, connected and labelled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tools.architecture import routing
from tools.architecture.find import find
from tools.architecture.graph import Graph
from tools.architecture.labels import Label, Places
from tools.architecture.layout import Layout, Rect, Sheet, lay_out
from tools.architecture.routing import Point, Route
from tools.architecture.template import Block
from tools.errors import ToolError


@dataclass(frozen=True)
class Picture:
    """A picture before it is written.

    Attributes:
        graph: What is in it.
        sheet: How it is arranged.
        layout: Where everything stands.
        routes: The arrows.
        corners: The corners of each arrow.
        labels: Label of each arrow.
        titles: Titles of frames by key.
    """

    graph: Graph
    sheet: Sheet
    layout: Layout
    routes: Sequence[Route]
    corners: Sequence[Sequence[Point]]
    labels: Sequence[Label]
    titles: Mapping[str, Label]


def compose(template: Block, workload: str, sheet: Sheet) -> Picture:
    """Arrange the picture of a stack.

    Args:
        template: The stack's Terraform JSON.
        workload: First part of its resources' names.
        sheet: Where the parts stand.

    Raises:
        ToolError: Something has no place, or a place nothing to stand there.
    """
    graph = find(template, workload, sheet.actors)
    wide = lay_out(graph, sheet)
    routes = routing.route(graph, wide)
    layout = lay_out(graph, sheet, routing.used_tracks(routes, len(sheet.rows)))
    corners = [routing.points(each, layout) for each in routes]
    words = [rect for box in layout.boxes.values() for rect in (box.icon.grown(3), box.words.grown(2))]
    places = Places(words, layout.frames.values(), corners)
    labels = []
    for number, each in enumerate(routes):
        label = places.label(number, each.edge.label)
        if label is None:
            edge = each.edge
            raise ToolError(f"No room in the picture for {edge.label!r} from {edge.source} to {edge.target}")
        labels.append(label)
    titles = _titles(graph, layout, places)
    return Picture(graph, sheet, layout, routes, corners, labels, titles)


def _titles(graph: Graph, layout: Layout, places: Places) -> dict[str, Label]:
    """Place the titles of frames, each on a line of its own where arrows leave room."""
    titles = {}

    def place(key: str, words: str, area: Rect, y: float, size: float, *, bold: bool = True) -> None:
        label = places.title(words, area.left + 8, area.right - 4, y, size, bold=bold)
        if label is None:
            raise ToolError(f"No room in the picture for the title {words!r}")
        titles[key] = label

    frames, network = layout.frames, graph.network
    place("aws", "AWS Cloud", frames["aws"], frames["aws"].top + 17, 18)
    place("region", f"Region {graph.region}", frames["region"], frames["region"].top + 17, 18)
    for node in graph.nodes.values():
        if node.holds:
            place(node.key, node.title, frames[node.key], frames[node.key].top + 17, 17)
    if network:
        place("vpc", network.title, frames["vpc"], frames["vpc"].top + 17, 18)
        for guard in network.guards:
            place(guard, guard, frames["vpc"], frames["vpc"].top + 17, 16, bold=False)
        for number, name in enumerate(network.zones):
            zone = frames[f"zone-{number}"]
            place(f"zone-{number}", name, zone, zone.bottom - 14, 16, bold=False)
            for tier, subnets in network.tiers.items():
                words = ", ".join(subnets.cidrs.get(number, ()))
                place(f"{tier}-{number}", words, zone, frames[tier].bottom - 14, 16, bold=False)
    return titles
