"""What the commands have in common: one at a time, errors in plain words, an orderly end when interrupted."""

import fcntl
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from rich.console import Console

from tools.errors import ToolError
from tools.workspace import Workspace

INTERRUPTED = 130
"""The exit status of a command that Ctrl-C ended (128 + SIGINT)."""

LOG_WIDTH = 120
"""Width of tables where nobody's terminal sets one."""


def run(command: Callable[[Console], None]) -> int:
    """Runs a command and returns its exit status: 0, 1 after an error, 130 when it was interrupted."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    try:
        # No markup and no emoji: what is shown comes from AWS, and an ARN with `:secret:` is no picture.
        out = Console(soft_wrap=True, markup=False, emoji=False, highlight=False)
        if not out.is_terminal:
            out.width = LOG_WIDTH
        command(out)
    except ToolError as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted; the command can simply be run again", file=sys.stderr)
        return INTERRUPTED
    return 0


@contextmanager
def alone(workspace: Workspace) -> Iterator[None]:
    """Holds a workspace for one command.

    Raises:
        ToolError: another command is at work in it.
    """
    workspace.folder.mkdir(parents=True, exist_ok=True)
    with (workspace.folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise ToolError(f"another command is at work in {workspace.folder}; wait for its end") from busy
        yield
