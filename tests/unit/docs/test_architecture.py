"""The pictures of the stacks are what the stacks are, and readable."""

import copy
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from stacks.catalogue import STACKS, StackEntry
from tests.support.synthesized import Synthesized
from tools.architecture.__main__ import draw, path_of
from tools.architecture.find import find
from tools.architecture.kinds import KINDS, LINKS, NOT_DRAWN
from tools.architecture.layout import Rect
from tools.architecture.picture import Picture, compose
from tools.architecture.sheets import SHEETS
from tools.documented_stacks import synthesize
from tools.errors import ToolError

every_stack = pytest.mark.parametrize("entry", STACKS, ids=lambda entry: entry.name)
(TRADING,) = [entry for entry in STACKS if entry.name == "trading-analytics"]

Resources = dict[str, dict[str, Any]]
Change = Callable[[Resources], object]


@cache
def _composed(entry: StackEntry) -> Picture:
    return compose(synthesize(entry).template, entry.workload, SHEETS[entry.name])


def _changed(change: Change) -> dict[str, Any]:
    template = copy.deepcopy(dict(synthesize(TRADING).template))
    change(template["resource"])
    return template


def _arrows(change: Change = lambda _: None) -> set[tuple[str, str]]:
    graph = find(_changed(change), TRADING.workload, SHEETS[TRADING.name].actors)
    return {(edge.source, edge.target) for edge in graph.edges}


@every_stack
def test_the_picture_is_up_to_date(entry: StackEntry) -> None:
    assert path_of(entry).read_text(encoding="utf-8") == draw(entry), "run make docs"


@every_stack
def test_the_picture_stands_alone_and_says_what_it_shows(entry: StackEntry) -> None:
    text = path_of(entry).read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)
    names = {element.tag.removeprefix("{http://www.w3.org/2000/svg}") for element in root.iter()}
    assert names <= {
        "circle",
        "defs",
        "desc",
        "ellipse",
        "g",
        "marker",
        "path",
        "rect",
        "svg",
        "text",
        "title",
    }
    assert text.count("http") == 1  # the name space
    title, description = root[0], root[1]
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert title.text
    assert description.text
    assert float(root.get("width", "")) <= 1800


@every_stack
def test_nothing_covers_words(entry: StackEntry) -> None:
    picture = _composed(entry)
    words = {f"words of {key}": box.words for key, box in picture.layout.boxes.items()}
    icons = {f"icon of {key}": box.icon for key, box in picture.layout.boxes.items()}
    labels = {f"label {number} {label.words}": label.area for number, label in enumerate(picture.labels)} | {
        f"title of {key}": label.area for key, label in picture.titles.items()
    }
    lines = {
        f"arrow {each.edge.source} to {each.edge.target} {number}": Rect(
            min(a[0], b[0]) - 0.5, min(a[1], b[1]) - 0.5, max(a[0], b[0]) + 0.5, max(a[1], b[1]) + 0.5
        )
        for each, corners in zip(picture.routes, picture.corners, strict=True)
        for number, (a, b) in enumerate(pairwise(corners))
    }
    own = {
        (f"label {number} {label.words}", f"arrow {each.edge.source} to {each.edge.target} ")
        for number, (label, each) in enumerate(zip(picture.labels, picture.routes, strict=True))
    }
    areas = words | icons | labels
    covered = [
        (one, other)
        for one, area in areas.items()
        for other, cover in (areas | lines).items()
        if one != other and area.overlaps(cover) and not any(one == a and other.startswith(b) for a, b in own)
    ]
    assert covered == []


@every_stack
def test_everything_is_inside_the_picture(entry: StackEntry) -> None:
    layout = _composed(entry).layout
    page = Rect(0, 0, layout.width, layout.height)
    rects = [rect for box in layout.boxes.values() for rect in (box.icon, box.words)]
    assert all(
        page.contains(rect.left, rect.top) and page.contains(rect.right, rect.bottom)
        for rect in [*rects, *layout.frames.values()]
    )


def test_no_type_is_described_that_no_stack_has() -> None:
    there = {type_ for entry in STACKS for type_ in synthesize(entry).template["resource"]}
    described = {kind.type for kind in KINDS} | {link.type for link in LINKS} | set(NOT_DRAWN)
    assert sorted(described - there) == []


def test_a_type_is_drawn_or_left_out_and_not_both() -> None:
    assert sorted({kind.type for kind in KINDS} & set(NOT_DRAWN)) == []


def test_the_data_flow_of_trading_analytics() -> None:
    said = {(edge.source, edge.target, edge.label, edge.both) for edge in _composed(TRADING).graph.edges}
    assert said == {
        ("clients", "web-acl", "HTTPS", False),
        ("web-acl", "api", "let through", False),
        ("api", "api-function", "invokes", False),
        ("db", "api-function", "SQL, reader", False),
        ("analytics-bucket", "api-function", "bars/", False),
        ("api-function", "sessions-table", "items", True),
        ("api-function", "raw-bucket", "uploads/", False),
        ("feed", "raw-bucket", "trades files", False),
        ("raw-bucket", "raw-objects-queue", "new object", False),
        ("raw-objects-queue", "market-data-function", "messages", False),
        ("raw-bucket", "market-data-function", "objects", False),
        ("market-data-function", "analytics-bucket", "analytics/, bars/, …", True),
        ("market-data-function", "db", "SQL, writer", True),
        ("db-secret", "migrations-function", "password", False),
        ("migrations-function", "db", "SQL, writer", True),
        ("log-groups", "log-archive-stream", "11 filters", False),
        ("log-archive-stream", "log-archive-bucket", "delivers", False),
        ("audit-trail", "log-archive-bucket", "calls", False),
        ("log-groups", "critical-events-function", "9 filters", False),
        ("critical-events-function", "alerts-table", "items", False),
        ("critical-events-function", "alerts-topic", "alerts", False),
        ("alarms", "alerts-topic", "alarms", False),
        ("db", "alerts-topic", "events", False),
        ("cost-budget", "alerts-topic", "3 thresholds", False),
        ("config", "config-bucket", "history", False),
        ("config", "event-rules", "changes", False),
        ("event-rules", "alerts-topic", "notifications", False),
        ("alerts-topic", "email-subscribers", "alerts", False),
        ("public", "internet-gateway", "route", False),
    }


@pytest.mark.parametrize(
    ("gone", "arrow"),
    [
        ("aws_s3_bucket_notification", ("raw-bucket", "raw-objects-queue")),
        ("aws_config_delivery_channel", ("config", "config-bucket")),
        ("aws_cloudwatch_event_target", ("event-rules", "alerts-topic")),
        ("aws_db_event_subscription", ("db", "alerts-topic")),
    ],
)
def test_without_what_says_so_an_arrow_is_gone(gone: str, arrow: tuple[str, str]) -> None:
    assert _arrows() - _arrows(lambda resources: resources.pop(gone)) == {arrow}


def test_without_the_firewall_in_front_clients_meet_the_api() -> None:
    arrows = _arrows(lambda resources: resources.pop("aws_wafv2_web_acl_association"))
    assert ("clients", "api") in arrows
    assert ("clients", "web-acl") not in arrows


def test_another_environment_variable_is_another_arrow() -> None:
    def read_the_writer(resources: Resources) -> None:
        for address, block in resources["aws_lambda_function"].items():
            if address.startswith("api-function"):
                variables = block["environment"]["variables"]
                variables["PGHOST"] = variables["PGHOST"].replace("reader_endpoint", "endpoint")

    labels = {edge.label for edge in find(_changed(read_the_writer), TRADING.workload, ()).edges}
    assert "SQL, writer" in labels
    assert "SQL, reader" not in labels


def _without_raw_queue(resources: Resources) -> None:
    queues = resources["aws_sqs_queue"]
    del queues[next(address for address in queues if address.startswith("raw-objects_queue"))]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_without_raw_queue, "refers to aws_sqs_queue.raw-objects_queue"),
        (lambda r: r.pop("aws_lambda_event_source_mapping"), "Nothing in the stack invokes market-data"),
        (lambda r: r.pop("aws_cloudtrail"), "a place for audit-trail, which the stack does not have"),
        (lambda r: r.update(aws_glue_job={"job": {}}), "does not know aws_glue_job"),
        (
            lambda r: r["aws_dynamodb_table"].update(new={"name": "trading-new-table-prod"}),
            "No place in the picture for new-table",
        ),
    ],
)
def test_what_does_not_fit_is_not_drawn(change: Change, message: str) -> None:
    with pytest.raises(ToolError, match=message):
        compose(_changed(change), TRADING.workload, SHEETS[TRADING.name])


def test_another_environment_has_other_counts(dev: Synthesized) -> None:
    nodes = find(dev.json, TRADING.workload, ()).nodes
    assert [key for key in nodes if key.startswith(("nat-gateway", "db-instance"))] == [
        "nat-gateway-1",
        "db-instance-1",
    ]
    assert nodes["nat-gateway-1"].lines == ("for 3 subnets",)
    assert nodes["vpc-endpoints"].lines == ("gateway: dynamodb, s3",)
    assert nodes["db"].title == "Aurora PostgreSQL 17, serverless, 0 to 2 capacity units"
    assert nodes["alarms"].lines[0] == f"{len(dev.all('aws_cloudwatch_metric_alarm'))} alarms"
