"""Points that have been read from AWS, in one SQLite file on this machine; other kernels may use it at once.

Nothing here is an error: a file that is broken is made anew, one that is locked or of a newer version is left alone,
and what cannot be kept is read again. The journal is SQLite's rollback journal, since a write-ahead log is unsafe on
network file systems. Nothing is flushed to the disk: each series has a checksum, should the machine crash.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING, TypeVar

from sm_track_widgets.reading.series.rows import Kept, Key, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sm_track_widgets._types import Clock

Found = TypeVar("Found")
VERSION = 1
MOST_BYTES = 1 << 30
KEPT_SHARE = 0.9
"""Of the most bytes, what stays when they are passed: so that this does not happen at each write."""
BUSY_SECONDS = 2.0
USED_SECONDS = 3600.0
"""So much later a series counts as used again; reading writes nothing before."""
ROW_BYTES = 200  # of a series beside its points, about
_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS series (
        id INTEGER PRIMARY KEY, component TEXT NOT NULL, metric TEXT NOT NULL, axis TEXT NOT NULL,
        summary BLOB NOT NULL, by_step INTEGER NOT NULL, checksum INTEGER NOT NULL, size INTEGER NOT NULL,
        used REAL NOT NULL, UNIQUE (component, metric, axis))""",
    "CREATE INDEX IF NOT EXISTS series_used ON series (used, size)",
    "CREATE TABLE IF NOT EXISTS points (id INTEGER PRIMARY KEY, data BLOB NOT NULL)",
    f"PRAGMA user_version = {VERSION}",
)
_FIND = (
    "SELECT series.id, used, summary, by_step, checksum, data FROM series JOIN points ON points.id = series.id "
    "WHERE component = ? AND metric = ? AND axis = ?"
)
_PLACE = "SELECT id FROM series WHERE component = ? AND metric = ? AND axis = ?"
_KEEP = (
    "INSERT OR REPLACE INTO series (id, component, metric, axis, summary, by_step, checksum, size, used) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class SeriesCache:
    """A file of series.

    Parameters
    ----------
    path
        The file; it and its folder are made when something is kept.
    most
        Bytes of all series together; above that those go that were used longest ago.
    clock
        Seconds since the epoch.
    """

    def __init__(self, path: Path, most: int = MOST_BYTES, clock: Clock = time.time) -> None:
        self.path, self.clock = path, clock
        self._most = most

    def find(self, keys: Sequence[Key]) -> list[Kept | None]:
        """Return what is kept of each of `keys`."""
        nothing: list[Kept | None] = [None] * len(keys)
        if not keys or not self.path.exists():
            return nothing
        return self._with(lambda connection: self._find(connection, keys), nothing)

    def keep(self, fresh: Sequence[Kept]) -> None:
        """Keep series, in place of older ones of the same component, metric and axis."""
        if fresh:
            self._with(lambda connection: self._keep(connection, fresh), None)

    def _with(self, work: Callable[[sqlite3.Connection], Found], otherwise: Found) -> Found:
        """Do `work`, where the file is broken on a new one; return `otherwise` where it cannot be done."""
        try:
            return self._try(work, otherwise)
        except sqlite3.Error as error:
            if not _is_broken(error):
                return otherwise
        except (OSError, ValueError):
            return otherwise
        try:
            self._remove()
            return self._try(work, otherwise)
        except (OSError, ValueError, sqlite3.Error):
            return otherwise

    def _try(self, work: Callable[[sqlite3.Connection], Found], otherwise: Found) -> Found:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        opened = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        with closing(opened) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            return work(connection) if _ready(connection) else otherwise

    def _remove(self) -> None:
        """Delete the file; whoever has it open goes on with one that nobody else sees, which costs calls only."""
        for suffix in ("", "-journal"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    def _find(self, connection: sqlite3.Connection, keys: Sequence[Key]) -> list[Kept | None]:
        now = self.clock()
        found: list[Kept | None] = []
        used: list[tuple[float, int]] = []
        for key in keys:
            row = connection.execute(_FIND, key).fetchone()
            found.append(None if row is None else unpacked(key, *row[2:]))
            if row is not None and abs(now - row[1]) > USED_SECONDS:
                used.append((now, row[0]))
        if used:
            with suppress(
                sqlite3.OperationalError
            ):  # locked, or may only be read: what was found holds all the same
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany("UPDATE series SET used = ? WHERE id = ?", used)
                connection.execute("COMMIT")
        return found

    def _keep(self, connection: sqlite3.Connection, fresh: Sequence[Kept]) -> None:
        now = self.clock()
        connection.execute("BEGIN IMMEDIATE")
        for one in fresh:
            data = one.packed()
            size = len(data) + ROW_BYTES
            if size > self._most * KEPT_SHARE:
                continue
            row = connection.execute(_PLACE, one.key).fetchone()
            told = (one.summary.packed(), one.by_step, one.checksum(data))
            done = connection.execute(_KEEP, (row and row[0], *one.key, *told, size, now))
            connection.execute(
                "INSERT OR REPLACE INTO points (id, data) VALUES (?, ?)", (done.lastrowid, data)
            )
        self._trim(connection)
        connection.execute("COMMIT")

    def _trim(self, connection: sqlite3.Connection) -> None:
        total = connection.execute("SELECT total(size) FROM series").fetchone()[0]
        if total <= self._most:
            return
        gone: list[tuple[int]] = []
        for row, size in connection.execute("SELECT id, size FROM series ORDER BY used, id"):
            if total <= self._most * KEPT_SHARE:
                break
            gone.append((row,))
            total -= size
        connection.executemany("DELETE FROM series WHERE id = ?", gone)
        connection.executemany("DELETE FROM points WHERE id = ?", gone)


def _ready(connection: sqlite3.Connection) -> bool:
    """Make the tables where there are none; return whether this version can use what is there."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        connection.execute("BEGIN IMMEDIATE")
        for statement in _SCHEMA:
            connection.execute(statement)
        connection.execute("COMMIT")
    return version in {0, VERSION}


def _is_broken(error: sqlite3.Error) -> bool:
    """Whether an error means that the file is damaged or no cache; else somebody else keeps us from it."""
    if isinstance(error, sqlite3.OperationalError):
        return "no such" in str(error) or "no column" in str(error)
    return isinstance(error, sqlite3.DatabaseError)
