"""Checks that the machine has what the project can't bring along, before anything is made.

Runs on the machine's own Python, whatever its age: nothing here needs more than Python 3.8.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys

MINIMUM_PYTHON = (3, 11)

# (command, arguments that print its version, pattern of that version, lowest version, the first that is too
# new, how to get it). cdktf-cli 0.21 brings a pseudo-terminal for Node.js up to 22 only.
COMMANDS = (
    (
        "node",
        ("--version",),
        r"v(\d+)\.(\d+)",
        (20, 0),
        (23, 0),
        "install Node.js 20 or 22: https://nodejs.org/en/download",
    ),
    (
        "npm",
        (),
        "",
        (),
        (),
        "it comes with Node.js: https://nodejs.org/en/download (Debian, Ubuntu: apt install npm)",
    ),
    (
        "terraform",
        ("version",),
        r"Terraform v(\d+)\.(\d+)",
        (1, 10),
        (),
        "install Terraform 1.10 or newer: https://developer.hashicorp.com/terraform/install",
    ),
    (
        "make",
        (),
        "",
        (),
        (),
        "install GNU make (Debian, Ubuntu: apt install make; macOS: xcode-select --install)",
    ),
)


def version_of(command: str, arguments: tuple[str, ...], pattern: str) -> tuple[int, int] | None:
    """The version that a command reports of itself, or None where it doesn't say one."""
    environment = dict(os.environ, CHECKPOINT_DISABLE="1")  # Terraform: don't ask the network for news
    try:
        answer = subprocess.run(
            [command, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(pattern, answer.stdout)
    return (int(found.group(1)), int(found.group(2))) if found else None


def python_problems() -> list[str]:
    """What is wrong with the Python that runs this."""
    if sys.version_info < MINIMUM_PYTHON:
        return [
            "python3 is {}.{}, but {}.{} or newer is needed: https://www.python.org/downloads "
            "(another one: make PYTHON=python3.13 ...)".format(*sys.version_info[:2], *MINIMUM_PYTHON)
        ]
    if importlib.util.find_spec("ensurepip") is None:
        return ["python3 can't make virtual environments (Debian, Ubuntu: apt install python3-venv)"]
    return []


def command_problems() -> list[str]:
    """Which of the commands are missing or too old, and how to get them."""
    problems = []
    for command, arguments, pattern, lowest, too_new, remedy in COMMANDS:
        if shutil.which(command) is None:
            problems.append(f"{command} is missing: {remedy}")
        elif lowest:
            version = version_of(command, arguments, pattern)
            if version is None:
                problems.append(f"{command} doesn't say its version: {remedy}")
            elif version < lowest:
                problems.append("{} is {}.{}, which is too old: {}".format(command, *version, remedy))
            elif too_new and version >= too_new:
                problems.append("{} is {}.{}, which is too new: {}".format(command, *version, remedy))
    return problems


def main() -> int:
    """Says every problem at once; the exit status is 1 if there is any."""
    problems = python_problems() + command_problems()
    for problem in problems:
        print(f"prerequisite: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
