"""IAM tokens, made by AWS's own library, as RDS checks them."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock
from urllib.parse import quote

import psycopg
import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.sts.models import sts_backends

from tests.support.local_rds import ACCOUNT, REGION, AuroraCluster, LocalRds

USER = "iam_user"


def refused(cluster: AuroraCluster, log: pytest.LogCaptureFixture, token: str, **changes: Any) -> str:
    """Tries a token that opens nothing, and gives the reason that the server's log names."""
    log.clear()
    with pytest.raises(psycopg.OperationalError) as error:
        cluster.connect(**{"user": USER, "password": token, **changes})
    assert f'FATAL:  PAM authentication failed for user "{changes.get("user", USER)}"' in str(error.value)
    (record,) = (record for record in log.records if record.name == "local.database.front")
    return record.getMessage()


def token_of(cluster: AuroraCluster, when: datetime) -> str:
    with mock.patch("botocore.auth.get_current_datetime", return_value=when.replace(tzinfo=None)):
        return cluster.token(USER)


def signed(cluster: AuroraCluster, when: datetime, seconds: int) -> str:
    """A token with another lifetime than AWS's library gives it."""
    url = f"https://{cluster.writer}:{cluster.port}/?Action=connect&DBUser={USER}"
    request = AWSRequest(method="GET", url=url)
    credentials = Credentials(*cluster.allowed(USER).values())
    with mock.patch("botocore.auth.get_current_datetime", return_value=when.replace(tzinfo=None)):
        SigV4QueryAuth(credentials, "rds-db", REGION, expires=seconds).add_auth(request)
    return str(request.url).removeprefix("https://")


@pytest.mark.requirement("DB-2")
@pytest.mark.parametrize("endpoint", ["writer", "reader"])
def test_a_token_opens_a_connection(cluster: AuroraCluster, endpoint: str) -> None:
    with cluster.enter(USER, host=getattr(cluster, endpoint)) as connection:
        assert connection.execute("SELECT current_user").fetchone() == (USER,)
        assert connection.pgconn.ssl_in_use


def test_a_token_is_good_for_fifteen_minutes(
    cluster: AuroraCluster, caplog: pytest.LogCaptureFixture
) -> None:
    now = datetime.now(UTC)
    cluster.connect(user=USER, password=token_of(cluster, now - timedelta(minutes=14, seconds=30))).close()

    assert "has expired" in refused(cluster, caplog, token_of(cluster, now - timedelta(minutes=15)))


def test_a_token_of_the_future_opens_nothing(
    cluster: AuroraCluster, caplog: pytest.LogCaptureFixture
) -> None:
    now = datetime.now(UTC)
    cluster.connect(user=USER, password=token_of(cluster, now + timedelta(minutes=4))).close()

    assert "still to come" in refused(cluster, caplog, token_of(cluster, now + timedelta(minutes=6)))


def test_a_longer_life_is_not_believed(cluster: AuroraCluster, caplog: pytest.LogCaptureFixture) -> None:
    now = datetime.now(UTC)
    cluster.connect(user=USER, password=signed(cluster, now, 86400)).close()

    old = signed(cluster, now - timedelta(minutes=16), 86400)

    assert "has expired" in refused(cluster, caplog, old)


def test_a_shorter_life_is_respected(cluster: AuroraCluster, caplog: pytest.LogCaptureFixture) -> None:
    old = signed(cluster, datetime.now(UTC) - timedelta(seconds=61), 60)

    assert "has expired" in refused(cluster, caplog, old)


@pytest.mark.parametrize("what", ["host", "port", "user"])
def test_a_token_for_something_else_opens_nothing(
    cluster: AuroraCluster, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    tokens = {
        "host": cluster.token(USER, host=cluster.reader),
        "port": cluster.token(USER, port=cluster.port + 1),
        "user": cluster.token("other_user"),
    }

    assert "connection to ('127.0.0.1'" in refused(cluster, caplog, tokens[what])


def test_a_token_for_another_region_opens_nothing(
    cluster: AuroraCluster, caplog: pytest.LogCaptureFixture
) -> None:
    client = cluster.rds.client("rds", cluster.allowed(USER))
    token = client.generate_db_auth_token(cluster.writer, cluster.port, USER, "eu-central-1")

    assert "'eu-central-1'), connection to" in refused(cluster, caplog, token)


def test_a_token_for_the_writer_does_not_open_the_reader(
    cluster: AuroraCluster, caplog: pytest.LogCaptureFixture
) -> None:
    reason = refused(cluster, caplog, cluster.token(USER), host=cluster.reader)

    assert "connection to ('localhost'" in reason


def test_a_changed_user_breaks_the_signature(
    cluster: AuroraCluster, caplog: pytest.LogCaptureFixture
) -> None:
    anybody = {"Effect": "Allow", "Action": "rds-db:connect", "Resource": cluster.dbuser_arn("*")}
    token = cluster.token("other_user", credentials=cluster.rds.session([anybody]))

    changed = token.replace("DBUser=other_user", f"DBUser={USER}")

    assert "signature does not match" in refused(cluster, caplog, changed)


def test_a_changed_signature_is_noticed(cluster: AuroraCluster, caplog: pytest.LogCaptureFixture) -> None:
    token = cluster.token(USER)
    last = "0" if token[-1] != "0" else "1"

    assert "signature does not match" in refused(cluster, caplog, token[:-1] + last)


def test_one_session_s_key_with_another_s_token_opens_nothing(
    cluster: AuroraCluster, caplog: pytest.LogCaptureFixture
) -> None:
    mine, others = cluster.allowed(USER), cluster.allowed("other_user")
    mixed = {**mine, "aws_session_token": others["aws_session_token"]}
    assert "session token is another one" in refused(cluster, caplog, cluster.token(USER, credentials=mixed))

    without = {name: value for name, value in mine.items() if name != "aws_session_token"}
    assert "session token is another one" in refused(
        cluster, caplog, cluster.token(USER, credentials=without)
    )


def test_a_key_that_nobody_has_opens_nothing(
    cluster: AuroraCluster, caplog: pytest.LogCaptureFixture
) -> None:
    keys = {"aws_access_key_id": "ASIAUNKNOWN", "aws_secret_access_key": "x", "aws_session_token": "y"}

    reason = refused(cluster, caplog, cluster.token(USER, credentials=keys))

    assert "no session of a role in this account has the key ASIAUNKNOWN" in reason


def test_a_session_that_has_ended_opens_nothing(
    cluster: AuroraCluster, caplog: pytest.LogCaptureFixture
) -> None:
    allow = {"Effect": "Allow", "Action": "rds-db:connect", "Resource": cluster.dbuser_arn(USER)}
    keys = cluster.rds.session([allow])
    sessions = sts_backends[ACCOUNT]["aws"]
    session = sessions.get_assumed_role_from_access_key(keys["aws_access_key_id"])
    assert session is not None
    cluster.connect(user=USER, password=cluster.token(USER, credentials=keys)).close()

    session.expiration -= timedelta(hours=1)

    reason = refused(cluster, caplog, cluster.token(USER, credentials=keys))
    assert f"assumed-role/{session.role_arn.rpartition('/')[2]}/test has expired" in reason


@pytest.mark.requirement("DB-2")
@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ({"Effect": "Allow", "Action": "rds:*", "Resource": "*"}, "no identity-based policy allows"),
        (
            {"Effect": "Allow", "Action": "rds-db:connect", "Resource": "{other_user}"},
            "no identity-based policy allows",
        ),
        (
            {
                "Effect": "Allow",
                "Action": "rds-db:connect",
                "Resource": f"arn:aws:rds-db:{REGION}:{ACCOUNT}:dbuser:cluster-OTHER/{USER}",
            },
            "no identity-based policy allows",
        ),
        (
            {"Effect": "Deny", "Action": "rds-db:connect", "Resource": "*"},
            "with an explicit deny in an identity-based policy",
        ),
    ],
)
def test_the_role_s_policies_have_to_allow_it(
    cluster: AuroraCluster, caplog: pytest.LogCaptureFixture, statement: dict[str, str], reason: str
) -> None:
    resource = statement["Resource"].replace("{other_user}", cluster.dbuser_arn("other_user"))
    statements = [{**statement, "Resource": resource}]
    if statement["Effect"] == "Deny":
        statements.append({**statement, "Effect": "Allow"})
    token = cluster.token(USER, credentials=cluster.rds.session(statements))

    said = refused(cluster, caplog, token)

    assert reason in said
    assert f"may not rds-db:connect on {cluster.dbuser_arn(USER)}" in said


def test_policies_are_those_of_the_moment_not_of_the_token(
    rds: LocalRds, cluster: AuroraCluster, caplog: pytest.LogCaptureFixture
) -> None:
    iam, role = rds.client("iam"), f"role-{uuid.uuid4().hex[:8]}"
    arn = iam.create_role(RoleName=role, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    policy = (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "rds-db:connect", '
        f'"Resource": "{cluster.dbuser_arn(USER)}"' + "}]}"
    )
    iam.put_role_policy(RoleName=role, PolicyName="connect", PolicyDocument=policy)
    assumed = rds.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    keys = {
        "aws_access_key_id": assumed["AccessKeyId"],
        "aws_secret_access_key": assumed["SecretAccessKey"],
        "aws_session_token": assumed["SessionToken"],
    }
    token = cluster.token(USER, credentials=keys)
    connection = cluster.connect(user=USER, password=token)

    iam.delete_role_policy(RoleName=role, PolicyName="connect")

    assert "no identity-based policy allows" in refused(cluster, caplog, token)
    with connection:
        assert connection.execute("SELECT 1").fetchone() == (1,), "an open connection lives on"


@pytest.mark.parametrize(
    "token",
    [
        "opensesame",
        " ",
        "127.0.0.1:5432/",
        "127.0.0.1:5432/?Action=connect",
        "127.0.0.1:port/?Action=connect&DBUser=iam_user",
        "[:5432/?Action=connect",
        "127.0.0.1/?" + "&".join(f"X-Amz-{name}=" for name in ("Credential", "Date", "Expires", "Signature")),
        "é%ff" * 1000,
    ],
)
def test_what_is_no_token_opens_nothing(
    cluster: AuroraCluster, caplog: pytest.LogCaptureFixture, token: str
) -> None:
    assert "not an IAM authentication token" in refused(cluster, caplog, token)


@pytest.mark.parametrize(
    ("part", "changed"),
    [
        ("Action=connect", "Action=other"),
        (quote("/rds-db/aws4_request", safe=""), quote("/rds/aws4_request", safe="")),
        ("X-Amz-SignedHeaders=host", "X-Amz-SignedHeaders=host;date"),
        ("X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Algorithm=none"),
    ],
)
def test_a_pre_signed_url_for_something_else_is_no_token(
    cluster: AuroraCluster, caplog: pytest.LogCaptureFixture, part: str, changed: str
) -> None:
    token = cluster.token(USER)
    assert part in token

    assert "not an IAM authentication token" in refused(cluster, caplog, token.replace(part, changed))


def test_a_member_of_rds_iam_has_no_password_any_more(
    cluster: AuroraCluster, caplog: pytest.LogCaptureFixture
) -> None:
    with cluster.connect() as connection:
        connection.execute(f"ALTER ROLE {USER} PASSWORD 'opensesame'")

    assert "not an IAM authentication token" in refused(cluster, caplog, "opensesame")


def test_a_token_is_no_password_of_a_user_outside_rds_iam(cluster: AuroraCluster) -> None:
    with pytest.raises(
        psycopg.OperationalError, match='password authentication failed for user "password_user"'
    ):
        cluster.enter("password_user")


def test_who_leaves_rds_iam_gets_in_by_password_again(
    cluster: AuroraCluster, caplog: pytest.LogCaptureFixture
) -> None:
    with cluster.connect() as connection:
        connection.execute("CREATE ROLE changing LOGIN PASSWORD 'opensesame'")
        cluster.connect(user="changing", password="opensesame").close()
        connection.execute("GRANT rds_iam TO changing")
        refused(cluster, caplog, "opensesame", user="changing")
        cluster.enter("changing").close()
        connection.execute("REVOKE rds_iam FROM changing")
        cluster.connect(user="changing", password="opensesame").close()


def test_a_cluster_without_iam_authentication_takes_no_token(
    rds: LocalRds, caplog: pytest.LogCaptureFixture
) -> None:
    cluster = rds.create(EnableIAMDatabaseAuthentication=False)
    with cluster.connect() as connection:
        connection.execute(f"CREATE ROLE {USER} LOGIN IN ROLE rds_iam")

    assert "IAM authentication is off" in refused(cluster, caplog, cluster.token(USER))
    rds.delete(cluster)
