"""Points on their way: in bulk with a mark to the embedded store, in tens with many calls in flight to AWS."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent import futures
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any

from sm_track_widgets._failures import (
    NEVER_STORED,
    BlockedError,
    RefusedError,
    StoppedError,
    Verdict,
    judge,
)
from sm_track_widgets._types import JournalMark, Refusal
from sm_track_widgets.tracking.delivery.acks import ANSWERED, SENT, UNSENT
from sm_track_widgets.tracking.delivery.context import DeliveryContext
from sm_track_widgets.tracking.delivery.history import Doubt
from sm_track_widgets.tracking.delivery.queues import PointQueues
from sm_track_widgets.tracking.delivery.reconcile import Finding, Reconciler
from sm_track_widgets.tracking.delivery.workers import Workers
from sm_track_widgets.tracking.journal.format import Record

MOST_IN_FLIGHT = 20
PATIENCE = 0.25  # seconds between looks at whether to stop, while calls are in flight
LAST_LANDING = 5.0  # seconds that calls in flight are given when the sender must stop
HELD = "the answer was lost; {}"


class BulkPoints:
    """Embedded home: points and the journal's offset are committed together, so each point is stored once."""

    def __init__(self, context: DeliveryContext) -> None:
        self._context = context
        self._committed = context.connection.delivered(context.header.journal) or 0

    def deliver(self, records: Sequence[Record]) -> None:
        """Deliver metric records, all new or replayed."""
        context, state = self._context, self._context.state
        replayed = [record for record in records if state.points_done < record.end <= self._committed]
        fresh = [record for record in records if record.end > max(self._committed, state.points_done)]
        state.delivered_points += len(replayed)
        if fresh:
            mark = JournalMark(context.header.journal, fresh[-1].end)
            points = [record.point for record in fresh]
            refusals = context.attempt(lambda: context.connection.put_points(context.component, points, mark))
            for refusal in refusals:
                reason = RefusedError(refusal.code, refusal.message)
                context.refuse(fresh[refusal.index], reason)
            state.delivered_points += len(fresh) - len(refusals)
            self._committed = fresh[-1].end
        if records:
            state.points_done = max(state.points_done, records[-1].end)
            context.save()


@dataclass(frozen=True, slots=True)
class Flight:
    """A call under way with some points: one that stores them, or questions about whether one has (`asks`)."""

    batch: list[Record]
    asks: bool = False


class BatchedPoints:
    """AWS: ten points a call, several calls in flight, never two with points of the same metric.

    The number of calls in flight grows while the service answers and halves when it throttles. Each point is marked
    before it is sent, and again when its answer is there. Where no answer came, nothing is sent again before the
    `Reconciler` has found that the service does not have the point; what it cannot find out is held.
    """

    def __init__(
        self,
        context: DeliveryContext,
        workers: Workers,
        reconciler: Reconciler,
        most: int = MOST_IN_FLIGHT,
    ) -> None:
        self._context, self._workers, self._reconciler, self._most = context, workers, reconciler, most
        self._window = 2.0
        self._growing = True
        self._backoff = context.backoff()
        self._resume = 0.0
        self._queues = PointQueues()
        self._flights: dict[Future[Any], Flight] = {}
        self._places: dict[int, int] = {}
        self._done: set[int] = set()
        self._denied = ""
        self._stopped = False

    def deliver(self, records: Sequence[Record]) -> None:
        """Deliver metric records; returns when each is delivered, refused or held.

        Raises
        ------
        BlockedError, StoppedError
            What was sent without an answer stays marked; all else may be delivered by a later call.
        """
        if not records:
            return
        self._denied, self._stopped = "", False
        doubtful = self._sort(records)
        try:
            if doubtful:
                self._context.trouble("comparing points whose answer was lost with what the service has")
                self._ask(doubtful)
            self._fly(records)
        finally:
            self._land_all()
            self._queues.clear()
            self._advance(records)

    def _sort(self, records: Sequence[Record]) -> list[Record]:
        """Queue what was never sent; return what was sent by somebody who did not see the answer."""
        context, base = self._context, records[0].start
        marks = context.ack.marks(base, len(records))
        if marks is None:
            context.ack.begin_marks(base)
            marks = bytes(len(records))
        self._places = {record.end: place for place, record in enumerate(records)}
        flying = {record.end for flight in self._flights.values() for record in flight.batch}
        doubtful: list[Record] = []
        for record, mark in zip(records, marks, strict=True):
            if record.end <= context.state.points_done or record.end in flying:
                continue
            if mark == ANSWERED:
                self._done.add(record.end)
            elif mark == SENT:
                doubtful.append(record)
            else:
                self._queues.append([record])
        return doubtful

    def _fly(self, records: Sequence[Record]) -> None:
        while self._queues or self._flights:
            self._launch()
            if self._flights:
                done, _ = futures.wait(self._flights, PATIENCE, futures.FIRST_COMPLETED)
                for future in done:
                    self._land(future)
                self._advance(records)
                if not done and not self._context.pause(0):
                    raise StoppedError
            elif self._denied:
                break
            elif not self._context.pause(max(0.0, self._resume - time.monotonic())):
                raise StoppedError
        if self._denied:
            raise BlockedError(self._denied)
        if self._stopped:
            raise StoppedError

    def _land_all(self) -> None:
        futures.wait(self._flights, LAST_LANDING)
        for future in [future for future in self._flights if future.done()]:
            self._land(future)

    def _launch(self) -> None:
        while (
            not self._denied
            and len(self._flights) < int(self._window)
            and time.monotonic() >= self._resume
            and (batch := self._queues.take())
        ):
            self._mark(batch, SENT)
            self._context.save()
            self._submit(Flight(batch), partial(self._put, batch))

    def _submit(self, flight: Flight, call: partial[Any]) -> None:
        self._queues.flying.update(record.point.metric for record in flight.batch)
        self._flights[self._workers.submit(call)] = flight

    def _put(self, batch: list[Record]) -> list[Refusal]:
        connection, component = self._context.connection, self._context.component
        return connection.put_points(component, [record.point for record in batch])

    def _ask(self, batch: list[Record]) -> None:
        """Find out, in a thread, what became of points; meanwhile nothing of their metrics is sent."""
        done = self._context.state.points_done
        doubt = Doubt(tuple(batch), done, frozenset(self._done))
        self._submit(Flight(batch, asks=True), partial(self._reconciler.ask, doubt))

    def _mark(self, batch: Sequence[Record], what: int) -> None:
        for record in batch:
            self._context.ack.mark(self._places[record.end], what)
        if what == ANSWERED:
            self._done.update(record.end for record in batch)

    def _land(self, future: Future[Any]) -> None:
        flight = self._flights.pop(future)
        self._queues.flying.difference_update(record.point.metric for record in flight.batch)
        error = future.exception()
        if flight.asks:
            self._answered(flight.batch, error, None if error is not None else future.result())
        elif error is not None:
            self._failed(flight.batch, judge(error))
        else:
            self._taken(flight.batch, future.result())

    def _taken(self, batch: list[Record], told: list[Refusal]) -> None:
        refusals = {refusal.index: refusal for refusal in told}
        again: list[Record] = []
        for index, record in enumerate(batch):
            refusal = refusals.get(index)
            if refusal is None:
                self._delivered(record)
            elif refusal.code in NEVER_STORED:
                again.append(record)
            else:
                self._refuse(record, refusal.code, refusal.message)
        if again:
            self._retry(again, f"{refusals[0].code if 0 in refusals else 'INTERNAL_ERROR'} for some points")
            return
        self._backoff.reset()
        self._window = min(self._most, self._window + (1 if self._growing else 1 / self._window))
        self._context.trouble("")

    def _answered(self, batch: list[Record], error: BaseException | None, finding: Finding | None) -> None:
        """Act upon what the service was found to have of points in doubt."""
        if isinstance(error, BlockedError):
            self._denied = str(error)
        elif isinstance(error, StoppedError):
            self._stopped = True  # the marks stay, and so does the doubt
        elif finding is None:
            verdict = judge(error) if error is not None else None
            self._hold(batch, HELD.format(f"looking for them failed ({verdict.text if verdict else ''})"))
        else:
            for record in batch:
                if record.end in finding.stored:
                    self._delivered(record)
                elif record.end in finding.unknown:
                    self._hold([record], HELD.format(finding.unknown[record.end]))
            self._back([record for record in batch if record.end in finding.missing])
            self._context.trouble("")

    def _failed(self, batch: list[Record], verdict: Verdict) -> None:
        if verdict.meaning == "transient":
            self._retry(batch, verdict.text)
        elif verdict.meaning == "lost":
            self._context.trouble(f"the answer to a call was lost ({verdict.text}); comparing")
            self._ask(batch)
        elif verdict.meaning == "denied":
            self._back(batch)
            self._denied = verdict.text
        elif len(batch) == 1:
            self._refuse(batch[0], verdict.code, verdict.text)
        else:
            self._mark(batch, UNSENT)
            self._queues.separate(batch)  # find out which of them it is

    def _retry(self, batch: list[Record], why: str) -> None:
        self._back(batch)
        self._growing = False
        self._window = max(1.0, self._window / 2)
        self._resume = time.monotonic() + self._backoff.next()
        self._context.trouble(why)

    def _back(self, batch: list[Record]) -> None:
        """Put points back that the service is known not to have."""
        self._mark(batch, UNSENT)
        self._queues.put_back(batch)

    def _delivered(self, record: Record) -> None:
        self._context.state.delivered_points += 1
        self._mark([record], ANSWERED)

    def _refuse(self, record: Record, code: str, reason: str) -> None:
        self._context.refuse(record, RefusedError(code, reason))
        self._mark([record], ANSWERED)

    def _hold(self, batch: list[Record], reason: str) -> None:
        for record in batch:
            self._context.hold(record, reason)
            self._mark([record], ANSWERED)

    def _advance(self, records: Sequence[Record]) -> None:
        """Move the mark over the points that are done, up to the first that is not."""
        state = self._context.state
        for record in records:
            if record.end <= state.points_done:
                continue
            if record.end not in self._done:
                break
            self._done.discard(record.end)
            state.points_done = record.end
        self._context.save()
