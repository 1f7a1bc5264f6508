"""What an endpoint demands before it asks who comes: TLS, with a certificate of its own."""

import gc
import socket
import ssl
import struct
from pathlib import Path

import psycopg
import pytest

from local.database import messages
from local.database.certificates import CertificateAuthority
from tests.support.local_rds import AuroraCluster


@pytest.mark.requirement("DB-2")
def test_connections_without_tls_are_refused(cluster: AuroraCluster) -> None:
    with pytest.raises(psycopg.OperationalError) as error:
        cluster.connect(sslmode="disable", sslrootcert="")

    assert "no encryption" in str(error.value)
    assert 'no pg_hba.conf entry for host "127.0.0.1", user "administrator"' in str(error.value)


@pytest.mark.requirement("DB-2")
def test_another_authority_s_certificate_does_not_verify_it(cluster: AuroraCluster, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(CertificateAuthority().certificate)

    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        cluster.connect(sslrootcert=str(other))


def test_the_certificate_is_good_for_no_other_host(cluster: AuroraCluster) -> None:
    with pytest.raises(psycopg.OperationalError, match=r'does not match host name "database\.example\.com"'):
        cluster.connect(host="database.example.com", hostaddr="127.0.0.1")


def test_a_reader_without_server_name_is_not_taken_for_the_writer(cluster: AuroraCluster) -> None:
    with pytest.raises(psycopg.OperationalError, match='does not match host name "localhost"'):
        cluster.connect(host=cluster.reader, sslsni="0")


def test_the_endpoints_certificates_stand_strict_verification(cluster: AuroraCluster) -> None:
    context = ssl.create_default_context(cafile=str(cluster.rds.certificate))
    context.verify_flags |= ssl.VERIFY_X509_STRICT  # as Python 3.13 has it
    for host in (cluster.writer, cluster.reader):
        with socket.create_connection(("127.0.0.1", cluster.port), timeout=5) as plain:
            plain.sendall(messages.SSL_REQUEST_PACKET)
            assert plain.recv(1) == b"S"
            with context.wrap_socket(plain, server_hostname=host) as tls:
                assert tls.version() == "TLSv1.3"


def test_tls_before_version_1_2_is_refused(cluster: AuroraCluster) -> None:
    with pytest.raises(psycopg.OperationalError, match=r"protocol version|alert|SSL error"):
        cluster.connect(ssl_min_protocol_version="TLSv1", ssl_max_protocol_version="TLSv1.1")


def test_what_comes_before_tls_is_not_taken_for_what_tls_protects(cluster: AuroraCluster) -> None:
    with socket.create_connection(("127.0.0.1", cluster.port), timeout=5) as plain:
        plain.sendall(messages.SSL_REQUEST_PACKET + b"injected")

        answer = plain.recv(1000)
        assert answer.startswith(b"E")
        assert b"received unencrypted data after SSL request" in answer
        assert plain.recv(1) == b""


def test_encryption_by_gssapi_is_declined_and_tls_offered(cluster: AuroraCluster) -> None:
    with socket.create_connection(("127.0.0.1", cluster.port), timeout=5) as plain:
        plain.sendall(struct.pack("!II", 8, messages.GSS_ENCRYPTION_REQUEST))
        assert plain.recv(10) == b"N"
        plain.sendall(messages.SSL_REQUEST_PACKET)
        assert plain.recv(10) == b"S"


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        struct.pack("!I", 0),
        struct.pack("!I", 3),
        struct.pack("!I", 4),
        struct.pack("!I", 7) + b"abc",
        struct.pack("!II", 0xFFFFFFFF, 196608),
        messages.SSL_REQUEST_PACKET + bytes(1),
    ],
)
def test_what_is_no_postgresql_ends_only_its_own_connection(
    cluster: AuroraCluster, caplog: pytest.LogCaptureFixture, sent: bytes
) -> None:
    with socket.create_connection(("127.0.0.1", cluster.port), timeout=5) as plain:
        plain.sendall(sent)
        plain.shutdown(socket.SHUT_WR)
        try:
            while plain.recv(1000):
                pass
        except ConnectionResetError:
            pass

    with cluster.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    gc.collect()  # a task that failed says so when it is collected
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []
