"""Runs the project's commands the way people and workflows do: by make, in the project's folder."""

import os
import subprocess

from tools.workspace import ROOT

_OF_AN_OUTER_MAKE = frozenset({"MAKEFLAGS", "MFLAGS", "MAKELEVEL"})


def make(target: str, *options: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run ``make <target>`` with variables in its environment, as the steps of workflows have them.

    Nothing of the caller's AWS configuration and nothing of the runner of a surrounding workflow reaches it.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in _OF_AN_OUTER_MAKE and not name.startswith(("AWS_", "GITHUB_", "PYTEST_"))
    }
    return subprocess.run(
        ["make", "--no-print-directory", target, *options],
        cwd=ROOT,
        env={**kept, **variables},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def succeed(target: str, *options: str, **variables: str) -> str:
    """Run ``make <target>``, which has to succeed; return what it said."""
    done = make(target, *options, **variables)
    assert done.returncode == 0, f"make {target}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def fail(target: str, *options: str, **variables: str) -> str:
    """Run ``make <target>``, which has to fail; return what it said on standard error."""
    done = make(target, *options, **variables)
    assert done.returncode != 0, f"make {target}:\n{done.stdout}\n{done.stderr}"
    return done.stderr
