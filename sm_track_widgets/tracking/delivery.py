"""From a journal to the service: records in order, and how far they have come written down."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from sm_track_widgets._types import Clock
from sm_track_widgets.tracking.delivery_context import DeliveryContext, Pause, plain_pause
from sm_track_widgets.tracking.failures import Backoff, BlockedError, RefusedError, StoppedError
from sm_track_widgets.tracking.journal_format import Record, refused_path, segments_of
from sm_track_widgets.tracking.point_delivery import MOST_IN_FLIGHT, BatchedPoints, BulkPoints
from sm_track_widgets.tracking.record_calls import RecordCalls
from sm_track_widgets.tracking.workers import Workers

if TYPE_CHECKING:
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.tracking.acks import AckFile
    from sm_track_widgets.tracking.journal_reader import JournalReader

CHUNK = 5000
ASK_AGAIN = 30.0
"""Seconds between tries while the service refuses everything."""
KERNEL_ENDED = "kernel ended while the run was open"


class Delivery:
    """Delivers one journal, in the sender or in the foreground.

    Points are stored once in the embedded home, whenever this process is killed; other records may be sent twice,
    which changes nothing. In the home ``"aws"`` a point is sent at most once; when the answer to it was lost, it is
    held (see `Progress.held`).

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
            self._points = BatchedPoints(self._context, workers)
        self._ask_again = 0.0

    @property
    def complete(self) -> bool:
        """Whether the writer has closed the journal and all of it is done."""
        return self.reader.ended and self.state.delivered == self.reader.offset

    def due(self, *, now: bool = False) -> bool:
        """Whether there is something to deliver, and, while blocked, whether it is time to ask again."""
        if self.state.blocked and not now and self._context.clock() < self._ask_again:
            return False
        return self.reader.pending(self.state.delivered) and not self.complete

    def run(self) -> bool:
        """Deliver everything that is written by now; return whether all of it is done.

        Refused records are set aside and never hinder what follows. False: the service refuses everything
        (`state.blocked`, `state.error`), or the sender was told to stop.
        """
        try:
            while self.step():
                pass
        except BlockedError as error:
            self.state.blocked, self.state.error = True, str(error)
            self._ask_again = self._context.clock() + ASK_AGAIN
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
        return bool(records)

    def settle(self, ended: float) -> bool:
        """Deliver what a kernel that is gone has left, and mark its run Stopped when it left no final status.

        `ended` is the time of the end, seconds since the epoch. Returns what `run` returns.
        """
        if not self.run():
            return False
        if self.reader.header.owns and not self.state.closed:
            try:
                self._calls.stop_run(KERNEL_ENDED, ended)
            except (BlockedError, StoppedError) as error:
                self.state.error = str(error)
                self._context.save()
                return False
            self.state.closed = True
            self._context.save()
        return True

    def finish(self) -> None:
        """Delete the journal, all of which is done; what the service refused stays in its own file."""
        self.state.finished = True
        self._context.save()
        self.reader.close()
        for path in segments_of(self.reader.path):
            path.unlink(missing_ok=True)

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
