"""One SQLite file: connections, transactions, migrations."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sm_track_widgets.embedded.schema import MIGRATIONS

BUSY_SECONDS = 30.0
NETWORK_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "lustre"})


class StoreError(OSError):
    """The store's folder or file cannot be used; the text says which and why."""


class Store:
    """A SQLite file shared by threads and processes: one connection per thread and process.

    Parameters
    ----------
    path
        The database file; its folder is made when missing.
    tracer
        Called with every SQL statement, to look at them.

    Raises
    ------
    StoreError
        When the folder or the file cannot be written, or was made by a newer version.
    """

    def __init__(self, path: Path, tracer: Callable[[str], None] | None = None) -> None:
        self.path = path
        self._tracer = tracer
        self._local = threading.local()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._migrate()
        except (OSError, sqlite3.OperationalError, sqlite3.DatabaseError) as error:
            if isinstance(error, StoreError):
                raise
            raise StoreError(f"cannot use {path}: {error}") from error

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
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    @contextmanager
    def snapshot(self) -> Generator[None, None, None]:
        """Read one state of the store with any number of queries; inside `atomic`, its own."""
        connection = self.connection()
        if connection.in_transaction:
            yield
            return
        connection.execute("BEGIN")
        try:
            yield
        finally:
            connection.execute("COMMIT")

    def close(self) -> None:
        """Close this thread's connection."""
        held = getattr(self._local, "held", None)
        if held is not None and held[0] == os.getpid():
            held[1].close()
        self._local.held = None

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        # WAL needs shared memory, which network file systems do not give.
        mode = "DELETE" if on_network_file_system(self.path.parent) else "WAL"
        if connection.execute("PRAGMA journal_mode").fetchone()[0].upper() != mode:
            connection.execute(f"PRAGMA journal_mode = {mode}")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA cache_size = -32000")
        if self._tracer is not None:
            connection.set_trace_callback(self._tracer)
        return connection

    def _migrate(self) -> None:
        connection = self.connection()
        if connection.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS):
            return
        with self.atomic():
            # Read again under the lock: another kernel may have migrated meanwhile.
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version > len(MIGRATIONS):
                raise StoreError(
                    f"{self.path} was written by a newer sm_track_widgets (schema {version}); "
                    "upgrade with: %pip install -U sm-track-widgets"
                )
            for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
                for statement in _statements(script):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")


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


def on_network_file_system(folder: Path) -> bool:
    """Whether `folder` lies on a network file system, by the longest mount point in ``/proc/mounts``."""
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    here = str(folder.resolve())
    best, kind = "", ""
    for line in mounts:
        fields = line.split(" ")
        point = fields[1].replace("\\040", " ")
        inside = here == point or here.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind in NETWORK_FILE_SYSTEMS


def now() -> float:
    """Seconds since the epoch; the default clock."""
    return time.time()
