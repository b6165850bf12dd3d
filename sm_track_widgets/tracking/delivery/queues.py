"""Points that wait to be sent to AWS: a queue for each metric, taken by tens, never two calls with the same metric."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from sm_track_widgets._names import POINTS_PER_PUT
from sm_track_widgets.tracking.journal.format import Record


class PointQueues:
    """Queues of metric records.

    Attributes
    ----------
    flying
        Metrics of which a call is under way, or whose points are in doubt: nothing of them is taken.
    """

    def __init__(self) -> None:
        self.flying: set[str] = set()
        self._queues: dict[str, deque[Record]] = {}
        self._alone: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self._queues)

    def clear(self) -> None:
        """Forget what waits; what flies is not concerned."""
        self._queues.clear()

    def append(self, records: Iterable[Record]) -> None:
        """Add records behind the others of their metrics."""
        for record in records:
            self._queues.setdefault(record.point.metric, deque()).append(record)

    def put_back(self, records: Sequence[Record]) -> None:
        """Add records before the others of their metrics: they were taken and are not delivered."""
        for record in reversed(records):
            self._queues.setdefault(record.point.metric, deque()).appendleft(record)

    def separate(self, records: Sequence[Record]) -> None:
        """Put records back, each to be sent in a call of its own, to find out which of them is refused."""
        self._alone.update(record.end for record in records)
        self.put_back(records)

    def take(self) -> list[Record]:
        """Take ten points of one metric where there are ten, else of several metrics that do not fly."""
        idle = [metric for metric in self._queues if metric not in self.flying]
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
