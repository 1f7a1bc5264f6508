"""Rules of composite alarms: `ALARM("a") AND (NOT OK(b) OR INSUFFICIENT_DATA("c"))`, `TRUE`, `FALSE`.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

import re
from collections.abc import Callable
from functools import lru_cache

from local.monitoring.alarm_state import ALARM, INSUFFICIENT_DATA, OK

_TOKEN = re.compile(
    r'\s*(?:(?P<state>ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*("?)(?P<alarm>[^"()]+?)\2\s*\)|(\w+|[()]))'
)
_STATES = (ALARM, OK, INSUFFICIENT_DATA)

States = Callable[[str], str | None]
"""Gives an alarm's state by its name, None if there is no such alarm."""

_Rule = Callable[[States], bool]


class MalformedRuleError(ValueError):
    """The rule can't be read."""


@lru_cache(maxsize=64)
def compile_rule(text: str) -> _Rule:
    """Reads a rule.

    Args:
        text: `AlarmRule`; alarms are named by name or ARN.

    Returns:
        Tells from the alarms' states whether the composite alarm is in alarm.

    Raises:
        MalformedRuleError: see there.
    """
    tokens: list[str | tuple[str, str]] = []
    position = 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        if match is None:
            raise MalformedRuleError(f"malformed alarm rule: {text}")
        tokens.append((match["state"], _name(match["alarm"])) if match["state"] else match[4])
        position = match.end()
    rule = _any(tokens)
    if tokens:
        raise MalformedRuleError(f"malformed alarm rule: {text}")
    return rule


def children(text: str) -> list[str]:
    """The names of the alarms that a rule asks for, in its order."""
    return list(dict.fromkeys(_name(match["alarm"]) for match in _TOKEN.finditer(text) if match["alarm"]))


def _name(alarm: str) -> str:
    return alarm.partition(":alarm:")[2] or alarm


def _any(tokens: list[str | tuple[str, str]]) -> _Rule:
    parts = [_all(tokens)]
    while tokens and tokens[0] == "OR":
        tokens.pop(0)
        parts.append(_all(tokens))
    return lambda states: any(part(states) for part in parts)


def _all(tokens: list[str | tuple[str, str]]) -> _Rule:
    parts = [_one(tokens)]
    while tokens and tokens[0] == "AND":
        tokens.pop(0)
        parts.append(_one(tokens))
    return lambda states: all(part(states) for part in parts)


def _one(tokens: list[str | tuple[str, str]]) -> _Rule:
    match tokens.pop(0) if tokens else None:
        case (state, alarm):
            return lambda states: states(alarm) == state
        case "NOT":
            inner = _one(tokens)
            return lambda states: not inner(states)
        case "TRUE":
            return lambda _: True
        case "FALSE":
            return lambda _: False
        case "(":
            inner = _any(tokens)
            if tokens and tokens.pop(0) == ")":
                return inner
    raise MalformedRuleError("malformed alarm rule")
