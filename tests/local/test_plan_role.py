"""Whoever plans sees how everything is set up, and nothing of what is in it."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.local.conftest import PLAN_ROLE, Deployment

REFUSED = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"}


@pytest.fixture(scope="module")
def client(deployment: Deployment) -> Callable[[str], Any]:
    """Makes clients of a session of the role that plans."""
    account = deployment.client("sts").get_caller_identity()["Account"]
    keys = deployment.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{account}:role/{PLAN_ROLE}", RoleSessionName="reader"
    )["Credentials"]

    def make(service: str) -> Any:
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=deployment.stack.endpoint,
            region_name=deployment.stack.region,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
            config=Config(retries={"total_max_attempts": 1}),
        )

    return make


@pytest.mark.requirement("IAM-1")
def test_whoever_plans_reads_no_data(deployment: Deployment, client: Callable[[str], Any]) -> None:
    bucket, table = deployment.outputs["raw_bucket"], deployment.outputs["sessions_table"]
    secret = deployment.outputs["database_secret_arn"]
    deployment.client("s3").put_object(Bucket=bucket, Key="uploads/secret", Body=b"trades")
    try:
        tries: dict[str, Callable[[], Any]] = {
            "objects": lambda: client("s3").get_object(Bucket=bucket, Key="uploads/secret"),
            "items": lambda: client("dynamodb").scan(TableName=table),
            "secrets": lambda: client("secretsmanager").get_secret_value(SecretId=secret),
            "logs": lambda: client("logs").filter_log_events(
                logGroupName="/aws/lambda/trading-api-function-dev"
            ),
            "functions": lambda: client("lambda").invoke(FunctionName="trading-api-function-dev"),
        }
        for what, read in tries.items():
            with pytest.raises(ClientError) as caught:
                read()
            assert caught.value.response["Error"]["Code"] in REFUSED, what
    finally:
        deployment.client("s3").delete_object(Bucket=bucket, Key="uploads/secret")
    # The same things, seen from outside
    assert client("s3").get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert client("dynamodb").describe_table(TableName=table)["Table"]["TableName"] == table
    assert client("secretsmanager").describe_secret(SecretId=secret)["RotationEnabled"]


@pytest.mark.requirement("IAM-1")
def test_whoever_plans_changes_nothing(deployment: Deployment, client: Callable[[str], Any]) -> None:
    bucket, vpc = deployment.outputs["raw_bucket"], deployment.outputs["vpc_id"]
    boundary = "trading-region-boundary-policy-dev"
    tries: dict[str, Callable[[], Any]] = {
        "bucket": lambda: client("s3").put_bucket_versioning(
            Bucket=bucket, VersioningConfiguration={"Status": "Suspended"}
        ),
        "object": lambda: client("s3").put_object(Bucket=bucket, Key="k", Body=b""),
        "network": lambda: client("ec2").delete_vpc(VpcId=vpc),
        "role": lambda: client("iam").create_role(
            RoleName="trading-own-role-dev", AssumeRolePolicyDocument="{}", PermissionsBoundary=boundary
        ),
        "topic": lambda: client("sns").delete_topic(TopicArn=deployment.outputs["alert_topic_arn"]),
    }
    for what, change in tries.items():
        with pytest.raises(ClientError) as caught:
            change()
        assert caught.value.response["Error"]["Code"] in REFUSED, what
