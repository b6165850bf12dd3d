"""Journals whose kernel is gone: found by their locks, delivered by whoever comes next."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sm_track_widgets._locks import lock_state
from sm_track_widgets._types import Clock
from sm_track_widgets.tracking.delivery.acks import AckFile
from sm_track_widgets.tracking.delivery.lane import Lane
from sm_track_widgets.tracking.journal.format import (
    SUFFIX,
    Identity,
    JournalError,
    JournalHeader,
    NewerJournalError,
    ack_path,
)
from sm_track_widgets.tracking.journal.reader import read_header

if TYPE_CHECKING:
    from sm_track_widgets.connection import Connection

SILENT = 600.0
"""Seconds without a heartbeat after which a journal counts as left, on file systems without locks."""
LOG = "sender.log"


@dataclass(frozen=True, slots=True)
class PendingJournal:
    """A journal that a kernel which is gone has left."""

    path: Path
    header: JournalHeader


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What a replay did: journals and points delivered, records refused, journals left.

    `waiting` journals could not be delivered now; `others` belong to another home, account, region or endpoint.
    """

    journals: int = 0
    points: int = 0
    refused: int = 0
    waiting: int = 0
    others: int = 0
    error: str = ""


def journal_files(folder: Path, *, but: Path | None = None) -> list[Path]:
    """Return the first segment of every journal under `folder`, by file name only; none from the folder `but`."""
    return sorted(path for path in folder.glob(f"*/*{SUFFIX}") if path.parent != but)


def pending(
    folder: Path, identity: Identity | None = None, *, but: Path | None = None, clock: Clock = time.time
) -> list[PendingJournal]:
    """List the journals under `folder` that no living kernel owns.

    Parameters
    ----------
    folder
        ``<data folder>/journals``.
    identity
        Only journals of this home, account, region and endpoint; None lists all.
    but
        A kernel's folder to leave out.
    """
    found: list[PendingJournal] = []
    for path in journal_files(folder, but=but):
        try:
            if not is_left(path, clock):
                continue
            header = read_header(path)
        except (OSError, JournalError):
            continue
        if identity is None or header.belongs(identity):
            found.append(PendingJournal(path, header))
    return found


def newer_line(folder: Path) -> str:
    """Say in one line that journals wait for a newer version of this package; empty where none do."""
    count = sum(_is_newer(path) and is_left(path) for path in journal_files(folder))
    if not count:
        return ""
    return f"{count} run{'s' if count > 1 else ''} of a newer version of sm-track-widgets: install that, then %sm_sync"


def _is_newer(path: Path) -> bool:
    try:
        read_header(path)
    except NewerJournalError:
        return True
    except (OSError, JournalError):
        return False
    return False


def is_left(path: Path, clock: Clock = time.time) -> bool:
    """Whether the process that wrote this journal is gone or has closed it."""
    state = lock_state(path)
    if state != "unknown":
        return state == "free"
    ack = ack_path(path)
    last = path.stat().st_mtime
    if ack.exists():
        file = AckFile(ack)
        last = max(last, file.load().heartbeat)
        file.close()
    return clock() - last > SILENT


def replay(connection: Connection, folder: Path | None = None) -> ReplayReport:
    """Deliver, now and here, what kernels that are gone have left for this connection.

    Journals of another home, account, region or endpoint are only counted. Runs that were left open become Stopped.
    """
    folder = folder or connection.settings.path / "journals"
    found = pending(folder)
    mine = [journal for journal in found if journal.header.belongs(connection.identity)]
    done = points = refused = 0
    error = ""
    for journal in mine:
        lane = Lane.open(connection, journal.path, abandoned=True)
        if lane is None:
            continue  # a sender is at work on it
        before = lane.delivery.state.delivered_points
        lane.work()
        done += lane.finished
        points += lane.delivery.state.delivered_points - before
        refused += lane.delivery.state.refused
        error = error or lane.delivery.state.error
        lane.close()
        tidy(journal.path.parent)
    return ReplayReport(done, points, refused, len(mine) - done, len(found) - len(mine), error)


def tidy(folder: Path) -> None:
    """Remove a kernel's folder when no journal and nothing refused is in it any more."""
    try:
        names = {path.name for path in folder.iterdir()}
    except OSError:
        return
    kept = [
        name for name in names if not name.endswith((".ack", ".new", ".passed", ".resend")) and name != LOG
    ]
    if kept:
        return
    for name in names:
        (folder / name).unlink(missing_ok=True)
    try:
        folder.rmdir()
    except OSError:
        return
