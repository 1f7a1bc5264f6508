"""Nothing that the local profile starts can find its way to the real AWS."""

import os
from pathlib import Path

import pytest

from tools import local_profile
from tools.errors import ToolError

ENDPOINT = "http://127.0.0.1:4566"
USERS = {
    "PATH": "/bin",
    "AWS_PROFILE": "production",
    "AWS_ACCESS_KEY_ID": "AKIAREAL",
    "AWS_SESSION_TOKEN": "real",
    "AWS_ENDPOINT_URL_S3": "https://s3.amazonaws.com",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/token",
    "STATE_BUCKET": "production-state",
    "STATE_REGION": "eu-west-1",
    "https_proxy": "http://proxy:3128",
    "COST_CENTER": "desk-7",
}


def test_nothing_of_the_users_aws_configuration_is_left() -> None:
    profile = local_profile.environment(ENDPOINT, USERS, Path("/out"))

    assert {name: value for name, value in profile.items() if name.startswith("AWS_")} == {
        "AWS_ENDPOINT_URL": ENDPOINT,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "3",
    }
    assert profile["STATE_BUCKET"] == local_profile.STATE_BUCKET
    assert "STATE_REGION" not in profile
    assert profile["COST_CENTER"] == "desk-7"
    assert profile["PATH"] == "/bin"


@pytest.mark.parametrize("name", ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"])
def test_other_hosts_meet_a_closed_door(name: str) -> None:
    profile = local_profile.environment(ENDPOINT, USERS, Path("/out"))

    assert profile[name] == local_profile.CLOSED_PROXY
    assert "127.0.0.1" in profile["NO_PROXY"].split(",")


def test_the_region_is_the_stacks() -> None:
    profile = local_profile.environment(ENDPOINT, {"TRADING_ANALYTICS_REGION": "eu-west-1"}, Path("/out"))

    assert profile["AWS_REGION"] == "eu-west-1"


def test_only_installing_providers_gets_the_users_proxies_back() -> None:
    profile = local_profile.environment(ENDPOINT, USERS, Path("/out"))

    installing = local_profile.with_own_proxies(profile, USERS)

    assert installing["https_proxy"] == "http://proxy:3128"
    assert "HTTPS_PROXY" not in installing
    assert installing["AWS_ACCESS_KEY_ID"] == "local"


@pytest.mark.parametrize(
    "url", ["127.0.0.1:4566", "ftp://127.0.0.1", "http://s3.amazonaws.com", "https://sts.us-east-1.api.aws"]
)
def test_an_address_that_can_be_no_emulators_is_refused(url: str) -> None:
    with pytest.raises(ToolError, match="LOCAL_AWS_URL="):
        local_profile.check_endpoint(url)


def test_an_emulators_address_is_accepted() -> None:
    local_profile.check_endpoint("http://127.0.0.1:4566")
    local_profile.check_endpoint("http://emulator:4566")


def test_a_process_enters_the_profile_and_leaves_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    before = dict(os.environ)

    with local_profile.entered({"AWS_REGION": "us-east-1"}):
        assert dict(os.environ) == {"AWS_REGION": "us-east-1"}

    assert dict(os.environ) == before
