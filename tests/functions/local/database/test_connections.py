"""Connections to the endpoints of a cluster, with production's driver."""

from tests.support.local_rds import AuroraCluster


def test_smoke(cluster: AuroraCluster) -> None:
    with cluster.enter("iam_user") as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("iam_user",)
        assert connection.info.dsn
    with cluster.enter("iam_user", host=cluster.reader) as connection:
        assert connection.execute("SHOW transaction_read_only").fetchone() == ("on",)
