"""Peak memory of a command and everything it starts."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

SAMPLE_SECONDS = 0.005


def peak_memory(command: Sequence[str], directory: Path, environ: Mapping[str, str]) -> float:
    """Run `command` and return the highest sum of its processes' resident memory, in MB (10^6 bytes).

    The sum is sampled from `/proc`, which only Linux has, every few milliseconds. Pages that two processes
    share count twice.

    Raises:
        CalledProcessError: the command failed.
    """
    peak = 0
    with subprocess.Popen(command, cwd=directory, env=environ, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, sum(_resident_bytes(each) for each in _with_descendants(process.pid)))
            time.sleep(SAMPLE_SECONDS)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return peak / 1e6


def own_peak_memory() -> float:
    """Return the most that this process has held resident so far, in MB (10^6 bytes).

    Linux only. `ru_maxrss` would not do: a process takes it over from the one that started it.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(peak) * 1024 / 1e6


def _with_descendants(pid: int) -> list[int]:
    found = [pid]
    for parent in found:  # grows while it is read
        try:
            for children in Path(f"/proc/{parent}/task").glob("*/children"):
                found += map(int, children.read_text().split())
        except OSError:  # it ended in the meantime
            continue
    return found


def _resident_bytes(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):  # it ended in the meantime
        return 0
