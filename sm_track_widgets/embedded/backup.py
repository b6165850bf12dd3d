"""A copy of a store while others go on using it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import uuid
from pathlib import Path

from sm_track_widgets.embedded import object_files
from sm_track_widgets.embedded.service import Service
from sm_track_widgets.embedded.store import connect
from sm_track_widgets.embedded.store_files import StoreError, explain


def backup(service: Service, target: Path) -> None:
    """Copy the store to the folder `target` as it is at one moment, while threads and processes go on writing.

    Copying the folder by other means is safe only while nothing has it open, and then only as a whole: what was
    written last lies in ``store.sqlite-wal``.

    Raises
    ------
    StoreError
        When `target` holds something already, or cannot be written; what was begun there is deleted.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise StoreError(f"cannot make a backup in {target}: it is not empty; name a new folder")
    made = not target.exists()
    try:
        _copy(service, target)
    except (OSError, sqlite3.Error) as error:
        for left in target.iterdir() if target.is_dir() else ():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        if made and target.is_dir():
            target.rmdir()
        if isinstance(error, StoreError):
            raise
        raise StoreError(explain(target, error)) from error


def _copy(service: Service, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    held = object_files.incoming(service) / f"backup-{uuid.uuid4().hex}"
    source = connect(service.store.path)
    try:
        # A second connection reads what is committed while this one keeps writers, and those who delete files, away:
        # only until every file has a second name.
        with service.store.atomic():
            source.execute("BEGIN")
            rows = source.execute("SELECT file FROM objects UNION SELECT file FROM parts").fetchall()
            names = [str(row[0]) for row in rows]
            _hold(service, names, held)
        _copy_database(source, target / service.store.path.name)
        for name in names:
            _copy_file(held / name, target / "objects" / name[: object_files.SHELF_CHARACTERS] / name)
    finally:
        source.close()
        shutil.rmtree(held, ignore_errors=True)


def _hold(service: Service, names: list[str], held: Path) -> None:
    held.mkdir(parents=True, exist_ok=True)
    for name in names:
        path = object_files.path_of(service, name)
        try:
            os.link(path, held / name)
        except FileNotFoundError:
            continue  # lost from the folder before; the copy lacks it too
        except OSError:
            shutil.copy2(path, held / name)  # a file system without links


def _copy_database(source: sqlite3.Connection, path: Path) -> None:
    copy = sqlite3.connect(path)
    try:
        source.backup(copy)
        # One file, whatever it is copied to next; opening it as a store gives it its log again.
        copy.execute("PRAGMA journal_mode = DELETE")
    finally:
        copy.close()


def _copy_file(source: Path, target: Path) -> None:
    if source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
