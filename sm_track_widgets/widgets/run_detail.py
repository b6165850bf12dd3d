"""`RunDetail`: one run in full, tab by tab, live while the run is open in this process."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import traitlets

from sm_track_widgets import connection as connections
from sm_track_widgets._errors import TrackError
from sm_track_widgets.charts.static_details import TABS
from sm_track_widgets.widgets import assets, detail_files
from sm_track_widgets.widgets.base import SmWidget, reject_unknown
from sm_track_widgets.widgets.detail_state import detail_state, drawn, live_lines, stored_lines
from sm_track_widgets.widgets.job_rows import stop_job, watch_of
from sm_track_widgets.widgets.open_facts import open_facts
from sm_track_widgets.widgets.pump import PUMP
from sm_track_widgets.widgets.run_details import RunDetails, checked_tab, run_details

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sm_track_widgets._types import Params, Scalar, Series
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.reading.run_facts import Artifact, MetricFacts, RunFacts
    from sm_track_widgets.tracking.run import Run
    from sm_track_widgets.widgets.kept_answers import Answer, Room

LIVE_EVERY = 1.0
"""Seconds between two states of an open run."""
SHARE = 40
"""A state that took so long to make is made again only after so many times as long: it costs a busy loop 2.5 %."""


class RunDetail(SmWidget):
    """Overview, metrics, parameters, artifacts with previews, code, logs and machine of one run.

    Parameters
    ----------
    name
        The run, as it was asked for or as it is stored; None: the run that is open here. Also what `run_details` gave.
    experiment
        Its experiment; None looks through all, and of several runs of the name takes the newest.
    tab
        ``"overview", "metrics", "params", "artifacts", "code", "logs", "system"`` or
        ``"jobs"``.
    height
        Most pixels of what is below the tabs, which then scrolls; default: 560.
    connection
        Where to look; default: where runs go.

    Attributes
    ----------
    tab : str
        Follows the page and can be set.
    details : RunDetails
        The run as read last; its ``name, experiment, status, started, ended, parameters, tags, metrics, artifacts,
        capture, facts, text(), html()`` are the widget's too.

    Raises
    ------
    NotFoundError
        When there is no such run.
    UsageError
        When there is no such tab or argument, or no name is given and not exactly one run is open.
    """

    view = "RunDetail"
    _esm = assets.esm("detail")

    # -- public traits -------------------------------------------------------------------------------------------
    tab = traitlets.Enum(TABS, "overview", help="What is shown.").tag(sync=True)
    height = traitlets.Int(None, allow_none=True, help="Most pixels below the tabs.").tag(sync=True)

    # -- internal traits -----------------------------------------------------------------------------------------
    _state = traitlets.Dict().tag(sync=True)
    _series = traitlets.List().tag(sync=True)
    _points = traitlets.Bytes(b"").tag(sync=True)

    def __init__(
        self,
        name: str | RunDetails | None = None,
        experiment: str | None = None,
        *,
        tab: str = "overview",
        height: int | None = None,
        connection: Connection | None = None,
        **unknown: Any,
    ) -> None:
        reject_unknown(type(self), unknown)
        self._place = connection or getattr(name, "place", None)
        checked_tab(tab)
        given = name if isinstance(name, RunDetails) else None
        self.details = given or run_details(name, experiment, tab=tab, connection=connection)  # type: ignore[arg-type]
        self._run: Run | None = self.details.source
        self._next = 0.0
        state, series, points = self._made(time.time())
        super().__init__(tab=tab, height=height, _state=state, _series=series, _points=points)
        self.observe(self._other_tab, "tab")
        if self._run is not None and self._run.ended is None:
            PUMP.add(self)

    # -- what it shows -------------------------------------------------------------------------------------------
    @property
    def facts(self) -> RunFacts:
        """All that is known of the run."""
        return self.details.facts

    @property
    def name(self) -> str:
        """As asked for."""
        return self.facts.name

    @property
    def experiment(self) -> str:
        """As stored."""
        return self.facts.experiment

    @property
    def status(self) -> str:
        """The service's word."""
        return self.facts.status

    @property
    def started(self) -> float | None:
        """Seconds since the epoch."""
        return self.facts.started

    @property
    def ended(self) -> float | None:
        """Seconds since the epoch; None while it runs."""
        return self.facts.ended

    @property
    def parameters(self) -> dict[str, Scalar]:
        """Without ours."""
        return self.facts.parameters

    @property
    def tags(self) -> dict[str, str]:
        """Without ours."""
        return self.facts.tags

    @property
    def metrics(self) -> list[MetricFacts]:
        """Statistics of each metric."""
        return self.facts.metrics

    @property
    def artifacts(self) -> list[Artifact]:
        """Files and references."""
        return self.facts.artifacts

    @property
    def capture(self) -> Params:
        """What was kept of the cell."""
        return self.facts.capture

    def text(self) -> str:
        """Return the tab as plain text."""
        return RunDetails(self.facts, str(self.tab), source=self._run, place=self._place).text()

    def html(self) -> str:
        """Return the tab as HTML."""
        return RunDetails(self.facts, str(self.tab), source=self._run, place=self._place).html()

    # -- data ----------------------------------------------------------------------------------------------------
    def refresh(self) -> None:
        """Read the run again."""
        facts = self.facts
        if self._run is None:
            component = facts.component
            self.details = run_details(component, facts.experiment or None, connection=self._place)
        self._push(time.time())
        self.update_static()

    def tick(self, now: float) -> bool:
        """Push what is new of an open run; False when it has ended."""
        run = self._run
        if run is None:
            return False
        over = run.ended is not None
        if not over and now < self._next:
            return True
        before = time.perf_counter()
        self._push(now)
        self._next = now + max(LIVE_EVERY, SHARE * (time.perf_counter() - before))
        if over:
            self.update_static()
        return not over

    def _look_at_jobs(self) -> None:
        """Ask for the jobs as they stand, and show them."""
        self.details.read_jobs()
        self.push(_state={**self._state, "jobs": self._jobs()})
        self.update_static()

    def _jobs(self) -> dict[str, Any]:
        """Return what the Jobs tab shows: of an open run by the watch, else what was asked for last."""
        facts = self.facts
        if self._run is not None and self._run.started_jobs:
            facts.job_rows = watch_of(self._run).rows
        rows = facts.job_rows
        return {"count": len(facts.jobs) if rows is None else len(rows), "rows": rows}

    def close(self) -> None:
        """Take the widget out of the page and stop updating it."""
        PUMP.remove(self)
        super().close()

    def on_message(self, content: dict[str, Any], buffers: list[Any]) -> None:
        """Answer ``sizes``, ``preview``, ``refresh``, ``jobs`` and ``stop``."""
        del buffers
        kind = content.get("type")
        if kind in {"jobs", "stop"}:
            self._answer_jobs(content)
        if kind == "sizes":
            self.send({"type": "sizes", "sizes": detail_files.sizes(self.facts)})
        elif kind == "preview":
            name, direction = str(content.get("name")), str(content.get("direction"))
            told, data = detail_files.preview(self.facts, name, direction)
            self.send({"type": "preview", "name": name, "direction": direction, "preview": told}, data)
        elif kind == "refresh":
            try:
                self.refresh()
                self.send({"type": "refreshed", "error": ""})
            except TrackError as error:
                self.send({"type": "refreshed", "error": str(error)})

    def _answer_jobs(self, content: dict[str, Any]) -> None:
        kind, name, error = content.get("type"), str(content.get("name") or ""), ""
        try:
            if kind == "stop":
                stop_job(self._place or connections.current(), str(content.get("kind")), name)
            self._look_at_jobs()
        except TrackError as problem:
            error = str(problem)
        self.send({"type": "stopped" if kind == "stop" else "jobs", "name": name, "error": error})

    def _push(self, now: float) -> None:
        state, series, points = self._made(now)
        if points != self._points or series != self._series:
            self.push(_state=state, _series=series, _points=points)
        elif state != {**self._state, "now": now}:
            self.push(_state=state)

    def _made(self, now: float) -> tuple[dict[str, Any], list[dict[str, Any]], bytes]:
        """Return what the page gets, of an open run as it is now."""
        run = self._run
        if run is not None:
            self.details = RunDetails(open_facts(run), source=run, place=run.connection)
        facts = self.facts
        names = drawn(facts.metrics)
        if run is not None:
            headers, data = live_lines(run, names)
        else:
            headers, data = stored_lines(self._read(facts, names), facts)
        state = detail_state(facts, now, live=run is not None and run.ended is None)
        state["jobs"] = self._jobs()
        return state, headers, data

    def _read(self, facts: RunFacts, names: Sequence[str]) -> list[Series]:
        """Read the points once: the static form draws the same ones."""
        read = facts.read_series
        series = read(names) if names else []
        held = {one.metric: one for one in series}

        def from_memory(wanted: Sequence[str]) -> list[Series]:
            return [held[name] for name in wanted] if all(name in held for name in wanted) else read(wanted)

        facts.read_series = from_memory
        return series

    def _other_tab(self, _: object) -> None:
        self.update_static()

    # -- static form ---------------------------------------------------------------------------------------------
    def static_html(self) -> str:
        """Return the tab as HTML."""
        return self.html()

    def static_text(self) -> str:
        """Return the tab as text."""
        return self.text()

    def kept_answers(self, room: Room) -> Iterator[Answer]:
        """Give what a saved page can still answer: sizes and previews of files."""
        yield from detail_files.kept_previews(self.facts, room)

    def heading(self) -> str:
        """Return the run and its experiment."""
        return f"{self.name} · {self.experiment}"

    def __repr__(self) -> str:
        return f"<RunDetail {self.name!r} of {self.experiment!r}: {self.status}>"
