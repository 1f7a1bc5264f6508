"""Wrong credentials are refused before anything is planned, in words that say what to do."""

import http.server
import os
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import boto3
import pytest

from local.control_plane import ControlPlane
from settings import Settings, load
from tools import local_profile
from tools.deployment import preflight
from tools.deployment.preflight import CredentialsError

ACCOUNT = "123456789012"
_STS = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:sts::123456789012:assumed-role/deploy/ann</Arn><UserId>ann</UserId><Account>123456789012</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""
_STS_ERROR = "<ErrorResponse><Error><Code>{}</Code><Message>no</Message></Error></ErrorResponse>"
_EC2_ERROR = "<Response><Errors><Error><Code>{}</Code><Message>no</Message></Error></Errors></Response>"
_ZONES = "<DescribeAvailabilityZonesResponse><availabilityZoneInfo/></DescribeAvailabilityZonesResponse>"


def _settings(**environ: str) -> Settings:
    return load({"STATE_BUCKET": "state-bucket", "ACCOUNT_ID": ACCOUNT, **environ}, {})


@contextmanager
def _signed_in(endpoint: str, **more: str) -> Iterator[Mapping[str, str]]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1",
        **more,
    }
    with local_profile.entered({name: value for name, value in environment.items() if value}):
        yield dict(os.environ)


@contextmanager
def _answering(**answers: tuple[int, str]) -> Iterator[str]:
    """An AWS that answers each action with one text."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status, text = next(answer for action, answer in answers.items() if f"Action={action}&" in asked)
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def aws() -> Iterator[ControlPlane]:
    with ControlPlane() as control_plane:
        yield control_plane


def test_the_right_credentials_pass_and_are_named(aws: ControlPlane) -> None:
    with _signed_in(aws.endpoint_url) as environment:
        assert preflight.check(_settings(), "us-east-1", environment).startswith(f"arn:aws:sts::{ACCOUNT}:")


def test_an_account_that_nobody_named_is_taken(aws: ControlPlane) -> None:
    with _signed_in(aws.endpoint_url) as environment:
        preflight.check(_settings(ACCOUNT_ID=""), "us-east-1", environment)


def test_another_account_is_refused_with_both_named(aws: ControlPlane) -> None:
    with _signed_in(aws.endpoint_url) as environment, pytest.raises(CredentialsError) as refused:
        preflight.check(_settings(ACCOUNT_ID="999988887777"), "us-east-1", environment)
    assert f"are of account {ACCOUNT}" in str(refused.value)
    assert "dev belongs to 999988887777 (ACCOUNT_ID)" in str(refused.value)


def test_no_credentials_are_told_as_that(aws: ControlPlane) -> None:
    nobody = _signed_in(aws.endpoint_url, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    with nobody as environment, pytest.raises(CredentialsError, match="there are no AWS credentials"):
        preflight.check(_settings(), "us-east-1", environment)


def test_half_of_a_key_is_told_as_that(aws: ControlPlane) -> None:
    half = _signed_in(aws.endpoint_url, AWS_SECRET_ACCESS_KEY="")
    with half as environment, pytest.raises(CredentialsError, match="there are no AWS credentials"):
        preflight.check(_settings(), "us-east-1", environment)


def test_a_profile_that_does_not_exist_is_named(aws: ControlPlane) -> None:
    other = _signed_in(aws.endpoint_url, AWS_PROFILE="nobodys")
    with other as environment, pytest.raises(CredentialsError, match="nobodys"):
        preflight.check(_settings(), "us-east-1", environment)


@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_a_region_that_is_not_the_stacks_is_refused(aws: ControlPlane, variable: str) -> None:
    there = _signed_in(aws.endpoint_url, **{variable: "eu-west-1"})
    with there as environment, pytest.raises(CredentialsError) as refused:
        preflight.check(_settings(), "us-east-1", environment)
    assert "AWS_REGION is eu-west-1, but the stack is deployed to us-east-1" in str(refused.value)


def test_the_regions_of_the_environments_stacks_and_of_its_state_are_all_right(aws: ControlPlane) -> None:
    for region in ("us-east-1", "ca-central-1"):
        with _signed_in(aws.endpoint_url, AWS_REGION=region) as environment:
            preflight.check(_settings(STATE_REGION="ca-central-1"), "us-east-1", environment)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("ExpiredToken", "the AWS session is over (ExpiredToken)"),
        ("InvalidClientTokenId", "AWS does not accept the credentials in us-east-1 (InvalidClientTokenId)"),
    ],
)
def test_credentials_that_aws_refuses_are_told_apart(code: str, message: str) -> None:
    with (
        _answering(GetCallerIdentity=(403, _STS_ERROR.format(code))) as endpoint,
        _signed_in(endpoint) as environment,
        pytest.raises(CredentialsError) as refused,
    ):
        preflight.check(_settings(), "us-east-1", environment)
    assert message in str(refused.value)


def test_credentials_that_may_not_work_in_the_region_are_refused() -> None:
    with (
        _answering(
            GetCallerIdentity=(200, _STS),
            DescribeAvailabilityZones=(403, _EC2_ERROR.format("UnauthorizedOperation")),
        ) as endpoint,
        _signed_in(endpoint) as environment,
        pytest.raises(CredentialsError, match=r"may not work in us-east-1: .*UnauthorizedOperation"),
    ):
        preflight.check(_settings(), "us-east-1", environment)


def test_the_control_for_the_answers_above() -> None:
    answers = _answering(GetCallerIdentity=(200, _STS), DescribeAvailabilityZones=(200, _ZONES))
    with answers as endpoint, _signed_in(endpoint) as environment:
        assert preflight.check(_settings(), "us-east-1", environment).endswith("/ann")


def test_an_aws_that_does_not_answer_is_told_as_that() -> None:
    closed = _signed_in("http://127.0.0.1:9")
    with closed as environment, pytest.raises(CredentialsError, match="AWS can't be asked who is signed in"):
        preflight.check(_settings(), "us-east-1", environment)


def test_a_state_bucket_that_is_not_there_is_named_with_what_makes_it(aws: ControlPlane) -> None:
    with _signed_in(aws.endpoint_url), pytest.raises(CredentialsError) as refused:
        preflight.check_state_bucket(_settings(STATE_BUCKET="not-there"))
    assert "STATE_BUCKET=not-there does not exist: `make bootstrap` makes it" in str(refused.value)


def test_a_state_bucket_in_another_region_is_refused(aws: ControlPlane) -> None:
    bucket = f"state-{uuid.uuid4().hex[:12]}"
    with _signed_in(aws.endpoint_url):
        boto3.client("s3", region_name="eu-west-1").create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        with pytest.raises(CredentialsError, match=r"is in eu-west-1, not in us-east-1 \(STATE_REGION\)"):
            preflight.check_state_bucket(_settings(STATE_BUCKET=bucket))
        preflight.check_state_bucket(_settings(STATE_BUCKET=bucket, STATE_REGION="eu-west-1"))
