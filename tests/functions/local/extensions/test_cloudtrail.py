from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def cloudtrail(client: Callable[[str], Any], unique: str) -> Any:
    client("s3").create_bucket(Bucket=unique)
    return client("cloudtrail")


@pytest.fixture
def trails(cloudtrail: Any, unique: str) -> list[str]:
    names = [f"{unique}-{number}" for number in range(2)]
    return [cloudtrail.create_trail(Name=name, S3BucketName=unique)["TrailARN"] for name in names]


def test_only_the_named_trail_is_described(cloudtrail: Any, trails: list[str]) -> None:
    by_arn = cloudtrail.describe_trails(trailNameList=[trails[1]])["trailList"]
    by_name = cloudtrail.describe_trails(trailNameList=[trails[0].rpartition("/")[2]])["trailList"]

    assert [trail["TrailARN"] for trail in by_arn] == [trails[1]]
    assert [trail["TrailARN"] for trail in by_name] == [trails[0]]


def test_a_trail_is_deleted_by_its_arn(cloudtrail: Any, trails: list[str]) -> None:
    cloudtrail.delete_trail(Name=trails[0])

    left = [trail["TrailARN"] for trail in cloudtrail.list_trails()["Trails"]]
    assert trails[0] not in left
    assert trails[1] in left


def test_a_trail_says_whether_it_has_event_selectors(cloudtrail: Any, trails: list[str]) -> None:
    management = {"Field": "eventCategory", "Equals": ["Management"]}
    cloudtrail.put_event_selectors(
        TrailName=trails[0], AdvancedEventSelectors=[{"Name": "all", "FieldSelectors": [management]}]
    )

    found = {one["TrailARN"]: one for one in cloudtrail.describe_trails(trailNameList=trails)["trailList"]}
    assert found[trails[0]]["HasCustomEventSelectors"] is True
    assert found[trails[1]]["HasCustomEventSelectors"] is False
