"""Which file of a run is its model: an artifact it logged, or the ``model.tar.gz`` of a training job it started."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from sm_track_widgets._errors import NotFoundError, UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sm_track_widgets._types import Params
    from sm_track_widgets.reading.run_facts import Artifact, RunFacts

MODEL = "model"
SHOWN = 6


@dataclass(frozen=True, slots=True)
class Source:
    """A model: what it is called, where it is, and files that belong beside it."""

    name: str
    address: str
    beside: tuple[str, ...] = ()
    job: str = ""


def source_of(facts: RunFacts, asked: str | None, jobs: Sequence[Params]) -> Source:
    """Return the model of a run.

    Parameters
    ----------
    facts
        The run.
    asked
        Name of an artifact, with or without its ending, or an address in S3; None: ``model``, else what the run's last
        training job has written.
    jobs
        Descriptions of the run's training jobs, the newest first.

    Raises
    ------
    NotFoundError
        The run has no such artifact, or no model at all.
    UsageError
        Several artifacts could be meant.
    """
    if asked is not None and asked.startswith("s3://"):
        return Source(PurePosixPath(asked).name, asked)
    files = [one for one in facts.artifacts if one.value.startswith("s3://")]
    found = _named(files, MODEL if asked is None else asked)
    if len(found) > 1:
        names = ", ".join(one.name for one in found)
        raise UsageError(
            f"Run {facts.name!r} has several of that name: {names}.", "Name one with its ending."
        )
    if found:
        return Source(found[0].name, found[0].value, _documents(files, found[0]))
    if asked is None:
        for job in jobs:
            address = (job.get("ModelArtifacts") or {}).get("S3ModelArtifacts")
            if address and job.get("TrainingJobStatus") == "Completed":
                return Source(PurePosixPath(address).name, address, job=job["TrainingJobName"])
    raise _nothing(facts, asked, files)


def _named(files: Sequence[Artifact], asked: str) -> list[Artifact]:
    """Return the artifacts of a name: those called just so, else those called so without their endings."""
    exact = [one for one in files if one.name == asked]
    if exact:
        return exact[:1]  # an output comes before an input
    same = [one for one in files if _stem(one.name) == asked]
    whole = {one.name for one in files}
    # The document beside a model has its name.
    return [one for one in same if not (one.name.endswith(".json") and _has_other(one.name, whole))] or same


def _stem(name: str) -> str:
    """Return a name without its ending; ``model.tar.gz`` has one."""
    for ending in (".tar.gz", PurePosixPath(name).suffix):
        if ending and name.lower().endswith(ending.lower()):
            return name[: -len(ending)]
    return name


def _has_other(document: str, names: set[str]) -> bool:
    return any(_stem(name) == _stem(document) for name in names if name != document)


def _documents(files: Sequence[Artifact], model: Artifact) -> tuple[str, ...]:
    document = f"{_stem(model.name)}.json"
    return tuple(one.value for one in files if one.name == document and one.name != model.name)[:1]


def _nothing(facts: RunFacts, asked: str | None, files: Sequence[Artifact]) -> NotFoundError:
    names = [one.name for one in files]
    if asked is None:
        told = f"Run {facts.name!r} has no artifact 'model', and no training job of it has written one."
    else:
        told = f"Run {facts.name!r} has no file {asked!r}."
    near = did_you_mean(asked or MODEL, names)
    if names and not near:
        more = ", ..." if len(names) > SHOWN else ""
        near = f"It has: {', '.join(names[:SHOWN])}{more}; name one with --artifact."
    return NotFoundError(told, near or "Log one: run.log_model(model), or run.log_file(path).")
