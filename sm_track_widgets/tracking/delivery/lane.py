"""One journal in the sender: opened, delivered by one thread at a time, deleted when done."""

from __future__ import annotations

import time
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sm_track_widgets._types import Clock
from sm_track_widgets.tracking.delivery.acks import AckFile
from sm_track_widgets.tracking.delivery.context import Pause, plain_pause
from sm_track_widgets.tracking.delivery.delivery import Delivery
from sm_track_widgets.tracking.journal.format import ack_path, resend_path, segments_of
from sm_track_widgets.tracking.journal.reader import JournalReader

if TYPE_CHECKING:
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.tracking.delivery.workers import Workers

LINGER = 0.5
"""Seconds that points for AWS are gathered, so that a slow loop does not cost a call for each point."""


class Lane:
    """A journal and its delivery.

    Attributes
    ----------
    abandoned
        Its kernel is gone: what is there is all there will ever be.
    finished
        Everything is delivered and the journal deleted.
    given_up
        Nothing more can be done by this process.
    """

    def __init__(self, path: Path, delivery: Delivery, ack: AckFile, *, abandoned: bool = False) -> None:
        self.path = path
        self.delivery = delivery
        self.abandoned = abandoned
        self.finished = False
        self.given_up = False
        self.busy: Future[Any] | None = None
        self._ack = ack
        self._ended: float | None = None
        if abandoned:
            self._ended = max(segment.stat().st_mtime for segment in segments_of(path))
        self._waiting_since: float | None = None

    @classmethod
    def open(
        cls,
        connection: Connection,
        path: Path,
        *,
        workers: Workers | None = None,
        pause: Pause = plain_pause,
        clock: Clock = time.time,
        abandoned: bool = False,
    ) -> Lane | None:
        """Become the one who delivers the journal at `path`; None when somebody else does."""
        ack = AckFile(ack_path(path))
        if not ack.lock():
            ack.close()
            return None
        if not path.exists():  # somebody finished it while we looked; what he acknowledged is gone with it
            ack.path.unlink(missing_ok=True)
            ack.close()
            return None
        delivery = Delivery(connection, JournalReader(path), ack, workers=workers, pause=pause, clock=clock)
        lane = cls(path, delivery, ack, abandoned=abandoned)
        if delivery.state.finished:  # somebody was killed while he deleted it
            lane._end()
        return lane

    def abandon(self, ended: float) -> None:
        """Its kernel ended, at `ended` seconds since the epoch."""
        if not self.abandoned:
            self.abandoned, self._ended = True, ended

    def due(self, moment: float, *, urgent: bool, linger: float) -> bool:
        """Whether to start `work` now; `moment` is a monotonic time, `linger` how long to gather."""
        if self.finished or self.given_up or (self.busy is not None and not self.busy.done()):
            return False
        if self.abandoned or resend_path(self.path).exists():
            return True
        if not self.delivery.due(now=urgent):
            self._waiting_since = None
            return False
        if self._waiting_since is None:
            self._waiting_since = moment
        if not urgent and moment - self._waiting_since < linger:
            return False
        self._waiting_since = None
        return True

    def work(self) -> None:
        """Deliver what is there; end the run when its kernel is gone; delete the journal when all is done."""
        delivery = self.delivery
        if self.finished:
            return
        if not self.abandoned:
            if delivery.run() and self._resent() and delivery.complete:
                self._end()
            return
        ended = self._ended if self._ended is not None else time.time()
        if delivery.settle(ended) and self._resent():
            self._end()
        else:
            self.given_up = True

    def _resent(self) -> bool:
        """Send again what is held, if somebody asked for it; False when that must wait."""
        asked = resend_path(self.path)
        if not asked.exists():
            return True
        if not self.delivery.resend():
            return False
        asked.unlink(missing_ok=True)
        return True

    def close(self) -> None:
        """Give up the lock; the acknowledged state stays for the kernel to read."""
        self._ack.close()

    def _end(self) -> None:
        """Delete the journal, and, where no kernel reads it any more, the acknowledged state."""
        self.delivery.finish()
        self.finished = True
        if self.abandoned:
            self._ack.path.unlink(missing_ok=True)
