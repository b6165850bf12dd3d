"""Points on their way: in bulk with a mark to the embedded store, in tens with many calls in flight to AWS."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent import futures
from concurrent.futures import Future
from functools import partial

from sm_track_widgets._names import POINTS_PER_PUT
from sm_track_widgets._types import JournalMark, Refusal
from sm_track_widgets.tracking.delivery_context import DeliveryContext
from sm_track_widgets.tracking.failures import (
    NEVER_STORED,
    BlockedError,
    RefusedError,
    StoppedError,
    Verdict,
    judge,
)
from sm_track_widgets.tracking.journal_format import Record
from sm_track_widgets.tracking.workers import Workers

MOST_IN_FLIGHT = 20
PATIENCE = 0.25  # seconds between looks at whether to stop, while calls are in flight
LAST_LANDING = 5.0  # seconds that calls in flight are given when the sender must stop


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


class BatchedPoints:
    """AWS: ten points a call, several calls in flight, never two with points of the same metric.

    The number of calls in flight grows while the service answers and halves when it throttles. A batch whose answer
    was lost is held, not sent again: the service may have stored it.
    """

    def __init__(self, context: DeliveryContext, workers: Workers, most: int = MOST_IN_FLIGHT) -> None:
        self._context, self._workers, self._most = context, workers, most
        self._window = 2.0
        self._growing = True
        self._backoff = context.backoff()
        self._resume = 0.0
        self._queues: dict[str, deque[Record]] = {}
        self._flights: dict[Future[list[Refusal]], list[Record]] = {}
        self._flying: set[str] = set()
        self._alone: set[int] = set()
        self._done: set[int] = set()
        self._denied = ""
        self._unknown = context.state.points_sent  # sent by a process that did not live to see the answer

    def deliver(self, records: Sequence[Record]) -> None:
        """Deliver metric records; returns when each is delivered, refused or held."""
        state = self._context.state
        wanted = [r for r in records if r.end > state.points_done and r.end not in self._done]
        unknown = [record for record in wanted if record.end <= self._unknown]
        if unknown:
            self._hold(unknown, "Lost", "the sender ended before the service had answered")
        self._enqueue(record for record in wanted if record.end > self._unknown)
        self._denied = ""
        try:
            self._fly(records)
        finally:
            self._land_all()
            self._queues.clear()
            if not self._flights:  # every call was answered: what is not done is known not to be stored
                self._context.state.points_sent = max(self._done, default=0)
            self._advance(records)

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
                raise BlockedError(self._denied)
            elif not self._context.pause(max(0.0, self._resume - time.monotonic())):
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
            and (batch := self._next_batch())
        ):
            state = self._context.state
            state.points_sent = max(state.points_sent, *(record.end for record in batch))
            self._context.save()
            self._flying.update(record.point.metric for record in batch)
            self._flights[self._workers.submit(partial(self._put, batch))] = batch

    def _put(self, batch: list[Record]) -> list[Refusal]:
        connection, component = self._context.connection, self._context.component
        return connection.put_points(component, [record.point for record in batch])

    def _next_batch(self) -> list[Record]:
        """Take ten points of one metric where there are ten, else of several metrics that are not in flight."""
        idle = [metric for metric in self._queues if metric not in self._flying]
        idle.sort(key=lambda metric: len(self._queues[metric]) < POINTS_PER_PUT)
        batch: list[Record] = []
        for metric in idle:
            queue = self._queues.pop(metric)
            while queue and len(batch) < POINTS_PER_PUT:
                if queue[0].end in self._alone and batch:
                    break
                batch.append(queue.popleft())
                if batch[0].end in self._alone:
                    break
            if queue:
                self._queues[metric] = queue  # behind the others, so that each gets its turn
            if len(batch) == POINTS_PER_PUT or (batch and batch[0].end in self._alone):
                break
        return batch

    def _land(self, future: Future[list[Refusal]]) -> None:
        batch = self._flights.pop(future)
        self._flying.difference_update(record.point.metric for record in batch)
        error = future.exception()
        if error is not None:
            self._failed(batch, judge(error))
            return
        refusals = {refusal.index: refusal for refusal in future.result()}
        again: list[Record] = []
        for index, record in enumerate(batch):
            refusal = refusals.get(index)
            if refusal is not None and refusal.code in NEVER_STORED:
                again.append(record)
                continue
            if refusal is None:
                self._context.state.delivered_points += 1
            else:
                self._context.refuse(record, RefusedError(refusal.code, refusal.message))
            self._done.add(record.end)
        if again:
            self._retry(again, f"{refusals[0].code if 0 in refusals else 'INTERNAL_ERROR'} for some points")
            return
        self._backoff.reset()
        self._window = min(self._most, self._window + (1 if self._growing else 1 / self._window))
        self._context.trouble("")

    def _failed(self, batch: list[Record], verdict: Verdict) -> None:
        if verdict.meaning == "transient":
            self._retry(batch, verdict.text)
        elif verdict.meaning == "lost":
            self._hold(batch, verdict.code, verdict.text)
        elif verdict.meaning == "denied":
            self._enqueue(batch, front=True)
            self._denied = verdict.text
        elif len(batch) == 1:
            self._context.refuse(batch[0], RefusedError(verdict.code, verdict.text))
            self._done.add(batch[0].end)
        else:
            self._alone.update(record.end for record in batch)  # find out which of them it is
            self._enqueue(batch, front=True)

    def _retry(self, batch: list[Record], why: str) -> None:
        self._enqueue(batch, front=True)
        self._growing = False
        self._window = max(1.0, self._window / 2)
        self._resume = time.monotonic() + self._backoff.next()
        self._context.trouble(why)

    def _hold(self, batch: list[Record], code: str, reason: str) -> None:
        for record in batch:
            self._context.set_aside(record.kind, record.payload, code, reason, held=True)
            self._done.add(record.end)

    def _enqueue(self, records: Iterable[Record], *, front: bool = False) -> None:
        if front:
            for record in reversed(list(records)):
                self._queues.setdefault(record.point.metric, deque()).appendleft(record)
        else:
            for record in records:
                self._queues.setdefault(record.point.metric, deque()).append(record)

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
