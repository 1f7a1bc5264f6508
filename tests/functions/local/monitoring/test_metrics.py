"""How metric data is read: by full dimensions, in periods, by a statistic."""

import pytest
from moto.cloudwatch.models import CloudWatchBackend, cloudwatch_backends

from local.monitoring import metrics
from local.monitoring.metrics import Metric, Point, Reader

ACCOUNT, REGION = "210987654321", "eu-west-1"
END = 1_400_000_040.0  # a full minute


@pytest.fixture
def backend() -> CloudWatchBackend:
    found: CloudWatchBackend = cloudwatch_backends[ACCOUNT][REGION]
    found.reset()
    return found


def put(value: float, at: float, unit: str = "None") -> None:
    metrics.put(ACCOUNT, REGION, "n", {"m": value}, {"d": "v"}, at=at, unit=unit)


def metric(statistic: str = "Sum", period: int = 60, unit: str | None = None) -> Metric:
    return Metric("n", "m", {"d": "v"}, statistic, period, unit)


def test_a_period_begins_with_its_first_moment_and_ends_before_the_next(backend: CloudWatchBackend) -> None:
    for value, at in ((1, END - 120.5), (2, END - 120), (4, END - 60.5), (8, END - 60), (16, END)):
        put(value, at)
    assert Reader(backend).points(metric(), END, 2) == [Point(6, 2), Point(8, 1)]
    assert Reader(backend).points(metric(), END, 3) == [Point(1, 1), Point(6, 2), Point(8, 1)]
    assert Reader(backend).points(metric(period=120), END, 1) == [Point(14, 3)]
    assert Reader(backend).points(metric(), END + 120, 2) == [Point(16, 1), None]


def test_what_was_put_later_is_read_too_and_a_reset_forgets(backend: CloudWatchBackend) -> None:
    reader = Reader(backend)
    put(1, END - 1)
    assert reader.points(metric(), END, 1) == [Point(1, 1)]
    put(2, END - 1)
    assert reader.points(metric(), END, 1) == [Point(3, 2)]
    backend.reset()
    assert reader.points(metric(), END, 1) == [None]


def test_only_values_of_the_unit_count_where_one_is_named(backend: CloudWatchBackend) -> None:
    put(1, END - 1, "Seconds")
    put(2, END - 1)
    assert Reader(backend).points(metric(unit="Seconds"), END, 1) == [Point(1, 1)]
    assert Reader(backend).points(metric(), END, 1) == [Point(3, 2)]


def test_sets_of_statistics_count_as_the_values_they_stand_for(backend: CloudWatchBackend) -> None:
    put(10, END - 1)
    told = {"SampleCount": 3, "Sum": 6, "Minimum": 1, "Maximum": 3}
    dimensions = [{"Name": "d", "Value": "v"}]
    backend.put_metric_data(
        "n",
        [
            {
                "MetricName": "m",
                "StatisticValues": told,
                "Dimensions": dimensions,
                "Timestamp": backend.metric_data[0].timestamp,
            }
        ],
    )
    reader = Reader(backend)
    values = {
        name: reader.points(metric(name), END, 1)
        for name in ("Sum", "Average", "Minimum", "Maximum", "SampleCount")
    }
    assert values == {
        "Sum": [Point(16, 4)],
        "Average": [Point(4, 4)],
        "Minimum": [Point(1, 4)],
        "Maximum": [Point(10, 4)],
        "SampleCount": [Point(4, 4)],
    }


@pytest.mark.parametrize(
    ("percent", "value"), [("p0", 1), ("p50", 3), ("p90", 4.6), ("p99.9", 4.996), ("p100", 5)]
)
def test_percentiles(backend: CloudWatchBackend, percent: str, value: float) -> None:
    for one in (5, 1, 4, 2, 3):
        put(one, END - 1)
    (point,) = Reader(backend).points(metric(percent), END, 1)
    assert point is not None
    assert point.value == pytest.approx(value)


def test_an_unknown_statistic_is_refused(backend: CloudWatchBackend) -> None:
    put(1, END - 1)
    with pytest.raises(ValueError, match="TM"):
        Reader(backend).points(metric("TM(1%:99%)"), END, 1)


def test_many_values_of_a_minute_are_one_object(backend: CloudWatchBackend) -> None:
    for number in range(1000):
        put(number % 10, END - 30)
    assert len(backend.metric_data) == 1
    assert Reader(backend).points(metric(), END, 1) == [Point(4500, 1000)]
    assert Reader(backend).points(metric("p99"), END, 1) == [Point(9, 1000)]


def test_a_minute_that_was_closed_is_still_added_to(backend: CloudWatchBackend) -> None:
    for minutes in range(20):
        put(1, END - 1 - 60 * minutes)
    put(2, END - 1)
    assert Reader(backend).points(metric(), END, 20) == [*[Point(1, 1)] * 19, Point(3, 2)]
