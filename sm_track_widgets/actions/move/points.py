"""Points of moved runs: each once, in the order of their arrival; those too old for AWS go into a file."""

from __future__ import annotations

import time
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sm_track_widgets import _points
from sm_track_widgets._aws import THROTTLED
from sm_track_widgets._failures import NEVER_STORED, judge
from sm_track_widgets._names import OLD_METRICS, POINTS_PER_PUT
from sm_track_widgets._types import JournalMark, Point, Series
from sm_track_widgets.actions.move.parcel import File
from sm_track_widgets.reading import old_points
from sm_track_widgets.tracking.values import NEWEST_POINT, OLDEST_POINT

if TYPE_CHECKING:
    from sm_track_widgets._types import Clock
    from sm_track_widgets.actions.move.carry import Step, Trip
    from sm_track_widgets.connection import Connection

MARGIN = 3600.0
"""Seconds before its end from which on the service's window counts as over: a move takes a while."""
BLOCK = 20_000
"""Points of one transaction of the embedded home."""
SETTLED = 10.0
"""Seconds after which BatchGetMetrics shows what BatchPutMetrics has taken [inf]."""
TRIES = 5


def apart(series: Sequence[Series], now: float) -> tuple[list[Series], list[Series]]:
    """Return the points that AWS takes, and those outside of its window of time: two weeks back, two hours ahead."""
    low, high = now - OLDEST_POINT + MARGIN, now + NEWEST_POINT - MARGIN
    fresh: list[Series] = []
    old: list[Series] = []
    for one in series:
        inside = [low <= moment <= high for moment in one.times]
        if all(inside):
            fresh.append(one)
            continue
        for kept, wanted in ((fresh, True), (old, False)):
            places = [place for place, here in enumerate(inside) if here is wanted]
            if places:
                kept.append(_picked(one, places))
    return fresh, old


class PointsOut:
    """The points of one run on their way into a home.

    Parameters
    ----------
    connection
        The home.
    trip
        The run.
    series
        Its points.
    begun
        When this move began, by the monotonic clock.
    clock
        Seconds since the epoch.

    Attributes
    ----------
    parameters
        Statistics of those that go into a file.
    """

    def __init__(
        self, connection: Connection, trip: Trip, series: Sequence[Series], begun: float, clock: Clock
    ) -> None:
        self._connection, self._trip = connection, trip
        self._asked = begun  # points of an earlier move may not be shown yet
        self._old: list[Series] = []
        self._sent: Counter[tuple[str, int | None]] = Counter()
        fresh = list(series)
        if connection.home == "aws":
            fresh, self._old = apart(series, clock())
            if self._old and trip.again:
                self._old = self._not_sent(self._old)
        self._points = [
            Point(one.metric, value, None if step < 0 else step, moment)
            for one in fresh
            for step, moment, value in zip(one.steps, one.times, one.values, strict=True)
        ]
        self._at, self._tries = 0, 0
        self._doubt = False
        self.parameters, lost = old_points.summary_parameters(self._old)
        if lost:
            trip.remarks.append(f"{lost} metrics with old points are in the file {OLD_METRICS!r} only.")

    def old_files(self) -> list[File]:
        """Return the file of the points that are too old, if there are any."""
        if not self._old:
            return []
        data = old_points.document(self._old)

        def write(path: Path) -> object:
            return path.write_bytes(data)

        return [File(OLD_METRICS, "output", "application/json", fetch=write, size=len(data))]

    def begin(self) -> Iterable[Step]:
        """Look what is there from an earlier try, then send the rest."""
        if self._connection.home == "embedded":
            client = self._connection.client("sagemaker")
            made = client.describe_trial_component(TrialComponentName=self._trip.place)["CreationTime"]
            journal = f"move/{self._trip.place}/{made.timestamp()}"
            if self._trip.again:
                # A run that went on has more points of each metric: their numbers are others than they were.
                journal += f"/{self._leave_out_stored()}"
            blocks = range(0, len(self._points), BLOCK)
            return [self._block_step(journal, at) for at in blocks]
        if self._points and self._trip.again:
            self._doubt = True
        return [self._send] if self._points else []

    def _leave_out_stored(self) -> int:
        """Leave out the points that an earlier move has brought to the embedded home; return how many it has."""
        pairs = [(self._trip.place, name) for name in dict.fromkeys(point.metric for point in self._points)]
        stored = self._connection.read_series(pairs)
        there = Counter(
            (one.metric, step, moment, value)
            for one in stored
            for step, moment, value in zip(one.steps, one.times, one.values, strict=True)
        )
        left: list[Point] = []
        for point in self._points:
            told = (point.metric, -1 if point.step is None else point.step, point.time, point.value)
            there[told] -= 1
            if there[told] < 0:
                left.append(point)
        self._points = left
        return sum(map(len, stored))

    def _block_step(self, journal: str, at: int) -> Step:
        def step() -> None:
            block = self._points[at : at + BLOCK]
            # Committed with the points: what is there already is not taken twice.
            mark = JournalMark(journal, at + len(block))
            for refusal in self._connection.put_points(self._trip.place, block, mark):
                self._trip.remarks.append(refusal.message)

        return step

    def _send(self) -> Iterable[Step]:
        if self._doubt:
            self._skip_what_is_there()
        batch = self._points[self._at : self._at + POINTS_PER_PUT]
        if not batch:
            return []
        try:
            refusals = _points.put_points(
                self._connection.single("sagemaker-metrics"), self._trip.place, batch
            )
        except Exception as error:
            verdict = judge(error)
            if verdict.meaning != "refused" and verdict.code not in THROTTLED:
                self._doubt, self._asked = True, time.monotonic()
            raise
        self._at += len(batch)
        again = [batch[one.index] for one in refusals if one.code in NEVER_STORED]
        self._tries = self._tries + 1 if again else 0
        if again and self._tries <= TRIES:
            self._at -= len(again)
            self._points[self._at : self._at + len(again)] = again
            refusals = [one for one in refusals if one.code not in NEVER_STORED]
        self._trip.remarks += [f"A point was refused: {one.message}" for one in refusals]
        return [self._send]

    def _skip_what_is_there(self) -> None:
        """Leave out the points that an earlier try has brought, by their number at each step."""
        there = self._there(list(dict.fromkeys(point.metric for point in self._points)))
        there.subtract(self._sent)
        left: list[Point] = []
        for point in self._points:
            if there[point.metric, point.step] > 0:
                there[point.metric, point.step] -= 1
            else:
                left.append(point)
        self._points, self._at, self._doubt = left, 0, False

    def _not_sent(self, old: Sequence[Series]) -> list[Series]:
        """Return the old points without those that were young enough when an earlier try began, and are there."""
        client = self._connection.single("sagemaker")
        made = client.describe_trial_component(TrialComponentName=self._trip.place)["CreationTime"]
        young = made.timestamp() - OLDEST_POINT + MARGIN
        there = self._there([one.metric for one in old])
        left: list[Series] = []
        for one in old:
            places: list[int] = []
            for place, (step, moment) in enumerate(zip(one.steps, one.times, strict=True)):
                # Points without steps are not told from later ones.
                if moment >= young and step >= 0 and self._sent[one.metric, step] < there[one.metric, step]:
                    self._sent[one.metric, step] += 1
                else:
                    places.append(place)
            if places:
                left.append(_picked(one, places))
        return left

    def _there(self, names: Sequence[str]) -> Counter[tuple[str, int | None]]:
        """Return how many points of metrics the service has at each step; None for no step."""
        time.sleep(max(0.0, self._asked + SETTLED - time.monotonic()))
        client = self._connection.single("sagemaker")
        told = client.describe_trial_component(TrialComponentName=self._trip.place)
        counted = _points.count_points(
            self._connection.single("sagemaker-metrics"), told["TrialComponentArn"], names
        )
        totals = {one["MetricName"]: int(one.get("Count") or 0) for one in told.get("Metrics") or ()}
        there: Counter[tuple[str, int | None]] = Counter()
        for name, steps in zip(names, counted, strict=True):
            there.update({(name, step): count for step, count in (steps or {}).items()})
            there[name, None] = max(0, totals.get(name, 0) - sum((steps or {}).values()))
        return there


def _picked(series: Series, places: Sequence[int]) -> Series:
    return Series(
        series.run,
        series.metric,
        array("q", [series.steps[place] for place in places]),
        array("d", [series.times[place] for place in places]),
        array("d", [series.values[place] for place in places]),
    )
