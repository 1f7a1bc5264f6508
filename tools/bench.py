"""`make bench`: measures, prints a table and writes `build/bench.json`."""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from synthesis.node import find_node
from tools import console
from tools.benchmarks import api, local_steps, processing, synthesis
from tools.benchmarks.measurement import Measurement
from tools.workspace import ROOT

RESULT = ROOT / "build" / "bench.json"

MEASUREMENTS: Mapping[str, Callable[[int], Measurement]] = {
    "synthesis": synthesis.measure,
    "api": api.measure,
    "processing": processing.measure,
    "local_steps": local_steps.measure,
}
"""What there is to measure, by the name that the command line takes."""


def main(arguments: Sequence[str]) -> int:
    """Measure what the command line names, everything if it names nothing; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"any of: {', '.join(MEASUREMENTS)}")
    parser.add_argument("--runs", type=int, default=5, help="how often each is run (default 5)")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.names) - set(MEASUREMENTS):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(MEASUREMENTS)}")
    if chosen.runs < 1:
        parser.error("--runs has to be at least 1")

    def bench(output: Console) -> None:
        machine = machine_facts()
        measured = [MEASUREMENTS[name](chosen.runs) for name in chosen.names or MEASUREMENTS]
        RESULT.parent.mkdir(exist_ok=True)
        content = {"machine": machine, "measurements": [each.as_json() for each in measured]}
        RESULT.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        output.print(", ".join(f"{name} {value}" for name, value in machine.items()))
        for each in measured:
            output.print(table_of(each) if each.figures else f"\n{each.title}: {each.note}")

    return console.run(bench)


def table_of(measurement: Measurement) -> Table:
    """Return the figures as a table: median, range and ratio of each."""
    table = Table(
        title=measurement.title, caption=measurement.note, title_justify="left", caption_justify="left"
    )
    for column in ("what", "variant"):
        table.add_column(column)
    for column in ("median", "from", "to", "times less"):
        table.add_column(column, justify="right")
    for each in measurement.figures:
        values = (f"{value:.2f} {each.unit}" for value in (each.median, min(each.runs), max(each.runs)))
        ratio = measurement.ratio(each)
        table.add_row(each.what, each.variant, *values, "" if ratio is None else f"{ratio:.1f}")
    return table


def machine_facts() -> dict[str, Any]:
    """Return what figures depend on: the machine, how busy it is, the versions of Python and node."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    model = next(
        (line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine()
    )
    node = subprocess.run([find_node(), "--version"], capture_output=True, text=True, check=False)
    return {
        "system": platform.system(),
        "processor": model,
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "node": node.stdout.strip(),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
