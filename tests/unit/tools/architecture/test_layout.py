"""The sheet and the stack have to agree on what there is and where."""

import pytest

from tests.unit.tools.architecture.made_up import found, network, pipeline
from tools.architecture.graph import Actor, Graph
from tools.architecture.layout import Row, Sheet, lay_out
from tools.errors import ToolError

SHOP = Actor("shop", "Shop", "", "people", "orders", "orders", "data")
OUTSIDE = Row({0: "shop"})
OTHERS = Row({0: "dead-letter-queues", 1: "iam"}, small=True)


def _graph() -> Graph:
    resources = {**pipeline(), **network()}
    subnets = ["${aws_subnet.work-0.id}", "${aws_subnet.work-1.id}"]
    resources["aws_lambda_function"]["report"]["vpc_config"] = {"subnet_ids": subnets}
    return found(resources, actors=[SHOP])


def _sheet(
    regional: dict[int, str] | None = None,
    private: dict[int, str] | None = None,
    beside: dict[int, str] | None = None,
) -> Sheet:
    outside_the_vpc = {0: "orders-bucket", 1: "new-orders-queue", 3: "reports-bucket"}
    rows = (
        OUTSIDE,
        Row(regional or outside_the_vpc),
        Row(private or {1: "report-function"}, tier="private"),
        Row({}, tier="isolated"),
        Row(beside or {0: "door"}, tier="public"),
        OTHERS,
    )
    return Sheet("Shop", "A shop", columns=4, zones=(1, 3), rows=rows)


def test_frames_hold_what_is_in_them_and_nothing_else() -> None:
    layout = lay_out(_graph(), _sheet())
    inside = {
        frame: {
            key
            for key, box in layout.boxes.items()
            if layout.frames[frame].contains(box.icon.left, box.icon.top)
            and layout.frames[frame].contains(box.icon.right, box.words.bottom)
        }
        for frame in layout.frames
    }
    assert inside["private"] == {"report-function"}
    assert inside["public"] == {"nat-gateway-1"}
    assert inside["vpc"] == {"report-function", "nat-gateway-1"}
    assert inside["zone-1"] == set()
    assert inside["region"] == inside["aws"] == set(layout.boxes) - {"shop"}


def test_nothing_covers_anything() -> None:
    boxes = [rect for box in lay_out(_graph(), _sheet()).boxes.values() for rect in (box.icon, box.words)]
    assert not [(a, b) for a in boxes for b in boxes if a is not b and a.overlaps(b)]


@pytest.mark.parametrize(
    ("sheet", "message"),
    [
        (
            _sheet(regional={0: "orders-bucket", 1: "new-orders-queue"}),
            "No place in the picture for reports-bucket",
        ),
        (_sheet(beside={0: "window"}), "a place for window, which the stack does not have"),
        (_sheet(beside={0: "orders-bucket"}), "two places for orders-bucket"),
        (_sheet(regional={1: "report-function"}), "report-function is in private subnets"),
        (_sheet(beside={1: "door"}), "door is in no subnets"),
        (_sheet(beside={2: "report-function"}, private={0: "door"}), "report-function is in private subnets"),
    ],
)
def test_disagreements_are_named(sheet: Sheet, message: str) -> None:
    with pytest.raises(ToolError, match=message):
        lay_out(_graph(), sheet)


def test_places_in_subnets_need_a_vpc() -> None:
    graph = found(pipeline(), actors=[SHOP])
    with pytest.raises(ToolError, match="the stack has no VPC"):
        lay_out(graph, Sheet("", "", columns=1, rows=(OUTSIDE, Row({}, tier="private")), zones=(0, 1)))
