"""Commands end in order, whatever happens to them or to who started them."""

import functools
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools import command
from tools.workspace import ROOT


def run(script: str, tmp_path: Path, **more: object) -> list[str]:
    lines: list[str] = []
    command.run(
        "the command",
        ["sh", "-c", script],
        environment=os.environ,
        folder=tmp_path,
        log=tmp_path / "log",
        on_line=lines.append,
        **more,  # type: ignore[arg-type]
    )
    return lines


def test_output_of_both_kinds_is_seen_and_logged_without_colours(tmp_path: Path) -> None:
    lines = run(r"printf '\033[32mgreen\033[0m\n'; echo wrong >&2", tmp_path)

    assert lines == ["green", "wrong"]
    assert (tmp_path / "log").read_text(encoding="utf-8").splitlines()[1:] == lines


def test_a_failure_says_what_was_said_last_the_status_and_the_log(tmp_path: Path) -> None:
    with pytest.raises(command.CommandFailedError) as failure:
        run("echo reason; exit 3", tmp_path)

    log = tmp_path / "log"
    assert failure.value.status == 3
    assert str(failure.value) == f"reason\nthe command failed with exit status 3 (log: {log})"


def test_of_terraforms_output_the_boxed_errors_are_quoted_once(tmp_path: Path) -> None:
    box = "echo noise; for i in 1 2; do echo '╷'; echo '│ Error: no such bucket'; echo '╵'; done; exit 1"

    with pytest.raises(command.CommandFailedError) as failure:
        run(box, tmp_path)

    assert str(failure.value).splitlines()[:-1] == [" Error: no such bucket"]


def test_the_record_is_there_while_it_runs_and_gone_after(tmp_path: Path) -> None:
    record = tmp_path / "record"

    lines = run(f"sleep 0.3; cat {record}", tmp_path, record=record)

    assert json.loads(lines[0])["command"] == "the command"
    assert command.left_over(record) is None


CALLER = """
import os, sys
from pathlib import Path
from tools import command
folder = Path(sys.argv[1])
command.run("slow", ["sh", "-c", sys.argv[2]], environment=os.environ, folder=folder,
            log=folder / "log", record=folder / "record")
"""

ORDERLY = "trap 'sleep 0.3; echo saved; exit 1' INT; echo ready; while true; do sleep 0.05; done"


def start(tmp_path: Path, script: str) -> "subprocess.Popen[bytes]":
    # A test run in the background of a shell ignores SIGINT, and so would what it starts.
    interruptible = functools.partial(signal.signal, signal.SIGINT, signal.default_int_handler)
    caller = subprocess.Popen(
        [sys.executable, "-c", CALLER, str(tmp_path), script],
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
        preexec_fn=interruptible,
    )
    deadline = time.monotonic() + 20
    while "ready" not in said(tmp_path):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return caller


def said(tmp_path: Path) -> list[str]:
    log = tmp_path / "log"
    return log.read_text(encoding="utf-8").splitlines() if log.exists() else []


def test_an_interrupted_caller_lets_the_command_put_its_affairs_in_order(tmp_path: Path) -> None:
    caller = start(tmp_path, ORDERLY)

    caller.send_signal(signal.SIGINT)
    caller.wait(20)

    assert said(tmp_path)[-1] == "saved"
    assert not (tmp_path / "record").exists()


def test_a_killed_caller_leaves_a_record_of_what_still_runs(tmp_path: Path) -> None:
    caller = start(tmp_path, ORDERLY)
    caller.kill()
    caller.wait(20)

    left = command.left_over(tmp_path / "record")

    assert left is not None
    group, name = left
    assert name == "slow"
    assert command.group_alive(group)
    os.killpg(group, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while command.group_alive(group) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not command.group_alive(group)
