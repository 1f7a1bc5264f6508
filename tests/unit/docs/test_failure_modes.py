"""What docs/failure-modes.md says of alarms and metrics is what the stack and the functions' code have."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.emitted_metrics import emitted_metrics
from tests.support.synthesized import Block, Synthesized

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "failure-modes.md"
ALARM_USD = 0.10

_CODE = re.compile(r"`([^`]+)`")


def _tables(columns: int) -> Iterator[list[str]]:
    """Rows of the document's tables that have so many columns, without their headings."""
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == columns and not set(line) <= set("|-"):
            yield cells


def _failures() -> list[list[str]]:
    return [row for row in _tables(4) if row[0] != "what fails"]


def _purpose(alarm: Block) -> str:
    match = re.fullmatch(r"trading-(.+)-alarm-(?:dev|prod)", alarm["alarm_name"])
    assert match, alarm["alarm_name"]
    return match[1]


def _metrics(alarm: Block) -> list[str]:
    """Metrics that an alarm looks at, each as often as it does."""
    if "metric_query" not in alarm:
        return [_short(alarm["namespace"], alarm["metric_name"])]
    parts = [query["metric"] for query in alarm["metric_query"] if "metric" in query]
    return [_short(part["namespace"], part["metric_name"]) for part in parts]


def _short(namespace: str, name: str) -> str:
    """Metrics of our own without workload and environment."""
    own = re.fullmatch(r"trading-(functions|logs)-(?:dev|prod)", namespace)
    plain = re.sub(r"^trading-(.+)-(?:dev|prod)$", r"\1", name)
    return f"{own[1]} {plain}" if own else f"{namespace} {name}"


def _alarms(stack: Synthesized) -> dict[str, Block]:
    return {_purpose(alarm): alarm for alarm in stack.all("aws_cloudwatch_metric_alarm").values()}


@pytest.mark.requirement("OBS-3")
def test_every_alarm_is_documented_with_its_metrics(prod: Synthesized) -> None:
    documented = {
        purpose: sorted(_CODE.findall(seen))
        for _, seen, alarms, _ in _failures()
        for purpose in _CODE.findall(alarms)
    }
    assert documented == {purpose: sorted(set(_metrics(alarm))) for purpose, alarm in _alarms(prod).items()}


@pytest.mark.requirement("OBS-3")
def test_every_alarm_is_documented_once_and_every_failure_has_one() -> None:
    named = [purpose for row in _failures() for purpose in _CODE.findall(row[2])]
    assert sorted(named) == sorted(set(named))
    assert [row for row in _failures() if not (row[0] and _CODE.findall(row[2]) and row[3])] == []


@pytest.mark.requirement("GEN-6")
def test_development_lacks_only_what_it_has_none_of(dev: Synthesized, prod: Synthesized) -> None:
    assert set(_alarms(prod)) - set(_alarms(dev)) == {"db-replica-lag", "nat-2-ports", "nat-3-ports"}
    assert set(_alarms(dev)) <= set(_alarms(prod))


@pytest.mark.requirement("OBS-3")
def test_every_metric_of_a_function_has_an_alarm_or_only_informs(prod: Synthesized) -> None:
    emitted = {
        (_service(function), metric)
        for function in prod.all("aws_lambda_function").values()
        for metric in emitted_metrics(function["handler"].partition(".")[0])
    }
    watched = {
        (alarm["dimensions"]["service"], alarm["metric_name"])
        for alarm in _alarms(prod).values()
        if alarm.get("namespace") == "trading-functions-prod"
    }
    informing = {
        (function, *_CODE.findall(metric)) for function, metric, _ in _tables(3) if function != "function"
    }
    assert watched & informing == set()
    assert watched | informing == emitted


def _service(function: Block) -> str:
    return str(function["environment"]["variables"]["POWERTOOLS_SERVICE_NAME"])


@pytest.mark.requirement("OBS-3")
def test_functions_report_under_the_name_that_alarms_look_for(prod: Synthesized) -> None:
    for function in prod.all("aws_lambda_function").values():
        assert function["function_name"] == f"trading-{_service(function)}-function-prod"
        namespace = function["environment"]["variables"]["POWERTOOLS_METRICS_NAMESPACE"]
        assert namespace == "trading-functions-prod"


def test_costs_are_those_of_the_stacks(dev: Synthesized, prod: Synthesized) -> None:
    text = " ".join(DOCUMENT.read_text(encoding="utf-8").split())
    for name, stack in (("Development has", dev), ("production", prod)):
        alarms = _alarms(stack)
        metrics = sum(len(_metrics(alarm)) for alarm in alarms.values())
        assert f"{name} {len(alarms)} alarms over {metrics} metrics ({metrics * ALARM_USD:.2f} USD)" in text


@pytest.mark.requirement("OBS-3")
def test_composite_alarm_and_dashboard_stay_below_cloudwatchs_limits(prod: Synthesized) -> None:
    assert len(_alarms(prod)) <= 100  # children of a composite alarm, alarms of a widget
    names = [alarm["alarm_name"] for alarm in _alarms(prod).values()]
    assert len(" OR ".join(f'ALARM("{name}")' for name in names)) <= 10_240
