"""Components that SageMaker made for training jobs, as parts of the runs that started the jobs.

AWS keeps a job's hyperparameters, metrics and model in a component of their own beside the run
(sagemaker-python-sdk#4523). Which run it belongs to stands in the job's ExperimentConfig only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import numpy as np

from sm_track_widgets._aws import DENIED
from sm_track_widgets._crew import Crew
from sm_track_widgets._errors import ServiceRefusedError
from sm_track_widgets.reading.fetch.names import explained
from sm_track_widgets.reading.fetch.pages import Page, ask, equals
from sm_track_widgets.reading.table import rows
from sm_track_widgets.reading.table.stack import updated
from sm_track_widgets.reading.table.table import STATISTICS, Table
from sm_track_widgets.reading.table.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sm_track_widgets.connection import Connection

RUN_OF = "job_of"
"""Fact of a job's component: the component of its run; a blank where it has none."""
NOBODY = " "
HELD_BY = "held_by"
"""Kind of texts by metric: the component that has its points, where that is a job's."""
INTERNAL = "sagemaker_"
"""Hyperparameters by which the SDK tells its container what to run [S]: no parameters of a run."""
BILLED = "billed"
"""Kind of numbers by instance type: seconds that a run's jobs kept such instances, each counted."""
INSTANCE, INSTANCES = "SageMaker.InstanceType", "SageMaker.InstanceCount"
"""Parameters of a job's component that say what it ran on; seen in AWS's example notebooks."""
TRAINING_JOB = "-aws-training-job"
NAMES_A_CALL = 20
"""Filters of one level of a SearchExpression [M]."""
NOT_OFFERED = DENIED | {"ValidationException", "UnsupportedOperation"}
DAY = 86400.0
_refused: WeakSet[Connection] = WeakSet()


@dataclass(frozen=True, slots=True)
class Told:
    """Which run each job belongs to.

    Attributes
    ----------
    runs
        Component of a job -> component of its run.
    missing
        One line where not all could be asked; empty when all were.
    """

    runs: dict[str, str]
    missing: str = ""


def find_runs(connection: Connection, table: Table, now: float) -> Told:
    """Ask for the run of each training job's component of which it is not known yet, a few jobs a call.

    Parameters
    ----------
    connection
        Where to look; one that refuses to search jobs is not asked again.
    table
        Components, those of jobs among them.
    now
        Seconds since the epoch: a job that is a day old and not found has no run.
    """
    known = table.text("fact", RUN_OF)
    rows_of = [row for row in np.flatnonzero(rows.is_job(table)).tolist() if known.at(row) is None]
    training = [row for row in rows_of if table.components[row].endswith(TRAINING_JOB)]
    found = {table.components[row]: NOBODY for row in set(rows_of) - set(training)}
    if not training or connection in _refused:
        return Told(found)
    try:
        missing = _ask(connection, table, training, found)
    except ServiceRefusedError as refused:
        if refused.code not in NOT_OFFERED:
            raise
        _refused.add(connection)  # the runs are there without their jobs
        return Told(found)
    if missing:
        return Told(found, missing)
    made = table.number("time", "created")
    old = {table.components[row]: NOBODY for row in training if made[row] < now - DAY}
    return Told({**old, **found})


def _ask(connection: Connection, table: Table, training: Sequence[int], found: dict[str, str]) -> str:
    """Put into `found` the runs of these jobs, as far as Search knows the jobs; return what could not be asked."""
    spelt = {table.components[row]: job_name(table, row) for row in training}
    components = {name.lower(): component for component, name in spelt.items()}
    names = list(spelt.values())
    blocks = [names[at : at + NAMES_A_CALL] for at in range(0, len(names), NAMES_A_CALL)]

    def call(block: list[str]) -> Page:
        wanted = {"Operator": "Or", "Filters": [equals("TrainingJobName", name) for name in block]}
        return ask(connection, (), (wanted,), resource="TrainingJob")

    def take(_: list[str], page: Page) -> Iterable[list[str]]:
        for job in page.records:
            component = components.get(str(job.get("TrainingJobName")).lower())
            if component is not None:
                run = (job.get("ExperimentConfig") or {}).get("RunName") or NOBODY
                found[component] = str(run).lower()
        return ()

    with explained("look for the runs of training jobs"):
        given_up = Crew(call).run(blocks, take)
    return f"What training jobs logged could not be read. {given_up[0].reason}" if given_up else ""


def with_runs(table: Table, runs: Mapping[str, str]) -> Table:
    """Return the table with what has been told of these jobs."""
    if not runs:
        return table
    places = np.array([table.places[name] for name in runs], dtype=np.intp)
    block = table.take(places)
    block.words["fact"] = {**block.words.get("fact", {}), RUN_OF: Words.of(runs.values())}
    return updated(table, block)


def keep_runs(table: Table, block: Table) -> None:
    """Let rows of `block`, read again, know what `table` has learnt of them."""
    known = table.text("fact", RUN_OF)
    told = [known.at(table.places[name]) if name in table.places else None for name in block.components]
    if any(run is not None for run in told):
        block.words.setdefault("fact", {})[RUN_OF] = Words.of(told)


def job_name(table: Table, row: int) -> str:
    """Return the job's name: of its ARN, which keeps the spelling, else of its component."""
    source = table.text("fact", "source").at(row) or ""
    component = table.components[row].removesuffix(TRAINING_JOB)
    named = source.rpartition("/")[2]
    return named if named.lower() == component.lower() else component


def merged(table: Table) -> Table:
    """Return the table without jobs' components; what a run lacks itself it has from its jobs, the latest first.

    Their parameters, metrics and artifacts; a metric with all its statistics.
    """
    jobs = rows.is_job(table)
    if not jobs.any():
        return table
    of = table.text("fact", RUN_OF)
    pairs = [
        (row, table.places[run])
        for row in reversed(np.flatnonzero(jobs).tolist())  # the newest is first: the last one written stays
        if (run := of.at(row)) is not None and run in table.places
    ]
    joined = table.take(np.arange(len(table)))
    if pairs:
        source, target = np.array(pairs, dtype=np.intp).T
        _fill(joined, ("param",), source, target)
        _fill(joined, ("output", "output_type"), source, target)
        _fill(joined, ("input", "input_type"), source, target)
        held: dict[str, Words] = {}
        for metric, rows_of in _fill(joined, (*STATISTICS, "told"), source, target).items():
            held[metric] = Words.none(len(joined))
            for row, job in rows_of:
                held[metric].codes[row] = held[metric].code(table.components[job])
        if held:
            joined.words[HELD_BY] = held
        _bill(joined, source, target)
    return joined.take(~jobs)


def _bill(table: Table, source: Any, target: Any) -> None:
    """Add up, for each run, how long its jobs kept instances of each type; jobs that have not ended are left out.

    A component's start and end are those of the training, which is what is billed [inf].
    """
    types = table.text("param", INSTANCE)
    counts = table.number("param", INSTANCES)
    lasted = table.number("time", "ended") - table.number("time", "started")
    billed: dict[str, Any] = {}
    for job, run in zip(source.tolist(), target.tolist(), strict=True):
        instance = types.at(job)
        if instance is None or np.isnan(lasted[job]):
            continue
        column = billed.setdefault(instance, np.full(len(table), np.nan))
        count = 1.0 if np.isnan(counts[job]) else counts[job]
        column[run] = (0.0 if np.isnan(column[run]) else column[run]) + lasted[job] * count
    if billed:
        table.numbers[BILLED] = billed


def _fill(table: Table, kinds: tuple[str, ...], source: Any, target: Any) -> dict[str, list[tuple[int, int]]]:
    """Copy columns by name, where a target row has nothing under that name; return who got what from which row."""
    copied: dict[str, list[tuple[int, int]]] = {}
    for name in table.names(*kinds):
        if name.startswith(INTERNAL):
            continue
        numbers = [column for kind in kinds if (column := table.numbers.get(kind, {}).get(name)) is not None]
        codes = [words.codes for kind in kinds if (words := table.words.get(kind, {}).get(name)) is not None]
        there = np.zeros(len(table), dtype=np.bool_)
        for column in numbers:
            there |= ~np.isnan(column)
        for column in codes:
            there |= column >= 0
        chosen = ~there[target] & there[source]
        for column in (*numbers, *codes):
            column[target[chosen]] = column[source[chosen]]
        if chosen.any():
            copied[name] = list(zip(target[chosen].tolist(), source[chosen].tolist(), strict=True))
    return copied
