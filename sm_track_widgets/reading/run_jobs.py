"""Jobs that were started under a run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sm_track_widgets._crew import Crew
from sm_track_widgets.reading.answer import components
from sm_track_widgets.reading.fetch.names import explained
from sm_track_widgets.reading.jobs import RUN_OF, job_name
from sm_track_widgets.reading.table import rows

if TYPE_CHECKING:
    from sm_track_widgets._types import Params
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.reading.run_facts import RunFacts

TRAINING = "training"


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


def training_jobs(connection: Connection, facts: RunFacts) -> list[Params]:
    """Describe the training jobs of a run, the newest first; one that is not there any more is left out."""
    names = [name for kind, name in jobs_of(connection, facts) if kind == TRAINING]
    found: dict[str, Params] = {}

    def call(name: str) -> Params:
        try:
            return connection.single("sagemaker").describe_training_job(TrainingJobName=name)
        except Exception as error:
            code = (getattr(error, "response", None) or {}).get("Error", {}).get("Code")
            if code in {"ValidationException", "ResourceNotFound"}:
                return {}
            raise

    def take(name: str, answer: Params) -> Iterable[str]:
        if answer:
            found[name] = answer
        return ()

    with explained("look at the run's training jobs"):
        Crew(call).run(names, take)
    return sorted(found.values(), key=lambda one: one["CreationTime"], reverse=True)
