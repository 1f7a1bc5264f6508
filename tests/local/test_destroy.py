"""Comes late: the stack goes with everything in it."""

import pytest

from tests.local.conftest import DEPLOY_ROLE, SETTINGS, Deployment
from tests.support.make import fail, succeed
from tools.local_profile import STATE_BUCKET


@pytest.mark.requirement("GEN-5")
def test_destroy_leaves_nothing_also_with_objects_in_the_buckets(deployment: Deployment) -> None:
    s3 = deployment.client("s3")
    ours = [
        bucket["Name"] for bucket in s3.list_buckets()["Buckets"] if bucket["Name"].startswith("trading-")
    ]
    for bucket in ours:
        for content in (b"first version", b"second version"):
            s3.put_object(Bucket=bucket, Key="left/behind", Body=content)
        s3.delete_object(Bucket=bucket, Key="left/behind")
    assert len(ours) >= 5  # raw, analytics, archive, access logs, log archive
    stack = {"STACK": "trading-analytics-dev", "LOCAL_ROLE": DEPLOY_ROLE}

    refused = fail("bootstrap-down", AUTO_APPROVE="1", **SETTINGS)
    assert "dev/trading-analytics-dev.tfstate" in refused
    assert STATE_BUCKET in refused
    unconfirmed = fail("destroy", **SETTINGS, **stack)
    assert "nobody is there to be asked" in unconfirmed
    succeed("destroy", AUTO_APPROVE="1", **SETTINGS, **stack)
    left = [one["Name"] for one in s3.list_buckets()["Buckets"] if one["Name"].startswith("trading-")]
    assert left == []
