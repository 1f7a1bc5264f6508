"""The databases of the local RDS: one PostgreSQL for each Aurora cluster, behind its endpoints.

moto answers for RDS as an API; nothing listens behind the endpoints that it returns. `start` changes that.
"""

import asyncio
import contextlib
import functools
import json
import shutil
import tempfile
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import SubprocessError
from typing import Any, TypeVar

import psycopg
from moto.rds.exceptions import RDSClientError
from moto.rds.models import DBCluster, DBInstance, DBInstanceClustered, RDSBackend

from local.database import admission
from local.database.certificates import CertificateAuthority
from local.database.cluster import Cluster, access_rules
from local.database.front import READER_HOST, WRITER_HOST, Front
from local.extensions.wrapping import replaced

ENGINE = "aurora-postgresql"

_T = TypeVar("_T")


@dataclass
class _Database:
    """A cluster's database; also the gatekeeper of its front."""

    described: Any
    server: Cluster
    front: Front | None = None
    _master_password: str | None = None
    _changing: threading.Lock = field(default_factory=threading.Lock)

    def prepare(self, user: str) -> None:
        """Gives the master user the password that RDS, or the secret that it manages, now says."""
        if user != self.described.master_username:
            return
        with self._changing:
            password = _master_password(self.described)
            if password != self._master_password:
                self.server.set_password(user, password)
                self._master_password = password

    def admit(self, token: str, user: str, host: str, port: int) -> None:
        """Checks a token."""
        admission.admit(self.described, token, user, host, port)


class Databases:
    """Makes and removes databases as clusters come and go; made by `start`."""

    def __init__(self, work: Path) -> None:
        self._work = work
        self._authority = CertificateAuthority()
        self._databases: dict[str, _Database] = {}
        self._changing = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="databases", daemon=True)
        self._replacements = contextlib.ExitStack()

    @property
    def certificate(self) -> bytes:
        """Certificate of the authority that signs the endpoints' certificates, PEM."""
        return self._authority.certificate

    def stop(self) -> None:
        """Stops and removes every database, and gives moto its own ways back."""
        self._replacements.close()
        for resource_id in list(self._databases):
            self._remove(resource_id)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        shutil.rmtree(self._work, ignore_errors=True)

    def _start(self) -> None:
        shutil.rmtree(self._work, ignore_errors=True)
        self._work.mkdir(parents=True, exist_ok=True)
        self._thread.start()
        for owner, name, replacement in self._of_moto():
            self._replacements.enter_context(replaced(owner, name, replacement))

    def _of_moto(self) -> Iterator[tuple[Any, str, Any]]:
        """All that is replaced in moto."""
        yield RDSBackend, "create_db_cluster", self._created(RDSBackend.create_db_cluster)
        yield RDSBackend, "delete_db_cluster", self._deleted(RDSBackend.delete_db_cluster)
        yield DBCluster, "endpoint", self._address(DBCluster.endpoint, lambda _: WRITER_HOST)
        yield DBCluster, "reader_endpoint", self._address(DBCluster.reader_endpoint, lambda _: READER_HOST)
        yield DBInstance, "endpoint", self._instance_endpoint(DBInstance.endpoint)

    def _created(self, original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def create(backend: Any, kwargs: dict[str, Any]) -> Any:
            cluster = original(backend, kwargs)
            if cluster.engine == ENGINE:
                try:
                    self._add(cluster)
                except (OSError, SubprocessError, psycopg.Error) as error:
                    _forget(backend, cluster)
                    # RDS has no such error; a server's error would be tried again for minutes.
                    message = f"local AWS: no PostgreSQL for the cluster: {error}"
                    raise RDSClientError("InvalidDBClusterStateFault", message) from error
            return cluster

        return create

    def _deleted(self, original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def delete(backend: Any, *arguments: Any, **options: Any) -> Any:
            cluster = original(backend, *arguments, **options)
            self._remove(cluster.db_cluster_resource_id)
            return cluster

        return delete

    def _address(self, original: Any, choose: Callable[[Any], str]) -> property:
        def host(cluster: Any) -> Any:
            if cluster.db_cluster_resource_id in self._databases:
                return choose(cluster)
            return original.fget(cluster)

        return property(host)

    def _instance_endpoint(self, original: Any) -> property:
        def endpoint(instance: Any) -> Any:
            answer = original.fget(instance)
            if not isinstance(instance, DBInstanceClustered):
                return answer
            if instance.cluster.db_cluster_resource_id not in self._databases:
                return answer
            host = WRITER_HOST if instance.is_cluster_writer else READER_HOST
            return {"Address": host, "Port": instance.cluster.port}

        return property(endpoint)

    def _add(self, cluster: Any) -> None:
        with self._changing:
            # Never a name from before: what ended a server that was killed may still be removing its files.
            server = Cluster(Path(tempfile.mkdtemp(dir=self._work, prefix="")))
            database = _Database(cluster, server)
            try:
                server.start(access_rules(cluster.master_username))
                server.create_database(cluster.database_name, cluster.master_username)
                front = database.front = Front(server.socket, self._authority, database)
                self._wait(front.start())
            except BaseException:
                server.stop()
                raise
            cluster.port = front.port
            self._databases[cluster.db_cluster_resource_id] = database

    def _remove(self, resource_id: str) -> None:
        with self._changing:
            database = self._databases.pop(resource_id, None)
            if database is None:
                return
            if database.front is not None:
                self._wait(database.front.stop())
            database.server.stop()

    def _wait(self, work: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


def start(work: Path, certificate: Path) -> Databases:
    """Puts a PostgreSQL behind each Aurora cluster that a moto server in this process creates from now on.

    Args:
        work: folder for the databases; what is in it is removed, first and last.
        certificate: file for the certificate that clients verify the endpoints with, PEM.

    Returns:
        The databases, none yet.
    """
    databases = Databases(work)
    certificate.parent.mkdir(parents=True, exist_ok=True)
    certificate.write_bytes(databases.certificate)
    databases._start()
    return databases


def _forget(backend: Any, cluster: Any) -> None:
    """Takes back the creation of a cluster."""
    backend.delete_db_cluster(cluster.db_cluster_identifier)
    for name, snapshot in list(backend.cluster_snapshots.items()):
        if snapshot.cluster.db_cluster_resource_id == cluster.db_cluster_resource_id:
            del backend.cluster_snapshots[name]


def _master_password(cluster: Any) -> str:
    """The master user's password as it is now."""
    if not cluster.manage_master_user_password:
        return str(cluster._master_user_password)
    secret = cluster.master_user_secret.secret
    value = secret.versions[secret.default_version_id]["secret_string"]
    return str(json.loads(value)["password"])
