"""The sender's loop: finds its kernel's journals, delivers each in a thread of its own, ends after the kernel."""

from __future__ import annotations

import logging
import time
from concurrent import futures
from pathlib import Path
from typing import TYPE_CHECKING

from sm_track_widgets._errors import ConfigError
from sm_track_widgets._types import Clock
from sm_track_widgets.tracking.delivery.bell import Bell
from sm_track_widgets.tracking.delivery.lane import LINGER, Lane
from sm_track_widgets.tracking.delivery.orphans import pending, tidy
from sm_track_widgets.tracking.delivery.points import LAST_LANDING, MOST_IN_FLIGHT
from sm_track_widgets.tracking.delivery.workers import Workers
from sm_track_widgets.tracking.journal.format import SUFFIX, JournalError
from sm_track_widgets.tracking.journal.reader import read_header

if TYPE_CHECKING:
    from sm_track_widgets.connection import Connection

LIVELY, IDLE = 0.05, 0.25  # seconds between looks: while points come, and after a while without any
LIVELY_FOR = 5.0
HEARTBEAT = 5.0
LANES = 8

log = logging.getLogger(__name__)


class SenderLoop:
    """Delivers the journals in one kernel's folder that belong to one connection.

    Parameters
    ----------
    connection
        Where to.
    folder
        ``<data folder>/journals/<kernel>``; the folders beside it are looked through once for journals that dead
        kernels have left.
    bell
        Signals from the kernel.
    """

    def __init__(self, connection: Connection, folder: Path, bell: Bell, clock: Clock = time.time) -> None:
        self._connection, self._folder, self._bell, self._clock = connection, folder, bell, clock
        self._identity = connection.known_identity
        self._linger = 0.0 if connection.home == "embedded" else LINGER
        self._lanes: dict[Path, Lane] = {}
        self._foreign: set[Path] = set()
        self._threads = Workers(LANES, "sm-track-lane")
        self._puts = Workers(MOST_IN_FLIGHT, "sm-track-put")
        self._last_work = time.monotonic()
        self._last_beat = 0.0

    def run(self) -> None:
        """Deliver until the kernel is gone and everything that can be delivered is, or until told to stop."""
        self._find()
        self._turn(urgent=True)
        self._adopt()
        while not self._bell.stopping:
            gone = self._bell.gone
            quiet = time.monotonic() - self._last_work
            rang = self._bell.wait(LIVELY if gone or quiet < LIVELY_FOR else IDLE)
            self._find()
            self._turn(urgent=rang or gone)
            if gone and not self._lanes:
                break
        busy = [lane.busy for lane in self._lanes.values() if lane.busy is not None]
        futures.wait(busy, LAST_LANDING + 1)
        for lane in self._lanes.values():
            if lane.busy is None or lane.busy.done():
                lane.close()
        if self._bell.gone:
            tidy(self._folder)

    def _find(self) -> None:
        """Open the journals that have appeared in the folder."""
        for path in self._folder.glob(f"*{SUFFIX}"):
            if path not in self._lanes and path not in self._foreign:
                self._open(path)

    def _adopt(self) -> None:
        """Take over what kernels that are gone have left for the same connection."""
        account = self._identity[1]
        if not account:  # it could not be asked whose it is: only this kernel's own are delivered
            return
        for journal in pending(self._folder.parent, self._identity, but=self._folder, clock=self._clock):
            self._open(journal.path, abandoned=True)

    def _open(self, path: Path, *, abandoned: bool = False) -> None:
        try:
            if not read_header(path).belongs(self._identity):
                self._foreign.add(path)
                return
            lane = Lane.open(
                self._connection,
                path,
                workers=self._puts,
                pause=self._bell.pause,
                clock=self._clock,
                abandoned=abandoned,
            )
        except FileNotFoundError:
            return  # delivered by somebody else a moment ago
        except (OSError, JournalError, ConfigError) as error:
            log.warning("cannot read %s: %s", path, error)
            self._foreign.add(path)
            return
        if lane is not None:
            self._lanes[path] = lane

    def _turn(self, *, urgent: bool) -> None:
        """Start what is due, and let go of what is finished."""
        moment = time.monotonic()
        beat = moment - self._last_beat > HEARTBEAT
        for path, lane in list(self._lanes.items()):
            if lane.busy is not None and lane.busy.done():
                self._landed(lane)
            if lane.busy is None and (lane.finished or lane.given_up):
                lane.close()
                del self._lanes[path]
                if lane.given_up:
                    self._foreign.add(path)
                if path.parent != self._folder:
                    tidy(path.parent)
                continue
            if self._bell.gone:
                lane.abandon(self._clock())
            if lane.due(moment, urgent=urgent, linger=self._linger):
                self._last_work = moment
                lane.busy = self._threads.submit(lane.work)
                lane.busy.add_done_callback(lambda _: self._bell.nudge())
            elif beat and lane.busy is None:
                lane.delivery.beat()
        if beat:
            self._last_beat = moment

    def _landed(self, lane: Lane) -> None:
        error = lane.busy.exception() if lane.busy is not None else None
        lane.busy = None
        if error is not None:
            log.error("delivery of %s failed", lane.path, exc_info=error)
            lane.delivery.state.error = f"the sender failed: {type(error).__name__}: {error}"
            lane.delivery.beat()
            lane.given_up = True
