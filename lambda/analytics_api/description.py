"""The OpenAPI description as the function enforces it; API Gateway is set up from the same file."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from analytics_api import schema
from analytics_api.problems import bad_request

OPENAPI = Path(__file__).with_name("openapi.json")
MAX_BODY_CHARACTERS = 16_384
"""No body that is as described is longer; of a longer one nothing is parsed."""

_VERBS = ("get", "put", "post", "delete", "patch")
Error = Mapping[str, str]


@dataclass(frozen=True)
class Parameter:
    """A parameter of the path or the query string.

    Attributes:
        name: Its name.
        required: Whether a request must have it.
        schema: What it may be.
    """

    name: str
    required: bool
    schema: schema.Schema

    def read(self, text: str) -> Any:
        """Convert a parameter's text to a number, a date or a moment, as its schema says.

        Raises:
            ValueError: It is not as described; the message says how it should be.
        """
        # A number of more digits than this is out of any range, and Python refuses to read thousands.
        number = self.schema["type"] == "integer" and len(text) < 19 and text.isascii() and text.isdigit()
        value = self._check(int(text) if number else text)
        convert = schema.FORMATS.get(self.schema.get("format", ""))
        return convert(text) if convert else value

    @cached_property
    def _check(self) -> Callable[[Any], Any]:
        return schema.checker(self.schema)


@dataclass(frozen=True)
class Operation:
    """One operation.

    Attributes:
        id: ``operationId``.
        method: HTTP method, in capitals.
        path: Path template (``/v1/bars/{symbol}``).
        path_parameters: Parameters in the path.
        query_parameters: Parameters in the query string, by name.
        body: Schema of the body; None where none is read.
    """

    id: str
    method: str
    path: str
    path_parameters: Sequence[Parameter]
    query_parameters: Mapping[str, Parameter]
    body: schema.Schema | None

    def arguments(
        self, path: Mapping[str, str], query: Mapping[str, Sequence[str]], body: str | None
    ) -> dict[str, Any]:
        """Read a request: parameters by name, and the body's members beside them; defaults included.

        Args:
            path: Path parameters.
            query: Query string: each name with all its values.
            body: The body.

        Raises:
            Problem: The request is not as described; it names the parameters at fault, or the body's fault.
        """
        arguments: dict[str, Any] = {}
        errors = list(self._read_parameters(path, query, arguments))
        if self.body is not None:
            errors += self._read_body(body, arguments)
        if errors:
            raise bad_request("the request is not as described", errors)
        return arguments

    def _read_parameters(
        self, path: Mapping[str, str], query: Mapping[str, Sequence[str]], arguments: dict[str, Any]
    ) -> Iterator[Error]:
        given: list[tuple[Parameter, Sequence[str]]] = [
            *((parameter, [path[parameter.name]]) for parameter in self.path_parameters),
            *((parameter, query.get(name, ())) for name, parameter in self.query_parameters.items()),
        ]
        for parameter, values in given:
            if len(values) > 1:
                yield {"parameter": parameter.name, "detail": "is given once"}
            elif values:
                try:
                    arguments[parameter.name] = parameter.read(values[0])
                except ValueError as error:
                    yield {"parameter": parameter.name, "detail": str(error)}
            elif parameter.required:
                yield {"parameter": parameter.name, "detail": "is required"}
            elif "default" in parameter.schema:
                arguments[parameter.name] = parameter.schema["default"]
        # A misspelt cursor that went unnoticed would answer the first page for ever.
        if unknown := len(query.keys() - self.query_parameters.keys()):
            known = ", ".join(self.query_parameters) or "none"
            yield {"detail": f"the query string has {unknown} unknown parameters; known are {known}"}

    @cached_property
    def _check_body(self) -> Callable[[Any], Any]:
        return schema.checker(self.body or {})

    def _read_body(self, text: str | None, arguments: dict[str, Any]) -> Sequence[Error]:
        try:
            body = json.loads(text if text and len(text) <= MAX_BODY_CHARACTERS else "")
        except (ValueError, RecursionError):
            return [{"pointer": "", "detail": f"is JSON of at most {MAX_BODY_CHARACTERS} characters"}]
        try:
            arguments |= self._check_body(body)
        except schema.FaultError as fault:
            return [{"pointer": fault.pointer, "detail": fault.detail}]
        return []


@cache
def operations() -> tuple[Operation, ...]:
    """Return every operation of the description."""
    document = json.loads(OPENAPI.read_text(encoding="utf-8"))
    return tuple(
        _operation(document, path, verb, item[verb])
        for path, item in document["paths"].items()
        for verb in _VERBS
        if verb in item
    )


def _operation(document: dict[str, Any], path: str, verb: str, operation: dict[str, Any]) -> Operation:
    parameters: dict[str, list[Parameter]] = {"path": [], "query": [], "header": []}
    for item in operation.get("parameters", []):
        parameter = _resolve(document, item)
        parameters[parameter["in"]].append(
            Parameter(parameter["name"], parameter.get("required", False), parameter["schema"])
        )
    body = operation.get("requestBody")
    body_schema = _resolve(document, body["content"]["application/json"]["schema"]) if body else None
    return Operation(
        id=operation["operationId"],
        method=verb.upper(),
        path=path,
        path_parameters=parameters["path"],
        query_parameters={parameter.name: parameter for parameter in parameters["query"]},
        body=body_schema,
    )


def _resolve(document: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    """Follow a local reference (``#/components/parameters/Symbol``)."""
    if "$ref" not in item:
        return item
    for part in item["$ref"].removeprefix("#/").split("/"):
        document = document[part]
    return document
