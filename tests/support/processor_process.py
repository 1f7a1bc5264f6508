"""The market-data processor as a process of its own, which may be killed at any step.

``python -m tests.support.processor_process <bucket> <steps> <key>...`` processes objects one after the other;
with a number of steps above zero, it kills itself after so many.
"""

import os
import signal
import sys

from market_data_processor import handler

from tests.support.steps import Steps, interrupted


def main(bucket: str, last: int, *keys: str) -> None:
    """Process the objects."""
    with interrupted(Steps(last or sys.maxsize, lambda: os.kill(os.getpid(), signal.SIGKILL))):
        for key in keys:
            handler._process_object(bucket, key)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
