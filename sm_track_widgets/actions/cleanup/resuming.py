"""What an interrupted clean-up has left half-way: found by its ledger, where no query finds it any more.

A run that is still in its groups is not taken from the ledger: whether it is meant, the query says again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sm_track_widgets import _aws
from sm_track_widgets._crew import Crew
from sm_track_widgets.actions.cleanup import files
from sm_track_widgets.actions.cleanup.addresses import ours
from sm_track_widgets.actions.cleanup.calls import RUNNING, absent
from sm_track_widgets.reading.cache import runs as cache
from sm_track_widgets.reading.fetch.names import explained
from sm_track_widgets.reading.table.decode import seconds
from sm_track_widgets.tracking import registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sm_track_widgets._types import Params
    from sm_track_widgets.actions.cleanup.plan import Plan, PlannedRun
    from sm_track_widgets.connection import Connection

SAME = 1.5
"""Seconds by which two tellings of one creation time may differ."""


def notice(connection: Connection, left: Plan) -> set[str]:
    """Return the components of an earlier plan that are there; let the tables know which are gone."""
    still = {run.component for run in _those(connection, left.runs, lambda _: True)}
    gone = [run for run in left.runs if run.component not in still]
    places = sorted({run.experiment for run in gone if run.experiment})
    cache.forget(connection, [*places, None] if gone else [], {run.component for run in gone})
    return still


def changed(connection: Connection, runs: Sequence[PlannedRun]) -> dict[str, str]:
    """Return why not to delete them any more, by component, for runs that are others since a plan was made."""
    client = connection.single("sagemaker")
    found: dict[str, str] = {}

    def call(run: PlannedRun) -> str:
        with absent():
            told = client.describe_trial_component(TrialComponentName=run.component)
            if run.created and abs(seconds(told["CreationTime"]) - run.created) >= SAME:
                return "made anew since the plan was shown"
            running = (told.get("Status") or {}).get("PrimaryStatus") in RUNNING
            if (running and run.status not in RUNNING) or registry.find_open(run.component, connection):
                return "in progress since the plan was shown"
        return ""

    def take(run: PlannedRun, why: str) -> Iterable[PlannedRun]:
        if why:
            found[run.component] = why
        return ()

    _work(call, runs, take)
    return found


def half_deleted(connection: Connection, runs: Sequence[PlannedRun], *, force: bool) -> list[PlannedRun]:
    """Return those of these runs that are there, are the same, and are in no group any more.

    One that was made anew under the name is another, and one that goes on meanwhile is not left over, unless `force`.
    """
    client = connection.single("sagemaker")

    def loose(told: Params) -> bool:
        name = told["TrialComponentName"]
        running = (told.get("Status") or {}).get("PrimaryStatus") in RUNNING
        if (running and not force) or registry.find_open(name, connection) is not None:
            return False
        return not client.list_trials(TrialComponentName=name, MaxResults=1)["TrialSummaries"]

    return _those(connection, [run for run in runs if run.groups], loose)


def with_left(connection: Connection, plan: Plan, left: Plan, still: set[str], *, force: bool) -> Plan:
    """Return the plan with what an earlier call of the same request has left half-way."""
    known = {run.component for run in plan.runs}
    wanted = [run for run in left.runs if run.component in still - known]
    runs = half_deleted(connection, wanted, force=force)
    going = known | {run.component for run in runs}
    stays = still - going
    found = {file.uri for file in plan.files}
    loose = [one for one in left.files if one.uri not in found and stays.isdisjoint(one.of)]
    sizes = files.sizes(connection, ours(connection), [one.uri for one in loose])
    more = [replace(one, size=sizes[one.uri]) for one in loose if one.uri in sizes]
    arns = {one.arn for one in plan.lineage}
    entities = [one for one in left.lineage if one.arn not in arns and stays.isdisjoint(one.of)]
    groups = _empty(connection, "groups", [one for one in left.groups if one not in plan.groups], going)
    within = {one.lower() for one in (*plan.groups, *groups)}
    asked = [one for one in left.experiments if one not in plan.experiments]
    experiments = _empty(connection, "experiments", asked, within)
    return replace(
        plan,
        runs=(*plan.runs, *runs),
        files=(*plan.files, *more),
        lineage=(*plan.lineage, *entities),
        groups=(*plan.groups, *groups),
        experiments=(*plan.experiments, *experiments),
        unfinished=sum(map(len, (runs, more, entities, groups, experiments))),
    )


def _those(
    connection: Connection, runs: Sequence[PlannedRun], test: Callable[[Params], bool]
) -> list[PlannedRun]:
    """Return the runs that are there, made when the plan says, and pass a test of what the service tells of them."""
    client = connection.single("sagemaker")
    found: list[PlannedRun] = []

    def call(run: PlannedRun) -> bool:
        with absent():
            told = client.describe_trial_component(TrialComponentName=run.component)
            return abs(seconds(told["CreationTime"]) - run.created) < SAME and test(told)
        return False

    def take(run: PlannedRun, passed: bool) -> Iterable[PlannedRun]:  # noqa: FBT001 - the answer of `call`
        if passed:
            found.append(run)
        return ()

    _work(call, runs, take)
    return found


def _empty(connection: Connection, kind: str, asked: Sequence[str], going: set[str]) -> list[str]:
    """Return those of these groups or experiments that are there and hold nothing but what goes."""
    client = connection.single("sagemaker")
    found: set[str] = set()

    def call(name: str) -> bool:
        with absent():
            if kind == "groups":
                told = client.list_trial_components(TrialName=name, MaxResults=100)
                held = {one["TrialComponentName"] for one in told["TrialComponentSummaries"]}
            else:
                told = client.list_trials(ExperimentName=name, MaxResults=100)
                held = {one["TrialName"].lower() for one in told["TrialSummaries"]}
            return held <= going
        return False

    def take(name: str, passed: bool) -> Iterable[str]:  # noqa: FBT001 - the answer of `call`
        if passed:
            found.add(name)
        return ()

    _work(call, asked, take)
    return [name for name in asked if name in found]


def _work(call: Callable[[Any], Any], jobs: Sequence[Any], take: Callable[[Any, Any], Iterable[Any]]) -> None:
    doing = "look at what was left"
    with explained(doing):
        given_up = Crew[Any, Any](call).run(jobs, take)
    if given_up:
        error = given_up[0].error
        raise _aws.explain(error, doing) or error
