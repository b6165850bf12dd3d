"""`plan_delete`: what a deletion would do, found out without changing anything."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sm_track_widgets import _aws
from sm_track_widgets import connection as connections
from sm_track_widgets._crew import Crew
from sm_track_widgets._errors import NotFoundError
from sm_track_widgets.actions.cleanup import files, lineage
from sm_track_widgets.actions.cleanup.addresses import ours
from sm_track_widgets.actions.cleanup.calls import absent
from sm_track_widgets.actions.cleanup.choosing import Chosen, choose, in_scope, request_of
from sm_track_widgets.actions.cleanup.ledger import ledger_of
from sm_track_widgets.actions.cleanup.members import by_group, emptied
from sm_track_widgets.actions.cleanup.plan import Kept, Plan, PlannedFile, PlannedRun, Request
from sm_track_widgets.actions.cleanup.referring import add_models, references
from sm_track_widgets.reading.cache import runs as cache
from sm_track_widgets.reading.fetch import names
from sm_track_widgets.reading.fetch.names import explained
from sm_track_widgets.reading.table.decode import seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from sm_track_widgets._types import Params
    from sm_track_widgets.connection import Connection

OUTSIDE = "not in our folder of the connection's bucket"
NEEDED = "another run or a registered model refers to them"
SAME = 1.5
"""Seconds by which two tellings of one creation time may differ."""


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
    still = None if left is None else _still(connection, left)
    try:
        plan = _fresh(connection, request)
    except NotFoundError:
        if left is None:  # what was interrupted may have deleted all that would be found
            raise
        plan = Plan(request.title)
    return plan if left is None else _with_left(connection, plan, left, still or set())


def _still(connection: Connection, left: Plan) -> set[str]:
    """Return the components that an earlier call has left; let the tables know which it has deleted unnoticed."""
    still = {run.component for run in still_there(connection, (*left.runs, *left.shared))}
    gone = [run for run in left.runs if run.component not in still]
    places = sorted({run.experiment for run in gone if run.experiment})
    cache.forget(connection, [*places, None] if gone else [], {run.component for run in gone})
    return still


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
                if place.digest(uri) or (run.kind == "job" and place.holds(uri)):
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


def _with_left(connection: Connection, plan: Plan, left: Plan, still: set[str]) -> Plan:
    """Return the plan with what an earlier call has left of its own, and what is still there of that."""
    more: dict[str, Any] = {}
    count = 0
    for kind, key in (("runs", "component"), ("shared", "component"), ("files", "uri"), ("lineage", "arn")):
        rows = getattr(plan, kind)
        known = {getattr(one, key) for one in rows}
        fresh = [one for one in getattr(left, kind) if getattr(one, key) not in known]
        if key == "component":
            fresh = [one for one in fresh if one.component in still]
        if kind == "files":
            fresh = _existing(connection, fresh)
        more[kind] = (*rows, *fresh)
        count += len(fresh)
    for kind in ("groups", "experiments"):
        fresh = [name for name in getattr(left, kind) if name not in getattr(plan, kind)]
        more[kind] = (*getattr(plan, kind), *_there(connection, kind, fresh))
        count += len(more[kind]) - len(getattr(plan, kind))
    return replace(plan, unfinished=count, **more)


def still_there(connection: Connection, runs: Sequence[PlannedRun]) -> list[PlannedRun]:
    """Return those of these runs that are there, and are the same: not made anew under their name."""
    client = connection.single("sagemaker")
    found: list[PlannedRun] = []

    def call(run: PlannedRun) -> Params:
        with absent():
            return client.describe_trial_component(TrialComponentName=run.component)
        return {}

    def take(run: PlannedRun, told: Params) -> Iterable[PlannedRun]:
        if told and abs(seconds(told["CreationTime"]) - run.created) < SAME:
            found.append(run)
        return ()

    _work("look at what was left", call, runs, take)
    return found


def _there(connection: Connection, kind: str, asked: Sequence[str]) -> list[str]:
    """Return those of these groups or experiments that are there."""
    client = connection.single("sagemaker")
    found: list[str] = []

    def call(name: str) -> Params:
        with absent():
            if kind == "groups":
                return client.describe_trial(TrialName=name)
            return client.describe_experiment(ExperimentName=name)
        return {}

    def take(name: str, told: Params) -> Iterable[str]:
        if told:
            found.append(name)
        return ()

    _work("look at what was left", call, asked, take)
    return [name for name in asked if name in found]


def _existing(connection: Connection, left: Sequence[PlannedFile]) -> list[PlannedFile]:
    sizes = files.sizes(connection, ours(connection), [file.uri for file in left])
    return [replace(file, size=sizes[file.uri]) for file in left if file.uri in sizes]


def _work(doing: str, call: Any, jobs: Sequence[Any], take: Any) -> None:
    with explained(doing):
        given_up = Crew[Any, Any](call).run(jobs, take)
    if given_up:
        error = given_up[0].error
        raise _aws.explain(error, doing) or error
