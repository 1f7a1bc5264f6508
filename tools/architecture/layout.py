"""Where everything stands: nodes in rows and columns, frames around them, lines that arrows may use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from tools.architecture import text
from tools.architecture.graph import Actor, Graph, Network, Node
from tools.errors import ToolError

PITCH = 180
"""Width of a column."""
ICON, SMALL_ICON = 48, 38
TEXT_WIDTH = 158
TITLE_SIZE, LINE_SIZE = 18.5, 16.5
TITLE_HEIGHT, LINE_HEIGHT = 22, 20
TRACK = 24
"""Distance of the lines between two rows."""
MARGIN = 30
HEADER = 33
PORT = 14
TRACKS = 6

Key: TypeAlias = tuple[str, int, int]
"""Names a line that arrows may use: kind, row or column, number."""


@dataclass(frozen=True)
class Rect:
    """A rectangle.

    Attributes:
        left: Left edge.
        top: Upper edge.
        right: Right edge.
        bottom: Lower edge.
    """

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Rect") -> bool:
        """Whether two rectangles have an area in common."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def contains(self, x: float, y: float) -> bool:
        """Whether a point is inside or on the edge."""
        return self.left <= x <= self.right and self.top <= y <= self.bottom

    def grown(self, by: float) -> "Rect":
        """Return the rectangle with a margin."""
        return Rect(self.left - by, self.top - by, self.right + by, self.bottom + by)


@dataclass(frozen=True)
class Row:
    """A row of the sheet.

    Attributes:
        places: Keys of nodes by column.
        tier: Kind of subnets that the row is, within the columns of the zones. What is in one zone only needs
            no place.
        small: Whether it is of small nodes without arrows, spread evenly.
    """

    places: Mapping[int, str]
    tier: str | None = None
    small: bool = False


@dataclass(frozen=True)
class Sheet:
    """Where the parts of a stack's picture stand. What they are, and what goes between them, is found.

    Attributes:
        title: Title of the picture.
        description: What the picture shows, for those who cannot see it.
        actors: Who meets the stack from outside.
        columns: Number of columns.
        rows: From top to bottom; those of actors first.
        zones: Columns of the VPC: first, and the one after the last.
    """

    title: str
    description: str
    columns: int
    rows: Sequence[Row]
    actors: Sequence[Actor] = ()
    zones: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Box:
    """A node with its place.

    Attributes:
        node: The node.
        icon: Its icon.
        words: The text below it, or beside it.
        title: Lines of the title.
        lines: Lines of the smaller text.
        beside: Whether the text is beside the icon.
    """

    node: Node
    icon: Rect
    words: Rect
    title: Sequence[str]
    lines: Sequence[str]
    beside: bool = False


@dataclass
class Layout:
    """The whole picture's geometry.

    Attributes:
        width: Width of the picture.
        height: Height of the picture.
        boxes: Nodes by key.
        frames: Frames by key: ``aws``, ``region``, ``vpc``, ``zone-<n>``, kinds of subnets, clusters.
        xs: Vertical lines that arrows may use, from left to right.
        ys: Horizontal ones, from top to bottom.
    """

    width: float = 0
    height: float = 0
    boxes: dict[str, Box] = field(default_factory=dict)
    frames: dict[str, Rect] = field(default_factory=dict)
    xs: list[tuple[float, Key]] = field(default_factory=list)
    ys: list[tuple[float, Key]] = field(default_factory=list)


def _measured(node: Node) -> tuple[list[str], list[str], float]:
    """Return the lines of a node's title and text, and the text's height."""
    title = text.wrap(node.title, TITLE_SIZE, TEXT_WIDTH, bold=True)
    lines = [line for each in node.lines for line in text.wrap(each, LINE_SIZE, TEXT_WIDTH)]
    return title, lines, 5 + TITLE_HEIGHT * len(title) + LINE_HEIGHT * len(lines)


def _box(node: Node, x: float, top: float) -> Box:
    title, lines, height = _measured(node)
    widths = [text.width(line, TITLE_SIZE, bold=True) for line in title]
    widths += [text.width(line, LINE_SIZE) for line in lines]
    half = max(widths) / 2
    icon = Rect(x - ICON / 2, top, x + ICON / 2, top + ICON)
    return Box(node, icon, Rect(x - half, icon.bottom, x + half, icon.bottom + height), title, lines)


class _Builder:
    """Puts the rows below each other."""

    def __init__(self, graph: Graph, sheet: Sheet, tracks: Mapping[int, Sequence[int]]) -> None:
        self.graph, self.sheet, self.tracks = graph, sheet, tracks
        self.layout = Layout()
        self.y = 0.0
        self._columns()

    def _columns(self) -> None:
        """Lay out the columns: centres, and lines at them and between them."""
        first, end = self.sheet.zones
        self.centre: list[float] = []
        lines = self.layout.xs
        x = MARGIN + 22.0
        for column in range(self.sheet.columns):
            if end and column in (first, end):
                at = (8, 20, 32) if column == first else (30, 42, 54)
                lines += [(x + each, ("x-border", column, number)) for number, each in enumerate(at)]
                x += 76
            else:
                lines += [(x + each * 11, ("x-between", column, each)) for each in (-1, 0, 1)]
            self.centre.append(x + PITCH / 2)
            lines += [(x + PITCH / 2 + each * PORT, ("x-port", column, each)) for each in (-1, 0, 1)]
            x += PITCH
        lines += [(x + each * 11, ("x-between", self.sheet.columns, each)) for each in (-1, 0, 1)]
        self.right = x

    def build(self) -> Layout:
        sheet, layout, frames = self.sheet, self.layout, self.layout.frames
        placed = [[self._node(key) for key in row.places.values()] for row in sheet.rows]
        outside = [bool(nodes) and all(node.outside for node in nodes) for nodes in placed]
        self.y = 66.0
        for number, row in enumerate(sheet.rows):
            if number and outside[number - 1] and not outside[number]:
                self.y += 14
                cloud = self.y
                self.y += 2 * HEADER + 14
            before = sheet.rows[number - 1].tier if number else None
            if row.tier and not before:
                self._gap(number)
                vpc = self.y
                self.y += HEADER + 6
            elif before and not row.tier:
                self.y += HEADER
                self._frame_vpc(vpc)
                self._gap(number)
            elif number:
                self._gap(number)
            if row.small:
                self.y += 6
                self._small(row)
            elif row.tier:
                self._tier(number, row)
            else:
                self._row(number, row)
        self._gap(len(sheet.rows))
        left, right = MARGIN, self.right + 22
        frames["region"] = Rect(left + 12, cloud + HEADER, right - 12, self.y)
        frames["aws"] = Rect(left, cloud, right, self.y + 12)
        layout.width, layout.height = right + MARGIN, self.y + 12 + 62
        layout.xs.sort()
        layout.ys.sort()
        missing = sorted(set(self.graph.nodes) - set(layout.boxes) - set(frames))
        if missing:
            raise ToolError(
                f"No place in the picture for {', '.join(missing)}: give it one in architecture/sheets.py"
            )
        return layout

    def _gap(self, number: int) -> None:
        """Leave room for lines above a row."""
        self.y += 16
        for track in self.tracks[number]:
            self.layout.ys.append((self.y, ("y-between", number, track)))
            self.y += TRACK
        self.y += 16 - TRACK if self.tracks[number] else 0

    def _ports(self, number: int, icons: float) -> None:
        self.layout.ys += [(icons + ICON / 2 + each * 12, ("y-port", number, each)) for each in (-1, 0, 1)]

    def _node(self, key: str) -> Node:
        if key not in self.graph.nodes:
            raise ToolError(f"The picture has a place for {key}, which the stack does not have")
        return self.graph.nodes[key]

    def _place(self, key: str, x: float, top: float) -> Box:
        if key in self.layout.boxes:
            raise ToolError(f"The picture has two places for {key}")
        self.layout.boxes[key] = box = _box(self._node(key), x, top)
        return box

    def _row(self, number: int, row: Row) -> None:
        top = self.y
        boxes = [self._place(key, self.centre[column], top) for column, key in sorted(row.places.items())]
        for box in boxes:
            if box.node.tier:
                raise ToolError(f"{box.node.key} is in {box.node.tier} subnets, and its place is not")
        self._ports(number, top)
        self.y = max(box.words.bottom for box in boxes)

    def _small(self, row: Row) -> None:
        width = (self.right - MARGIN) / len(row.places)
        for number, key in enumerate(row.places.values()):
            left = MARGIN + 22 + number * width
            box = self._place(key, left + SMALL_ICON / 2, self.y)
            high = TITLE_HEIGHT + LINE_HEIGHT * len(box.node.lines)
            wide = max(
                text.width(box.node.title, TITLE_SIZE, bold=True),
                *(text.width(line, LINE_SIZE) for line in box.node.lines),
            )
            icon = Rect(left, self.y, left + SMALL_ICON, self.y + SMALL_ICON)
            words = Rect(icon.right + 8, self.y - 2, icon.right + 8 + wide, self.y - 2 + high)
            self.layout.boxes[key] = Box(box.node, icon, words, [box.node.title], box.node.lines, beside=True)
        self.y = max(self.layout.boxes[key].words.bottom for key in row.places.values())

    def _tier(self, number: int, row: Row) -> None:
        """A row with the subnets of a kind in the columns of the zones."""
        first, end = self.sheet.zones
        top = self.y
        inside = [node for node in self.graph.nodes.values() if node.tier == row.tier]
        holders = [node for node in inside if node.holds]
        self.y += 14
        if len(holders) > 1:
            raise ToolError(f"There is room for one cluster in the {row.tier} subnets, not {len(holders)}")
        if holders:
            frame_top = self.y + 2
            self.y = frame_top + HEADER
        icons = self.y
        boxes = []
        for column, key in sorted(row.places.items()):
            box = self._place(key, self.centre[column], icons)
            boxes.append(box)
            expected = row.tier if first <= column < end else None
            if box.node.tier != expected:
                where = f"{box.node.tier} subnets" if box.node.tier else "no subnets"
                raise ToolError(f"{key} is in {where}, and its place in the picture is not")
        for zone in range(zones := len(self._network().zones)):
            here = [node for node in inside if node.zone == zone]
            each = (end - first) * PITCH / zones / max(len(here), 1)
            start = self.centre[first] + ((end - first) * zone / zones - 0.5) * PITCH
            boxes += [
                self._place(node.key, start + each * (place + 0.5), icons) for place, node in enumerate(here)
            ]
        self._ports(number, icons)
        self.y = max((box.words.bottom for box in boxes if box.node.tier), default=icons)
        left, right = self.centre[first] - PITCH / 2, self.centre[end - 1] + PITCH / 2
        for holder in holders:
            self.y += 8
            self._frame(holder.key, Rect(left + 10, frame_top, right - 10, self.y))
        self.y += 28  # the address ranges
        self._frame(row.tier or "", Rect(left - 26, top, right, self.y))
        self.y = max([self.y, *(box.words.bottom for box in boxes)])

    def _frame(self, key: str, rect: Rect) -> None:
        """Add a frame that arrows may end at, at its edges."""
        number = len(self.layout.frames)
        self.layout.frames[key] = rect
        self.layout.xs += [(rect.left, ("x-edge", number, 0)), (rect.right, ("x-edge", number, 1))]
        self.layout.ys += [(rect.top, ("y-edge", number, 0)), (rect.bottom, ("y-edge", number, 1))]

    def _network(self) -> Network:
        if self.graph.network is None:
            raise ToolError("The picture has places in subnets, and the stack has no VPC")
        return self.graph.network

    def _frame_vpc(self, top: float) -> None:
        network, (first, end) = self._network(), self.sheet.zones
        left, right = self.centre[first] - PITCH / 2, self.centre[end - 1] + PITCH / 2
        self.layout.frames["vpc"] = Rect(left - 36, top, right + 10, self.y + 8)
        each = (right - left) / len(network.zones)
        for zone in range(len(network.zones)):
            self.layout.frames[f"zone-{zone}"] = Rect(
                left + zone * each + 4, top + HEADER + 1, left + (zone + 1) * each - 4, self.y
            )
        self.y += 8


def lay_out(graph: Graph, sheet: Sheet, tracks: Mapping[int, Sequence[int]] | None = None) -> Layout:
    """Compute the geometry.

    Args:
        graph: What is drawn.
        sheet: Where.
        tracks: Lines to leave between the rows, by the row below; the most that arrows may want unless given.

    Raises:
        ToolError: The sheet has no place for something, or one for what is not there or in other subnets.
    """
    every = {row: range(TRACKS) for row in range(len(sheet.rows) + 1)}
    return _Builder(graph, sheet, tracks or every).build()
