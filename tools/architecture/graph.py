"""What a picture shows: nodes, arrows between them, and the network that some of them are in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Node:
    """A box of the picture: one resource, or several of a kind that are counted.

    Attributes:
        key: Name that the sheet places it by.
        title: What a reader reads first.
        lines: Smaller text below.
        glyph: Its icon.
        family: Family of AWS services, which has a colour.
        tier: Kind of subnets that it is in; None outside the VPC.
        zone: Index of the availability zone that it is in; None in all of them or outside the VPC.
        holds: Whether it holds other nodes, and is drawn as a frame around them.
        outside: Whether it is no part of AWS.
    """

    key: str
    title: str
    lines: tuple[str, ...]
    glyph: str
    family: str
    tier: str | None = None
    zone: int | None = None
    holds: bool = False
    outside: bool = False


@dataclass(frozen=True)
class Edge:
    """An arrow, in the direction that data or requests go.

    Attributes:
        source: Key of the node where it begins.
        target: Key of the node that it points to.
        label: What goes there.
        flow: What it is a part of, see `FLOWS`; has a colour.
        both: Whether data goes both ways.
    """

    source: str
    target: str
    label: str
    flow: str
    both: bool = False


@dataclass(frozen=True)
class Actor:
    """Somebody outside AWS, who meets the stack at one of its outputs.

    Attributes:
        key: Key of the node.
        title: Who it is.
        line: Smaller text below.
        glyph: Icon.
        output: Output of the stack that tells them where to go.
        label: What they send there.
        flow: What that is a part of.
    """

    key: str
    title: str
    line: str
    glyph: str
    output: str
    label: str
    flow: str


@dataclass(frozen=True)
class Tier:
    """The subnets of one kind.

    Attributes:
        title: Their kind.
        cidrs: Address ranges by the index of their zone.
    """

    title: str
    cidrs: Mapping[int, Sequence[str]]


@dataclass(frozen=True)
class Network:
    """The VPC.

    Attributes:
        title: Its address range.
        guards: What guards it, counted.
        zones: Names of its availability zones.
        tiers: Its subnets by kind: ``public``, ``private``, ``isolated``.
    """

    title: str
    guards: tuple[str, ...]
    zones: tuple[str, ...]
    tiers: Mapping[str, Tier]


@dataclass(frozen=True)
class Graph:
    """A stack as it is drawn.

    Attributes:
        nodes: By key.
        edges: One for each pair of nodes.
        region: AWS region.
        network: The VPC, where there is one.
    """

    nodes: Mapping[str, Node]
    edges: Sequence[Edge]
    region: str
    network: Network | None = None


FLOWS = {
    "requests": "Requests of clients",
    "data": "Data to be processed",
    "deployment": "Deployment",
    "logs": "Logs and audit",
    "alerts": "Alerts",
    "network": "Way to the internet",
}
"""What arrows are parts of, as the legend says it."""
