"""Names of metrics are read from code, however the code comes by them; what can't be read is no silence."""

from pathlib import Path

import pytest

from tests.support import emitted_metrics as reader


def _read(monkeypatch: pytest.MonkeyPatch, folder: Path, **modules: str) -> set[str]:
    package = folder / "function"
    package.mkdir()
    for name, code in modules.items():
        (package / f"{name}.py").write_text(code, encoding="utf-8")
    monkeypatch.setattr(reader, "LAMBDA", folder)
    return reader.emitted_metrics("function")


def test_names_are_found_as_texts_in_tables_and_as_arguments(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    handler = """
NAME = "Constant"
TABLE = {1: "First", 2: "Second"}
metrics.add_metric("Text", Count, 1)
metrics.add_metric(name="Keyword", unit=Count, value=1)
metrics.add_metric(NAME, Count, 1)
metrics.add_metric(TABLE[status], Count, 1)
metrics.add_metric(error.metric, Count, 1)
count("Given")
def count(metric, value=1):
    metrics.add_metric(metric, Count, value)
"""
    errors = """
AWAY = "StoreAway"
class AwayError(Exception):
    def __init__(self, metric):
        super().__init__("text that is no metric")
raise AwayError("Away")
raise AwayError(AWAY)
def hand_on(metric):
    raise AwayError(metric)
hand_on(metric="HandedOn")
"""
    assert _read(monkeypatch, tmp_path, handler=handler, errors=errors) == {
        "Text",
        "Keyword",
        "Constant",
        "First",
        "Second",
        "Given",
        "Away",
        "StoreAway",
        "HandedOn",
    }


@pytest.mark.parametrize("name", ["f(x)", "'a' + b", "unknown", "TABLE[x]"])
def test_name_that_cannot_be_read_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    with pytest.raises(AssertionError, match="can't tell which metric"):
        _read(monkeypatch, tmp_path, handler=f"metrics.add_metric({name}, Count, 1)")
