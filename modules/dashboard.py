"""A dashboard: the alarms first, then a row of graphs for each service (OBS-3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdktf import Fn
from cdktf_cdktf_provider_aws.cloudwatch_dashboard import CloudwatchDashboard
from constructs import Construct

from modules.alarms import Alarm, Expression, Metric
from modules.context import Context

_COLUMNS = 24
_GRAPHS_A_ROW = 4
_TITLE_HEIGHT = 1
_ALARMS_HEIGHT = 3
_GRAPH_HEIGHT = 6


@dataclass(frozen=True)
class Graph:
    """One graph.

    Attributes:
        title: What it shows.
        metrics: Its lines.
    """

    title: str
    metrics: Sequence[Metric | Expression]


@dataclass(frozen=True)
class Row:
    """Graphs side by side, all equally wide.

    Attributes:
        title: The service.
        graphs: 1 to 4 graphs.
    """

    title: str
    graphs: Sequence[Graph]


def alarm_rows(alarms: Mapping[str, Sequence[Alarm]]) -> list[Row]:
    """Draw what the alarms watch, so that whoever is alerted finds its graph.

    Args:
        alarms: Alarms by service.
    """
    return [
        Row(title, [Graph(alarm.purpose, [alarm.metric]) for alarm in group])
        for title, group_of_title in alarms.items()
        for group in _batched(group_of_title)
    ]


def _batched(alarms: Sequence[Alarm]) -> list[Sequence[Alarm]]:
    """Cut alarms into rows of four graphs at most."""
    return [alarms[index : index + _GRAPHS_A_ROW] for index in range(0, len(alarms), _GRAPHS_A_ROW)]


@dataclass(frozen=True)
class DashboardProps:
    """Properties of the dashboard.

    Attributes:
        purpose: Purpose part of the name.
        alarm_arns: Alarms whose state it shows; up to 100.
        rows: Its rows, from the top.
    """

    purpose: str
    alarm_arns: Sequence[str]
    rows: Sequence[Row]


class Dashboard(Construct):
    """A CloudWatch dashboard. CloudWatch knows no tags for it.

    Attributes:
        name: Its name.
        url: Its page in the console.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: DashboardProps) -> None:
        super().__init__(scope, id_)
        dashboard = CloudwatchDashboard(
            self,
            "dashboard",
            dashboard_name=context.name(f"{props.purpose}-dashboard"),
            # Names and ARNs are tokens: Terraform writes the JSON.
            dashboard_body=Fn.jsonencode({"widgets": _widgets(context.region, props)}),
        )
        self.name = dashboard.dashboard_name
        self.url = (
            f"https://{context.region}.console.aws.amazon.com/cloudwatch/home"
            f"?region={context.region}#dashboards/dashboard/{self.name}"
        )


def _widgets(region: str, props: DashboardProps) -> list[dict[str, Any]]:
    widgets = [
        _widget(
            "alarm", 0, 0, _COLUMNS, _ALARMS_HEIGHT, {"title": "Alarms", "alarms": list(props.alarm_arns)}
        )
    ]
    y = _ALARMS_HEIGHT
    for row in props.rows:
        widgets.append(_widget("text", 0, y, _COLUMNS, _TITLE_HEIGHT, {"markdown": f"## {row.title}"}))
        y += _TITLE_HEIGHT
        width = _COLUMNS // len(row.graphs)
        widgets.extend(
            _widget("metric", index * width, y, width, _GRAPH_HEIGHT, _graph(region, graph))
            for index, graph in enumerate(row.graphs)
        )
        y += _GRAPH_HEIGHT
    return widgets


def _widget(
    type_: str, x: int, y: int, width: int, height: int, properties: dict[str, Any]
) -> dict[str, Any]:
    return {"type": type_, "x": x, "y": y, "width": width, "height": height, "properties": properties}


def _graph(region: str, graph: Graph) -> dict[str, Any]:
    return {
        "title": graph.title,
        "region": region,
        "view": "timeSeries",
        "metrics": [line for metric in graph.metrics for line in _lines(metric)],
    }


def _lines(metric: Metric | Expression) -> list[list[Any]]:
    if isinstance(metric, Metric):
        return [_line(metric, {})]
    return [
        [{"expression": metric.formula, "label": metric.label}],
        *(_line(part, {"id": key, "visible": False}) for key, part in metric.metrics.items()),
    ]


def _line(metric: Metric, options: dict[str, Any]) -> list[Any]:
    dimensions = [text for pair in metric.dimensions.items() for text in pair]
    return [
        metric.namespace,
        metric.name,
        *dimensions,
        {"stat": metric.statistic, "period": metric.period_seconds, **options},
    ]
