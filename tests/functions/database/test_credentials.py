"""What connections are opened with: tokens computed here, or the secret that RDS manages."""

import json
import traceback
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from database.connection import IamCredentials, Login, SecretCredentials
from moto import mock_aws

REGION = "ca-central-1"


@pytest.fixture
def secret() -> Iterator[str]:
    with mock_aws():
        client = boto3.client("secretsmanager", region_name=REGION)
        value = json.dumps({"username": "administrator", "password": "first"})
        yield client.create_secret(Name="rds!cluster-1", SecretString=value)["ARN"]


@pytest.mark.requirement("DB-2")
def test_token_is_for_this_user_on_this_host_for_a_quarter_of_an_hour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = {"PGHOST": "db.example.com", "PGPORT": "6432", "PGUSER": "market_writer"}
    keys = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}
    for name, value in {**target, **keys}.items():
        monkeypatch.setenv(name, value)
    login = IamCredentials(boto3.client("rds", region_name=REGION)).login()
    assert login.user == "market_writer"
    token = urlsplit(f"https://{login.password}")
    query = parse_qs(token.query)
    assert token.netloc == "db.example.com:6432"
    assert (query["Action"], query["DBUser"]) == (["connect"], ["market_writer"])
    assert query["X-Amz-Expires"] == ["900"]
    key, _, *scope = query["X-Amz-Credential"][0].split("/")
    assert (key, scope) == ("AKIAEXAMPLE", [REGION, "rds-db", "aws4_request"])


@pytest.mark.requirement("DB-2")
def test_secret_is_read_for_every_login_since_rds_rotates_it(secret: str) -> None:
    client = boto3.client("secretsmanager", region_name=REGION)
    credentials = SecretCredentials(client, secret)
    assert credentials.login() == Login("administrator", "first")
    client.put_secret_value(
        SecretId=secret, SecretString=json.dumps({"username": "administrator", "password": "second"})
    )
    assert credentials.login() == Login("administrator", "second")


def test_password_is_not_shown_where_a_login_is() -> None:
    login = Login("administrator", "hush-hush")
    assert repr(login) == "Login(user='administrator')"
    try:
        raise ValueError(login)
    except ValueError:
        assert "hush-hush" not in traceback.format_exc()
