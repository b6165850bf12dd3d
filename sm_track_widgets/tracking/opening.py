"""The calls that open a run: two in a known experiment, more only where something is missing or taken.

CreateTrialComponent comes first: it tells at once whether the name is free. AssociateTrialComponent follows; only
when it finds no group are experiment and group made. Everything can be repeated: a call whose reply was lost is
answered "exists", and that is taken for done.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Literal, cast
from weakref import WeakKeyDictionary

from sm_track_widgets._errors import NotFoundError, UsageError
from sm_track_widgets._names import DEFAULT_GROUP, MAX_NAME, RUN_TAG, RUN_TAG_VALUE, slug
from sm_track_widgets._types import Params, RunRef, Scalar
from sm_track_widgets.tracking.ending import cut_message, one_line_message
from sm_track_widgets.tracking.naming import made_up_mark, make_ref, numbered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sm_track_widgets.connection import Connection

Resume = Literal["allow", "must", "never"]
RESUMES = ("allow", "must", "never")
NUMBERS_TRIED = 20
_DUPLICATE = ("already exists", "must be unique")  # both wordings of AWS: sagemaker-python-sdk#6256
_MISSING = frozenset({"ResourceNotFound", "ResourceNotFoundException"})
_known_groups: WeakKeyDictionary[Connection, set[tuple[str, str]]] = WeakKeyDictionary()
"""Per connection, the (experiment, group) pairs that it has seen to exist."""


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """Everything needed to open a run, also in another process; `started` in seconds since the epoch."""

    ref: RunRef
    experiment_display: str
    run_display: str
    started: float
    parameters: dict[str, Scalar] = field(default_factory=dict[str, Scalar])
    tags: dict[str, str] = field(default_factory=dict[str, str])

    def to_json(self) -> Params:
        """Return what `from_json` takes."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> OpenRequest:
        """Return the request that `to_json` described; what else stands in `fields` is left alone."""
        known: dict[str, Any] = {name: fields[name] for name in cls.__slots__}
        known["ref"] = RunRef(**fields["ref"])
        return cls(**known)

    def named(self, run: str) -> OpenRequest:
        """Return the same request under another run name."""
        ref = make_ref(self.ref.experiment, self.ref.group, run.lower())
        return replace(self, ref=ref, run_display=run)


@dataclass(frozen=True, slots=True)
class Found:
    """What an existing run already holds; `artifacts` maps the name of each output and input to its value."""

    parameters: dict[str, Scalar]
    outputs: dict[str, str]
    inputs: dict[str, str]
    started: float | None


@dataclass(frozen=True, slots=True)
class Opened:
    """A run that is open in the service: under which names, its ARN, what it held before, remarks for the user."""

    ref: RunRef
    arn: str
    found: Found | None = None
    notes: tuple[str, ...] = ()


def open_now(connection: Connection, request: OpenRequest, resume: Resume | None = None) -> Opened:
    """Open a run in the service.

    Parameters
    ----------
    resume
        None: a taken name gets a number; ``"allow"``: an existing run of the experiment is continued; ``"must"``: it
        has to exist; ``"never"``: it must not.

    Raises
    ------
    UsageError
        ``"never"``, and the run exists.
    NotFoundError
        ``"must"``, and it does not.
    botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError
        The service refused or was out of reach.
    """
    client = connection.client("sagemaker")
    if resume in ("allow", "must"):
        held = _existing(client, request)
        if held is not None:
            return _continue(connection, held)
        if resume == "must":
            raise NotFoundError(
                f"Experiment {request.ref.experiment!r} has no run {request.ref.run!r}.",
                "Look at the names with %sm_runs, or open it with resume='allow'.",
            )
    arn = _create(client, request)
    if arn is not None:
        return _linked(connection, request, Opened(request.ref, arn))
    if resume == "never":
        raise UsageError(
            f"A run {request.ref.run!r} exists in experiment {request.ref.experiment!r}.",
            "Choose another name, or continue it with resume='allow'.",
        )
    return _numbered(connection, request)


def open_run(connection: Connection, payload: Mapping[str, Any]) -> Opened:
    """Open a run from its journal's ``open`` record, in the sender: a component that exists is our own.

    Raises
    ------
    botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError
        The service refused or is out of reach; the call can be repeated.
    """
    request = OpenRequest.from_json(payload)
    client = connection.client("sagemaker")
    arn = _create(client, request)
    if arn is None:
        held = client.describe_trial_component(TrialComponentName=request.ref.component)
        arn = str(held["TrialComponentArn"])
    return _linked(connection, request, Opened(request.ref, arn))


def abandon(connection: Connection, ref: RunRef, why: str) -> None:
    """Mark a run Failed that was opened and cannot be written to; what goes wrong here is not said: `why` will be."""
    with suppress(Exception):
        connection.client("sagemaker").update_trial_component(
            TrialComponentName=ref.component,
            Status={"PrimaryStatus": "Failed", "Message": cut_message(one_line_message(why))},
            EndTime=datetime.now(tz=timezone.utc),
        )


def parameter_values(values: Mapping[str, Scalar]) -> dict[str, Params]:
    """Parameters in boto3's form: ``{"lr": 0.1}`` -> ``{"lr": {"NumberValue": 0.1}}``."""
    return {
        name: {"StringValue": value} if isinstance(value, str) else {"NumberValue": float(value)}
        for name, value in values.items()
    }


def _create(client: Any, request: OpenRequest) -> str | None:
    """Create the component and return its ARN; None when one of this name exists."""
    tags = {RUN_TAG: RUN_TAG_VALUE, **request.tags}
    try:
        answer = client.create_trial_component(
            TrialComponentName=request.ref.component,
            DisplayName=request.run_display,
            Status={"PrimaryStatus": "InProgress"},
            StartTime=datetime.fromtimestamp(request.started, tz=timezone.utc),
            Parameters=parameter_values(request.parameters),
            # Empty, not missing: ExperimentAnalytics fails on records without them.
            InputArtifacts={},
            OutputArtifacts={},
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )
    except client.exceptions.ClientError as error:
        if not is_duplicate(error):
            raise
        return None
    return str(answer["TrialComponentArn"])


def _numbered(connection: Connection, request: OpenRequest) -> Opened:
    """Open the run under a name with a number, and say why."""
    client = connection.client("sagemaker")
    foreign = _existing(client, request) is None
    asked = request.ref.run
    for number in range(2, NUMBERS_TRIED + 2):
        suffix = str(number) if number <= NUMBERS_TRIED else made_up_mark()
        fresh = request.named(numbered(request.run_display, suffix))
        arn = _create(client, fresh)
        if arn is not None:
            return _linked(
                connection, fresh, Opened(fresh.ref, arn, notes=(_taken(request, fresh, foreign),))
            )
    raise UsageError(f"All names from {asked!r} on are taken.", "Name the run differently.")


def _taken(request: OpenRequest, fresh: OpenRequest, foreign: bool) -> str:  # noqa: FBT001 - both are said by name
    if foreign:
        return (
            f"This run is stored as {fresh.ref.run!r}: the component name {request.ref.component!r} belongs to "
            "something outside this experiment."
        )
    return (
        f"A run {request.ref.run!r} exists, so this one is {fresh.ref.run!r}. "
        "To continue the old one: resume='allow' (%%sm_run --resume allow)."
    )


# -- continuing --------------------------------------------------------------------------------------------------
def _existing(client: Any, request: OpenRequest) -> RunRef | None:
    """Return the run of this name with the group that holds it; None when it is not in this experiment.

    Experiment ``a-b`` with run ``c`` and ``a`` with ``b-c`` share a component name, hence the question.
    """
    ref = request.ref
    try:
        answer = client.list_trials(ExperimentName=ref.experiment, TrialComponentName=ref.component)
    except client.exceptions.ClientError as error:
        if not _is_missing(error):
            raise
        return None
    groups = [str(trial["TrialName"]) for trial in answer["TrialSummaries"]]
    if not groups:
        return None
    same = [group for group in groups if group.lower() == ref.group.lower()]
    return replace(ref, group=(same or groups)[0])


def _continue(connection: Connection, ref: RunRef) -> Opened:
    client = connection.client("sagemaker")
    held = client.describe_trial_component(TrialComponentName=ref.component)
    update: Params = {"TrialComponentName": ref.component, "Status": {"PrimaryStatus": "InProgress"}}
    started = held.get("StartTime")
    if started is None:
        update["StartTime"] = datetime.now(tz=timezone.utc)
    client.update_trial_component(**update)
    found = Found(
        parameters={name: _scalar(value) for name, value in (held.get("Parameters") or {}).items()},
        outputs={name: str(value["Value"]) for name, value in (held.get("OutputArtifacts") or {}).items()},
        inputs={name: str(value["Value"]) for name, value in (held.get("InputArtifacts") or {}).items()},
        started=started.timestamp() if started is not None else None,
    )
    return Opened(ref, str(held["TrialComponentArn"]), found)


def _scalar(value: Mapping[str, Any]) -> Scalar:
    return cast("Scalar", value["StringValue"] if "StringValue" in value else value.get("NumberValue", ""))


# -- experiment and group ----------------------------------------------------------------------------------------
def _linked(connection: Connection, request: OpenRequest, opened: Opened) -> Opened:
    """Put the component into its group; make experiment and group where they are missing."""
    client = connection.client("sagemaker")
    known = _known_groups.setdefault(connection, set())
    group, note = request.ref.group, ""
    place = (request.ref.experiment, group.lower())
    if place not in known and not group.startswith(DEFAULT_GROUP):
        group, note = _own_group(client, request)
    if not _associate(client, request.ref, group):
        _make_places(client, request, group)
        _associate(client, request.ref, group, made=True)
    known.add((request.ref.experiment, group.lower()))
    notes = (*opened.notes, note) if note else opened.notes
    return replace(opened, ref=replace(opened.ref, group=group), notes=notes)


def _associate(client: Any, ref: RunRef, group: str, *, made: bool = False) -> bool:
    """Put the component into its group; False where that is missing and not just `made`. A linked pair is fine."""
    try:
        client.associate_trial_component(TrialComponentName=ref.component, TrialName=group)
    except client.exceptions.ClientError as error:
        if _is_missing(error) and not made:
            return False
        # After a lost reply the pair is there; whether AWS takes it twice, and in which words it refuses, is not known.
        if _told(error).get("Code") != "ValidationException" or not _is_linked(client, ref, group):
            raise
    return True


def _is_linked(client: Any, ref: RunRef, group: str) -> bool:
    answer = client.list_trials(ExperimentName=ref.experiment, TrialComponentName=ref.component)
    return any(trial["TrialName"].lower() == group.lower() for trial in answer["TrialSummaries"])


def _own_group(client: Any, request: OpenRequest) -> tuple[str, str]:
    """Return a group name of this experiment: names of groups are unique in the account, not in the experiment."""
    ref = request.ref
    try:
        holder = str(client.describe_trial(TrialName=ref.group)["ExperimentName"])
    except client.exceptions.ClientError as error:
        if not _is_missing(error):
            raise
        return ref.group, ""
    if holder.lower() == ref.experiment:
        return ref.group, ""
    own = slug(f"{ref.experiment}-{ref.group}", MAX_NAME)
    return own, f"Group {ref.group!r} belongs to experiment {holder!r}; this run is in group {own!r}."


def _make_places(client: Any, request: OpenRequest, group: str) -> None:
    _unless_there(
        client,
        "create_experiment",
        ExperimentName=request.ref.experiment,
        DisplayName=request.experiment_display,
    )
    _unless_there(client, "create_trial", TrialName=group, ExperimentName=request.ref.experiment)


def _unless_there(client: Any, operation: str, **params: Any) -> None:
    try:
        getattr(client, operation)(**params)
    except client.exceptions.ClientError as error:
        if not is_duplicate(error):
            raise


# -- errors ------------------------------------------------------------------------------------------------------
def is_duplicate(error: Exception) -> bool:
    """Whether a ClientError says that the name is taken, in either wording."""
    told = _told(error)
    return any(words in str(told.get("Message", "")) for words in _DUPLICATE)


def _is_missing(error: Exception) -> bool:
    return _told(error).get("Code") in _MISSING


def _told(error: Exception) -> Mapping[str, Any]:
    response: Mapping[str, Any] = getattr(error, "response", {})
    return response.get("Error", {})
