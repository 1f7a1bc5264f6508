"""Production's way in, against the local RDS: verified TLS, then a token or the managed secret."""

import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import psycopg
import pytest
from database.connection import Connections, Credentials, IamCredentials, Login, SecretCredentials
from database_migrations.migrations import migrate, read_migrations

from tests.support.local_rds import DATABASE, REGION, AuroraCluster, LocalRds, serve

CERTIFICATES = Path(__file__).parents[3] / "lambda" / "database" / "certificates"


class Counted:
    """Credentials that keep what they gave."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self.given: list[Login] = []

    def login(self) -> Login:
        self.given.append(self._credentials.login())
        return self.given[-1]


@pytest.fixture(scope="module")
def rds() -> Iterator[LocalRds]:
    with serve() as rds:
        yield rds


@pytest.fixture(scope="module")
def cluster(rds: LocalRds) -> AuroraCluster:
    return rds.create()


@pytest.fixture
def enter(cluster: AuroraCluster, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets the environment of a function."""

    def set_environment(**changes: str) -> None:
        target = {
            "PGHOST": cluster.writer,
            "PGPORT": str(cluster.port),
            "PGDATABASE": DATABASE,
            "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": str(cluster.rds.certificate),
            "PGTARGETSESSIONATTRS": "read-write",
        }
        for name, value in {**target, **changes}.items():
            monkeypatch.setenv(name, value)

    return set_environment


@pytest.fixture
def secret(cluster: AuroraCluster) -> SecretCredentials:
    arn = cluster.described["MasterUserSecret"]["SecretArn"]
    return SecretCredentials(cluster.rds.client("secretsmanager"), arn)


@pytest.fixture
def writer(cluster: AuroraCluster, secret: SecretCredentials, enter: Callable[..., None]) -> Counted:
    """What the market-data processor opens connections with, once the migrations have run."""
    enter(PGUSER="market_writer")
    with Connections(secret).connection() as connection:
        migrate(connection, read_migrations())
        connection.close()
    return Counted(IamCredentials(cluster.rds.client("rds", cluster.allowed("market_writer"))))


def _refused(credentials: Counted, reason: str) -> str:
    """Fails to connect, without a second attempt; gives all that may be logged of it."""
    with (
        pytest.raises(psycopg.OperationalError, match=reason) as refused,
        Connections(credentials).connection(),
    ):
        pass
    assert len(credentials.given) == 1
    return "".join(traceback.format_exception(refused.value)) + repr(refused.value)


@pytest.mark.requirement("DB-2")
def test_master_user_comes_in_by_the_managed_secret_and_by_its_next_value(
    cluster: AuroraCluster, secret: SecretCredentials, enter: Callable[..., None]
) -> None:
    enter()
    with Connections(secret).connection() as connection:
        assert connection.pgconn.ssl_in_use
        connection.close()
    before = secret.login()
    cluster.rds.client("secretsmanager").rotate_secret(
        SecretId=cluster.described["MasterUserSecret"]["SecretArn"]
    )
    assert secret.login() != before
    with Connections(secret).connection() as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("administrator",)
        connection.close()


@pytest.mark.requirement("DB-2")
def test_functions_come_in_by_tokens_that_their_roles_sign(
    cluster: AuroraCluster, writer: Counted, enter: Callable[..., None]
) -> None:
    with Connections(writer).connection() as connection:
        assert connection.pgconn.ssl_in_use
        assert connection.execute("SELECT current_user").fetchone() == ("market_writer",)
        connection.close()
    enter(PGHOST=cluster.reader, PGUSER="market_reader", PGTARGETSESSIONATTRS="any")
    reader = IamCredentials(cluster.rds.client("rds", cluster.allowed("market_reader")))
    with Connections(reader).connection() as connection:
        assert connection.execute("SELECT count(*) FROM market.bars").fetchone() == (0,)
        connection.close()


@pytest.mark.requirement("DB-2")
@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"PGSSLROOTCERT": str(CERTIFICATES / f"{REGION}.pem")}, "certificate verify failed"),
        (
            {"PGHOST": "db.example.com", "PGHOSTADDR": "127.0.0.1"},
            'server certificate for .* does not match host name "db.example.com"',
        ),
        ({"PGSSLROOTCERT": "nowhere.pem"}, 'root certificate file "nowhere.pem" does not exist'),
        ({"PGSSLMODE": "disable"}, "no pg_hba.conf entry .* no encryption"),
    ],
    ids=["another authority", "another server", "no authority", "no TLS"],
)
def test_what_is_not_verified_is_not_entered_and_learns_no_token(
    environment: dict[str, str], reason: str, writer: Counted, enter: Callable[..., None]
) -> None:
    enter(**environment)
    told = _refused(writer, reason)
    assert "X-Amz-Signature" not in told


@pytest.mark.requirement("DB-2")
def test_old_token_opens_nothing_and_is_not_in_the_error(writer: Counted) -> None:
    then = datetime.now(UTC).replace(tzinfo=None) - timedelta(minutes=16)
    with mock.patch("botocore.auth.get_current_datetime", return_value=then):
        told = _refused(writer, 'PAM authentication failed for user "market_writer"')
    (login,) = writer.given
    assert "X-Amz-Signature" in login.password
    assert "X-Amz-Signature" not in told


@pytest.mark.requirement("DB-2")
@pytest.mark.requirement("IAM-1")
def test_role_of_one_user_can_not_be_another(
    cluster: AuroraCluster, writer: Counted, enter: Callable[..., None]
) -> None:
    enter(PGUSER="market_writer")
    reader = Counted(IamCredentials(cluster.rds.client("rds", cluster.allowed("market_reader"))))
    _refused(reader, 'PAM authentication failed for user "market_writer"')


def test_wrong_password_is_not_in_the_error(enter: Callable[..., None]) -> None:
    class Wrong:
        def login(self) -> Login:
            return Login("administrator", "hush-hush")

    enter()
    told = _refused(Counted(Wrong()), 'password authentication failed for user "administrator"')
    assert "hush-hush" not in told
