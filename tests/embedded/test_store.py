"""The SQLite file itself: migrations, transactions, threads, processes."""

from __future__ import annotations

import multiprocessing
import sqlite3
import threading

import pytest

from sm_track_widgets.embedded.schema import MIGRATIONS
from sm_track_widgets.embedded.store import Store, StoreError


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "deep" / "er" / "store.sqlite")
    yield made
    made.close()


def test_a_new_store_is_at_the_latest_version(store):
    row = store.row("PRAGMA user_version")
    assert row is not None
    assert row[0] == len(MIGRATIONS)
    assert store.row("PRAGMA journal_mode")[0] == "wal"
    assert store.row("PRAGMA foreign_keys")[0] == 1


def test_every_older_version_opens(tmp_path):
    for version in range(len(MIGRATIONS)):
        path = tmp_path / f"{version}.sqlite"
        connection = sqlite3.connect(path)
        for script in MIGRATIONS[:version]:
            connection.executescript(script)
        connection.execute(f"PRAGMA user_version = {version}")
        connection.close()
        store = Store(path)
        assert store.row("PRAGMA user_version")[0] == len(MIGRATIONS)
        store.close()


def test_a_newer_store_is_refused_with_the_cure(tmp_path):
    path = tmp_path / "store.sqlite"
    Store(path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    with pytest.raises(StoreError, match="pip install -U"):
        Store(path)


def test_what_is_no_store_is_refused_with_its_path(tmp_path):
    path = tmp_path / "store.sqlite"
    path.write_bytes(b"this is not a database, and long enough to be sure" * 100)
    with pytest.raises(StoreError, match=r"store\.sqlite"):
        Store(path)
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(StoreError):
        Store(blocked / "store.sqlite")


def test_a_failed_transaction_leaves_nothing(store):
    def fail() -> None:
        with store.atomic() as connection:
            connection.execute("INSERT INTO buckets VALUES ('b', 0)")
            with store.atomic():
                connection.execute("INSERT INTO buckets VALUES ('c', 0)")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert store.rows("SELECT * FROM buckets") == []
    with store.atomic() as connection:
        connection.execute("INSERT INTO buckets VALUES ('b', 0)")
    assert len(store.rows("SELECT * FROM buckets")) == 1


def test_each_thread_has_its_connection(store):
    here = store.connection()
    found: list[sqlite3.Connection] = []

    def look() -> None:
        found.append(store.connection())
        store.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found[0] is not here
    assert store.connection() is here


def _insert(store: Store) -> None:
    with store.atomic() as connection:
        connection.execute("INSERT INTO buckets VALUES ('child', 0)")


def test_a_forked_child_opens_its_own(store):
    store.rows("SELECT 1")
    child = multiprocessing.get_context("fork").Process(target=_insert, args=(store,))
    child.start()
    child.join(30)
    assert child.exitcode == 0
    assert [row["name"] for row in store.rows("SELECT name FROM buckets")] == ["child"]


def test_statements_can_be_watched(tmp_path):
    seen: list[str] = []
    store = Store(tmp_path / "store.sqlite", tracer=seen.append)
    store.rows("SELECT 42")
    assert "SELECT 42" in seen
    store.close()


def test_foreign_keys_take_children_along(store):
    with store.atomic() as connection:
        connection.execute(
            "INSERT INTO components (id, name, key, display_name, created, modified) VALUES (1, 'c', 'c', 'c', 0, 0)"
        )
        connection.execute("INSERT INTO component_parameters VALUES (1, 'p', 'text', NULL)")
        connection.execute("DELETE FROM components")
    assert store.rows("SELECT * FROM component_parameters") == []
