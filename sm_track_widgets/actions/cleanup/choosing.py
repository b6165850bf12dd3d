"""Which stored runs a request means, and which of them stay."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from sm_track_widgets._errors import NotFoundError, UsageError, did_you_mean
from sm_track_widgets.actions.cleanup.calls import RUNNING
from sm_track_widgets.actions.cleanup.members import Parents, parents
from sm_track_widgets.actions.cleanup.plan import Kept, PlannedRun, Request
from sm_track_widgets.reading.answer import Wanted, components, find
from sm_track_widgets.reading.cache import runs as cache
from sm_track_widgets.reading.fetch.pages import Scope
from sm_track_widgets.reading.jobs import RUN_OF
from sm_track_widgets.reading.table import rows
from sm_track_widgets.tracking import registry
from sm_track_widgets.tracking.outbox import standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from sm_track_widgets.connection import Connection
    from sm_track_widgets.reading.table.table import Table

IN_PROGRESS = "in progress; force=True or --force deletes it"
OPEN_HERE = "open in this process; close it first"
UNDELIVERED = "not all of it is delivered; %sm_sync first, or --force"
OF_JOB = "made by SageMaker for a job; jobs=True or --jobs deletes it"


@dataclass(slots=True)
class Chosen:
    """Which components a request means.

    Attributes
    ----------
    everything
        All components of the scope, those of jobs and archived ones among them.
    found
        Parents of each of them.
    runs, shared
        What is deleted, and what is taken out of groups only.
    kept
        What stays, and why.
    """

    everything: Table
    found: Parents
    runs: list[PlannedRun] = field(default_factory=list[PlannedRun])
    shared: list[PlannedRun] = field(default_factory=list[PlannedRun])
    kept: list[Kept] = field(default_factory=list[Kept])


def request_of(
    query: str | None,
    experiment: str | None,
    runs: str | Iterable[str] | pd.DataFrame | None,
    **options: Any,
) -> Request:
    """Make a request of what a verb was given.

    Raises
    ------
    UsageError
        When it names no runs at all, or the query is empty: that of a variable which nobody has set would delete
        everything.
    """
    if query is not None and not query.strip():
        raise UsageError(
            "This names no runs: the query is empty.",
            "Leave it out where all of an experiment or group is meant.",
        )
    asked = Request(experiment, query=query, **options)
    if runs is not None:
        attrs: Mapping[str, Any] | None = getattr(runs, "attrs", None)
        if isinstance(runs, str):
            asked = replace(asked, names=(runs,))
        elif attrs is None:
            asked = replace(asked, names=tuple(map(str, cast("Iterable[str]", runs))))
        elif "components" in attrs:
            known: Mapping[str, str] = attrs["components"]
            names = [known[str(name)] for name in cast("Any", runs)["run"]]
            asked = replace(asked, names=tuple(names), components=True)
        else:
            raise UsageError(
                "This frame does not say which stored runs its rows are.", "Take one that runs(...) gave."
            )
    if asked.whole and asked.experiment is None and asked.group is None:
        raise UsageError("This names no runs.", "Give a query, an experiment, or names of runs.")
    return asked


def choose(connection: Connection, request: Request) -> Chosen:
    """Find the components that a request means.

    Raises
    ------
    NotFoundError
        When there is no such experiment, group or run.
    UsageError
        For a query that cannot be read.
    """
    table = selected(connection, request)
    everything = _everything(connection, request, table)
    chosen = Chosen(everything, parents(everything))
    away = _undelivered(connection)
    names = dict(zip(table.components, rows.shown_names(table), strict=True))
    for component in table.components:
        if (place := everything.places.get(component)) is None:
            continue  # deleted since the query was answered
        run = _planned(chosen, request, place, names[component])
        why = _held_back(connection, request, run, away)
        if why:
            chosen.kept.append(Kept("run", names[component], why))
        else:
            (chosen.shared if run.stays_in else chosen.runs).append(run)
    _add_jobs(chosen, request, set(table.components))
    return chosen


def selected(connection: Connection, request: Request) -> Table:
    """Return the runs that are meant, read anew: what is changed has to be true now."""
    wanted = Wanted(
        request.experiment,
        request.group,
        request.query,
        archived=request.archived or request.whole or request.names is not None,
        unassigned=request.unassigned,
        cached=False,
    )
    table = find(connection, wanted).table
    return table if request.names is None else table.take(_named(table, request))


def _named(table: Table, request: Request) -> np.ndarray[Any, Any]:
    assert request.names is not None
    shown = table.components if request.components else rows.shown_names(table)
    exact = {name: row for row, name in enumerate(shown)}
    folded = {name.lower(): row for row, name in enumerate(shown)}
    found: dict[int, None] = {}
    for name in request.names:
        row = exact.get(name, folded.get(name.lower()))
        if row is None:
            raise NotFoundError(f"There is no run {name!r}.", did_you_mean(name, shown))
        found[row] = None
    return np.array(list(found), dtype=np.intp)


def _everything(connection: Connection, request: Request, table: Table) -> Table:
    if request.unassigned:
        return table
    if request.experiment is not None:
        return components(connection, request.experiment).table
    return cache.read(connection, Scope()).table


def in_scope(request: Request, experiment: str, trial: str) -> bool:
    """Whether a group is one of those that a request is about."""
    same = request.experiment is None or experiment.lower() == request.experiment.lower()
    return same and (request.group is None or trial.lower() == request.group.lower())


def _planned(chosen: Chosen, request: Request, row: int, name: str) -> PlannedRun:
    table = chosen.everything
    component = table.components[row]
    places = chosen.found[component]
    mine = [trial for experiment, trial in places if in_scope(request, experiment, trial)]
    others = [trial for experiment, trial in places if not in_scope(request, experiment, trial)]
    stays = () if request.shared else tuple(others)
    return PlannedRun(
        name=name,
        experiment=table.text("experiment", "0").at(row) or "",
        component=component,
        status=table.text("fact", "status").at(row) or "",
        groups=tuple(mine) if stays else (*mine, *others),
        created=float(np.nan_to_num(table.number("time", "created")[row])),
        kind="job" if bool(rows.is_job(table)[row]) else "run",
        stays_in=stays,
    )


def _held_back(connection: Connection, request: Request, run: PlannedRun, away: set[str]) -> str:
    """Say why a run stays; empty where it goes."""
    if registry.find_open(run.component, connection) is not None:
        return OPEN_HERE
    if request.force:
        return ""
    if run.status in RUNNING:
        return IN_PROGRESS
    return UNDELIVERED if run.component in away else ""


def _undelivered(connection: Connection) -> set[str]:
    """Return the components of which points or files wait on this machine: delivered later, they would be refused."""
    folder = connection.settings.path / "journals"
    waiting = [*standing.waiting_here(), *standing.waiting_elsewhere(folder)]
    return {one.run.component for one in waiting if one.header.belongs(connection.identity)}


def _add_jobs(chosen: Chosen, request: Request, selected: set[str]) -> None:
    """Add components of jobs: of the runs that are meant, or all in the scope where that is meant as a whole."""
    table = chosen.everything
    going = {run.component for run in chosen.runs}
    of = table.text("fact", RUN_OF)
    for row in np.flatnonzero(rows.is_job(table)).tolist():
        component = table.components[row]
        inside = any(in_scope(request, *place) for place in chosen.found[component])
        if component in selected or not (of.at(row) in going or (request.whole and inside)):
            continue
        run = _planned(chosen, request, row, table.text("fact", "name").at(row) or component)
        if not request.jobs:
            chosen.kept.append(Kept("job", component, OF_JOB))
        elif run.status in RUNNING and not request.force:
            chosen.kept.append(Kept("job", component, IN_PROGRESS))
        else:
            (chosen.shared if run.stays_in else chosen.runs).append(run)
