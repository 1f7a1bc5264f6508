"""Which state an alarm's data puts it in.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from collections.abc import Sequence

OK, ALARM, INSUFFICIENT_DATA = "OK", "ALARM", "INSUFFICIENT_DATA"

SPARE_PERIODS = 2
"""Periods that are looked at beyond the evaluation periods, for data in the place of what is missing.

AWS does not say how many it takes; its documentation's examples take five for three.
"""


def decide(
    breaching: Sequence[bool | None], *, periods: int, to_alarm: int, missing: str, current: str
) -> str:
    """Decides on a state.

    Args:
        breaching: of each period in the evaluation range whether its data breaches the threshold, None where
            there is none; the oldest first.
        periods: the alarm's evaluation periods.
        to_alarm: its datapoints to alarm.
        missing: how it treats missing data: `missing`, `ignore`, `breaching` or `notBreaching`.
        current: the state it is in.

    Returns:
        The state that it goes to or stays in.
    """
    real = [one for one in breaching if one is not None]
    if len(real) >= periods:
        return ALARM if sum(real[-periods:]) >= to_alarm else OK
    if missing in ("breaching", "notBreaching"):
        filled = periods - len(real) if missing == "breaching" else 0
        return ALARM if sum(real) + filled >= to_alarm else OK
    if not real:
        return current if missing == "ignore" else INSUFFICIENT_DATA
    if sum(real) >= to_alarm:
        return ALARM
    if not all(real):
        return OK
    # Only breaching data, too few of it: an alarm for certain only if it began long enough ago.
    age = len(breaching) - breaching.index(True)
    return ALARM if missing == "missing" and age >= to_alarm else current
