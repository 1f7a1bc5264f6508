"""What is missing or too old is named, with the way to get it, before anything is made."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools import prerequisites

SCRIPT = Path(prerequisites.__file__)


def fake(folder: Path, command: str, says: str) -> None:
    executable = folder / command
    executable.write_text(f"#!/bin/sh\necho '{says}'\n", encoding="utf-8")
    executable.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A path with everything the project needs, just new enough, and nothing else."""
    for command, says in (
        ("node", "v20.0.0"),
        ("npm", "10.0.0"),
        ("terraform", "Terraform v1.10.0"),
        ("make", "GNU Make 4.3"),
    ):
        fake(tmp_path, command, says)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_a_machine_that_has_everything_has_no_problem(machine: Path) -> None:
    assert prerequisites.command_problems() == []
    assert prerequisites.python_problems() == []


@pytest.mark.parametrize("command", ["node", "npm", "terraform", "make"])
def test_a_missing_command_is_named_with_the_way_to_get_it(machine: Path, command: str) -> None:
    (machine / command).unlink()

    (problem,) = prerequisites.command_problems()

    assert problem.startswith(f"{command} is missing: ")
    assert "install" in problem or "https://" in problem


@pytest.mark.parametrize(
    ("command", "says", "version"),
    [("node", "v18.20.8", "18.20"), ("terraform", "Terraform v1.9.8\non linux_amd64", "1.9")],
)
def test_an_old_command_is_named_with_its_version(
    machine: Path, command: str, says: str, version: str
) -> None:
    fake(machine, command, says)

    (problem,) = prerequisites.command_problems()

    assert problem.startswith(f"{command} is {version}, which is too old: ")


@pytest.mark.parametrize(("says", "problems"), [("v22.20.0", 0), ("v23.0.0", 1), ("v24.19.1", 1)])
def test_a_node_that_cdktf_does_not_run_on_is_named(machine: Path, says: str, problems: int) -> None:
    fake(machine, "node", says)

    found = prerequisites.command_problems()

    assert len(found) == problems
    assert all("which is too new: install Node.js 20 or 22" in problem for problem in found)


def test_terraforms_own_warnings_do_not_hide_its_version(machine: Path) -> None:
    fake(machine, "terraform", "Warning: something 0.1\nTerraform v1.11.4")

    assert prerequisites.command_problems() == []


def test_an_old_python_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))

    (problem,) = prerequisites.python_problems()

    assert problem.startswith("python3 is 3.9, but 3.11 or newer is needed")


def test_everything_missing_is_said_at_once_with_status_1(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, SCRIPT],
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 1
    assert [line.split()[1] for line in result.stderr.splitlines()] == ["node", "npm", "terraform", "make"]


def test_an_old_python_understands_the_script() -> None:
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 8))
