"""One description: what it says, the function does."""

import copy
import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from analytics_api import description, schema
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator, ValidationError  # type: ignore[import-untyped]  # has no types

from modules.api.description import Description
from tests.functions.analytics_api.conftest import Call

DOCUMENT = json.loads(description.OPENAPI.read_text())
OPERATIONS = {
    (method.upper(), path): operation["operationId"]
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
}


def _routes(handler: ModuleType) -> set[tuple[str, str]]:
    """Method and path of every route that the function has."""
    routes = (*handler.app._static_routes, *handler.app._dynamic_routes)
    return {(route.method, route.path.replace("<", "{").replace(">", "}")) for route in routes}


@pytest.fixture
def changed(handler: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Load the handler with another description."""

    def load(old: str, new: str) -> ModuleType:
        text = description.OPENAPI.read_text()
        assert old in text
        path = tmp_path / "openapi.json"
        path.write_text(text.replace(old, new))
        monkeypatch.setattr(description, "OPENAPI", path)
        description.operations.cache_clear()
        return importlib.reload(handler)

    yield load
    monkeypatch.undo()
    description.operations.cache_clear()
    importlib.reload(handler)


@pytest.mark.requirement("API-1")
def test_routes_gateway_methods_and_operations_are_the_same(handler: ModuleType) -> None:
    assert _routes(handler) == set(OPERATIONS)
    gateway = Description.read(description.OPENAPI).operations
    assert {(operation.method, operation.path): operation.id for operation in gateway} == OPERATIONS
    assert set(handler.ANSWERS) == set(OPERATIONS.values())


@pytest.mark.requirement("API-1")
def test_a_path_that_changes_in_the_description_changes_in_both(changed: Any) -> None:
    reloaded = changed('"/v1/symbols"', '"/v1/instruments"')
    assert ("GET", "/v1/instruments") in _routes(reloaded)
    assert ("GET", "/v1/symbols") not in _routes(reloaded)
    gateway = {operation.path for operation in Description.read(description.OPENAPI).operations}
    assert gateway == {path for _, path in _routes(reloaded)}


def test_an_operation_that_nothing_answers_is_noticed_at_the_start(changed: Any) -> None:
    with pytest.raises(KeyError, match="listInstruments"):
        changed('"listSymbols"', '"listInstruments"')


def test_both_ends_validate_by_the_same_schemas() -> None:
    models = Description.read(description.OPENAPI).schemas
    enforced = [operation.body for operation in description.operations() if operation.body]
    checked = [
        {name: value for name, value in model.items() if name not in ("$schema", "title")}
        for model in models.values()
    ]
    assert sorted(checked, key=str) == sorted(enforced, key=str)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([0, 59, 60, 61, 86_400, 86_401])
    | st.floats(allow_nan=False)
    | st.text()
    | st.text(alphabet="abcAZ09_.@-", max_size=130)
    | st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,5}\.csv(\.gz)?", fullmatch=True),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=3,
)
NAMES = st.sampled_from(["user_id", "ttl_seconds", "file_name", "other"])


def _accepts(rules: schema.Schema, value: Any) -> bool:
    try:
        schema.checker(rules)(copy.deepcopy(value))
    except schema.FaultError:
        return False
    return True


def test_every_format_that_is_asked_of_requests_is_enforced() -> None:
    parameters = [
        parameter
        for operation in description.operations()
        for parameter in (*operation.path_parameters, *operation.query_parameters.values())
    ]
    bodies = [operation.body for operation in description.operations() if operation.body]
    members = [member for body in bodies for member in body["properties"].values()]
    formats = {rules.get("format") for rules in (*(each.schema for each in parameters), *members)} - {None}
    assert formats == set(schema.FORMATS)


@given(value=VALUES | st.dictionaries(NAMES, VALUES))
def test_the_function_refuses_exactly_what_json_schema_refuses(value: Any) -> None:
    for operation in description.operations():
        if operation.body:
            # A whole number written 60.0 is none in draft 4, which API Gateway uses.
            assert _accepts(operation.body, value) == Draft4Validator(operation.body).is_valid(value)


def test_defaults_of_the_description_are_used() -> None:
    operations = {operation.id: operation for operation in description.operations()}
    query = {"interval": ["1m"], "from": ["2013-10-07T00:00:00Z"], "to": ["2013-10-08T00:00:00Z"]}
    assert operations["listBars"].arguments({"symbol": "IBM"}, query, None)["limit"] == 500
    assert operations["createSession"].arguments({}, {}, '{"user_id": "ann"}') == {
        "user_id": "ann",
        "ttl_seconds": 3600,
    }


def test_an_answer_that_is_not_as_described_fails_its_test(
    call: Call, handler: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handler._market_data(), "symbols", lambda: [1])
    with pytest.raises(ValidationError, match="is not of type 'string'"):
        call("GET", "/v1/symbols")
