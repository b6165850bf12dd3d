"""What can be wrong with a store's file, told in one line, and what is looked at before SQLite touches it."""

from __future__ import annotations

import os
import re
import sqlite3
import urllib.parse
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sm_track_widgets.embedded.schema import MIGRATIONS

MOUNTS = Path("/proc/mounts")
NETWORK_FILE_SYSTEMS = frozenset(
    {
        "9p", "afs", "beegfs", "ceph", "cifs", "fuse.ceph", "fuse.glusterfs", "fuse.s3fs", "fuse.sshfs", "glusterfs",
        "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs",
    }
)  # fmt: skip
_BACKUP = "put a copy made with EmbeddedSageMaker.backup() in its place, or move it away to start empty"
_CAUSES: tuple[tuple[str, str], ...] = (
    ("not a database", f"it is not a store of sm_track_widgets; {_BACKUP}"),
    ("malformed", f"it is damaged; {_BACKUP}"),
    ("is full", "the disk is full; nothing of this call was kept: make room and repeat it"),
    (
        "disk I/O error",
        "the disk refused to read or write (full, over quota or failing); make room and repeat",
    ),
    ("readonly", "it may only be read; make the file and its folder writable"),
    ("unable to open", "it cannot be opened; make the file and its folder readable and writable"),
    ("locked", "another program keeps it locked; close what has it open and repeat"),
)
"""Part of SQLite's text -> what it means and the cure."""


class StoreError(OSError):
    """The store's folder or file cannot be used; the text is one line that says which, why and what to do."""


def explain(path: Path, error: Exception) -> str:
    """Return what `error`, met while using the store at `path`, means: one line with the file and the cure."""
    if isinstance(error, StoreError):
        return str(error)
    text = " ".join(str(error).split())
    if isinstance(error, sqlite3.Error):
        for part, meaning in _CAUSES:
            if part in text:
                return f"cannot use {path}: {meaning} (SQLite: {text})"
    return f"cannot use {path}: {text}"


@contextmanager
def told(path: Path) -> Generator[None, None, None]:
    """Turn SQLite's errors inside into `StoreError` with their meaning."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(explain(path, error)) from error


def prepare(path: Path) -> None:
    """Make the folder of the database `path`; change nothing else.

    Raises
    ------
    StoreError
        When it cannot be made or written, or when what lies there is no store this version can use.
    """
    folder = path.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise StoreError(f"cannot use {folder}: it is, or lies below, a file; name a folder") from error
    except OSError as error:
        raise StoreError(f"cannot make the folder {folder}: {error.strerror}") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StoreError(f"cannot write in {folder}; make the folder writable")
    if path.is_dir():
        raise StoreError(f"cannot use {path}: it is a folder where the database file should be")
    _check_leftovers(path)
    if path.exists():
        if not os.access(path, os.R_OK | os.W_OK):
            raise StoreError(f"cannot read and write {path}; make the file writable")
        _look(path)


def check_version(path: Path, connection: sqlite3.Connection) -> int:
    """Return the schema version of an open database.

    Raises
    ------
    StoreError
        When a newer version wrote it, or another program.
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(MIGRATIONS):
        raise StoreError(
            f"{path} was written by a newer sm_track_widgets (schema {version}); "
            "upgrade with: %pip install -U sm-track-widgets"
        )
    return version


def check_tables(path: Path, connection: sqlite3.Connection, version: int) -> None:
    """Refuse the database of another program, which migrations would write their tables into."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if (version == 0 and tables) or (version > 0 and not {"components", "chunks"} <= tables):
        raise StoreError(
            f"cannot use {path}: it is a SQLite database of another program; choose another folder"
        )


def _check_leftovers(path: Path) -> None:
    """Refuse a write-ahead log or journal without its database: SQLite would delete it, with the data inside.

    The log is looked at before the database: SQLite makes a log only beside a database that is not empty.
    """
    for suffix, least in (("-wal", 1), ("-journal", 0)):
        beside = path.with_name(path.name + suffix)
        try:
            alone = beside.stat().st_size > 0 and (not path.exists() or path.stat().st_size < least)
        except FileNotFoundError:
            continue
        if alone:
            raise StoreError(
                f"cannot use {path}: {beside.name} is there without it; put the database it belongs to beside it, "
                "or move it away to start empty"
            )


def _look(path: Path) -> None:
    """Check an existing database without changing a byte: what SQLite opens in earnest it may write to at once.

    Through SQLite all the same: closing a file opened by other means would drop the locks this process holds on it.
    """
    address = f"file:{urllib.parse.quote(str(path.absolute()))}?mode=ro&immutable=1"
    beside = [path.with_name(path.name + suffix) for suffix in ("-wal", "-journal")]
    try:
        connection = sqlite3.connect(address, uri=True)
        try:
            version = check_version(path, connection)
            # With a log or journal the file alone is not the whole database: the lock is needed to look further.
            if not any(other.exists() for other in beside):
                check_tables(path, connection, version)
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        # A page that another process is just writing may look damaged: opening in earnest decides.
        if "not a database" in str(error):
            raise StoreError(explain(path, error)) from error


def on_network_file_system(folder: Path, mounts: Path = MOUNTS) -> bool:
    """Whether `folder` lies on a network file system, by the longest mount point in the file `mounts`."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return False
    here = str(folder.resolve())
    best, kind = "", ""
    for line in lines:
        fields = line.split(" ")
        point = re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), fields[1])
        inside = here == point or here.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind in NETWORK_FILE_SYSTEMS
