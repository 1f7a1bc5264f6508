"""What the project's migrations make, as the functions' users see it."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.support.postgresql import Database

BAR = "('IBM', 60, '2013-10-07T13:30Z', '2013-10-07', 186.16, 186.2, 186.1, 186.15, 1200, 186.1512, 3)"


@pytest.fixture
def writer(database: Database) -> Iterator[psycopg.Connection]:
    with database.connect("market_writer") as connection:
        yield connection


@pytest.fixture
def reader(database: Database) -> Iterator[psycopg.Connection]:
    with database.connect("market_reader") as connection:
        yield connection


def _settings(connection: psycopg.Connection) -> dict[str, str]:
    names = (
        "statement_timeout",
        "lock_timeout",
        "idle_in_transaction_session_timeout",
    )
    return {name: str(connection.execute(f"SHOW {name}").fetchone()[0]) for name in names}  # type: ignore[index]


def test_nobody_waits_without_end(writer: psycopg.Connection, reader: psycopg.Connection) -> None:
    assert _settings(writer) == {
        "statement_timeout": "1min",
        "lock_timeout": "30s",
        "idle_in_transaction_session_timeout": "1min",
    }
    assert _settings(reader) == {
        "statement_timeout": "5s",
        "lock_timeout": "2s",
        "idle_in_transaction_session_timeout": "5s",
    }


def test_writer_replaces_bars_that_the_reader_reads(
    writer: psycopg.Connection, reader: psycopg.Connection
) -> None:
    writer.execute(f"INSERT INTO market.bars VALUES {BAR}")
    writer.execute("UPDATE market.bars SET volume = 1300")
    row = reader.execute("SELECT symbol, volume, close, vwap FROM market.bars").fetchone()
    assert [str(value) for value in row or ()] == ["IBM", "1300", "186.1500", "186.151200"]
    writer.execute("DELETE FROM market.bars")
    assert reader.execute("SELECT * FROM market.bars").fetchall() == []


@pytest.mark.requirement("IAM-1")
@pytest.mark.parametrize("table", ["market.bars", "market.daily_analytics"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {}", "UPDATE {} SET symbol = 'X'"])
def test_reader_changes_nothing_even_where_it_unsets_its_read_only_mode(
    reader: psycopg.Connection, table: str, statement: str
) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        reader.execute(statement.format(table))
    reader.execute("SET default_transaction_read_only = off")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute(statement.format(table))


@pytest.mark.requirement("IAM-1")
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE market.mine (id int)",
        "CREATE TABLE public.mine (id int)",
        "CREATE SCHEMA mine",
        "TRUNCATE market.bars",
        "DROP TABLE market.bars",
        "DELETE FROM public.schema_migrations",
        "SELECT * FROM public.schema_migrations",
        "CREATE ROLE mine",
    ],
)
def test_writer_writes_rows_and_nothing_else(writer: psycopg.Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        writer.execute(statement)


@pytest.mark.requirement("DB-2")
def test_functions_users_log_in_by_iam_and_have_no_password(database: Database) -> None:
    with database.cluster.connect() as admin:
        rows = admin.execute(
            "SELECT rolname, rolcanlogin, rolpassword, pg_has_role(rolname, 'rds_iam', 'usage'), rolsuper, "
            "rolcreaterole, rolcreatedb, rolbypassrls FROM pg_authid WHERE rolname LIKE 'market%' ORDER BY 1"
        ).fetchall()
    assert rows == [
        (name, True, None, True, False, False, False, False) for name in ("market_reader", "market_writer")
    ]


@pytest.mark.requirement("DB-2")
def test_master_user_keeps_its_password(database: Database) -> None:
    # Who is a member of rds_iam can't log in with a password any more.
    with database.connect() as master:
        row = master.execute("SELECT pg_has_role(current_user, 'rds_iam', 'usage')").fetchone()
    assert row == (False,)


@pytest.mark.parametrize("interval", [0, 1, 59, 61, 3601])
def test_bars_of_other_intervals_are_refused(writer: psycopg.Connection, interval: int) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        writer.execute(f"INSERT INTO market.bars VALUES {BAR.replace('60,', f'{interval},', 1)}")


def test_one_bar_of_an_instant(writer: psycopg.Connection) -> None:
    writer.execute(f"INSERT INTO market.bars VALUES {BAR}")
    with pytest.raises(psycopg.errors.UniqueViolation):
        writer.execute(f"INSERT INTO market.bars VALUES {BAR.replace('186.16', '1')}")
    writer.execute(f"INSERT INTO market.bars VALUES {BAR.replace('60,', '300,', 1)}")
