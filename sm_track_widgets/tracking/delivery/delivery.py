"""From a journal to the service: records in order, and how far they have come written down."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from sm_track_widgets._failures import Backoff, BlockedError, RefusedError, StoppedError
from sm_track_widgets._types import Clock
from sm_track_widgets.tracking.delivery.context import DeliveryContext, Pause, plain_pause
from sm_track_widgets.tracking.delivery.held import resend_held
from sm_track_widgets.tracking.delivery.points import MOST_IN_FLIGHT, BatchedPoints, BulkPoints
from sm_track_widgets.tracking.delivery.reconcile import SETTLED, Reconciler
from sm_track_widgets.tracking.delivery.records import RecordCalls
from sm_track_widgets.tracking.delivery.workers import Workers
from sm_track_widgets.tracking.journal.format import Record, refused_path, remove_journal
from sm_track_widgets.tracking.journal.trimming import trim

if TYPE_CHECKING:
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.tracking.delivery.acks import AckFile
    from sm_track_widgets.tracking.journal.reader import JournalReader

CHUNK = 5000
ASK_AGAIN = 30.0
"""Seconds between tries while the service refuses everything."""
DAMAGED_AFTER = 1.0
"""Seconds after which a record that fails its checksum is not being written any more."""
KERNEL_ENDED = "kernel ended while the run was open"


class Delivery:
    """Delivers one journal, in the sender or in the foreground.

    Points are stored once in the embedded home, whenever this process is killed; other records may be sent twice,
    which changes nothing. In the home ``"aws"`` a point whose answer was lost is sent again only when the service was
    found not to have it; where that cannot be found out, it is held (see `Progress.held`).

    Parameters
    ----------
    connection
        Where to.
    reader
        The journal.
    ack
        Where to write down how far it is; delivery goes on from what it says.
    workers
        Threads for calls in flight (home ``"aws"``).
    pause, clock, backoff
        How to wait, what time it is, how waiting grows.
    settled
        Seconds until the service shows what it has stored (home ``"aws"``); see `reconcile`.
    """

    def __init__(
        self,
        connection: Connection,
        reader: JournalReader,
        ack: AckFile,
        *,
        workers: Workers | None = None,
        pause: Pause = plain_pause,
        clock: Clock = time.time,
        backoff: Callable[[], Backoff] = Backoff,
        settled: float = SETTLED,
    ) -> None:
        refused = refused_path(reader.path)
        self.reader = reader
        self._context = DeliveryContext(
            connection, reader.header, ack, ack.load(), refused, pause=pause, clock=clock, backoff=backoff
        )
        self.state = self._context.state
        self._calls = RecordCalls(self._context)
        if connection.home == "embedded":
            self._points: BulkPoints | BatchedPoints = BulkPoints(self._context)
        else:
            workers = workers or Workers(MOST_IN_FLIGHT, "sm-track-put")
            component = reader.header.run.component
            asking = Reconciler(
                connection, reader.path, component, pause=pause, backoff=backoff, settled=settled
            )
            self._points = BatchedPoints(self._context, workers, asking)
        self._asked = float("-inf")
        self._trimmed = 0
        self._torn = (-1, 0.0)
        self._writer_gone = False
        self.stopped_run = False

    @property
    def complete(self) -> bool:
        """Whether the writer has closed the journal and all of it is done."""
        return self.reader.ended and self.state.delivered == self.reader.offset

    def due(self, *, now: bool = False) -> bool:
        """Whether there is something to deliver, and, while blocked, whether it is time to ask again."""
        # Not only from below: the clock may have been set back.
        if self.state.blocked and not now and 0 <= self._context.clock() - self._asked < ASK_AGAIN:
            return False
        return self.reader.pending(self.state.delivered) and not self.complete

    def run(self) -> bool:
        """Deliver everything that is written by now; return whether all of it is done.

        Refused records are set aside and never hinder what follows. False: the service refuses everything
        (`state.blocked`, `state.error`), or the sender was told to stop.
        """
        try:
            if self.state.blocked:
                self._context.renew()
            while self.step() or self._past_damage():
                pass
        except BlockedError as error:
            self.state.blocked, self.state.error = True, str(error)
            self._asked = self._context.clock()
            self.state.tries += 1
            self._context.save()
            return False
        except StoppedError:
            self._context.save()
            return False
        return True

    def step(self, limit: int = CHUNK) -> bool:
        """Deliver up to `limit` records; False when there were none.

        Raises
        ------
        BlockedError, StoppedError
            What was not delivered is delivered by a later call.
        """
        records, behind = self.reader.read(self.state.delivered, limit)
        for group in _groups(records):
            self._deliver(group)
        self.state.delivered = behind
        if self.state.blocked:
            self.state.blocked, self.state.error = False, ""
        self._context.save()
        if self.reader.segment > self._trimmed:
            trim(self.reader, remember=self._context.connection.home == "aws")
            self._trimmed = self.reader.segment
        return bool(records)

    def _past_damage(self) -> bool:
        """Where records fail their checksum and whole ones follow, step over them, and say so."""
        if not self.reader.torn:
            return False
        place, now = self.reader.offset, time.monotonic()
        if place != self._torn[0]:
            self._torn = (place, now)
        if not self._writer_gone and now - self._torn[1] < DAMAGED_AFTER:
            return False
        skipped = self.reader.skip_damage()
        if not skipped:
            return False
        reason = f"{skipped} bytes of the journal are damaged: they fail their checksum"
        self._context.set_aside("damage", {"offset": place, "bytes": skipped}, "Damaged", reason)
        self.state.delivered = self.reader.offset
        self._context.save()
        return True

    def settle(self, ended: float) -> bool:
        """Deliver what a kernel that is gone has left, and mark its run Stopped when it left no final status.

        `ended` is the time of the end, seconds since the epoch. Returns what `run` returns.
        """
        self._writer_gone = True
        if not self.run():
            return False
        if self.reader.header.owns and not self.state.closed:
            try:
                self._calls.stop_run(KERNEL_ENDED, ended)
            except (BlockedError, StoppedError) as error:
                self.state.error = str(error)
                self._context.save()
                return False
            self.state.closed = self.stopped_run = True
            self._context.save()
        return True

    def finish(self) -> None:
        """Delete the journal, all of which is done; what the service refused stays in its own file."""
        self.state.finished = True
        self._context.save()
        self.reader.close()
        remove_journal(self.reader.path)

    def resend(self) -> bool:
        """Send what is held once more, whether or not the service has it; False when that must wait."""
        try:
            resend_held(self._context)
        except BlockedError as error:
            self.state.error = str(error)
            self.state.tries += 1
            self._context.save()
            return False
        except StoppedError:
            return False
        return True

    def beat(self) -> None:
        """Tell the kernel that the sender is alive."""
        self._context.save()

    def _deliver(self, group: Sequence[Record]) -> None:
        if group[0].kind == "open":
            self._open(group[0])
        else:
            self._points.deliver([record for record in group if record.kind == "metric"])
            self._calls.deliver([record for record in group if record.kind != "metric"])
        self.state.delivered = group[-1].end
        self._context.save()

    def _open(self, record: Record) -> None:
        """Make the run, unless the kernel has; nothing else can be delivered before."""
        if record.payload.get("opened"):
            self._calls.know_arn(record.payload.get("arn") or "")
            return
        from sm_track_widgets.tracking import opening

        connection = self._context.connection
        try:
            opened = self._context.attempt(lambda: opening.open_run(connection, record.payload))
        except RefusedError as error:
            raise BlockedError(error.reason) from error
        self._calls.know_arn(opened.arn)
        self.state.group = opened.ref.group


def _groups(records: Sequence[Record]) -> Iterator[list[Record]]:
    """Cut before and after each ``open`` and after each ``close``: nothing may move across these."""
    group: list[Record] = []
    for record in records:
        if record.kind == "open" and group:
            yield group
            group = []
        group.append(record)
        if record.kind in {"open", "close"}:
            yield group
            group = []
    if group:
        yield group
