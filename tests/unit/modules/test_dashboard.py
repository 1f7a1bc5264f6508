"""The dashboard is JSON that Terraform writes, with graphs that fill each row."""

from typing import Any

import pytest
from cdktf import TerraformStack

from modules.alarms import Alarm, Alarms, AlarmsProps, Expression, Metric
from modules.dashboard import Dashboard, DashboardProps, Graph, Row, _widgets, alarm_rows
from tests.support.construct import CONTEXT, synthesize

TRADES = Metric("trading", "Trades", {"service": "processor"})
PROPS = DashboardProps(
    "operations",
    ["arn:one", "arn:two"],
    [
        Row("Ingestion", [Graph("Trades", [TRADES]), Graph("Age", [TRADES]), Graph("Failed", [TRADES])]),
        Row("Tables", [Graph("Throttles", [Expression("a + b", "Sum", {"a": TRADES, "b": TRADES})])]),
    ],
)


def _positions(widgets: list[dict[str, Any]]) -> list[tuple[str, int, int, int, int]]:
    return [(w["type"], w["x"], w["y"], w["width"], w["height"]) for w in widgets]


@pytest.mark.requirement("OBS-3")
def test_alarms_come_first_and_graphs_fill_their_rows() -> None:
    widgets = _widgets("us-east-1", PROPS)
    assert _positions(widgets) == [
        ("alarm", 0, 0, 24, 3),
        ("text", 0, 3, 24, 1),
        ("metric", 0, 4, 8, 6),
        ("metric", 8, 4, 8, 6),
        ("metric", 16, 4, 8, 6),
        ("text", 0, 10, 24, 1),
        ("metric", 0, 11, 24, 6),
    ]
    assert widgets[0]["properties"]["alarms"] == ["arn:one", "arn:two"]
    assert widgets[1]["properties"] == {"markdown": "## Ingestion"}


def test_line_names_metric_dimensions_and_statistic() -> None:
    assert _widgets("us-east-1", PROPS)[2]["properties"] == {
        "title": "Trades",
        "region": "us-east-1",
        "view": "timeSeries",
        "metrics": [["trading", "Trades", "service", "processor", {"stat": "Sum", "period": 60}]],
    }


def test_expression_hides_its_parts() -> None:
    lines = _widgets("us-east-1", PROPS)[-1]["properties"]["metrics"]
    assert lines[0] == [{"expression": "a + b", "label": "Sum"}]
    assert [line[-1]["id"] for line in lines[1:]] == ["a", "b"]
    assert [line[-1]["visible"] for line in lines[1:]] == [False, False]


@pytest.mark.requirement("OBS-3")
def test_references_in_lists_are_resolved_by_terraform() -> None:
    def build(stack: TerraformStack) -> None:
        alarms = Alarms(stack, "alarms", CONTEXT, AlarmsProps("arn:topic", [Alarm("a", "d", TRADES, 0)]))
        Dashboard(stack, "dashboard", CONTEXT, DashboardProps("operations", alarms.arns, PROPS.rows))

    synthesized = synthesize(build)
    body = synthesized.one("aws_cloudwatch_dashboard", dashboard_name="trading-operations-dashboard-dev")[
        "dashboard_body"
    ]
    alarm = synthesized.id_of("aws_cloudwatch_metric_alarm")
    assert body.startswith('${jsonencode({"widgets" = [')
    assert f'"alarms" = [{alarm}.arn]' in body


def test_row_of_each_group_has_a_graph_for_each_alarm_four_to_a_row() -> None:
    alarms = [Alarm(f"a-{number}", "d", TRADES, 0) for number in range(5)]
    rows = alarm_rows({"Functions": alarms, "API": alarms[:1]})
    assert [(row.title, len(row.graphs)) for row in rows] == [("Functions", 4), ("Functions", 1), ("API", 1)]
    assert all(graph.metrics == [TRADES] for row in rows for graph in row.graphs)
