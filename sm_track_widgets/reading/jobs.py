"""Components that SageMaker made for training jobs, as parts of the runs that started the jobs.

AWS keeps a job's hyperparameters, metrics and model in a component of their own beside the run
(sagemaker-python-sdk#4523). Which run it belongs to stands in the job's ExperimentConfig only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sm_track_widgets.reading.fetch.pages import ask, equals
from sm_track_widgets.reading.table import rows
from sm_track_widgets.reading.table.table import STATISTICS, Table
from sm_track_widgets.reading.table.words import Words

if TYPE_CHECKING:
    from sm_track_widgets._types import Params
    from sm_track_widgets.connection import Connection

RUN_OF = "job_of"
"""Fact of a job's component: the component of its run; a blank where it has none."""
NOBODY = " "
HELD_BY = "held_by"
"""Kind of texts by metric: the component that has its points, where that is a job's."""
INTERNAL = "sagemaker_"
"""Hyperparameters by which the SDK tells its container what to run [S]: no parameters of a run."""
TRAINING_JOB = "-aws-training-job"
NAMES_A_CALL = 20
"""Filters of one level of a SearchExpression [M]."""


def find_runs(connection: Connection, table: Table) -> list[str]:
    """Ask for the run of each training job's component of which it is not known yet, a few jobs a call.

    Returns
    -------
    list of str
        The jobs' components of which something was learnt, which is then the fact `RUN_OF` of their rows.
    """
    known = table.text("fact", RUN_OF)
    jobs = [row for row in np.flatnonzero(rows.is_job(table)).tolist() if known.at(row) is None]
    found: dict[int, str] = {}
    for start in range(0, len(jobs), NAMES_A_CALL):
        found.update(_ask(connection, table, jobs[start : start + NAMES_A_CALL]))
    if not found:
        return []
    facts = table.words.setdefault("fact", {})
    column = facts.setdefault(RUN_OF, Words.none(len(table)))
    for row, run in found.items():
        column.codes[row] = column.code(run)
    return [table.components[row] for row in found]


def keep_runs(table: Table, block: Table) -> None:
    """Let rows of `block`, read again, know what `table` has learnt of them."""
    known = table.text("fact", RUN_OF)
    told = [known.at(table.places[name]) if name in table.places else None for name in block.components]
    if any(run is not None for run in told):
        block.words.setdefault("fact", {})[RUN_OF] = Words.of(told)


def _ask(connection: Connection, table: Table, jobs: list[int]) -> dict[int, str]:
    """Return row -> component of the run, for jobs that are found; others may only not be there yet."""
    from botocore.exceptions import ClientError

    names = {_job_name(table, row): row for row in jobs if table.components[row].endswith(TRAINING_JOB)}
    if not names:
        return dict.fromkeys(jobs, NOBODY)
    wanted: Params = {"Operator": "Or", "Filters": [equals("TrainingJobName", name) for name in names]}
    try:
        page = ask(connection, (), (wanted,), resource="TrainingJob")
    except ClientError:
        return {}  # not offered, or not allowed: the runs are there without their jobs
    lower = {name.lower(): row for name, row in names.items()}
    told = {
        str(job.get("TrainingJobName")).lower(): job.get("ExperimentConfig") or {} for job in page.records
    }
    return {
        row: str(told[name].get("RunName") or NOBODY).lower() for name, row in lower.items() if name in told
    }


def _job_name(table: Table, row: int) -> str:
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
    return joined.take(~jobs)


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
