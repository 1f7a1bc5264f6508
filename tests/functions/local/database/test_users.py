"""Users with a password, the master user above all."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.support.local_rds import DATABASE, MASTER, AuroraCluster, LocalRds

NOT_IN = 'password authentication failed for user "administrator"'


@pytest.mark.requirement("DB-2")
def test_the_master_user_enters_by_the_managed_secret(cluster: AuroraCluster) -> None:
    with cluster.connect(password=cluster.master_password) as connection:
        assert connection.execute("SELECT current_user, current_database()").fetchone() == (MASTER, DATABASE)


@pytest.mark.parametrize("password", ["wrong", "", "P@55w0rd!"])
def test_a_wrong_password_opens_nothing(cluster: AuroraCluster, password: str) -> None:
    with pytest.raises(psycopg.OperationalError, match=NOT_IN if password else "no password supplied"):
        cluster.connect(password=password)


def test_a_token_does_not_open_the_master_user(cluster: AuroraCluster) -> None:
    with pytest.raises(psycopg.OperationalError, match=NOT_IN):
        cluster.enter(MASTER)


def test_the_first_to_come_may_be_several_at_once(rds: LocalRds) -> None:
    cluster = rds.create()
    password = cluster.master_password

    with ThreadPoolExecutor(10) as pool:
        connections = [pool.submit(cluster.connect, password=password) for _ in range(10)]
        for connection in connections:
            connection.result().close()
    rds.delete(cluster)


@pytest.mark.parametrize("way", ["RotateSecret", "ModifyDBCluster"])
def test_rotation_changes_the_password_and_leaves_connections_open(rds: LocalRds, way: str) -> None:
    cluster = rds.create()
    before = cluster.master_password
    connection = cluster.connect(password=before)

    if way == "RotateSecret":
        secret = cluster.described["MasterUserSecret"]["SecretArn"]
        rds.client("secretsmanager").rotate_secret(SecretId=secret)
    else:
        rds.client("rds").modify_db_cluster(
            DBClusterIdentifier=cluster.described["DBClusterIdentifier"],
            RotateMasterUserPassword=True,
            ApplyImmediately=True,
        )

    assert cluster.master_password != before
    cluster.connect(password=cluster.master_password).close()
    with pytest.raises(psycopg.OperationalError, match=NOT_IN):
        cluster.connect(password=before)
    with connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    rds.delete(cluster)


def test_a_password_that_was_given_is_the_master_user_s_until_it_is_changed(rds: LocalRds) -> None:
    cluster = rds.create(ManageMasterUserPassword=False, MasterUserPassword="it's a \\ secret")
    cluster.connect(password="it's a \\ secret").close()

    rds.client("rds").modify_db_cluster(
        DBClusterIdentifier=cluster.described["DBClusterIdentifier"], MasterUserPassword="changed secret"
    )

    cluster.connect(password="changed secret").close()
    with pytest.raises(psycopg.OperationalError, match=NOT_IN):
        cluster.connect(password="it's a \\ secret")
    rds.delete(cluster)


def test_users_that_the_master_makes_enter_by_their_password(cluster: AuroraCluster) -> None:
    with cluster.connect(user="password_user", password="opensesame") as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("password_user",)
    with pytest.raises(
        psycopg.OperationalError, match='password authentication failed for user "password_user"'
    ):
        cluster.connect(user="password_user", password="openbarley")


def test_a_user_that_does_not_exist_is_told_no_more_than_others(cluster: AuroraCluster) -> None:
    with pytest.raises(psycopg.OperationalError, match='password authentication failed for user "nobody"'):
        cluster.connect(user="nobody", password="opensesame")


@pytest.mark.parametrize("password", ["", "opensesame"])
def test_the_superuser_is_nobody_s(cluster: AuroraCluster, password: str) -> None:
    with pytest.raises(psycopg.OperationalError, match=r'no pg_hba\.conf entry .* user "rdsadmin"'):
        cluster.connect(user="rdsadmin", password=password)


@pytest.mark.requirement("DB-2")
def test_the_master_user_has_the_rights_that_rds_gives_it(cluster: AuroraCluster) -> None:
    with cluster.connect() as connection:
        rights = "SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        assert connection.execute(rights).fetchone() == (False, True, True)
        member = "SELECT pg_has_role('rds_superuser', 'MEMBER'), pg_has_role('pg_monitor', 'USAGE')"
        assert connection.execute(member).fetchone() == (True, True)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("COPY entries FROM PROGRAM 'id'")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SET ROLE rdsadmin")


def test_clusters_know_nothing_of_each_other(rds: LocalRds, cluster: AuroraCluster) -> None:
    other = rds.create(DatabaseName="elsewhere", MasterUsername="root_user")
    password = rds.client("secretsmanager").get_secret_value(
        SecretId=other.described["MasterUserSecret"]["SecretArn"]
    )["SecretString"]

    assert other.port != cluster.port
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        other.connect(password=cluster.master_password)
    assert '"username": "root_user"' in password
    rds.delete(other)


def test_a_cluster_without_a_database_name_has_the_one_that_every_server_has(rds: LocalRds) -> None:
    parameters = {
        "DBClusterIdentifier": "nameless",
        "Engine": "aurora-postgresql",
        "MasterUsername": MASTER,
        "MasterUserPassword": "opensesame",
    }
    cluster = AuroraCluster(rds, rds.client("rds").create_db_cluster(**parameters)["DBCluster"])

    with cluster.connect(dbname="postgres", password="opensesame") as connection:
        connection.execute("CREATE SCHEMA own")
    with pytest.raises(psycopg.OperationalError, match=f'database "{DATABASE}" does not exist'):
        cluster.connect(password="opensesame")
    rds.delete(cluster)
