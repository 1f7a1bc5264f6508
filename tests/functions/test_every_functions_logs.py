"""Every function keeps its libraries quiet, and has a test that looks for secrets in its log."""

import ast
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
FUNCTIONS = sorted(path.parent.name for path in (PROJECT / "lambda").glob("*/handler.py"))
QUIET = "logging.getLogger().setLevel(logging.INFO)"


def test_there_are_functions() -> None:
    assert len(FUNCTIONS) >= 4


@pytest.mark.requirement("OBS-1")
@pytest.mark.parametrize("function", FUNCTIONS)
def test_libraries_are_quiet_before_anything_is_called(function: str) -> None:
    """Lambda sets the root logger to the function's level, and libraries write secrets at DEBUG."""
    module = ast.parse((PROJECT / "lambda" / function / "handler.py").read_text(encoding="utf-8"))
    statements = [
        ast.unparse(node) for node in module.body if not isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert QUIET in statements
    before = statements[: statements.index(QUIET)]
    assert [each for each in before if "boto3.client" in each or "Logger(" in each] == []


@pytest.mark.requirement("OBS-1")
@pytest.mark.parametrize("function", FUNCTIONS)
def test_logs_are_searched_for_secrets(function: str) -> None:
    test = (PROJECT / "tests" / "functions" / function / "test_logs.py").read_text(encoding="utf-8")
    assert "everything_logged()" in test
