"""Runs a command: its output goes to a log and, line by line, to whoever shows progress."""

import contextlib
import json
import os
import re
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Thread
from typing import IO

from tools.errors import ToolError

INTERRUPT_PATIENCE_SECONDS = 120.0
"""How long an interrupted command may take to put its affairs (Terraform: its state) in order."""

REMEMBERED_LINES = 60

_TERMINAL_SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class CommandFailedError(ToolError):
    """A command failed; the text says which, what it said last, and where its log is.

    Attributes:
        status: the exit status.
    """

    def __init__(self, name: str, status: int, said: Sequence[str], log: Path) -> None:
        self.status = status
        super().__init__(
            "\n".join((*_reasons(said), f"{name} failed with exit status {status} (log: {log})"))
        )


def plain(line: str) -> str:
    """A line without colours and cursor movements."""
    return _TERMINAL_SEQUENCE.sub("", line).rstrip()


def run(
    name: str,
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path,
    log: Path,
    on_line: Callable[[str], None] = lambda _: None,
    record: Path | None = None,
) -> None:
    """Runs a command to its end.

    The command gets a process group of its own. When this process is interrupted, the whole group is, once,
    and has time to end in order; nothing of it outlives this call.

    Args:
        name: what messages call the command.
        arguments: the command line.
        environment: the command's whole environment.
        folder: the folder it runs in.
        log: file that its output is appended to.
        on_line: is called with each line, free of colours.
        record: file that names the process group while it runs, see `left_over`. It stays where this
            process is killed before it could tidy up.

    Raises:
        CommandFailedError: the exit status isn't 0.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as sink:
        print(
            f"=== {time.strftime('%Y-%m-%dT%H:%M:%S%z')} {name}: {' '.join(arguments)}", file=sink, flush=True
        )
        process = subprocess.Popen(
            arguments,
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        if record:
            record.write_text(json.dumps({"group": process.pid, "command": name}), encoding="utf-8")
        # The reader ends when the last process of the group has closed its output: that is the command's end.
        said: deque[str] = deque(maxlen=REMEMBERED_LINES)
        reader = Thread(target=_copy, args=(process.stdout, sink, said, on_line), daemon=True)
        reader.start()
        try:
            status = process.wait()
            reader.join()
        except BaseException:
            _end(process, reader)
            raise
        finally:
            if record and not reader.is_alive():
                record.unlink(missing_ok=True)
    if status:
        raise CommandFailedError(name, status, said, log)


def left_over(record: Path) -> tuple[int, str] | None:
    """Process group and name of a command whose caller was killed, if its record is there."""
    try:
        found = json.loads(record.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return found["group"], found["command"]


def group_alive(group: int) -> bool:
    """Whether a process group has any process left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _copy(source: IO[str], sink: IO[str], said: deque[str], on_line: Callable[[str], None]) -> None:
    for line in source:
        text = plain(line)
        print(text, file=sink, flush=True)
        said.append(text)
        on_line(text)


def _reasons(said: Sequence[str]) -> list[str]:
    """The errors among a command's last lines: Terraform boxes them; else, simply what was said last."""
    boxed = [line[line.index("│") + 1 :] for line in said if "│" in line]
    return list(dict.fromkeys(line for line in boxed or list(said)[-15:] if line.strip()))


def _end(process: subprocess.Popen[str], reader: Thread) -> None:
    """Interrupts a group once, as Ctrl-C would; what hasn't ended when patience runs out is killed."""
    for number, patience in ((signal.SIGINT, INTERRUPT_PATIENCE_SECONDS), (signal.SIGKILL, 10.0)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(KeyboardInterrupt):  # a second Ctrl-C means: don't wait
            reader.join(patience)
        if not reader.is_alive():
            break
    process.wait()
