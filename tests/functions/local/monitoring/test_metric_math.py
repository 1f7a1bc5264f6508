"""Metric math.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

import pytest

from local.monitoring.metric_math import UnknownExpressionError, evaluate

SERIES = {"reads": [1.0, None, 3.0], "writes": [None, None, 4.0]}


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("reads", [1.0, None, 3.0]),
        ("reads + writes", [None, None, 7.0]),
        ("FILL(reads, 0) + FILL(writes, 0)", [1.0, 0.0, 7.0]),
        ("SUM(METRICS())", [1.0, None, 7.0]),
        ("SUM([reads, writes])", [1.0, None, 7.0]),
        ("MAX(METRICS())", [1.0, None, 4.0]),
        ("MIN(METRICS())", [1.0, None, 3.0]),
        ("AVG(FILL(METRICS(), 0))", [0.5, 0.0, 3.5]),
        ("(reads - 1) * 2 / 4", [0.0, None, 1.0]),
        ("-reads", [-1.0, None, -3.0]),
        ("reads / (reads - 1)", [None, None, 1.5]),
        ("reads > 2", [0.0, None, 1.0]),
        ("IF(reads > 2, writes, 0)", [0.0, None, 4.0]),
    ],
)
def test_expressions(expression: str, values: list[float | None]) -> None:
    assert evaluate(expression, SERIES) == values


@pytest.mark.parametrize(
    "expression",
    [
        "reads +",
        "others",
        "RATE(reads)",
        "METRICS()",
        "[reads, writes]",
        "METRICS() + 1",
        "FILL(reads, REPEAT)",
        "5",
    ],
)
def test_what_is_not_understood_is_refused(expression: str) -> None:
    with pytest.raises(UnknownExpressionError):
        evaluate(expression, SERIES)
