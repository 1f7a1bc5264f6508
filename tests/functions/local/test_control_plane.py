import socket
import urllib.error
import urllib.request
from collections.abc import Iterator

import boto3
import pytest

from local.control_plane import HEALTH_PATH, ControlPlane, PortInUseError


@pytest.fixture(scope="module")
def aws() -> Iterator[ControlPlane]:
    with ControlPlane() as control_plane:
        yield control_plane


def test_the_health_path_answers(aws: ControlPlane) -> None:
    with urllib.request.urlopen(aws.endpoint_url + HEALTH_PATH) as answer:
        assert answer.status == 200
        assert answer.read() == b"ok\n"


def test_the_account_is_the_emulators(aws: ControlPlane) -> None:
    sts = boto3.client(
        "sts",
        endpoint_url=aws.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )

    assert sts.get_caller_identity()["Account"] == "123456789012"


def test_policies_that_aws_manages_exist(aws: ControlPlane) -> None:
    iam = boto3.client(
        "iam",
        endpoint_url=aws.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    arn = "arn:aws:iam::aws:policy/service-role/AWS_ConfigRole"

    assert iam.get_policy(PolicyArn=arn)["Policy"]["PolicyName"] == "AWS_ConfigRole"


def test_an_operation_that_is_missing_is_not_worth_a_retry(
    aws: ControlPlane, caplog: pytest.LogCaptureFixture
) -> None:
    call = urllib.request.Request(
        aws.endpoint_url,
        data=b"Action=DescribeDBEngineVersions&Version=2014-10-31",
        headers={
            "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/rds/aws4_request, x=y"
        },
    )

    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(call)

    assert error.value.code == 501
    assert b"describe_db_engine_versions" in error.value.read()
    assert [record.message for record in caplog.records if record.name == "local.control_plane"] == [
        "The describe_db_engine_versions action has not been implemented"
    ]


def test_an_upload_keeps_its_content_whatever_a_client_says_it_is(aws: ControlPlane) -> None:
    s3 = boto3.client(
        "s3",
        endpoint_url=aws.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    s3.create_bucket(Bucket="uploads")
    url = s3.generate_presigned_url("put_object", Params={"Bucket": "uploads", "Key": "trades.csv"})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    urllib.request.urlopen(urllib.request.Request(url, b"a=b&c", headers, method="PUT")).close()

    assert s3.get_object(Bucket="uploads", Key="trades.csv")["Body"].read() == b"a=b&c"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "localhost", "::"])
def test_only_loopback_addresses_are_bound(host: str) -> None:
    with pytest.raises(ValueError, match=r"loopback addresses \(127\.0\.0\.0/8\) only"):
        ControlPlane(host)


def test_a_busy_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortInUseError, match=f"port {port} on 127.0.0.1 is in use"):
            ControlPlane(port=port)


def test_a_stopped_control_plane_frees_its_port() -> None:
    with ControlPlane() as first:
        port = int(first.endpoint_url.rpartition(":")[2])

    with ControlPlane(port=port) as second:
        assert second.endpoint_url == first.endpoint_url
