"""Did the service store points whose answer was lost? Its count of points at each step tells, where only we write.

A connection may break after BatchPutMetrics has left, and a sender may be killed before the answer; to send such points
again could double them. BatchGetMetrics tells for each metric how many points each step has. What this journal had
delivered there before is known (`history`), so the difference says whether the points in doubt are there.

Nothing is concluded unless it must be so: every point of the metric has a step; the run was made by this journal, and
neither continued by another process nor named by a job; the numbers are exactly those with or exactly those without the
points; and "without" still holds `SETTLED` seconds after the call. All else stays in doubt, and is held.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sm_track_widgets import _points
from sm_track_widgets._failures import Backoff, BlockedError, StoppedError, judge
from sm_track_widgets._names import CONTINUED_PARAMETER
from sm_track_widgets._types import Params
from sm_track_widgets.tracking.delivery.history import NOT_ALONE, Doubt, History, UnclearError, read_history

if TYPE_CHECKING:
    from sm_track_widgets.connection import Connection

Result = TypeVar("Result")

SETTLED = 10.0
"""Seconds after which a point that was stored is seen by BatchGetMetrics [inf]."""
FIRST_LOOK, SLOWEST_LOOK = 0.2, 2.0  # seconds between looks until then


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of the points of a doubt, by the ends of their records; for those `unknown`, why."""

    stored: frozenset[int] = frozenset()
    missing: frozenset[int] = frozenset()
    unknown: Mapping[int, str] = field(default_factory=dict[int, str])


class Reconciler:
    """Answers doubts about the points of one journal; safe to use from several threads.

    Parameters
    ----------
    connection
        Where the points went.
    journal
        Path of the journal's first segment.
    component
        Name of the run's component.
    pause
        Waits so many seconds; False when told to stop.
    backoff
        How waiting grows while the service cannot be asked.
    settled
        Seconds after a call until its points are seen. They count from the question on, since who asks after a kill
        does not know when the call was made, and by no clock that could be set.
    """

    def __init__(
        self,
        connection: Connection,
        journal: Path,
        component: str,
        *,
        pause: Callable[[float], bool],
        backoff: Callable[[], Backoff] = Backoff,
        settled: float = SETTLED,
    ) -> None:
        self._connection, self._journal, self._component = connection, journal, component
        self._pause, self._backoff, self._settled = pause, backoff, settled

    def ask(self, doubt: Doubt) -> Finding:
        """Find out what became of the points of a doubt; takes up to `settled` seconds.

        Raises
        ------
        BlockedError
            The service refuses to answer anything, until somebody changes something.
        StoppedError
            Told to stop; the doubt is as it was.
        """
        try:
            history = read_history(self._journal, doubt)
            if not history.metrics:
                return self._finding(doubt, history, {})
            return self._watch(doubt, history, self._own_arn())
        except UnclearError as error:
            return Finding(unknown={record.end: str(error) for record in doubt.records})

    def _watch(self, doubt: Doubt, history: History, arn: str) -> Finding:
        """Compare until all are found, or until what is not there has had its time to appear."""
        pause, deadline = FIRST_LOOK, time.monotonic() + self._settled
        while True:
            late = time.monotonic() >= deadline
            finding = self._finding(doubt, history, self._counts(arn, history.metrics))
            if late or len(finding.stored) == len(doubt.records):
                return finding
            if not self._pause(min(pause, self._settled)):
                raise StoppedError
            pause = min(SLOWEST_LOOK, pause * 2, max(0.0, deadline - time.monotonic()))

    def _counts(self, arn: str, metrics: list[str]) -> dict[str, dict[int, int] | None]:
        def read() -> list[dict[int, int] | None]:
            return _points.count_points(self._connection.client("sagemaker-metrics"), arn, metrics)

        return dict(zip(metrics, self._asked(read), strict=True))

    def _finding(
        self, doubt: Doubt, history: History, counts: Mapping[str, dict[int, int] | None]
    ) -> Finding:
        stored: set[int] = set()
        missing: set[int] = set()
        unknown: dict[int, str] = {}
        for record in doubt.records:
            told = history.judge(record, counts)
            if told == "stored":
                stored.add(record.end)
            elif told == "missing":
                missing.add(record.end)
            else:
                unknown[record.end] = told
        return Finding(frozenset(stored), frozenset(missing), unknown)

    def _own_arn(self) -> str:
        """Return the component's ARN, if nobody else writes to it as far as the service shows."""

        def describe() -> Params:
            client = self._connection.client("sagemaker")
            return client.describe_trial_component(TrialComponentName=self._component)

        found = self._asked(describe)
        parameters = found.get("Parameters") or {}
        if found.get("Source") or found.get("Sources") or CONTINUED_PARAMETER in parameters:
            raise UnclearError(NOT_ALONE)
        return str(found["TrialComponentArn"])

    def _asked(self, call: Callable[[], Result]) -> Result:
        """Ask until there is an answer; reading again changes nothing."""
        backoff = self._backoff()
        while True:
            try:
                return call()
            except Exception as error:
                verdict = judge(error)
                if verdict.meaning == "denied" and not verdict.code.startswith("AccessDenied"):
                    raise BlockedError(verdict.text) from error
                if verdict.meaning in {"denied", "refused"}:
                    raise UnclearError(f"the service could not be asked ({verdict.text})") from error
            if not self._pause(backoff.next()):
                raise StoppedError
