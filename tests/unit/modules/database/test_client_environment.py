"""Functions find the database, and believe it is the database only if a certificate says so."""

from pathlib import Path

import pytest

from modules.database.client_environment import client_environment

PACKAGES = Path(__file__).parents[4] / "lambda"


@pytest.mark.requirement("DB-2")
def test_server_is_verified_with_the_regions_certificates() -> None:
    assert client_environment(
        "ca-central-1", "db.example.com", "5432", "trading", "reader", writes=False
    ) == {
        "PGHOST": "db.example.com",
        "PGPORT": "5432",
        "PGDATABASE": "trading",
        "PGUSER": "reader",
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": "/var/task/database/certificates/ca-central-1.pem",
        "PGTARGETSESSIONATTRS": "any",
    }


def test_certificates_are_where_the_zip_puts_them() -> None:
    environment = client_environment("us-east-1", "host", "5432", "trading", writes=True)
    task_root, name = environment["PGSSLROOTCERT"][:10], environment["PGSSLROOTCERT"][10:]
    assert task_root == "/var/task/"
    assert (PACKAGES / name).is_file()


def test_user_of_a_secret_is_named_by_the_secret() -> None:
    assert "PGUSER" not in client_environment("us-east-1", "host", "5432", "trading", writes=True)


def test_who_writes_takes_no_reader_for_a_writer() -> None:
    environment = client_environment("us-east-1", "host", "5432", "trading", writes=True)
    assert environment["PGTARGETSESSIONATTRS"] == "read-write"
