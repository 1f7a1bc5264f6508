"""What RDS says of the endpoints, and where they lead."""

import psycopg
import pytest

from tests.support.local_rds import MASTER, AuroraCluster, LocalRds


@pytest.mark.requirement("GEN-8")
def test_the_endpoints_are_two_addresses_with_one_port(cluster: AuroraCluster) -> None:
    name = cluster.described["DBClusterIdentifier"]
    (described,) = cluster.rds.client("rds").describe_db_clusters(DBClusterIdentifier=name)["DBClusters"]

    assert described["Endpoint"] == "127.0.0.1"
    assert described["ReaderEndpoint"] == "localhost"
    assert described["Port"] == cluster.described["Port"] > 1024


def test_instances_are_where_their_cluster_s_endpoints_lead(rds: LocalRds) -> None:
    client, cluster = rds.client("rds"), rds.create()
    name = cluster.described["DBClusterIdentifier"]
    for number in (1, 2):
        client.create_db_instance(
            DBInstanceIdentifier=f"{name}-{number}",
            DBClusterIdentifier=name,
            Engine="aurora-postgresql",
            DBInstanceClass="db.serverless",
        )
    (described,) = client.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"]
    writers = {one["DBInstanceIdentifier"]: one["IsClusterWriter"] for one in described["DBClusterMembers"]}

    endpoints = {}
    for instance in client.describe_db_instances()["DBInstances"]:
        if instance["DBClusterIdentifier"] == name:
            endpoints[instance["DBInstanceIdentifier"]] = instance["Endpoint"]
            client.delete_db_instance(DBInstanceIdentifier=instance["DBInstanceIdentifier"])
    rds.delete(cluster)

    assert writers == {f"{name}-1": True, f"{name}-2": False}
    assert endpoints == {
        f"{name}-1": {"Address": "127.0.0.1", "Port": cluster.port},
        f"{name}-2": {"Address": "localhost", "Port": cluster.port},
    }


def test_other_engines_keep_what_moto_says(rds: LocalRds) -> None:
    client = rds.client("rds")
    mysql = client.create_db_cluster(
        DBClusterIdentifier="mysql",
        Engine="aurora-mysql",
        MasterUsername=MASTER,
        MasterUserPassword="opensesame",
    )["DBCluster"]
    client.delete_db_cluster(DBClusterIdentifier="mysql", SkipFinalSnapshot=True)

    assert mysql["Endpoint"].endswith(".us-east-1.rds.amazonaws.com")
    assert mysql["ReaderEndpoint"].startswith("mysql.cluster-ro-")
    assert mysql["Port"] == 3306


@pytest.mark.requirement("DB-1")
def test_the_reader_reads_what_the_writer_wrote_and_writes_nothing(cluster: AuroraCluster) -> None:
    with cluster.enter("iam_user") as writer:
        writer.execute("INSERT INTO entries VALUES (4711, 'x') ON CONFLICT DO NOTHING")

    with cluster.enter("iam_user", host=cluster.reader) as reader:
        assert reader.execute("SELECT text FROM entries WHERE number = 4711").fetchone() == ("x",)
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction) as error:
            reader.execute("DELETE FROM entries")

    assert error.value.sqlstate == "25006"


def test_a_client_s_own_options_do_not_let_it_write_at_the_reader(cluster: AuroraCluster) -> None:
    options = "-c default_transaction_read_only=off -c statement_timeout=4321"

    with cluster.enter("iam_user", host=cluster.reader, options=options) as reader:
        assert reader.execute("SHOW statement_timeout").fetchone() == ("4321ms",)
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            reader.execute("DELETE FROM entries")


def test_the_master_user_only_reads_at_the_reader(cluster: AuroraCluster) -> None:
    with (
        cluster.connect(host=cluster.reader) as reader,
        pytest.raises(psycopg.errors.ReadOnlySqlTransaction),
    ):
        reader.execute("CREATE TABLE other (number int)")
