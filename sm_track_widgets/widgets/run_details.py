"""`RunDetails`: everything that is known of one run, tab by tab; plain HTML, as a saved notebook shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sm_track_widgets import _aws
from sm_track_widgets import connection as connections
from sm_track_widgets._errors import UsageError, did_you_mean
from sm_track_widgets.actions.cells.staleness import stale
from sm_track_widgets.charts.details_parts import nothing
from sm_track_widgets.charts.static_details import TABS, details_html, metrics_of
from sm_track_widgets.charts.text_details import details_text
from sm_track_widgets.reading.run_facts import RunFacts, stored_facts
from sm_track_widgets.tracking.redact import Redactor
from sm_track_widgets.tracking.registry import is_called, open_runs
from sm_track_widgets.widgets.job_rows import job_rows
from sm_track_widgets.widgets.open_facts import open_facts

if TYPE_CHECKING:
    from sm_track_widgets._types import Params, Series
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.tracking.run import Run

PREVIEWS = 12
PREVIEW_BYTES = 2 * 1024 * 1024


class RunDetails:
    """One run in full; displays as its tab.

    Parameters
    ----------
    facts
        The run.
    tab
        What is displayed: ``"overview", "metrics", "params", "artifacts", "code", "logs", "system"`` or ``"jobs"``.
    source
        The run itself, where it is one of this process.
    place
        Where it is; default: where runs go.

    Attributes
    ----------
    name, experiment, status, started, ended, parameters, tags, metrics, artifacts
        As `facts` has them.
    capture : dict
        What was kept of the cell: ``source, inputs, output, exception, packages, environment, git`` and more.
    facts : RunFacts
        All of it.
    source : Run or None
        As given.

    Raises
    ------
    UsageError
        There is no such tab.
    """

    def __init__(
        self,
        facts: RunFacts,
        tab: str = "overview",
        *,
        source: Run | None = None,
        place: Connection | None = None,
    ) -> None:
        self.place = place
        self.facts = facts
        self.tab = checked_tab(tab)
        self.source = source
        self.name, self.experiment, self.status = facts.name, facts.experiment, facts.status
        self.started, self.ended = facts.started, facts.ended
        self.parameters, self.tags = facts.parameters, facts.tags
        self.metrics, self.artifacts = facts.metrics, facts.artifacts
        self.capture: Params = facts.capture

    @property
    def jobs(self) -> list[Params]:
        """The run's jobs as they stand: ``kind, name, status, started, ended, cost, lines`` and more."""
        self.read_jobs()
        return list(self.facts.job_rows or ())

    def read_jobs(self) -> None:
        """Look at the run's jobs anew."""
        if self.source is not None and not self.source.started_jobs:
            self.facts.job_rows = []
            return
        place = self.place or connections.current()
        self.facts.job_rows = job_rows(place, self.facts.read_jobs())

    def text(self) -> str:
        """Return the tab as plain text."""
        if self.tab == "jobs" and self.facts.job_rows is None:
            self.read_jobs()
        return details_text(self.facts, self.tab)

    def html(self) -> str:
        """Return the tab as HTML."""
        if self.tab == "jobs" and self.facts.job_rows is None:
            self.read_jobs()
        names = metrics_of(self.facts, self.tab)
        series: list[Series] = self.facts.read_series(names) if names else []
        previews = self._previews() if self.tab == "artifacts" else []
        return details_html(self.facts, self.tab, series=series, previews=previews)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": self.text()}

    def __repr__(self) -> str:
        return f"<RunDetails {self.name!r} of {self.experiment!r}: {self.status}>"

    def _previews(self) -> list[str]:
        """Return the files that can be shown, the first twelve, as HTML."""
        from sm_track_widgets.charts.previews import preview_html

        found: list[str] = []
        for one in self.facts.artifacts:
            if len(found) == PREVIEWS:
                break
            if not one.value.startswith("s3://"):
                continue
            try:
                data, size = self.facts.read_object(one.value, PREVIEW_BYTES)
            except Exception as error:  # noqa: BLE001 - one file that is not there yet hides no other
                told = _aws.explain(error, "read the file")
                why = told or f"{type(error).__name__}: it may not have arrived yet."
                found.append(nothing(f"{one.name} cannot be read. {why}"))
                continue
            found.append(preview_html(one.name, one.media_type, data, size=size))
        return [shown for shown in found if shown]


def run_details(
    name: str | None = None,
    experiment: str | None = None,
    *,
    tab: str = "overview",
    connection: Connection | None = None,
) -> RunDetails:
    """Show everything that is known of one run.

    Parameters
    ----------
    name
        The run, as it was asked for or as it is stored; None: the run that is open here. What is open in this process
        is shown from memory, with what has not been delivered yet.
    experiment
        Its experiment; None looks through all, and of several runs of the name takes the newest.
    tab
        ``"overview", "metrics", "params", "artifacts", "code", "logs", "system"`` or
        ``"jobs"``.
    connection
        Where to look; default: where runs go.

    Raises
    ------
    NotFoundError
        When there is no such run.
    UsageError
        When there is no such tab, or no name is given and not exactly one run is open.
    """
    if name is None:
        from sm_track_widgets.tracking.registry import current_run

        run = current_run()
        if run is None:
            raise UsageError("No run is open here.", "Name one; %sm_runs lists them.")
        return RunDetails(open_facts(run), tab, source=run, place=run.connection)
    place = connection or connections.current()
    run = open_named(name, experiment, place)
    facts = open_facts(run) if run is not None else stored_facts(place, name, experiment)
    edited = stale(facts.capture, Redactor(place.settings.redact).clean) if run is None else None
    if edited is not None:
        facts.remarks.append(f"{edited} %sm_rerun brings back the one that ran.")
    return RunDetails(facts, tab, source=run, place=place)


def open_named(name: str, experiment: str | None, place: Connection) -> Run | None:
    """Return the run of a name that is open in this process, if one is."""
    return next((run for run in reversed(open_runs()) if is_called(run, name, experiment, place)), None)


def checked_tab(tab: str) -> str:
    """Return `tab`.

    Raises
    ------
    UsageError
        There is none of that name.
    """
    if tab not in TABS:
        near = did_you_mean(str(tab), TABS) or f"There are: {', '.join(TABS)}."
        raise UsageError(f"There is no tab {tab!r}.", near)
    return tab
