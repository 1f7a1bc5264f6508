"""Runs in a worker: AWS's runtime client, which must not outlive the local AWS.

Usage: worker_main.py <descriptor of the lifeline> <handler>. It imports nothing of the project: functions
must not see it.
"""

import _thread
import os
import runpy
import signal
import sys


def _end_with_the_server(lifeline: int) -> None:
    """Ends this process group when the other end of a pipe closes, however the local AWS ended."""
    os.read(lifeline, 1)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    _thread.start_new_thread(_end_with_the_server, (int(sys.argv[1]),))
    sys.argv = ["awslambdaric", sys.argv[2]]
    runpy.run_module("awslambdaric", run_name="__main__")
