"""How long each step of the last `make local` took, as it wrote them down."""

import json
from pathlib import Path

from tools.benchmarks.measurement import Figure, Measurement
from tools.workspace import Workspace

TITLE = "make local"


STEPS = Workspace().steps


def measure(runs: int, steps: Path = STEPS) -> Measurement:
    """Report the last run's steps and their sum; `runs` has no part in it, since nothing is run here."""
    if not steps.exists():
        return Measurement(TITLE, "No run has been measured: `make local` hasn't run here yet.")
    durations = [(str(each["step"]), float(each["seconds"])) for each in json.loads(steps.read_text())]
    figures = [Figure(step, "", "s", (seconds,)) for step, seconds in durations]
    figures.append(Figure("all steps", "", "s", (sum(seconds for _, seconds in durations),)))
    return Measurement(TITLE, "Each step of the last run, as that run wrote it down.", tuple(figures))
