"""Reads the OpenAPI description that the API is built from: one source for gateway and function."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_VERBS = ("get", "put", "post", "delete", "patch", "head")


@dataclass(frozen=True)
class Operation:
    """One operation of the description.

    Attributes:
        path: Path template (``/v1/bars/{symbol}``).
        method: HTTP method, in capitals.
        id: ``operationId``.
        needs_key: Whether an API key is required.
        parameters: Request parameters in API Gateway's form (``method.request.querystring.from``) and whether
            each is required.
        body_schema: Name of the schema of the request's body; None where there is no body.
    """

    path: str
    method: str
    id: str
    needs_key: bool
    parameters: Mapping[str, bool]
    body_schema: str | None


@dataclass(frozen=True)
class Description:
    """An OpenAPI 3.0 description.

    Attributes:
        title: Name of the API.
        summary: What it is for.
        operations: Every operation, in order.
        schemas: JSON schemas of the request bodies by name, in the draft that API Gateway validates with.
    """

    title: str
    summary: str
    operations: tuple[Operation, ...]
    schemas: Mapping[str, Mapping[str, Any]]

    @classmethod
    def read(cls, path: Path) -> "Description":
        """Read a description in JSON.

        Raises:
            KeyError: A reference points to nothing, or a request's body is described in place instead of by a
                reference to ``#/components/schemas``.
        """
        document = json.loads(path.read_text(encoding="utf-8"))
        operations = tuple(
            _operation(document, template, verb, item[verb])
            for template, item in document["paths"].items()
            for verb in _VERBS
            if verb in item
        )
        bodies = {operation.body_schema for operation in operations if operation.body_schema}
        return cls(
            title=document["info"]["title"],
            summary=document["info"]["description"],
            operations=operations,
            schemas={
                name: {"$schema": "http://json-schema.org/draft-04/schema#", "title": name, **schema}
                for name, schema in document["components"]["schemas"].items()
                if name in bodies
            },
        )


def _operation(document: dict[str, Any], path: str, verb: str, operation: dict[str, Any]) -> Operation:
    places = {"path": "path", "query": "querystring", "header": "header"}
    parameters = [_resolve(document, parameter) for parameter in operation.get("parameters", [])]
    body = operation.get("requestBody")
    return Operation(
        path=path,
        method=verb.upper(),
        id=operation["operationId"],
        needs_key=bool(operation.get("security", document.get("security"))),
        parameters={
            f"method.request.{places[parameter['in']]}.{parameter['name']}": parameter.get("required", False)
            for parameter in parameters
        },
        body_schema=body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        if body
        else None,
    )


def _resolve(document: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    """Follow a local reference (``#/components/parameters/Symbol``)."""
    if "$ref" not in item:
        return item
    for part in item["$ref"].removeprefix("#/").split("/"):
        document = document[part]
    return document
