"""`register`: a version of a model from a run."""

from __future__ import annotations

import hashlib
import time
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sm_track_widgets import _aws
from sm_track_widgets import connection as connections
from sm_track_widgets._errors import TrackError, UsageError
from sm_track_widgets.actions.registry import (
    approval,
    container,
    groups,
    listing,
    memory,
    packing,
    properties,
    quality,
)
from sm_track_widgets.actions.registry.source import Source, source_of
from sm_track_widgets.reading.fetch.names import explained
from sm_track_widgets.reading.run_facts import RunFacts, stored_facts
from sm_track_widgets.reading.run_jobs import training_jobs
from sm_track_widgets.tracking import registry as open_runs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sm_track_widgets._types import Params
    from sm_track_widgets.actions.registry.quality import Problem
    from sm_track_widgets.actions.registry.version import ModelVersion
    from sm_track_widgets.connection import Connection

MAX_DESCRIPTION = 1024
WAIT = 30.0
"""Seconds that an open run is given to deliver its model."""
_POLL = 0.1


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants registered."""

    group: str
    image: str | None
    framework: str | None
    with_image: bool
    approve: bool
    description: str
    metadata: Mapping[str, Any]
    metrics: Iterable[str] | None
    problem: Problem | None
    content_types: tuple[str, ...]
    response_types: tuple[str, ...]
    again: bool


@dataclass(frozen=True, slots=True)
class _Model:
    """What is registered: the run, its model, the image, and what the run remembers."""

    facts: RunFacts
    source: Source
    image: str | None
    held: list[memory.Remembered]


def register(
    run: Any,
    model_group: str,
    *,
    experiment: str | None = None,
    artifact: str | None = None,
    image: str | None = None,
    framework: str | None = None,
    with_image: bool = True,
    approve: bool = False,
    description: str = "",
    metadata: Mapping[str, Any] | None = None,
    metrics: Iterable[str] | None = None,
    problem: Problem | None = None,
    content_types: Iterable[str] = ("text/csv", "application/json"),
    response_types: Iterable[str] = ("text/csv", "application/json"),
    again: bool = False,
    connection: Connection | None = None,
) -> ModelVersion:
    """Register a run's model as the next version of a model group, which is made where there is none.

    What is registered: the model as a ``.tar.gz``, its container image, the run's last metrics as model quality
    statistics, and its name, experiment, git commit and parameters as customer metadata. The run remembers it: the same
    model registered again in the same group gives the version that is there.

    Parameters
    ----------
    run
        Name of a run, a `Run`, or what `best_run` gave.
    model_group
        Name of the group: letters, digits and hyphens.
    experiment
        The run's; None looks through all.
    artifact
        Name of the run's artifact, with or without its ending, or an address in S3; default: ``model``, else what the
        run's last training job wrote. What is no ``.tar.gz`` is packed into one and stored in the bucket.
    image
        Address of the container image; default: that of the run's training job.
    framework
        ``"xgboost==1.7-1"``: the image that the SageMaker SDK knows for it.
    with_image
        False registers the model without a container: it can be looked at, and deployed once a container is added.
    approve
        True approves it at once; else it waits for approval.
    description
        Up to 1,024 characters.
    metadata
        More customer metadata: texts by names.
    metrics
        Names of the metrics that are registered; default: all but the machine's.
    problem
        ``"regression"``, ``"binary"`` or ``"multiclass"``; default: as the metrics' names suggest.
    content_types, response_types
        What the container takes and answers.
    again
        True registers another version of the same model.
    connection
        Where the run is; default: where runs go.

    Returns
    -------
    ModelVersion
        With ``.existing``, where nothing had to be registered, and ``.remarks``.

    Raises
    ------
    NotFoundError
        There is no such run, artifact or metric, or the artifact's file is gone.
    UsageError
        A name that is not allowed, or nothing says which image serves the model.
    ServiceRefusedError, ConfigError
        The service refuses or cannot be reached.
    """
    place = connection or connections.current()
    asked = Asked(
        group=groups.checked(model_group),
        image=image,
        framework=framework,
        with_image=with_image,
        approve=approve,
        description=_checked_description(description),
        metadata=dict(metadata or {}),
        metrics=metrics,
        problem=problem,
        content_types=tuple(content_types),
        response_types=tuple(response_types),
        again=again,
    )
    return _register(place, _facts(place, run, experiment), asked, artifact)


def _register(place: Connection, facts: RunFacts, asked: Asked, artifact: str | None) -> ModelVersion:
    """Make the version of a run's model, or give the one that is there."""
    jobs = training_jobs(place, facts)
    source = source_of(facts, artifact, jobs)
    held = memory.read(place, facts.component)
    known = None if asked.again else _known(place, asked.group, memory.mark_of(source.address), held)
    if known is not None:
        return _existing(place, known, asked)
    cure = f"Log it again, or name another with --artifact; %sm_show {facts.name} --tab artifacts lists them."
    packing.check_there(place, source.address, f"artifact {source.name!r} of run {facts.name!r}", cure)
    uri = None
    if asked.with_image:
        uri = container.image_of(place, facts, jobs, image=asked.image, framework=asked.framework)
    return _create(place, _Model(facts, source, uri, held), asked)


def _checked_description(text: str) -> str:
    if len(text) > MAX_DESCRIPTION or any(not sign.isprintable() for sign in text):
        raise UsageError(
            f"A description has one line of up to {MAX_DESCRIPTION:,} characters.", "Shorten it."
        )
    return text


def _facts(connection: Connection, run: Any, experiment: str | None) -> RunFacts:
    """Read the run, once what it logged has arrived."""
    name, of = run, experiment
    if not isinstance(run, str):
        component = getattr(getattr(run, "ref", None), "component", None) or getattr(run, "component", None)
        of = getattr(run, "experiment_name", None) or getattr(run, "experiment", None)
        if not isinstance(component, str) or not isinstance(of, str):
            raise UsageError(f"{type(run).__name__} is no run.", "Name one; %sm_runs lists them.")
        name = component
    facts = stored_facts(connection, str(name), of)
    if _wait_for(connection, facts):
        facts = stored_facts(connection, facts.component, facts.experiment or None)
    return facts


def _wait_for(connection: Connection, facts: RunFacts) -> bool:
    """Wait until an open run of this process has delivered what it logged so far; return whether it is open."""
    run = open_runs.find_open(facts.component, connection)
    until = time.monotonic() + WAIT
    while run is not None and not run.progress().done:
        if run.progress().error or time.monotonic() > until:
            why = run.progress().error or "its files are still on their way"
            raise UsageError(
                f"Run {facts.name!r} is open: {why}.", "Register it when %sm_status says it is done."
            )
        time.sleep(_POLL)
    return run is not None


def _known(
    connection: Connection, group: str, mark: str, held: list[memory.Remembered]
) -> ModelVersion | None:
    """Return the newest version of this model in the group, where it is still there."""
    for one in reversed(held):
        if one.mark == mark and groups.wanted(one.arn).group.lower() == group.lower():
            with explained("look for the version that is there"):
                version = listing.described(connection, one.arn)
            if version is not None:
                return version
    return None


def _existing(connection: Connection, version: ModelVersion, asked: Asked) -> ModelVersion:
    if asked.approve and version.status != "Approved":
        approval.approve(version, connection=connection)
        version = replace(version, status="Approved")
    version.existing = True
    return version


def _create(connection: Connection, model: _Model, asked: Asked) -> ModelVersion:
    facts, source = model.facts, model.source
    found = quality.chosen(facts, asked.metrics)
    quality.section(found, asked.problem)  # what is wrong is said before anything is stored
    address = packing.tar_gz(connection, source.address, source.beside)
    made = groups.ensure(connection, asked.group)
    held, remarks = properties.properties(facts, source.address, asked.metadata)
    request = {
        **_request(facts, address, model.image, asked),
        "CustomerMetadataProperties": held,
        "ClientToken": _token(model, asked),
    }
    if found:
        data = quality.document(found, asked.problem)
        at = packing.put(connection, quality.key_of(data), data, quality.CONTENT)
        statistics = {"ContentType": quality.CONTENT, "S3Uri": at}
        request["ModelMetrics"] = {"ModelQuality": {"Statistics": statistics}}
    with explained(f"register the model of run {facts.name!r}"):
        arn = connection.client("sagemaker").create_model_package(**request)["ModelPackageArn"]
        version = listing.described(connection, arn)
    assert version is not None  # it has just been made
    new = [f"Model group {asked.group!r} is new."] if made else []
    version.remarks = [*new, *remarks, *version.remarks]
    entry = memory.Remembered(arn, memory.mark_of(source.address))
    _remember(connection, facts.component, version, [*model.held, entry])
    return version


def _request(facts: RunFacts, address: str, image: str | None, asked: Asked) -> Params:
    git: dict[str, Any] = facts.capture.get("git") or {}
    about = {
        "CommitId": str(git.get("commit") or ""),
        "Repository": str(git.get("remote") or ""),
        "GeneratedBy": facts.component,
    }
    request: Params = {
        "ModelPackageGroupName": asked.group,
        "ModelApprovalStatus": "Approved" if asked.approve else "PendingManualApproval",
        "MetadataProperties": {name: value[:1024] for name, value in about.items() if value},
    }
    if asked.description:
        request["ModelPackageDescription"] = asked.description
    if image is None:
        # A SourceUri that is no ARN is how the SDK registers without containers; one can be added later [S, #4492].
        request["SourceUri"] = address
    else:
        request["InferenceSpecification"] = {
            "Containers": [{"Image": image, "ModelDataUrl": address}],
            "SupportedContentTypes": list(asked.content_types),
            "SupportedResponseMIMETypes": list(asked.response_types),
        }
    return request


def _token(model: _Model, asked: Asked) -> str:
    """Return the request's ClientToken: one that was cut off before the run could remember it is not done twice."""
    if asked.again:
        return uuid.uuid4().hex
    parts = (
        model.facts.component,
        asked.group.lower(),
        model.source.address,
        model.image or "",
        str(len(model.held)),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _remember(
    connection: Connection, component: str, version: ModelVersion, entries: list[memory.Remembered]
) -> None:
    try:
        memory.write(connection, component, entries)
    except TrackError as refused:
        version.remarks.append(f"The run does not remember it. {refused}")
    except Exception as error:  # noqa: BLE001 - the model is registered whatever the note says
        version.remarks.append(f"The run does not remember it. {_aws.explain(error, 'note it') or error}")
