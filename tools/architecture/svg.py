"""Writes a picture as SVG that stands alone and is readable on any background."""

from collections.abc import Sequence
from html import escape

from tools.architecture import text
from tools.architecture.glyphs import COLOURS, GLYPHS
from tools.architecture.graph import FLOWS
from tools.architecture.layout import ICON, LINE_HEIGHT, LINE_SIZE, TITLE_HEIGHT, TITLE_SIZE, Box, Rect
from tools.architecture.picture import Picture
from tools.architecture.routing import Point, Route

GREY = "#57606a"
FLOW_COLOURS = {
    "requests": "#0969da",
    "data": "#1a7f37",
    "deployment": "#6e5494",
    "logs": "#6e7781",
    "alerts": "#cf222e",
    "network": "#8250df",
}
TIER_COLOURS = {
    "private": ("#e6f6f7", "#00797b"),
    "isolated": ("#eef3fb", "#1f5fa8"),
    "public": ("#f2f6e8", "#5f8a10"),
}
"""Fill and edge of the subnets of each kind."""

FONT = "-apple-system, 'Segoe UI', Helvetica, Arial, sans-serif"


class _Svg:
    def __init__(self) -> None:
        self._lines: list[str] = []

    def add(self, element: str) -> None:
        self._lines.append(element)

    def rect(
        self,
        area: Rect,
        fill: str,
        stroke: str = "none",
        *,
        dashed: bool = False,
        radius: int = 4,
        width: float = 1.5,
        opacity: float = 1,
    ) -> None:
        dash = ' stroke-dasharray="6 5"' if dashed else ""
        see = f' fill-opacity="{opacity:g}"' if opacity != 1 else ""
        self.add(
            f'<rect x="{area.left:g}" y="{area.top:g}" width="{area.right - area.left:g}" '
            f'height="{area.bottom - area.top:g}" rx="{radius}" fill="{fill}"{see} stroke="{stroke}" '
            f'stroke-width="{width:g}"{dash}/>'
        )

    def words(
        self,
        words: str,
        x: float,
        y: float,
        size: float,
        colour: str = "#1f2328",
        *,
        bold: bool = False,
        anchor: str = "middle",
        turn: bool = False,
    ) -> None:
        weight = ' font-weight="600"' if bold else ""
        turned = f' transform="rotate(-90 {x:g} {y:g})"' if turn else ""
        self.add(
            f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{colour}" text-anchor="{anchor}"'
            f"{weight}{turned}>{escape(words, quote=False)}</text>"
        )

    def text(self) -> str:
        return "\n".join(self._lines) + "\n"


def svg(picture: Picture) -> str:
    """Write a picture as SVG: no scripts, no fonts, nothing from elsewhere."""
    layout, out = picture.layout, _Svg()
    out.add(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {layout.width:g} {layout.height:g}" '
        f'width="{layout.width:g}" height="{layout.height:g}" role="img" aria-labelledby="title desc" '
        f'font-family="{FONT}">'
    )
    out.add(f'<title id="title">{escape(picture.sheet.title)}: architecture</title>')
    out.add(f'<desc id="desc">{escape(picture.sheet.description, quote=False)}</desc>')
    out.add("<defs>")
    for flow, colour in FLOW_COLOURS.items():
        out.add(
            f'<marker id="{flow}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="11" markerHeight="11" '
            'markerUnits="userSpaceOnUse" orient="auto-start-reverse">'
            f'<path d="M0 0L10 5L0 10z" fill="{colour}"/></marker>'
        )
    out.add("</defs>")
    out.rect(Rect(0.75, 0.75, layout.width - 0.75, layout.height - 0.75), "#ffffff", "#d0d7de", radius=10)
    out.words(picture.sheet.title, 30, 46, 30, bold=True, anchor="start")
    beside = 30 + text.width(picture.sheet.title, 30, bold=True) + 22
    out.words("production, as synthesized", beside, 46, 18, GREY, anchor="start")
    _frames(out, picture)
    for number, each in enumerate(picture.routes):
        _arrow(out, picture.corners[number], each)
    for box in layout.boxes.values():
        _node(out, box)
    for label, each in zip(picture.labels, picture.routes, strict=True):
        out.rect(label.area, "#ffffff", radius=3, width=0, opacity=0.92)
        middle = (label.area.left + label.area.right) / 2
        out.words(
            label.words,
            middle,
            label.area.bottom - label.size * 0.33,
            label.size,
            FLOW_COLOURS[each.edge.flow],
        )
    _legend(out, picture)
    out.add("</svg>")
    return out.text()


def _frames(out: _Svg, picture: Picture) -> None:
    frames, graph = picture.layout.frames, picture.graph
    out.rect(frames["aws"], "#ffffff", "#232f3e", width=1.8)
    out.rect(frames["region"], "#ffffff", "#00797b", dashed=True)
    if graph.network:
        out.rect(frames["vpc"], "#fcfaff", "#8c4fff", width=1.8)
        for key in graph.network.tiers:
            fill, edge = TIER_COLOURS[key]
            frame = frames[key]
            out.rect(frame, fill, edge)
            tab = Rect(frame.left, frame.top, frame.left + 24, frame.bottom)
            out.rect(tab, edge, edge)
            out.words(
                graph.network.tiers[key].title,
                tab.left + 17,
                (tab.top + tab.bottom) / 2,
                15,
                "#ffffff",
                bold=True,
                turn=True,
            )
        for number in range(len(graph.network.zones)):
            out.rect(frames[f"zone-{number}"], "none", GREY, dashed=True, width=1.2)
    for node in graph.nodes.values():
        if node.holds:
            out.rect(frames[node.key], "#ffffff", COLOURS[node.family], opacity=0.8)
    colours = {"aws": "#232f3e", "region": "#00797b", "vpc": "#6b2fd9"}
    colours |= {node.key: COLOURS[node.family] for node in graph.nodes.values() if node.holds}
    for key, label in picture.titles.items():
        colour = colours.get(key, GREY)
        out.words(
            label.words,
            label.area.left + 3,
            label.area.bottom - label.size * 0.33,
            label.size,
            colour,
            bold=label.bold,
            anchor="start",
        )


def _arrow(out: _Svg, corners: Sequence[Point], route: Route) -> None:
    path = f"M{corners[0][0]:g} {corners[0][1]:g}"
    for (ax, ay), (bx, by), after in zip(corners, corners[1:], [*corners[2:], None], strict=False):
        if after is None:
            path += f"L{bx:g} {by:g}"
            continue
        radius = min(6, (abs(bx - ax) + abs(by - ay)) / 2, (abs(after[0] - bx) + abs(after[1] - by)) / 2)
        near, far = _towards((bx, by), (ax, ay), radius), _towards((bx, by), after, radius)
        path += f"L{near[0]:g} {near[1]:g}Q{bx:g} {by:g} {far[0]:g} {far[1]:g}"
    start = f' marker-start="url(#{route.edge.flow})"' if route.edge.both else ""
    out.add(f'<path d="{path}" fill="none" stroke="#ffffff" stroke-width="6"/>')
    out.add(
        f'<path d="{path}" fill="none" stroke="{FLOW_COLOURS[route.edge.flow]}" stroke-width="2" '
        f'marker-end="url(#{route.edge.flow})"{start}/>'
    )


def _towards(a: Point, b: Point, by: float) -> Point:
    length = abs(b[0] - a[0]) + abs(b[1] - a[1])
    return a[0] + (b[0] - a[0]) * by / length, a[1] + (b[1] - a[1]) * by / length


def _node(out: _Svg, box: Box) -> None:
    out.rect(box.icon, COLOURS[box.node.family], radius=7, width=0)
    scale = (box.icon.right - box.icon.left) / ICON
    size = f" scale({scale:.4g})" if scale != 1 else ""
    out.add(
        f'<g transform="translate({box.icon.left:g} {box.icon.top:g}){size}" fill="none" stroke="#ffffff" '
        f'stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round">{GLYPHS[box.node.glyph]}</g>'
    )
    x, y, anchor = (box.icon.left + box.icon.right) / 2, box.icon.bottom + 2, "middle"
    if box.beside:
        x, y, anchor = box.words.left, box.words.top - 3, "start"
    for line in box.title:
        y += TITLE_HEIGHT
        out.words(line, x, y - 2, TITLE_SIZE, bold=True, anchor=anchor)
    for line in box.lines:
        y += LINE_HEIGHT
        out.words(line, x, y, LINE_SIZE, GREY, anchor=anchor)


def _legend(out: _Svg, picture: Picture) -> None:
    layout = picture.layout
    flows = [flow for flow in FLOWS if any(each.edge.flow == flow for each in picture.routes)]
    x, y = 36.0, layout.height - 30
    for flow in flows:
        out.add(
            f'<path d="M{x:g} {y - 5:g}h44" stroke="{FLOW_COLOURS[flow]}" stroke-width="2" '
            f'marker-end="url(#{flow})"/>'
        )
        out.words(FLOWS[flow], x + 54, y, 17, GREY, anchor="start")
        x += 54 + text.width(FLOWS[flow], 17) + 28
