"""The tables of the documentation: data points, and the state for each way to treat missing ones.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

import pytest

from local.monitoring.alarm_state import decide

WAYS = ("missing", "ignore", "breaching", "notBreaching")
STATES = ("OK", "ALARM", "INSUFFICIENT_DATA")


def states(points: str, to_alarm: int, current: str) -> list[str]:
    breaching = [{"0": False, "X": True, "-": None}[point] for point in points]
    return [
        decide(breaching, periods=3, to_alarm=to_alarm, missing=missing, current=current) for missing in WAYS
    ]


@pytest.mark.parametrize("current", STATES)
@pytest.mark.parametrize(
    ("points", "to_alarm", "expected"),
    [
        ("0-X-X", 3, ["OK", "OK", "OK", "OK"]),
        ("0----", 3, ["OK", "OK", "OK", "OK"]),
        ("-----", 3, ["INSUFFICIENT_DATA", "current", "ALARM", "OK"]),
        ("0XX-X", 3, ["ALARM", "ALARM", "ALARM", "ALARM"]),
        ("--X--", 3, ["ALARM", "current", "ALARM", "OK"]),
        ("0-X-X", 2, ["ALARM", "ALARM", "ALARM", "ALARM"]),
        ("00X0X", 2, ["ALARM", "ALARM", "ALARM", "ALARM"]),
        ("0-X--", 2, ["OK", "OK", "ALARM", "OK"]),
        ("----0", 2, ["OK", "OK", "ALARM", "OK"]),
        ("---X-", 2, ["ALARM", "current", "ALARM", "OK"]),
    ],
)
def test_the_documented_tables(points: str, to_alarm: int, expected: list[str], current: str) -> None:
    wanted = [current if one == "current" else one for one in expected]
    assert states(points, to_alarm, current) == wanted


def test_only_the_most_recent_data_counts() -> None:
    assert states("XX000", 2, "ALARM") == ["OK", "OK", "OK", "OK"]
    assert states("XX0-0", 2, "ALARM") == ["OK", "OK", "OK", "OK"]


@pytest.mark.parametrize("points", ["----X", "---X-"])
def test_no_premature_alarm_where_the_next_data_may_be_good(points: str) -> None:
    assert states(points, 3, "OK")[0] == "OK"
