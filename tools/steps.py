"""Shows the steps of a long command: what runs, for how long, what is left."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

REPEAT_SECONDS = 15.0
"""Where there is no terminal to redraw, how often a running step says how far it is."""


class Step:
    """A step under way."""

    def __init__(self, title: str, progress: Progress) -> None:
        self._title = title
        self._progress = progress
        self._task = progress.add_task(title, detail="")
        self._said_at = time.monotonic()

    def say(self, detail: str) -> None:
        """Tells how far the step is."""
        self._progress.update(self._task, detail=detail)
        if not self._progress.console.is_terminal and time.monotonic() - self._said_at > REPEAT_SECONDS:
            self._said_at = time.monotonic()
            self._progress.console.print(f"      {detail}")


class Steps:
    """The steps of one command, counted and timed.

    Args:
        console: where to show them.
        count: how many there will be.
        record: JSON file for their durations, `[{"step": ..., "seconds": ...}]`; written after each step.
    """

    def __init__(self, console: Console, count: int, record: Path | None = None) -> None:
        self._console = console
        self._count = count
        self._record = record
        self._durations: list[dict[str, str | float]] = []

    def note(self, text: str) -> None:
        """Says something that belongs to no progress display."""
        self._console.print(text)

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Shows one step while its block runs, then how long it took."""
        title = f"[{len(self._durations) + 1}/{self._count}] {name}"
        started = time.monotonic()
        live = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
            TextColumn("{task.fields[detail]}", markup=False),
            console=self._console,
            transient=True,
        )
        if not self._console.is_terminal:
            live.disable = True
            self._console.print(f"{title} ...")
        with live:
            yield Step(title, live)
        seconds = time.monotonic() - started
        self._console.print(f"{title}: {seconds:.1f} s")
        self._durations.append({"step": name, "seconds": round(seconds, 1)})
        if self._record:
            self._record.write_text(json.dumps(self._durations, indent=2) + "\n", encoding="utf-8")
