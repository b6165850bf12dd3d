"""The kernel's side of delivery: opens journals, starts the sender, tells how far it is."""

from __future__ import annotations

import atexit
import os
import threading
import time
import uuid
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sm_track_widgets._errors import ConfigError, TrackError
from sm_track_widgets._types import Clock, RunRef
from sm_track_widgets.tracking.delivery.acks import AckFile, AckState
from sm_track_widgets.tracking.delivery.orphans import (
    PendingJournal,
    ReplayReport,
    journal_files,
    pending,
    replay,
)
from sm_track_widgets.tracking.journal.format import SUFFIX, Identity, JournalHeader, ack_path
from sm_track_widgets.tracking.journal.writer import JournalWriter
from sm_track_widgets.tracking.outbox.courier import ProcessCourier, ThreadCourier
from sm_track_widgets.tracking.outbox.progress import Progress

if TYPE_CHECKING:
    from sm_track_widgets.connection import Connection

__all__ = [
    "Outbox",
    "PendingJournal",
    "Progress",
    "ReplayReport",
    "journal_files",
    "outbox_for",
    "outboxes",
    "pending",
    "replay",
]

FIRST_LOOK, SLOWEST_LOOK = 0.002, 0.1  # seconds between looks in `Outbox.wait`
TELL_EVERY = 0.1


class Outbox:
    """Everything this process writes through one connection.

    Parameters
    ----------
    connection
        Where to. When it is not `rebuildable`, delivery runs in a thread of this process, and what is left at a kill
        waits for a `replay`.
    clock
        Seconds since the epoch.
    """

    def __init__(self, connection: Connection, *, clock: Clock = time.time) -> None:
        self.connection = connection
        self.identity: Identity = _identity(connection)
        self.folder = connection.settings.path / "journals" / f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._clock = clock
        make = ProcessCourier if connection.rebuildable else ThreadCourier
        self._courier: ProcessCourier | ThreadCourier = make(connection, self.folder)
        self._acks: dict[str, AckFile] = {}
        self._final: dict[str, AckState] = {}
        self._writers: dict[str, JournalWriter] = {}
        self._lock = threading.Lock()
        _outboxes.add(self)

    @property
    def sender_pid(self) -> int | None:
        """Process id of the sender, if one lives."""
        return self._courier.pid

    def journal(self, ref: RunRef, *, owns: bool = True) -> JournalWriter:
        """Open a journal for the run `ref`, and start the sender when there is none yet.

        Parameters
        ----------
        ref
            The run.
        owns
            Whether the run ends with this process: a sender that sees the kernel gone then marks it Stopped.

        Raises
        ------
        ConfigError
            When the data folder cannot be written, or its disk is full.
        """
        _, account, region, endpoint = self.identity
        header = JournalHeader(
            journal=uuid.uuid4().hex,
            home=self.connection.home,
            account=account,
            region=region,
            endpoint=endpoint,
            run=ref,
            pid=os.getpid(),
            started=self._clock(),
            owns=owns,
        )
        path = self.folder / f"{header.journal}{SUFFIX}"
        ack = AckFile(ack_path(path))
        try:
            writer = JournalWriter(path, header)
        except ConfigError:
            ack.close()
            ack.path.unlink(missing_ok=True)
            raise
        self._acks[header.journal] = ack
        self._writers[header.journal] = writer
        self._courier.wake()
        return writer

    def journals(self) -> list[JournalWriter]:
        """Return the journals that are not done, the oldest first: of runs that are open, and of closed ones."""
        return [writer for writer in list(self._writers.values()) if not self._state(writer).finished]

    def tries(self, journal: JournalWriter) -> int:
        """How often the delivery of `journal` has ended at a service that refuses everything."""
        return self._state(journal).tries

    def arrived(self, journal: JournalWriter, target: int) -> bool:
        """Whether everything in `journal` before the offset `target` is done."""
        return _reached(self._state(journal), journal, target)

    def renew(self) -> None:
        """Start a fresh sender, which sees credentials and environment as they are now; what it was doing goes on."""
        self._courier.renew()

    def wake(self) -> None:
        """Ask the sender to deliver now; it also looks by itself, up to four or twenty times a second.

        Not for the hot path: it is a system call.
        """
        self._courier.wake()

    def progress(self, journal: JournalWriter) -> Progress:
        """Say how far the delivery of `journal` is; cheap enough for four times a second."""
        state = self._state(journal)
        if not state.finished:
            self._courier.check()
        done = _reached(state, journal, journal.offset)
        answered = state.delivered_points + state.refused + state.held
        error = state.error or ("" if done else self._courier.error)
        return Progress(
            written=journal.points,
            delivered=state.delivered_points,
            waiting=0 if done else max(0, journal.points - answered),
            refused=state.refused,
            error=error or None,
            held=state.held,
            done=done,
            blocked=state.blocked,
            uploading=state.uploading,
            upload_done=state.upload_done,
            upload_total=state.upload_total,
        )

    def group(self, journal: JournalWriter) -> str:
        """Return the run group into which the sender has put the run; empty where it has not opened it."""
        return self._state(journal).group

    def wait(
        self,
        journal: JournalWriter,
        timeout: float,
        on_wait: Callable[[Progress], object] | None = None,
    ) -> bool:
        """Wait until everything written to `journal` by now is done.

        Parameters
        ----------
        timeout
            Longest wait in seconds.
        on_wait
            Called with the progress about ten times a second while waiting.

        Returns
        -------
        bool
            False when time is over, or when the service refuses everything and the wait would be in vain; what is
            not delivered stays in the journal.
        """
        target, deadline = journal.offset, time.monotonic() + timeout
        self._courier.wake()
        pause, told = FIRST_LOOK, time.monotonic()
        while True:
            state = self._state(journal)
            if _reached(state, journal, target):
                return True
            now = time.monotonic()
            if now >= deadline or state.blocked:
                return False
            if now - told >= TELL_EVERY:
                told = now
                self._courier.wake()
                if on_wait is not None:
                    on_wait(self.progress(journal))
            time.sleep(min(pause, max(0.0, deadline - now)))
            pause = min(SLOWEST_LOOK, pause * 1.5)

    def close(self) -> None:
        """Nothing more will be written: the sender delivers what is there, ends open runs as Stopped, and exits.

        Called at the end of the process. Does not wait for a sender process.
        """
        self._courier.close()

    def _state(self, journal: JournalWriter) -> AckState:
        """Newest state of a journal; a finished one is remembered, and its file removed."""
        name = journal.header.journal
        with self._lock:
            if name in self._final:
                return self._final[name]
            file = self._acks[name]
            state = file.load()
            # A journal that is still there is being deleted; where the sender died at that, the next one has to know.
            if state.finished and not journal.path.exists():
                self._final[name] = state
                file.path.unlink(missing_ok=True)
                file.close()
                del self._acks[name]
                self._writers.pop(name, None)
            return state

    def disown(self) -> None:
        """In a forked child: sender and journals belong to the parent."""
        self._courier.disown()
        self._lock = threading.Lock()


def _reached(state: AckState, journal: JournalWriter, target: int) -> bool:
    """Whether everything before offset `target` is done; where nothing is written, there is nothing to wait for."""
    return state.finished or state.delivered >= target or target == journal.start


def _identity(connection: Connection) -> Identity:
    """Identity, without the account where nobody tells it now: what is logged is kept, and sent when somebody does."""
    try:
        return connection.identity
    except TrackError:
        return connection.known_identity


_outboxes: weakref.WeakSet[Outbox] = weakref.WeakSet()
_registry: dict[tuple[Identity, Path], Outbox] = {}
_registry_lock = threading.Lock()


def outbox_for(connection: Connection) -> Outbox:
    """Return this process's outbox for what `connection` stands for; made at first use."""
    key = (_identity(connection), connection.settings.path)
    with _registry_lock:
        found = _registry.get(key)
        # A session of the user's own is used as it is; one that can be made again stands for all alike.
        if found is None or (not connection.rebuildable and found.connection is not connection):
            found = _registry[key] = Outbox(connection)
        return found


def outboxes() -> list[Outbox]:
    """Return the outboxes of this process, of every place it has written to."""
    return list(_outboxes)


def close_all() -> None:
    """Close every outbox of this process; registered to run at its end."""
    for outbox in list(_outboxes):
        outbox.close()


def _after_fork_in_child() -> None:
    global _registry_lock  # noqa: PLW0603  # another thread may have held it at the fork
    _registry_lock = threading.Lock()
    for outbox in list(_outboxes):
        outbox.disown()
    _outboxes.clear()
    _registry.clear()


atexit.register(close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
