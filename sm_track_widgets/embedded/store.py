"""One SQLite file: connections, transactions, migrations."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sm_track_widgets.embedded import store_files
from sm_track_widgets.embedded.schema import MIGRATIONS
from sm_track_widgets.embedded.store_files import MOUNTS, StoreError, explain, on_network_file_system

__all__ = ["Store", "StoreError", "connect", "on_network_file_system"]

BUSY_SECONDS = 30.0
_PAUSE_SECONDS = 0.02


class Store:
    """A SQLite file shared by threads and processes: one connection per thread and process.

    On a local disk it has a write-ahead log, so that readers and the writer do not wait for each other. The log needs
    shared memory, which network file systems do not give: there it has a rollback journal.

    Parameters
    ----------
    path
        The database file; its folder is made when missing.
    tracer
        Called with every SQL statement, to look at them.
    mounts
        File in the form of ``/proc/mounts`` that tells network file systems.

    Raises
    ------
    StoreError
        When the folder or the file cannot be used: one line that says why and what to do. Nothing is changed then.
    """

    def __init__(
        self, path: Path, tracer: Callable[[str], None] | None = None, mounts: Path = MOUNTS
    ) -> None:
        self.path = path
        self._tracer = tracer
        self._local = threading.local()
        try:
            store_files.prepare(path)
            self._journal = "DELETE" if on_network_file_system(path.parent, mounts) else "WAL"
            if self._journal == "DELETE":
                self._leave_log()
            self._migrate()
        except (OSError, sqlite3.Error) as error:
            self.close()
            if isinstance(error, StoreError):
                raise
            raise StoreError(explain(path, error)) from error

    def connection(self) -> sqlite3.Connection:
        """Return this thread's connection; a forked child opens its own."""
        held = getattr(self._local, "held", None)
        if held is not None and held[0] == os.getpid():
            return held[1]
        fresh = self._open()
        self._local.held = (os.getpid(), fresh)
        return fresh

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """Run one query and return all rows."""
        return self.connection().execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """Run one query and return its first row, or None."""
        return self.connection().execute(sql, values).fetchone()

    @contextmanager
    def atomic(self) -> Generator[sqlite3.Connection, None, None]:
        """Write in one transaction; nested use joins the outer one.

        ``BEGIN IMMEDIATE`` takes the write lock at once: a deferred one that turns into a write can fail with
        SQLITE_BUSY without waiting.
        """
        connection = self.connection()
        if connection.in_transaction:
            yield connection
            return
        # All inside: an interrupt after BEGIN, or a COMMIT for which the disk has no room, must not leave a
        # transaction open that later writes would join.
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            _roll_back(connection)
            raise

    @contextmanager
    def snapshot(self) -> Generator[None, None, None]:
        """Read one state of the store with any number of queries; inside `atomic`, its own."""
        connection = self.connection()
        if connection.in_transaction:
            yield
            return
        try:
            connection.execute("BEGIN")
            yield
            connection.execute("COMMIT")
        except BaseException:
            _roll_back(connection)
            raise

    def close(self) -> None:
        """Close this thread's connection, what is in the log moved into the file as far as nobody reads it."""
        held = getattr(self._local, "held", None)
        if held is not None and held[0] == os.getpid():
            with suppress(sqlite3.Error):
                held[1].execute("PRAGMA wal_checkpoint(PASSIVE)")
            held[1].close()
        self._local.held = None

    def _open(self) -> sqlite3.Connection:
        connection = connect(self.path)
        try:
            connection.row_factory = sqlite3.Row
            if self._journal == "WAL":
                _set_journal(connection, "WAL")
            # FULL with a rollback journal: NORMAL could lose the file to a power cut there, with a log it cannot.
            connection.execute(f"PRAGMA synchronous = {'NORMAL' if self._journal == 'WAL' else 'FULL'}")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA cache_size = -32000")
        except BaseException:
            connection.close()
            raise
        if self._tracer is not None:
            connection.set_trace_callback(self._tracer)
        return connection

    def _leave_log(self) -> None:
        """Turn a database that came here with a write-ahead log into one without.

        A locking mode set before the first look makes SQLite read the log without shared memory.
        """
        if not self.path.exists():
            return
        connection = connect(self.path)
        try:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            _set_journal(connection, "DELETE")
        finally:
            connection.close()

    def _migrate(self) -> None:
        connection = self.connection()
        if store_files.check_version(self.path, connection) == len(MIGRATIONS):
            return
        with self.atomic():
            # Read again under the lock: another kernel may have migrated meanwhile.
            version = store_files.check_version(self.path, connection)
            store_files.check_tables(self.path, connection, version)
            for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
                for statement in _statements(script):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")


def connect(path: Path) -> sqlite3.Connection:
    """Open a database in autocommit mode, usable from any thread, that waits for the locks of others."""
    return sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)


def _roll_back(connection: sqlite3.Connection) -> None:
    """End a transaction without a trace, if SQLite has not done so itself as it does on a full disk."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def _set_journal(connection: sqlite3.Connection, mode: str) -> None:
    """Set the journal mode if it is another one; where the file system cannot, SQLite keeps what it has.

    SQLite does not wait for others' locks here, which it does everywhere else: many kernels that open a fresh store
    at once would fail.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            if connection.execute("PRAGMA journal_mode").fetchone()[0].upper() != mode:
                connection.execute(f"PRAGMA journal_mode = {mode}").fetchone()
        except sqlite3.OperationalError as error:  # noqa: PERF203 - a pause follows anyway
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def _statements(script: str) -> Iterator[str]:
    """Split a script; ``executescript`` would commit the surrounding transaction."""
    pending = ""
    for line in script.splitlines():
        if line.strip().startswith("--"):
            continue
        pending += line + "\n"
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
