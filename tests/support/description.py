"""Holds the API function's answers against its OpenAPI description."""

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator, FormatChecker  # type: ignore[import-untyped]  # has no types

OPENAPI = Path(__file__).resolve().parents[2] / "lambda" / "analytics_api" / "openapi.json"


class Described:
    """What the description says of answers."""

    def __init__(self) -> None:
        self._document = json.loads(OPENAPI.read_text())
        self._components = _without_nullable(self._document["components"])
        self.operations: dict[str, tuple[str, str]] = {
            operation["operationId"]: (method.upper(), path)
            for path, item in self._document["paths"].items()
            for method, operation in item.items()
        }

    def check(self, operation_id: str | None, answer: dict[str, Any]) -> None:
        """Fails unless an answer of the function is as described.

        Args:
            operation_id: the operation; None for a path that the description does not have.
            answer: what the function returned to API Gateway.
        """
        headers = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
        status = str(answer["statusCode"])
        responses = {"default": {"$ref": "#/components/responses/Problem"}}
        if operation_id:
            method, path = self.operations[operation_id]
            responses = self._document["paths"][path][method.lower()]["responses"]
        if status not in responses:
            assert answer["statusCode"] >= 400, f"{operation_id} does not answer {status}"
        response = self._resolve(responses.get(status, responses["default"]))
        known = {name.lower() for name in response.get("headers", {})}
        for name in ("ETag", "Retry-After"):
            assert name not in headers or name.lower() in known, f"{operation_id} {status} has no {name}"
        if "content" not in response:
            assert not answer["body"]
            return
        ((content_type, content),) = response["content"].items()
        assert headers["Content-Type"] == content_type
        schema = {**content["schema"], "components": self._components}
        Draft4Validator(schema, format_checker=FormatChecker()).validate(json.loads(answer["body"]))

    def _resolve(self, item: dict[str, Any]) -> dict[str, Any]:
        found = self._document
        for part in item["$ref"].removeprefix("#/").split("/") if "$ref" in item else ():
            found = found[part]
        return found if "$ref" in item else item


def _without_nullable(schema: Any) -> Any:
    """OpenAPI 3.0's `nullable` in JSON Schema's words."""
    if isinstance(schema, list):
        return [_without_nullable(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    translated = {name: _without_nullable(value) for name, value in schema.items() if name != "nullable"}
    return translated | ({"type": [schema["type"], "null"]} if schema.get("nullable") else {})
