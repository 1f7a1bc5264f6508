"""Raw data, analytics and archive have buckets of their own."""

import pytest

from modules.data_buckets import DataBuckets, DataBucketsProps
from tests.support.construct import CONTEXT, synthesize
from tests.support.synthesized import Synthesized
from tests.support.tags import untagged


@pytest.fixture(scope="module")
def stack() -> Synthesized:
    return synthesize(
        lambda stack: DataBuckets(stack, "data", CONTEXT, DataBucketsProps("storage-key", "log-bucket"))
    )


@pytest.mark.requirement("S3-1")
def test_every_purpose_has_a_bucket_of_confidential_data(stack: Synthesized) -> None:
    assert {bucket["bucket"] for bucket in stack.all("aws_s3_bucket").values()} == {
        "trading-raw-bucket-dev-111122223333",
        "trading-analytics-bucket-dev-111122223333",
        "trading-archive-bucket-dev-111122223333",
    }
    assert {b["tags"]["DataClassification"] for b in stack.all("aws_s3_bucket").values()} == {"Confidential"}
    assert untagged(stack) == []


@pytest.mark.requirement("S3-1")
def test_every_bucket_is_encrypted_and_logged(stack: Synthesized) -> None:
    stack.count("aws_s3_bucket_server_side_encryption_configuration", 3)
    stack.count("aws_s3_bucket_logging", 3, target_bucket="log-bucket")
    assert {block["target_prefix"] for block in stack.all("aws_s3_bucket_logging").values()} == {
        "raw/",
        "analytics/",
        "archive/",
    }


@pytest.mark.requirement("S3-2")
def test_archive_goes_to_deep_archive_and_the_others_to_glacier(stack: Synthesized) -> None:
    classes = {
        stack.target(lifecycle["bucket"])[1]["bucket"].split("-")[1]: lifecycle["rule"][0]["transition"]
        for lifecycle in stack.all("aws_s3_bucket_lifecycle_configuration").values()
    }
    assert classes == {
        "raw": [{"days": 90, "storage_class": "GLACIER"}],
        "analytics": [{"days": 90, "storage_class": "GLACIER_IR"}],
        "archive": [{"days": 90, "storage_class": "DEEP_ARCHIVE"}],
    }
