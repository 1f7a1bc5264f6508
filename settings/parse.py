"""Parsers of settings: from text to a value, or ValueError."""

import re
from collections.abc import Callable
from ipaddress import IPv4Network

_ORIGIN = re.compile(r"https://[a-z0-9.-]+(:\d+)?|http://localhost(:\d+)?")


def text(pattern: str) -> Callable[[str], str]:
    """Accept text that matches a pattern as a whole."""

    def parse(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError
        return value

    return parse


def optional(parse: Callable[[str], str]) -> Callable[[str], str | None]:
    """Accept nothing as well."""
    return lambda value: parse(value) if value else None


def integer(low: int, high: int) -> Callable[[str], int]:
    """Accept a whole number of a range."""

    def parse(value: str) -> int:
        if not low <= (number := int(value)) <= high:
            raise ValueError
        return number

    return parse


def one_of_integers(*allowed: int) -> Callable[[str], int]:
    """Accept one of some whole numbers."""

    def parse(value: str) -> int:
        if (number := int(value)) not in allowed:
            raise ValueError
        return number

    return parse


def capacity(low: float, high: float) -> Callable[[str], float]:
    """Accept Aurora capacity units: steps of a half."""

    def parse(value: str) -> float:
        number = float(value)
        if not (low <= number <= high and number * 2 == int(number * 2)):
            raise ValueError
        return number

    return parse


def one_of(*allowed: str) -> Callable[[str], str]:
    """Accept one of some words."""

    def parse(value: str) -> str:
        if value not in allowed:
            raise ValueError
        return value

    return parse


def switch(value: str) -> bool:
    """Accept ``true`` or ``false``."""
    return {"true": True, "false": False}[value.lower()]


def words(parse: Callable[[str], str], *, least: int = 0) -> Callable[[str], tuple[str, ...]]:
    """Accept a list with commas; without repetition."""

    def parse_all(value: str) -> tuple[str, ...]:
        found = tuple(parse(word.strip()) for word in value.split(",") if word.strip())
        if len(found) < least or len(set(found)) != len(found):
            raise ValueError
        return found

    return parse_all


def cidr(shortest: int, longest: int) -> Callable[[str], str]:
    """Accept a private IPv4 range whose prefix length lies between two numbers."""

    def parse(value: str) -> str:
        network = IPv4Network(value)
        if not (shortest <= network.prefixlen <= longest and network.is_private):
            raise ValueError
        return str(network)

    return parse


def origin(value: str) -> str:
    """Accept a web origin: HTTPS, or plain HTTP on localhost."""
    return text(_ORIGIN.pattern)(value)
