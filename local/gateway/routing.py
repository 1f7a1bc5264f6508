"""Which resource answers a path.

A literal part of a path goes before a parameter, and a parameter before a greedy one.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from local.gateway.deployments import Resource

_Rank = tuple[int, ...]
_LITERAL, _PARAMETER, _GREEDY = range(3)


@dataclass(frozen=True)
class Match:
    """The resource and method of a request.

    Attributes:
        resource: the resource.
        method: `moto.apigateway.models.Method`.
        parameters: path parameters, decoded.
    """

    resource: Resource
    method: Any
    parameters: Mapping[str, str]


def match(resources: Iterable[Resource], path: str, http_method: str) -> Match | None:
    """Finds what answers a request.

    Args:
        resources: the API's.
        path: the request's path after the stage, still encoded, so that `%2F` does not part it.
        http_method: in capitals.

    Returns:
        The most literal resource that fits the path; None where none does or it lacks the method.
    """
    fits = [(found, resource) for resource in resources if (found := _fit(resource.path, path)) is not None]
    if not fits:
        return None
    (_, parameters), resource = min(fits, key=lambda fit: fit[0][0])
    method = resource.methods.get(http_method) or resource.methods.get("ANY")
    return Match(resource, method, parameters) if method is not None else None


def _fit(template: str, path: str) -> tuple[_Rank, dict[str, str]] | None:
    wanted, given = _parts(template), _parts(path)
    rank: list[int] = []
    parameters: dict[str, str] = {}
    for index, part in enumerate(wanted):
        if index >= len(given):
            return None
        name = part[1:-1] if part.startswith("{") and part.endswith("}") else None
        if name is None:
            if part != unquote(given[index]):
                return None
            rank.append(_LITERAL)
        elif name.endswith("+"):
            parameters[name[:-1]] = unquote("/".join(given[index:]))
            return (*rank, _GREEDY), parameters
        else:
            parameters[name] = unquote(given[index])
            rank.append(_PARAMETER)
    return ((*rank,), parameters) if len(given) == len(wanted) else None


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]
