"""The `Condition` element of IAM policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

Context: TypeAlias = Mapping[str, str | Sequence[str]]
"""Condition keys of a request; a key that does not apply to it is missing."""

Condition: TypeAlias = Mapping[str, Mapping[str, str | Sequence[str]]]
"""Operator to condition key to the value or values of the policy."""


def holds(condition: Condition, context: Context) -> bool:
    """Whether every test of a policy's `Condition` element holds.

    Args:
        condition: the element.
        context: the request's condition keys; names are compared without regard to case.

    Raises:
        NotImplementedError: an operator that is not known here; guessing would allow or deny wrongly.
    """
    values = {key.lower(): value for key, value in context.items()}
    return all(
        _test(operator, as_list(wanted), values.get(key.lower()))
        for operator, tests in condition.items()
        for key, wanted in tests.items()
    )


def like(actual: str, pattern: str) -> bool:
    """Whether a value matches a pattern of a policy: `*` and `?`, and nothing else, are special."""
    return _expression(pattern).fullmatch(actual) is not None


def as_list(value: str | Sequence[str]) -> list[str]:
    """The values of an element that may be written as one value or as a list."""
    return [value] if isinstance(value, str) else list(value)


@lru_cache(maxsize=4096)
def _expression(pattern: str) -> re.Pattern[str]:
    if "${" in pattern:
        raise NotImplementedError(f"policy variable in {pattern}")
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def _test(operator: str, wanted: list[str], actual: str | Sequence[str] | None) -> bool:
    if operator == "Null":
        return (actual is None) == (wanted[0].lower() == "true")
    set_operator, _, rest = operator.rpartition(":")
    name = rest.removesuffix("IfExists")
    negated = "Not" in name
    compare = _COMPARISONS.get(name.replace("Not", "", 1))
    if compare is None or set_operator not in ("", "ForAllValues", "ForAnyValue"):
        raise NotImplementedError(f"policy condition operator {operator}")

    def matches(value: str) -> bool:
        return any(compare(value, one) for one in wanted) != negated

    if actual is None:
        if set_operator:
            # No value at all: each of none passes, not one of none does
            return set_operator == "ForAllValues" or name != rest
        # A missing key fails a test, unless the operator is negated or forgives it
        return negated or name != rest
    if set_operator == "ForAllValues":
        return all(matches(value) for value in as_list(actual))
    if set_operator == "ForAnyValue":
        return any(matches(value) for value in as_list(actual))
    if not isinstance(actual, str):
        raise NotImplementedError(f"policy condition operator {operator} on a key of several values")
    return matches(actual)


def _arn_like(actual: str, pattern: str) -> bool:
    """Each of an ARN's six parts by itself: a wildcard does not reach over a colon, but for the last part."""
    parts, patterns = actual.split(":", 5), pattern.split(":", 5)
    return len(parts) == len(patterns) and all(map(like, parts, patterns))


_COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "Bool": lambda actual, wanted: actual.lower() == wanted.lower(),
    "StringEquals": lambda actual, wanted: actual == wanted,
    "StringEqualsIgnoreCase": lambda actual, wanted: actual.lower() == wanted.lower(),
    "StringLike": like,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "NumericEquals": lambda actual, wanted: float(actual) == float(wanted),
    "NumericLessThan": lambda actual, wanted: float(actual) < float(wanted),
    "NumericLessThanEquals": lambda actual, wanted: float(actual) <= float(wanted),
    "NumericGreaterThan": lambda actual, wanted: float(actual) > float(wanted),
    "NumericGreaterThanEquals": lambda actual, wanted: float(actual) >= float(wanted),
}
