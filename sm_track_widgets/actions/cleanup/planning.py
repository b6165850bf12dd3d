"""`plan_delete`: what a deletion would do, found out without changing anything."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sm_track_widgets import connection as connections
from sm_track_widgets._errors import NotFoundError
from sm_track_widgets.actions.cleanup import files, lineage, resuming
from sm_track_widgets.actions.cleanup.addresses import ours
from sm_track_widgets.actions.cleanup.choosing import Chosen, choose, in_scope, request_of
from sm_track_widgets.actions.cleanup.ledger import ledger_of
from sm_track_widgets.actions.cleanup.members import by_group, emptied
from sm_track_widgets.actions.cleanup.plan import Kept, Plan, PlannedFile, Request
from sm_track_widgets.actions.cleanup.referring import add_models, references
from sm_track_widgets.reading.fetch import names
from sm_track_widgets.reading.fetch.names import explained

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from sm_track_widgets.connection import Connection

OUTSIDE = "not in our folder of the connection's bucket"
NEEDED = "another run or a registered model refers to them"


def plan_delete(
    query: str | None = None,
    experiment: str | None = None,
    *,
    group: str | None = None,
    runs: str | Iterable[str] | pd.DataFrame | None = None,
    archived: bool = False,
    unassigned: bool = False,
    artifacts: bool = False,
    jobs: bool = False,
    shared: bool = False,
    force: bool = False,
    connection: Connection | None = None,
) -> Plan:
    """Find out what `delete_runs` would delete; changes nothing.

    Parameters
    ----------
    query, experiment, group, runs, archived, unassigned, artifacts, jobs, shared, force, connection
        As for `delete_runs`.

    Raises
    ------
    NotFoundError
        When there is no such experiment, group or run.
    UsageError
        When it names no runs, or the query cannot be read.
    ServiceRefusedError, ConfigError
        When the service refuses or cannot be reached.
    """
    place = connection or connections.current()
    request = request_of(
        query,
        experiment,
        runs,
        group=group,
        archived=archived,
        unassigned=unassigned,
        artifacts=artifacts,
        jobs=jobs,
        shared=shared,
        force=force,
    )
    return plan_of(place, request)


def plan_of(connection: Connection, request: Request) -> Plan:
    """Return the plan of a request, with what an interrupted deletion of the same request has left."""
    left = ledger_of(connection, request).left()
    still: set[str] = set() if left is None else resuming.notice(connection, left)
    try:
        plan = _fresh(connection, request)
    except NotFoundError:
        if left is None:  # what was interrupted may have deleted all that would be found
            raise
        plan = Plan(request.title)
    if left is None:
        return plan
    return resuming.with_left(connection, plan, left, still, force=request.force)


def _fresh(connection: Connection, asked: Request) -> Plan:
    request = replace(asked, group=names.entity(asked.group))
    if asked.experiment is not None:
        request = replace(request, experiment=names.resolve_experiment(connection, asked.experiment))
    chosen = choose(connection, request)
    known = lineage.of_components(connection, [run.component for run in chosen.runs])
    arns = {connection.component_arn(run.component).lower(): run.component for run in chosen.runs}
    runs = tuple(replace(run, edges=known.of(connection.component_arn(run.component))) for run in chosen.runs)
    groups, experiments, stay = _containers(connection, request, chosen)
    found, kept = _files(connection, request, chosen)
    return Plan(
        asked.title,
        runs=runs,
        shared=tuple(chosen.shared),
        groups=groups,
        experiments=experiments,
        files=found,
        lineage=tuple(lineage.left_alone(known, ours(connection), arns)),
        kept=(*chosen.kept, *stay, *kept),
        remarks=tuple(filter(None, (known.missing,))),
    )


def _containers(
    connection: Connection, request: Request, chosen: Chosen
) -> tuple[tuple[str, ...], tuple[str, ...], list[Kept]]:
    """Return the groups and experiments that are empty then, and those that stay although all of them was meant."""
    taken: dict[str, set[str]] = {}
    for run in (*chosen.runs, *chosen.shared):
        for trial in run.groups:
            taken.setdefault(trial.lower(), set()).add(run.component)
    touched = {trial for run in (*chosen.runs, *chosen.shared) for trial in run.groups}
    within = {
        trial for places in chosen.found.values() for of, trial in places if in_scope(request, of, trial)
    }
    candidates = touched & within
    if request.whole and request.experiment is not None:
        meant = _trials(connection, request.experiment)
        candidates |= {trial for trial in meant if in_scope(request, request.experiment, trial)}
    else:
        meant = []
    held = by_group(chosen.found)
    going = emptied(sorted(candidates), held, taken)
    stay: list[Kept] = []
    if not request.whole:
        return tuple(going), (), stay
    stay += [Kept("group", trial, "not empty") for trial in sorted(candidates - set(going))]
    if request.experiment is None or request.group is not None:
        return tuple(going), (), stay
    if set(meant) <= set(going):
        return tuple(going), (request.experiment,), stay
    return tuple(going), (), [*stay, Kept("experiment", request.experiment, "not empty")]


def _trials(connection: Connection, experiment: str) -> list[str]:
    pages = connection.client("sagemaker").get_paginator("list_trials")
    with explained("list run groups"):
        told = pages.paginate(ExperimentName=experiment, PaginationConfig={"PageSize": 100})
        return [one["TrialName"] for page in told for one in page["TrialSummaries"]]


def _files(
    connection: Connection, request: Request, chosen: Chosen
) -> tuple[tuple[PlannedFile, ...], list[Kept]]:
    """Return the files that go with the runs, and those that stay with a reason."""
    if not request.artifacts or not chosen.runs:
        return (), []
    place, table = ours(connection), chosen.everything
    of: dict[str, set[str]] = {}
    outside: dict[str, None] = {}
    for run in chosen.runs:
        row = table.places[run.component]
        for kind in ("output", "input"):
            for words in table.words.get(kind, {}).values():
                uri = words.at(row) or ""
                if place.digest(uri) or (run.kind == "job" and kind == "output" and place.holds(uri)):
                    of.setdefault(uri, set()).add(run.component)
                elif uri.startswith("s3://"):
                    outside[uri] = None
    refers = references(connection, place, [run.component for run in chosen.runs]) if of else None
    if refers is not None:
        add_models(connection, refers, of)
    why = (refers.missing if refers else "") or NEEDED
    kept = [Kept("file", uri, OUTSIDE) for uri in outside]
    if refers is not None:
        kept += [Kept("file", uri, why) for uri in of if refers.missing or refers.needed(uri)]
        of = {} if refers.missing else {uri: names for uri, names in of.items() if not refers.needed(uri)}
    sizes = files.sizes(connection, place, list(of))
    return tuple(PlannedFile(uri, sizes[uri], tuple(sorted(of[uri]))) for uri in of if uri in sizes), kept
