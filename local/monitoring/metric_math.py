"""Metric math, as far as the stacks' alarms need it.

Numbers, metrics by id, `+ - * /`, comparisons, `METRICS()`, `FILL`, `SUM`, `AVG`, `MIN`, `MAX` and `IF`;
anything else is refused. The syntax of these is Python's own, so Python parses it.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

import ast
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

Series = Sequence[float | None]
"""A value for each period; None where there is no data."""


class UnknownExpressionError(ValueError):
    """The expression is malformed, or uses what is not understood here."""


_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda left, right: left / right if right else None,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_TOTALS: dict[str, Callable[[list[float]], float]] = {
    "SUM": sum,
    "AVG": lambda values: sum(values) / len(values),
    "MIN": min,
    "MAX": max,
}


def evaluate(expression: str, series: Mapping[str, Series]) -> list[float | None]:
    """Evaluates an expression.

    Args:
        expression: such as `FILL(reads, 0) + FILL(writes, 0)`.
        series: each metric's values by its id, all of one length.

    Returns:
        The result for each period.

    Raises:
        UnknownExpressionError: see there.
    """
    try:
        tree = ast.parse(expression.strip(), mode="eval")
    except SyntaxError as error:
        raise UnknownExpressionError(f"malformed expression: {expression}") from error
    length = max((len(one) for one in series.values()), default=0)
    result = _Evaluation(series, length).of(tree.body)
    if not _is_series(result):
        raise UnknownExpressionError(f"not a single time series: {expression}")
    return [None if value is None else float(value) for value in result]


class _Evaluation:
    def __init__(self, series: Mapping[str, Series], length: int) -> None:
        self._series = series
        self._length = length

    def of(self, node: ast.expr) -> Any:
        """A number, a series, or a list of series."""
        match node:
            case ast.Constant(value=int() | float() as number):
                return number
            case ast.Name(id=name) if name in self._series:
                return list(self._series[name])
            case ast.List(elts=parts):
                return [self._as_series(self.of(part)) for part in parts]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._pairwise(operator.sub, 0, self.of(operand))
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATORS:
                return self._pairwise(_OPERATORS[type(sign)], self.of(left), self.of(right))
            case ast.Compare(left=left, ops=[sign], comparators=[right]) if type(sign) in _OPERATORS:
                return self._pairwise(_OPERATORS[type(sign)], self.of(left), self.of(right))
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self._call(name, [self.of(argument) for argument in arguments], node)
        raise _unknown(node)

    def _call(self, name: str, arguments: list[Any], node: ast.expr) -> Any:
        match name, arguments:
            case "METRICS", []:
                return [list(one) for one in self._series.values()]
            case "FILL", [filled, int() | float() as number]:
                if _is_series(filled):
                    return _fill(filled, number)
                return [_fill(one, number) for one in filled]
            case "IF", [condition, then, otherwise]:
                three = zip(*(self._as_series(one) for one in (condition, then, otherwise)), strict=True)
                return [None if which is None else a if which else b for which, a, b in three]
            case (("SUM" | "AVG" | "MIN" | "MAX"), [several]) if isinstance(several, list):
                if _is_series(several):
                    return _total(name, several)
                return [_total(name, values) for values in zip(*several, strict=True)]
        raise _unknown(node)

    def _pairwise(self, function: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
        if not isinstance(left, list) and not isinstance(right, list):
            return function(left, right)
        pairs = zip(self._as_series(left), self._as_series(right), strict=True)
        return [None if a is None or b is None else function(a, b) for a, b in pairs]

    def _as_series(self, value: Any) -> list[Any]:
        if isinstance(value, list):
            if not _is_series(value):
                raise UnknownExpressionError("several time series where one is expected")
            return value
        return [value] * self._length


def _is_series(value: Any) -> bool:
    return isinstance(value, list) and not any(isinstance(one, list) for one in value)


def _fill(series: Series, value: float) -> list[float]:
    return [value if one is None else one for one in series]


def _total(name: str, values: Iterable[float | None]) -> float | None:
    real = [value for value in values if value is not None]
    return _TOTALS[name](real) if real else None


def _unknown(node: ast.expr) -> UnknownExpressionError:
    return UnknownExpressionError(f"the local AWS does not understand {ast.unparse(node)} in metric math")
