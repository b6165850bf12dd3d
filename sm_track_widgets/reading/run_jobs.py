"""Jobs that were started under a run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sm_track_widgets import _job_facts
from sm_track_widgets._crew import Crew
from sm_track_widgets.reading.answer import components
from sm_track_widgets.reading.fetch.names import explained
from sm_track_widgets.reading.jobs import RUN_OF, job_name
from sm_track_widgets.reading.table import rows

if TYPE_CHECKING:
    from sm_track_widgets._job_facts import JobFacts
    from sm_track_widgets._types import Params
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.reading.run_facts import RunFacts

TRAINING, TUNING = "training", "tuning"
PRICED_CHILDREN = 100
"""Children of a tuning job whose instances are asked for, one call each."""


def jobs_of(connection: Connection, facts: RunFacts) -> list[tuple[str, str]]:
    """Return kind and name of all jobs of a run, the oldest first.

    Those that the run has noted, and training jobs whose ExperimentConfig names it, which others may have started.
    """
    found = list(facts.jobs)
    known = {name.lower() for _, name in found}
    if facts.experiment:
        table = components(connection, facts.experiment).table
        of = table.text("fact", RUN_OF)
        named = rows.is_job(table)
        others = [
            job_name(table, row)
            for row in range(len(table) - 1, -1, -1)
            if named[row] and of.at(row) == facts.component
        ]
        found += [(TRAINING, name) for name in others if name.lower() not in known]
    return found


def read_jobs(connection: Connection, facts: RunFacts) -> list[JobFacts]:
    """Ask for the jobs of a run as they stand, several at a time; what has been deleted is left out.

    Returns
    -------
    list of JobFacts
        The oldest first; the training jobs of a tuning job follow it, and name it as their `tuner`.
    """
    return described(connection, jobs_of(connection, facts))


def described(connection: Connection, names: Sequence[tuple[str, str]]) -> list[JobFacts]:
    """Ask for jobs by kind and name; see `read_jobs`."""
    found: dict[tuple[str, str], list[JobFacts]] = {}

    def call(job: tuple[str, str]) -> list[JobFacts]:
        client = connection.single("sagemaker")
        one = _job_facts.describe(client, *job)
        if one is None:
            return []
        under = _job_facts.children(client, one.name) if one.kind == TUNING else []
        return [one, *(_job_facts.with_instances(client, child) for child in under[:PRICED_CHILDREN])]

    def take(job: tuple[str, str], answer: list[JobFacts]) -> Iterable[tuple[str, str]]:
        found[job] = answer
        return ()

    with explained("look at the run's jobs"):
        given_up = Crew(call).run(names, take)
        if given_up:
            raise given_up[0].error
    return [one for name in names for one in found.get(name, ())]


def training_jobs(connection: Connection, facts: RunFacts) -> list[Params]:
    """Describe the training jobs of a run, the newest first; one that is not there any more is left out."""
    names = [name for kind, name in jobs_of(connection, facts) if kind == TRAINING]
    found: dict[str, Params] = {}

    def call(name: str) -> Params:
        try:
            return connection.single("sagemaker").describe_training_job(TrainingJobName=name)
        except Exception as error:
            code = (getattr(error, "response", None) or {}).get("Error", {}).get("Code")
            if code in _job_facts.MISSING:
                return {}
            raise

    def take(name: str, answer: Params) -> Iterable[str]:
        if answer:
            found[name] = answer
        return ()

    with explained("look at the run's training jobs"):
        given_up = Crew(call).run(names, take)
        if given_up:
            raise given_up[0].error
    return sorted(found.values(), key=lambda one: one["CreationTime"], reverse=True)
