"""Synthesis of the project's stacks: `python main.py` with and without the fast binding."""

import os
import subprocess
import sys
import tempfile
import time

from synthesis.fast_binding import STOCK_VARIABLE
from tools.benchmarks.measurement import Figure, Measurement
from tools.benchmarks.process_tree import peak_memory
from tools.errors import ToolError
from tools.workspace import ROOT

COMMAND = (sys.executable, "main.py")
SETTINGS = {
    "ACCOUNT_ID": "111122223333",
    "DASHBOARD_ORIGINS": "https://dashboard.example.com",
    "STATE_BUCKET": "state-of-the-bench",
}
"""Used where the environment doesn't set them; what they are makes no difference to the time."""
VARIANTS = {"stock": {STOCK_VARIABLE: "1"}, "fast": {}}


def measure(runs: int) -> Measurement:
    """Measure wall time and peak memory, stock and fast in turns, after one run of each that doesn't count.

    Raises:
        ToolError: `main.py` failed; its own message is above.
    """
    seconds: dict[str, list[float]] = {each: [] for each in VARIANTS}
    megabytes: dict[str, list[float]] = {each: [] for each in VARIANTS}
    with tempfile.TemporaryDirectory() as output:
        try:
            for turn in range(-1, runs):
                for variant in VARIANTS:
                    took = _seconds(variant, output)
                    if turn >= 0:
                        seconds[variant].append(took)
            if sys.platform == "linux":
                for _ in range(min(runs, 3)):
                    for variant in VARIANTS:
                        megabytes[variant].append(peak_memory(COMMAND, ROOT, _environ(variant, output)))
        except subprocess.CalledProcessError as error:
            raise ToolError(
                f"python main.py ended with status {error.returncode}, nothing was measured"
            ) from error
    figures = [
        Figure("wall time of python main.py", each, "s", tuple(took)) for each, took in seconds.items()
    ]
    figures += [
        Figure("its peak memory", each, "MB", tuple(peak)) for each, peak in megabytes.items() if peak
    ]
    return Measurement(
        "synthesis",
        "Whole process, start to exit, in turns, with filled caches (Python's, jsii's, the fast binding's). "
        "Memory: highest sum of what Python and node hold resident, in runs of their own (Linux only).",
        tuple(figures),
    )


def _seconds(variant: str, output: str) -> float:
    started = time.perf_counter()
    subprocess.run(COMMAND, cwd=ROOT, env=_environ(variant, output), stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def _environ(variant: str, output: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name != STOCK_VARIABLE}
    inherited.pop("PYTHONDONTWRITEBYTECODE", None)  # would have Python compile the project anew in each run
    return {**SETTINGS, **inherited, **VARIANTS[variant], "CDKTF_OUTDIR": output}
