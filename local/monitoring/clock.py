"""The time by which metrics are counted and alarms evaluated; a test may advance it instead of waiting.

It belongs to the process, as moto's state does.
"""

import time

_ahead = 0.0


def now() -> float:
    """Seconds since 1970."""
    return time.time() + _ahead


def of_log_event(milliseconds: int) -> float:
    """The time of a log event, whose timestamp knows nothing of an advanced clock."""
    return milliseconds / 1000 + _ahead


def advance(seconds: float) -> None:
    """Moves the clock ahead; it can't be moved back.

    Raises:
        ValueError: `seconds` is negative.
    """
    global _ahead
    if seconds < 0:
        raise ValueError("the clock can't be moved back")
    _ahead += seconds
