from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from local.gateway.errors import QUOTA_EXCEEDED, THROTTLED, RefusedError
from local.gateway.keys import Client
from local.gateway.throttling import Limits


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0
        self.date = datetime(2026, 1, 31, tzinfo=UTC)

    def limits(self) -> Limits:
        return Limits(lambda: self.seconds, lambda: self.date)


def client(
    throttle: dict[str, Any] | None = None,
    quota: dict[str, Any] | None = None,
    methods: dict[str, dict[str, Any]] | None = None,
) -> Client:
    plan = SimpleNamespace(id="plan", throttle=throttle or {}, quota=quota or {})
    return Client(SimpleNamespace(id="key"), plan, methods or {})


def admitted(limits: Limits, who: Client, times: int, path: str = "/bars") -> int:
    count = 0
    for _ in range(times):
        try:
            limits.take_of_client(who, path, "GET")
        except RefusedError:
            break
        count += 1
    return count


def test_tokens_come_back_at_the_rate_and_never_over_the_burst() -> None:
    clock = Clock()
    limits, who = clock.limits(), client({"rateLimit": 10, "burstLimit": 5})

    assert admitted(limits, who, 9) == 5
    clock.seconds += 0.2
    assert admitted(limits, who, 9) == 2
    clock.seconds += 60
    assert admitted(limits, who, 9) == 5


def test_a_method_of_the_plan_has_its_own_bucket() -> None:
    limits = Clock().limits()
    who = client({"rateLimit": 1, "burstLimit": 3}, methods={"/slow/GET": {"rateLimit": 1, "burstLimit": 1}})

    assert admitted(limits, who, 9, "/slow") == 1
    assert admitted(limits, who, 9, "/bars") == 3


@pytest.mark.parametrize(
    ("period", "first", "last", "later"),
    [
        (
            "DAY",
            datetime(2026, 1, 30, tzinfo=UTC),
            datetime(2026, 1, 30, 23, 59, tzinfo=UTC),
            datetime(2026, 1, 31, tzinfo=UTC),
        ),
        (
            "WEEK",
            datetime(2026, 1, 5, tzinfo=UTC),
            datetime(2026, 1, 11, tzinfo=UTC),
            datetime(2026, 1, 12, tzinfo=UTC),
        ),
        (
            "MONTH",
            datetime(2026, 1, 1, tzinfo=UTC),
            datetime(2026, 1, 31, tzinfo=UTC),
            datetime(2026, 2, 1, tzinfo=UTC),
        ),
    ],
)
def test_a_quota_begins_again_with_its_period(
    period: str, first: datetime, last: datetime, later: datetime
) -> None:
    clock = Clock()
    clock.date = first
    limits, who = clock.limits(), client(quota={"limit": 2, "period": period})
    assert admitted(limits, who, 9) == 2

    clock.date = last
    with pytest.raises(RefusedError) as error:
        limits.take_of_client(who, "/bars", "GET")
    clock.date = later

    assert error.value.refusal == QUOTA_EXCEEDED
    assert admitted(limits, who, 9) == 2


def test_what_the_rate_refuses_does_not_count_to_the_quota() -> None:
    clock = Clock()
    limits = clock.limits()
    who = client({"rateLimit": 1, "burstLimit": 1}, {"limit": 2, "period": "DAY"})
    assert admitted(limits, who, 1) == 1
    for _ in range(5):
        with pytest.raises(RefusedError) as error:
            limits.take_of_client(who, "/bars", "GET")
        assert error.value.refusal == THROTTLED

    clock.seconds += 1

    assert admitted(limits, who, 1) == 1


def test_a_stage_without_limits_takes_everything() -> None:
    limits = Clock().limits()
    unlimited = {"*/*": {"throttlingRateLimit": -1.0, "throttlingBurstLimit": -1}}

    for settings in ({}, unlimited):
        stage = SimpleNamespace(name="v1", method_settings=settings)
        for _ in range(20):
            limits.take_of_stage("api", stage, "/bars", "GET")
