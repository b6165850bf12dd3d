"""What has been read of runs that are compared: a further run costs its own calls only."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from sm_track_widgets import _aws
from sm_track_widgets import connection as connections
from sm_track_widgets.reading.run_facts import facts_of
from sm_track_widgets.widgets.open_facts import open_facts
from sm_track_widgets.widgets.run_details import open_named

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sm_track_widgets._types import Series
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.reading.compare.comparison import Comparison
    from sm_track_widgets.reading.run_facts import RunFacts
    from sm_track_widgets.reading.run_records import Name

FINAL = frozenset({"Completed", "Failed", "Stopped"})
CHARTS = 24
"""Metrics that are drawn at most."""


class ComparedRuns:
    """Runs and points as they were read, until they are forgotten; those of runs that are open here never are."""

    def __init__(self) -> None:
        self._place: Connection | None = None
        self._facts: dict[Name, RunFacts] = {}
        self._points: dict[tuple[str, str], Series] = {}

    def facts(self, names: Sequence[Name]) -> list[RunFacts]:
        """Return runs, those that are not known read together.

        Raises
        ------
        NotFoundError
            When there is no such run.
        """
        place = self._at()
        memory = {name: open_facts(run) for name in names if (run := open_named(*name, place)) is not None}
        asked = [name for name in dict.fromkeys(names) if name not in memory and name not in self._facts]
        self._facts.update(zip(asked, facts_of(place, asked), strict=True))
        return [memory.get(name) or self._facts[name] for name in names]

    def series(self, found: Comparison) -> tuple[list[list[Series]], list[str]]:
        """Return the points of the metrics that runs share, those that are not known read together.

        Returns
        -------
        tuple
            The lines of each run, and one line of text each of what could not be read.
        """
        place, shared = self._at(), found.common(range(len(found.runs)), CHARTS)
        stored = {id(facts) for facts in self._facts.values()}  # the others are open here
        wanted = [
            [name for name in shared if name in {one.name for one in run.metrics}] for run in found.runs
        ]
        asked = [
            (run.component, metric)
            for run, metrics in zip(found.runs, wanted, strict=True)
            for metric in metrics
            if id(run) in stored and metric not in run.in_file and (run.component, metric) not in self._points
        ]
        with suppress(Exception):  # where it fails, each run is tried below by itself, and tells why
            self._points.update(zip(asked, place.read_series(asked) if asked else [], strict=True))
        told = [
            self._of(run, metrics, kept=id(run) in stored)
            for run, metrics in zip(found.runs, wanted, strict=True)
        ]
        problems = [
            f"{label}: {problem}" for label, (_, problem) in zip(found.labels, told, strict=True) if problem
        ]
        return [lines for lines, _ in told], problems

    def _of(self, run: RunFacts, metrics: Sequence[str], *, kept: bool) -> tuple[list[Series], str]:
        """Return the lines of one run, or why they cannot be read."""
        pairs = [(run.component, metric) for metric in metrics]
        if kept and all(pair in self._points for pair in pairs):
            return [self._points[pair] for pair in pairs], ""
        try:
            return run.read_series(metrics) if metrics else [], ""
        except Exception as error:  # noqa: BLE001 - the rest of the comparison is worth seeing
            told = _aws.explain(error, "read the points")
            return [], f"the points cannot be read. {told or type(error).__name__}"

    def forget(self, changed: Callable[[RunFacts], bool] = lambda _: True) -> None:
        """Read runs anew when they are asked for next: those that have not ended, and those that are `changed`."""
        gone = {
            name: facts for name, facts in self._facts.items() if facts.status not in FINAL or changed(facts)
        }
        parts = {facts.component for facts in gone.values()}
        self._facts = {name: facts for name, facts in self._facts.items() if name not in gone}
        self._points = {pair: one for pair, one in self._points.items() if pair[0] not in parts}

    def _at(self) -> Connection:
        place = connections.current()
        if self._place is not place:
            self._place = place
            self._facts, self._points = {}, {}
        return place
