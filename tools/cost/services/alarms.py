"""Alarms, the metrics of our own that they look at, dashboards."""

import json
from collections.abc import Iterator
from decimal import Decimal

from tools.cost.charges import HOURS, Charge
from tools.cost.load import Load
from tools.cost.resources import Block, Resources
from tools.cost.services.logs import METRICS
from tools.errors import ToolError

ALARMS = "CloudWatch alarms"

_STANDARD_RESOLUTION_SECONDS = 60


def metric_alarms(stack: Resources, load: Load) -> Iterator[Charge]:
    """Each metric that an alarm looks at; and those of functions, which exist while these run."""
    looked_at = [metric for alarm in stack.all("aws_cloudwatch_metric_alarm") for metric in _metrics(alarm)]
    if any(metric["period"] < _STANDARD_RESOLUTION_SECONDS for metric in looked_at):
        raise ToolError("the estimate knows the price of alarms at standard resolution only")
    yield Charge(ALARMS, "metrics that alarms look at", "alarm-metric-month", Decimal(len(looked_at)))
    own = {
        json.dumps([metric["namespace"], metric["metric_name"], metric.get("dimensions")], sort_keys=True)
        for metric in looked_at
        if not metric["namespace"].startswith("AWS/") and metric.get("dimensions")
    }
    reported = (len(own) + load.metrics) * load.metric_hours / HOURS
    yield Charge(METRICS, "custom metrics", "metric-month", reported)


def composite_alarms(stack: Resources, _: Load) -> Iterator[Charge]:
    """Each one."""
    number = Decimal(len(stack.all("aws_cloudwatch_composite_alarm")))
    yield Charge(ALARMS, "composite alarms", "composite-alarm-month", number)


def dashboards(stack: Resources, _: Load) -> Iterator[Charge]:
    """Each one."""
    number = Decimal(len(stack.all("aws_cloudwatch_dashboard")))
    yield Charge("CloudWatch dashboards", "dashboards", "dashboard-month", number)


def _metrics(alarm: Block) -> list[Block]:
    if "metric_query" not in alarm:
        return [alarm]
    return [query["metric"] for query in alarm["metric_query"] if "metric" in query]
