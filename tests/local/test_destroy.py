"""Comes last: the stack goes, with everything in it."""

import os

import pytest
from rich.console import Console

from tests.local.conftest import Deployment
from tools import local_down
from tools.local_profile import STATE_BUCKET
from tools.steps import Steps


@pytest.mark.requirement("GEN-5")
def test_destroy_leaves_nothing_also_with_objects_in_the_buckets(deployment: Deployment) -> None:
    s3 = deployment.client("s3")
    buckets = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"] if bucket["Name"] != STATE_BUCKET]
    for bucket in buckets:
        for content in (b"first version", b"second version"):
            s3.put_object(Bucket=bucket, Key="left/behind", Body=content)
        s3.delete_object(Bucket=bucket, Key="left/behind")
    assert len(buckets) >= 5  # raw, analytics, archive, access logs, log archive

    steps = Steps(Console(), local_down.DESTROY_STEPS)
    left = local_down.destroy(deployment.stack.workspace, deployment.stack.endpoint, os.environ, steps)

    assert left == []
