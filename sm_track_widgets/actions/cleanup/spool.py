"""Copies of files on this machine that no journal names any more: what a kernel left that was killed while copying."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from sm_track_widgets.tracking.delivery.aside import aside_files
from sm_track_widgets.tracking.delivery.orphans import journal_files
from sm_track_widgets.tracking.journal.format import JournalError
from sm_track_widgets.tracking.journal.reader import JournalReader
from sm_track_widgets.tracking.outbox.standing import peek

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SCAN = 5000


def leftovers(folder: Path, before: float) -> tuple[list[tuple[str, int]], str]:
    """Find what lies in the spool and is named by nobody.

    Parameters
    ----------
    folder
        The data folder.
    before
        Only what was last written before this moment, seconds since the epoch: the others may be named yet.

    Returns
    -------
    list, str
        Paths with their bytes; one line where that could not be found out, and then nothing is listed.
    """
    try:
        entries = [(path, path.stat()) for path in sorted((folder / "spool").iterdir())]
    except OSError:
        return [], ""
    old = [(path, told) for path, told in entries if told.st_mtime < before]
    if not old:
        return [], ""
    try:
        named = _named(folder / "journals")
    except (OSError, JournalError) as error:
        return (
            [],
            f"A journal could not be read, so that copies that wait are not told from leftovers: {error}",
        )
    return [(str(path), _size(path)) for path, _ in old if str(path) not in named], ""


def delete(paths: Sequence[str], folder: Path) -> dict[str, str]:
    """Delete leftovers; return why not, for each that is still there: one that a journal names by now is none."""
    failed: dict[str, str] = {}
    try:
        named = _named(folder / "journals") if paths else set()
    except (OSError, JournalError) as error:
        return dict.fromkeys(paths, f"a journal could not be read: {error}")
    for name in paths:
        if name in named:
            failed[name] = "it waits to be delivered"
            continue
        path = folder / "spool" / name.rpartition("/")[2]
        try:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            failed[name] = str(error.strerror or error)
    return failed


def _size(path: Path) -> int:
    if path.is_dir() and not path.is_symlink():
        return sum(one.stat().st_size for one in path.rglob("*") if one.is_file())
    return path.lstat().st_size


def _named(journals: Path) -> set[str]:
    """Return the copies that some journal, or what was set aside, names."""
    found: set[str] = set()
    for path in journal_files(journals):
        found.update(_waiting(path))
    for _, _, lines in aside_files(journals):
        payloads = [line.get("payload") for line in lines]
        found.update(str(one["spool"]) for one in payloads if isinstance(one, dict) and "spool" in one)
    return found


def _waiting(journal: Path) -> set[str]:
    """Return the copies that records of a journal name which are not delivered."""
    found: set[str] = set()
    reader, offset = JournalReader(journal), peek(journal).delivered
    try:
        while True:
            records, behind = reader.read(offset, SCAN)
            found.update(str(record.payload["spool"]) for record in records if record.kind == "file")
            if behind == offset and not (reader.torn and reader.skip_damage()):
                return found
            offset = reader.offset
    finally:
        reader.close()
