"""Clusters of the local RDS, and production's ways into them."""

import json
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import psycopg

from local.control_plane import ControlPlane
from local.database import databases

REGION = "us-east-1"
ACCOUNT = "123456789012"
MASTER = "administrator"
DATABASE = "trading"


@dataclass(frozen=True)
class LocalRds:
    """A local AWS with databases.

    Attributes:
        endpoint_url: its address.
        certificate: file with the certificate of the databases' authority.
        work: folder of the databases.
    """

    endpoint_url: str
    certificate: Path
    work: Path

    def client(self, service: str, credentials: Mapping[str, str] | None = None) -> Any:
        """A client, by default with keys that no role or user has."""
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.endpoint_url,
            region_name=REGION,
            **(credentials or {"aws_access_key_id": "test", "aws_secret_access_key": "test"}),
        )

    def session(self, statements: list[dict[str, Any]]) -> dict[str, str]:
        """Credentials of a session of a new role with a policy of these statements."""
        iam, name = self.client("iam"), f"role-{uuid.uuid4().hex[:8]}"
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_role_policy(RoleName=name, PolicyName="policy", PolicyDocument=document)
        assumed = self.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
        return {
            "aws_access_key_id": assumed["AccessKeyId"],
            "aws_secret_access_key": assumed["SecretAccessKey"],
            "aws_session_token": assumed["SessionToken"],
        }

    def create(self, **changes: Any) -> "AuroraCluster":
        """Creates a cluster as the stack does."""
        parameters = {
            "DBClusterIdentifier": f"db-{uuid.uuid4().hex[:8]}",
            "Engine": "aurora-postgresql",
            "DatabaseName": DATABASE,
            "MasterUsername": MASTER,
            "ManageMasterUserPassword": True,
            "EnableIAMDatabaseAuthentication": True,
        }
        return AuroraCluster(self, self.client("rds").create_db_cluster(**parameters | changes)["DBCluster"])

    def delete(self, cluster: "AuroraCluster") -> None:
        """Deletes a cluster."""
        name = cluster.described["DBClusterIdentifier"]
        self.client("rds").delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)


@dataclass(frozen=True)
class AuroraCluster:
    """A cluster as RDS describes it, and ways in.

    Attributes:
        rds: the local AWS.
        described: answer of DescribeDBClusters.
    """

    rds: LocalRds
    described: dict[str, Any]
    _sessions: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def port(self) -> int:
        return int(self.described["Port"])

    @property
    def writer(self) -> str:
        return str(self.described["Endpoint"])

    @property
    def reader(self) -> str:
        return str(self.described["ReaderEndpoint"])

    def dbuser_arn(self, user: str) -> str:
        """ARN of a user in policies."""
        return f"arn:aws:rds-db:{REGION}:{ACCOUNT}:dbuser:{self.described['DbClusterResourceId']}/{user}"

    def allowed(self, user: str) -> dict[str, str]:
        """Credentials of a role that may connect as a user."""
        if user not in self._sessions:
            allow = {"Effect": "Allow", "Action": "rds-db:connect", "Resource": self.dbuser_arn(user)}
            self._sessions[user] = self.rds.session([allow])
        return self._sessions[user]

    def token(
        self, user: str, host: str | None = None, credentials: Mapping[str, str] | None = None, port: int = 0
    ) -> str:
        """A token made by AWS's own library."""
        client = self.rds.client("rds", credentials or self.allowed(user))
        token = client.generate_db_auth_token(host or self.writer, port or self.port, user, REGION)
        return str(token)

    @property
    def master_password(self) -> str:
        """What the managed secret says now."""
        secret = self.described["MasterUserSecret"]["SecretArn"]
        value = self.rds.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
        credentials = json.loads(value)
        assert credentials["username"] == MASTER
        return str(credentials["password"])

    def connect(self, **changes: Any) -> psycopg.Connection:
        """Connects as production does; by default as the master user to the writer. Autocommit."""
        parameters: dict[str, Any] = {
            "host": self.writer,
            "port": self.port,
            "dbname": DATABASE,
            "user": MASTER,
            "sslmode": "verify-full",
            "sslrootcert": str(self.rds.certificate),
            "connect_timeout": 10,
            "autocommit": True,
        }
        parameters |= changes
        if "password" not in parameters:
            parameters["password"] = self.master_password
        return psycopg.connect(**parameters)

    def enter(self, user: str, **changes: Any) -> psycopg.Connection:
        """Connects by a token."""
        host = changes.get("host", self.writer)
        return self.connect(**{"user": user, "password": self.token(user, host), **changes})


@contextmanager
def serve() -> Iterator[LocalRds]:
    """A local AWS with databases, in this process.

    Not in one of pytest's folders: each run of pytest takes all users but its own the right to enter those
    of other runs, and PostgreSQL is another user where the tests are run by root.
    """
    with ControlPlane() as control_plane, tempfile.TemporaryDirectory(prefix="rds-") as folder:
        certificate, work = Path(folder) / "rds-ca.pem", Path(folder) / "databases"
        running = databases.start(work, certificate)
        try:
            yield LocalRds(control_plane.endpoint_url, certificate, work)
        finally:
            running.stop()
