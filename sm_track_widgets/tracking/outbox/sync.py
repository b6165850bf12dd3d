"""`sync`: deliver now what waits, wait for it, and say what became of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sm_track_widgets._failures import BlockedError, StoppedError
from sm_track_widgets.tracking.delivery.aside import aside_files, held
from sm_track_widgets.tracking.delivery.held import resend_file
from sm_track_widgets.tracking.delivery.orphans import pending, tidy
from sm_track_widgets.tracking.delivery.workers import Workers
from sm_track_widgets.tracking.journal.format import SUFFIX, resend_path
from sm_track_widgets.tracking.outbox import outbox
from sm_track_widgets.tracking.outbox.report import SyncReport
from sm_track_widgets.tracking.outbox.standing import others_line, peek, set_aside, waiting_elsewhere
from sm_track_widgets.tracking.outbox.trips import LeftTrip, OwnTrip, Trip

if TYPE_CHECKING:
    from sm_track_widgets.connection import Connection

PATIENCE = 30.0
"""Seconds without anything delivered after which `sync` ends and says what stands in the way."""
TOGETHER = 4
"""Left journals that are delivered at a time."""
LOOK = 0.05
TELL_EVERY = 0.25

OnProgress = Callable[[int, int, str], object]
"""Gets points delivered, points that waited at the start, and what stands in the way."""


def sync(
    resend: bool = False,  # noqa: FBT001, FBT002 - sync(True) is what one would type
    *,
    connection: Connection | None = None,
    patience: float = PATIENCE,
    on_progress: OnProgress | None = None,
) -> SyncReport:
    """Deliver now everything that waits: runs open and closed here, and what kernels that have ended left behind.

    After a cure (a permission, credentials, the network) nothing needs to be run again: this sends what was kept.
    Interrupting it loses nothing.

    Parameters
    ----------
    resend
        Also send the points again of which nobody knows whether the service has them, since the answer was lost. Those
        that it has are there twice afterwards.
    connection
        What left journals must belong to (home, account, region and endpoint); default: the connection in use.
    patience
        Seconds without anything delivered after which it ends.
    on_progress
        Called up to four times a second with points delivered, points to deliver, and what stands in the way.

    Returns
    -------
    SyncReport
        Prints as what happened, in a few lines.

    Raises
    ------
    ConfigError, ServiceRefusedError
        The connection cannot be used at all.
    """
    if connection is None:
        from sm_track_widgets.connection import current

        connection = current()
    identity, folder = connection.identity, connection.settings.path / "journals"
    trips = _trips(connection, folder)
    try:
        _travel(trips, patience, on_progress)
    finally:
        for trip in trips:
            trip.end()
    resent, failed = _resend(connection, folder, patience) if resend else (0, "")
    return SyncReport(
        runs=tuple(trip.result() for trip in trips),
        resent=resent,
        resend_error=failed,
        aside=tuple(set_aside(folder, identity)),
        others=others_line(waiting_elsewhere(folder), connection),
    )


def _trips(connection: Connection, folder: Path) -> list[Trip]:
    trips: list[Trip] = []
    for box in outbox.outboxes():
        own_trips = [OwnTrip(box, journal) for journal in box.journals()]
        if any(trip.error for trip in own_trips):
            box.renew()  # what was cured may be what a sender read when it started: credentials, environment
            for trip in own_trips:
                trip.begin()  # what the sender before it was still being told is no answer
        trips += own_trips
    own = {box.folder for box in outbox.outboxes()}
    workers = Workers(TOGETHER, "sm-track-sync")
    trips += [
        LeftTrip(connection, journal, workers)
        for journal in pending(folder, connection.identity)
        if journal.path.parent not in own
    ]
    return trips


def _travel(trips: Sequence[Trip], patience: float, on_progress: OnProgress | None) -> None:
    """Wait until each has arrived or cannot, or until nothing has moved for too long."""
    total = sum(trip.waited for trip in trips)
    news, moved, told = time.monotonic(), -1, time.monotonic()
    while open_trips := [trip for trip in trips if not trip.over()]:
        now, position = time.monotonic(), sum(trip.position for trip in trips)
        if position != moved:
            news, moved = now, position
        if now - news > patience:
            return
        if on_progress is not None and now - told >= TELL_EVERY:
            told = now
            on_progress(sum(trip.delivered for trip in trips), total, open_trips[0].error)
        time.sleep(LOOK)


def _resend(connection: Connection, folder: Path, patience: float) -> tuple[int, str]:
    """Send what is held once more; return how many points the service has taken, and what stood in the way."""
    files = [entry for entry in aside_files(folder, connection.identity) if held(entry[2])]
    before = sum(len(held(lines)) for _, _, lines in files)
    failed = ""
    for path, _, _ in files:
        try:
            if path.with_suffix(SUFFIX).exists() or resend_file(connection, path, _pause(patience)) is None:
                failed = _ask_owner(connection, path, patience) or failed
        except BlockedError as error:
            failed = str(error)
        except StoppedError:
            failed = "the service did not answer in time"
        tidy(path.parent)
    files = aside_files(folder, connection.identity)
    return before - sum(len(held(lines)) for _, _, lines in files), failed


def _ask_owner(connection: Connection, refused: Path, patience: float) -> str:
    """Have whoever delivers the journal send its held points, or send them once he has ended; return what hindered."""
    asked, tries = resend_path(refused), peek(refused).tries
    asked.touch()
    deadline, why = time.monotonic() + patience, ""
    try:
        while asked.exists() and not why:
            ended = not refused.with_suffix(SUFFIX).exists()
            if ended and resend_file(connection, refused, _pause(patience)) is not None:
                break
            for box in outbox.outboxes():
                box.wake()
            if peek(refused).tries > tries:
                why = peek(refused).error
            elif time.monotonic() > deadline:
                why = "who delivers this run did not come to it"
            time.sleep(LOOK)
    finally:
        asked.unlink(missing_ok=True)
    return why


def _pause(patience: float) -> Callable[[float], bool]:
    deadline = time.monotonic() + patience

    def pause(seconds: float) -> bool:
        time.sleep(min(seconds, max(0.0, deadline - time.monotonic())))
        return time.monotonic() < deadline

    return pause
