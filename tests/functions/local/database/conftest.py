"""A local AWS with databases, in this process, and one cluster that the tests share."""

from collections.abc import Iterator

import pytest

from tests.support.local_rds import AuroraCluster, LocalRds, serve


@pytest.fixture(scope="session")
def rds() -> Iterator[LocalRds]:
    with serve() as rds:
        yield rds


@pytest.fixture(scope="session")
def cluster(rds: LocalRds) -> AuroraCluster:
    """A cluster with a table `entries`, two users in `rds_iam`, and one with a password."""
    cluster = rds.create()
    with cluster.connect() as connection:
        connection.execute("CREATE TABLE entries (number bigint PRIMARY KEY, text text)")
        connection.execute("CREATE ROLE iam_user LOGIN IN ROLE rds_iam")
        connection.execute("CREATE ROLE other_user LOGIN IN ROLE rds_iam")
        connection.execute("CREATE ROLE password_user LOGIN PASSWORD 'opensesame'")
        connection.execute("GRANT ALL ON entries TO iam_user, password_user")
    return cluster
