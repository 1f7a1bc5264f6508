"""Migrations run at the first apply, and again when they, the code or the cluster are new."""

import json

import pytest
from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue

from modules.database.migrations import Migrations, MigrationsProps
from tests.support.construct import synthesize
from tests.support.synthesized import Block


@pytest.fixture(scope="module")
def run() -> Block:
    def build(stack: TerraformStack) -> None:
        props = MigrationsProps(
            function_name="trading-migrations-function-dev",
            code_sha256="hash=",
            cluster_resource_id="cluster-ABC",
            instances=[SqsQueue(stack, "instance-1"), SqsQueue(stack, "instance-2")],
        )
        Migrations(stack, "migrations", props)

    return synthesize(build).one("aws_lambda_invocation")


def test_function_is_invoked_when_it_is_made_and_not_when_it_is_destroyed(run: Block) -> None:
    assert run["function_name"] == "trading-migrations-function-dev"
    assert json.loads(run["input"]) == {}
    # The default, CREATE_ONLY, also stands for a replacement.
    assert "lifecycle_scope" not in run


def test_new_code_or_another_cluster_invokes_it_again_and_nothing_else_does(run: Block) -> None:
    assert run["triggers"] == {"code": "hash=", "cluster": "cluster-ABC"}


def test_instances_are_there_before(run: Block) -> None:
    assert run["depends_on"] == ["aws_sqs_queue.instance-1", "aws_sqs_queue.instance-2"]
