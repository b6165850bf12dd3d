"""One journal on its way while `sync` looks on: with this process's own sender, in the foreground, or with another."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from concurrent import futures
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from sm_track_widgets._errors import ConfigError
from sm_track_widgets.tracking.delivery.acks import AckState
from sm_track_widgets.tracking.delivery.lane import Lane
from sm_track_widgets.tracking.delivery.orphans import tidy
from sm_track_widgets.tracking.delivery.points import LAST_LANDING
from sm_track_widgets.tracking.delivery.workers import Workers
from sm_track_widgets.tracking.journal.format import JournalError
from sm_track_widgets.tracking.outbox.report import Synced
from sm_track_widgets.tracking.outbox.standing import peek, points_behind

if TYPE_CHECKING:
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.tracking.delivery.orphans import PendingJournal
    from sm_track_widgets.tracking.journal.writer import JournalWriter
    from sm_track_widgets.tracking.outbox.outbox import Outbox
    from sm_track_widgets.tracking.outbox.standing import Whose

WAKE_EVERY = 0.25


class Trip(ABC):
    """What `sync` needs to know of a journal.

    Attributes
    ----------
    waited
        Points that waited when it began.
    delivered
        Points delivered since.
    position
        A number that grows with everything that is delivered.
    error
        What stands in the way; empty when nothing does.
    """

    waited: int = 0
    delivered: int = 0
    position: int = 0
    error: str = ""

    @abstractmethod
    def over(self) -> bool:
        """Look; whether it has arrived, or cannot for now."""

    @abstractmethod
    def end(self) -> None:
        """Look no further."""

    @abstractmethod
    def result(self) -> Synced:
        """Say what became of it."""


class OwnTrip(Trip):
    """A journal that this process writes or wrote, delivered by its own sender."""

    def __init__(self, box: Outbox, journal: JournalWriter) -> None:
        self._box, self._journal = box, journal
        self._target, self._tries = journal.offset, 0
        self.begin()
        before = box.progress(journal)
        self.waited, self._before, self.error = before.waiting, before.delivered, before.error or ""
        self._woken = 0.0

    def begin(self) -> None:
        """Count from now on how often delivery ends at a service that refuses."""
        self._tries = self._box.tries(self._journal)

    def over(self) -> bool:
        """Look, and wake the sender now and then."""
        if time.monotonic() - self._woken >= WAKE_EVERY:
            self._woken = time.monotonic()
            self._box.wake()
        told = self._box.progress(self._journal)
        self.delivered, self.error = told.delivered - self._before, told.error or ""
        self.position = told.delivered + told.refused + told.held + told.upload_done
        if self._box.arrived(self._journal, self._target):
            return True
        # Blocked by now, and not only still from before.
        return told.blocked and self._box.tries(self._journal) > self._tries

    def end(self) -> None:
        """Look no further; the sender goes on."""

    def result(self) -> Synced:
        """Say what became of it."""
        whose: Whose = "closed" if self._journal.closed else "open"
        arrived = self._box.arrived(self._journal, self._target)
        waiting = 0 if arrived else self._box.progress(self._journal).waiting
        error = "" if arrived else self.error
        return Synced(self._journal.header.run, whose, self.delivered, waiting, arrived=arrived, error=error)


class LeftTrip(Trip):
    """A journal of a kernel that has ended: delivered here, unless another process is about to."""

    def __init__(self, connection: Connection, journal: PendingJournal, workers: Workers) -> None:
        self._journal, self._stop = journal, threading.Event()
        self._lane: Lane | None = None
        self._work: Future[Any] | None = None
        before = peek(journal.path)
        self._tries = before.tries
        self._before = before.delivered_points
        self.waited = max(0, points_behind(journal.path, before))
        try:
            self._lane = Lane.open(connection, journal.path, pause=self._pause, abandoned=True)
        except FileNotFoundError:
            return  # delivered a moment ago
        except (OSError, JournalError, ConfigError) as error:
            self.error = str(error)
            return
        if self._lane is not None:
            self._work = workers.submit(self._lane.work)

    def over(self) -> bool:
        """Look."""
        state = self._state()
        self.delivered = state.delivered_points - self._before
        self.position = state.delivered_points + state.delivered + state.upload_done
        self.error = state.error or self.error
        if self._work is not None:
            return self._work.done()
        gone = not self._journal.path.exists()
        return gone or self._lane is not None or (state.blocked and state.tries > self._tries)

    def end(self) -> None:
        """Let go of the journal; what is not delivered stays in it."""
        self._stop.set()
        if self._work is not None:
            futures.wait([self._work], LAST_LANDING + 1)
        if self._lane is not None and (self._work is None or self._work.done()):
            if self._work is not None and (trouble := self._work.exception()) is not None:
                self.error = f"{type(trouble).__name__}: {trouble}"
            self._lane.close()
        tidy(self._journal.path.parent)

    def result(self) -> Synced:
        """Say what became of it."""
        arrived = self._lane.finished if self._lane is not None else not self._journal.path.exists()
        state = self._state()
        waiting = 0 if arrived else max(0, self.waited - self.delivered)
        stopped = self._lane is not None and self._lane.delivery.stopped_run
        run, error = self._journal.header.run, "" if arrived else self.error
        delivered = self.waited if self._lane is None and arrived else state.delivered_points - self._before
        return Synced(run, "left", delivered, waiting, arrived=arrived, error=error, stopped=stopped)

    def _state(self) -> AckState:
        return self._lane.delivery.state if self._lane is not None else peek(self._journal.path)

    def _pause(self, seconds: float) -> bool:
        return not self._stop.wait(seconds)
