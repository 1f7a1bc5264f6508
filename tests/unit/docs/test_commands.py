"""Commands that documents name exist, are documented, and are run by a test or by CI."""

import ast
import re
from pathlib import Path

import pytest

from tests.support.readme import README, blocks
from tests.support.workflows import make_targets
from tools.workspace import ROOT

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = {
    target
    for line in MAKEFILE.splitlines()
    if line.startswith(".PHONY:")
    for target in line.split()[1:]
    if target != "prerequisites"
}
DOCUMENTS = sorted(
    path
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
    if path.name not in ("CHANGELOG.md",)
)
_TARGET = re.compile(r"\bmake (?:-\w+ )*([a-z][a-z-]*)\b")
_IN_CODE = re.compile(r"`([^`\n]*)`|^```(?:sh|text|console)?\n(.*?)^```", re.MULTILINE | re.DOTALL)
RUN_AS_THEY_STAND = ("curl", "node_modules/.bin/cdktf")
"""Blocks of other commands, which tests/local/test_commands.py takes from the README and runs."""


def _named(text: str) -> set[str]:
    code = "\n".join("".join(found) for found in _IN_CODE.findall(text))
    return set(_TARGET.findall(code))


def _run_by_tests() -> set[str]:
    """Targets that a test gives to :mod:`tests.support.make`."""
    calls = (
        node
        for path in (ROOT / "tests").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)
    )
    return {
        str(call.args[0].value)
        for call in calls
        if isinstance(call.args[0], ast.Constant)
        and (call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", ""))
        in ("succeed", "fail")
    }


def _run_by_ci() -> set[str]:
    return set(_TARGET.findall((ROOT / ".ci" / "run").read_text(encoding="utf-8")))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_tells_to_make_can_be_made(document: Path) -> None:
    assert _named(document.read_text(encoding="utf-8")) - TARGETS == set()


def test_the_readme_has_every_command() -> None:
    assert _named(README.read_text(encoding="utf-8")) == TARGETS


def test_every_command_is_run_by_a_test_or_by_ci() -> None:
    assert TARGETS - _run_by_tests() - _run_by_ci() == set()


def test_every_step_of_the_workflows_is_run_by_a_test_or_by_ci() -> None:
    assert make_targets() - _run_by_tests() - _run_by_ci() == set()


def test_the_readmes_blocks_are_commands_of_make_or_run_as_they_stand() -> None:
    for block in blocks():
        if not any(word in block for word in RUN_AS_THEY_STAND):
            assert all(line.startswith("make ") for line in block.splitlines()), block
    for word in RUN_AS_THEY_STAND:
        assert sum(word in block for block in blocks()) == 1
