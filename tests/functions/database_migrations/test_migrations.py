"""Migrations are applied in order, once, whole or not at all, by one run at a time."""

import re
import threading
import time
from pathlib import Path

import psycopg
import pytest
from database_migrations import migrations as module
from database_migrations.migrations import DIRECTORY, Migration, MigrationError, migrate, read_migrations

from local.database.cluster import Cluster
from tests.support.postgresql import DATABASE, MASTER

ONE = Migration("0001_one", "CREATE TABLE one (id int); INSERT INTO one VALUES (1);")
TWO = Migration("0002_two", "CREATE TABLE two (percent text DEFAULT '100 %s'); INSERT INTO one VALUES (2)")
BROKEN = Migration("0003_broken", "CREATE TABLE three (id int); INSERT INTO three VALUES ('no number')")


def _tables(connection: psycopg.Connection) -> set[str]:
    rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {name for (name,) in rows} - {"schema_migrations"}


def _ledger(connection: psycopg.Connection) -> list[tuple[str, str]]:
    return connection.execute("SELECT name, checksum FROM schema_migrations ORDER BY name").fetchall()


def test_all_are_applied_to_a_new_database(master: psycopg.Connection) -> None:
    assert migrate(master, [ONE, TWO]) == ["0001_one", "0002_two"]
    assert _tables(master) == {"one", "two"}
    assert _ledger(master) == [("0001_one", ONE.checksum), ("0002_two", TWO.checksum)]


def test_second_run_does_nothing(master: psycopg.Connection) -> None:
    migrate(master, [ONE])
    assert migrate(master, [ONE]) == []
    assert master.execute("SELECT count(*) FROM one").fetchone() == (1,)


def test_only_new_ones_are_applied(master: psycopg.Connection) -> None:
    migrate(master, [ONE])
    assert migrate(master, [ONE, TWO]) == ["0002_two"]


@pytest.mark.parametrize(
    "given",
    [[Migration(ONE.name, ONE.statements + " "), TWO], [TWO]],
    ids=["changed", "removed"],
)
def test_one_that_was_applied_must_stay_as_it_was(master: psycopg.Connection, given: list[Migration]) -> None:
    migrate(master, [ONE])
    with pytest.raises(MigrationError, match=r"changed or removed since: 0001_one\."):
        migrate(master, given)
    assert _tables(master) == {"one"}


def test_failed_one_leaves_nothing_and_those_before_it_stay(master: psycopg.Connection) -> None:
    with pytest.raises(MigrationError, match=r"^0003_broken failed, .*invalid input syntax for type integer"):
        migrate(master, [ONE, BROKEN, TWO])
    assert _tables(master) == {"one"}
    assert _ledger(master) == [("0001_one", ONE.checksum)]


def test_deployment_after_the_repair_goes_on(master: psycopg.Connection) -> None:
    with pytest.raises(MigrationError):
        migrate(master, [ONE, BROKEN])
    repaired = Migration(BROKEN.name, "CREATE TABLE three (id int)")
    assert migrate(master, [ONE, repaired]) == ["0003_broken"]


def test_failed_run_lets_the_next_one_in(master: psycopg.Connection, cluster: Cluster) -> None:
    with pytest.raises(MigrationError):
        migrate(master, [BROKEN])
    with cluster.connect(DATABASE, MASTER) as other:
        other.execute("SET lock_timeout = '1s'")
        assert migrate(other, [ONE]) == ["0001_one"]


def test_of_two_runs_at_once_one_waits_and_finds_all_done(
    cluster: Cluster, master: psycopg.Connection
) -> None:
    slow = Migration("0001_slow", "SELECT pg_sleep(0.3); CREATE TABLE one (id int)")
    applied: list[list[str]] = []

    def run() -> None:
        with cluster.connect(DATABASE, MASTER) as connection:
            applied.append(migrate(connection, [slow, TWO]))

    runs = [threading.Thread(target=run) for _ in range(4)]
    for thread in runs:
        thread.start()
    for thread in runs:
        thread.join()
    assert sorted(applied) == [[], [], [], ["0001_slow", "0002_two"]]


def test_run_whose_function_died_holds_up_nobody(cluster: Cluster, master: psycopg.Connection) -> None:
    dying = cluster.connect(DATABASE, MASTER)

    def hang() -> None:
        with pytest.raises(MigrationError):
            migrate(dying, [Migration("0001", "SELECT pg_sleep(60)")])

    hanging = threading.Thread(target=hang)
    hanging.start()
    with cluster.connect() as admin:
        hangs = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
        while (backend := admin.execute(hangs).fetchone()) is None:
            time.sleep(0.01)
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", backend)
    hanging.join()
    assert migrate(master, [ONE]) == ["0001_one"]


def test_one_that_would_keep_everybody_waiting_gives_up(
    cluster: Cluster, master: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOCK_TIMEOUT", "50ms")
    migrate(master, [ONE])
    with cluster.connect(DATABASE, MASTER) as reader, reader.transaction():
        reader.execute("SELECT * FROM one")
        with pytest.raises(MigrationError, match="lock timeout"):
            migrate(master, [ONE, Migration("0002", "ALTER TABLE one ADD COLUMN more int")])
    assert _ledger(master) == [(ONE.name, ONE.checksum)]


def test_files_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("0002_b.sql", "0010_c.sql", "0001_a.sql", "notes.txt"):
        (tmp_path / name).write_text(f"-- {name}", encoding="utf-8")
    assert [migration.name for migration in read_migrations(tmp_path)] == ["0001_a", "0002_b", "0010_c"]


def test_the_projects_files_are_numbered_and_leave_transactions_alone() -> None:
    ours = read_migrations()
    assert [int(migration.name.partition("_")[0]) for migration in ours] == list(range(1, len(ours) + 1))
    assert len(ours) == len(list(DIRECTORY.iterdir()))
    for migration in ours:
        assert not re.search(
            r"^\s*(COMMIT|ROLLBACK|START TRANSACTION|BEGIN;)", migration.statements, re.M | re.I
        )
