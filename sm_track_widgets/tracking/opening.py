"""The calls that open a run: two in a known experiment, more only where something is missing or taken.

CreateTrialComponent comes first: it tells at once whether the name is free. AssociateTrialComponent follows; only
when it finds no group are experiment and group made. Everything can be repeated: a call whose reply was lost is
answered "exists", and the mark of the opening in the component tells that it is this one's.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Literal, cast
from uuid import uuid4

from sm_track_widgets._errors import NotFoundError, UsageError
from sm_track_widgets._names import CONTINUED_PARAMETER, MAX_PARAMETERS, RUN_TAG, RUN_TAG_VALUE
from sm_track_widgets._types import Params, RunRef, Scalar
from sm_track_widgets.tracking import groups
from sm_track_widgets.tracking.ending import cut_message, one_line_message, outcome
from sm_track_widgets.tracking.groups import is_duplicate, is_missing
from sm_track_widgets.tracking.naming import made_up_mark, make_ref, numbered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sm_track_widgets.connection import Connection

Resume = Literal["allow", "must", "never"]
RESUMES = ("allow", "must", "never")
NUMBERS_TRIED = 20
MADE_BY = "sm_track_widgets"
"""What MetadataProperties.GeneratedBy of a component of ours begins with; the mark of its opening follows."""
SERVER_ERROR = 500  # HTTP


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """Everything needed to open a run, also in another process.

    `started` is in seconds since the epoch; `mark` tells this opening from every other, also in the service.
    """

    ref: RunRef
    experiment_display: str
    run_display: str
    started: float
    parameters: dict[str, Scalar] = field(default_factory=dict[str, Scalar])
    tags: dict[str, str] = field(default_factory=dict[str, str])
    mark: str = field(default_factory=lambda: uuid4().hex)

    def to_json(self) -> Params:
        """Return what `from_json` takes."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> OpenRequest:
        """Return the request that `to_json` described; what else stands in `fields` is left alone."""
        known: dict[str, Any] = {name: fields[name] for name in cls.__slots__ if name in fields}
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


@dataclass(slots=True)
class Attempt:
    """How far the opening of a run has come, for whoever has to take it back; see `undo`.

    Attributes
    ----------
    request
        Under the name that was tried last; None while nothing has been asked for.
    made
        Whether the component is known to be this opening's.
    again
        Whether it was there already, from an earlier try of the same opening.
    linked
        Whether it is in its group.
    continued, before
        The existing run that was set to InProgress, and its Status until then.
    """

    request: OpenRequest | None = None
    made: bool = False
    again: bool = False
    linked: bool = False
    continued: RunRef | None = None
    before: Params = field(default_factory=dict[str, Any])

    def doubtful(self, error: BaseException) -> bool:
        """Whether `error` leaves open if the component was made: no answer came, or one of a broken server."""
        if self.request is None or self.made:
            return False
        answer: Any = getattr(error, "response", None)
        if not isinstance(answer, dict):
            return True
        told = cast("dict[str, Any]", answer).get("ResponseMetadata", {})
        return int(told.get("HTTPStatusCode", 0)) >= SERVER_ERROR


def open_now(
    connection: Connection,
    request: OpenRequest,
    resume: Resume | None = None,
    attempt: Attempt | None = None,
) -> Opened:
    """Open a run in the service.

    Parameters
    ----------
    resume
        None: a taken name gets a number; ``"allow"``: an existing run of the experiment is continued; ``"must"``: it
        has to exist; ``"never"``: it must not.
    attempt
        Told how far this has come.

    Raises
    ------
    UsageError
        ``"never"``, and the run exists.
    NotFoundError
        ``"must"``, and it does not.
    botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError
        The service refused or was out of reach.
    """
    attempt = attempt or Attempt()
    client = connection.client("sagemaker", patient=False)
    held = _existing(client, request) if resume in ("allow", "must") else None
    if held is None and resume == "must":
        held = _unlinked(client, request)
    if held is not None:
        return _continue(connection, request, held, attempt)
    if resume == "must":
        raise NotFoundError(
            f"Experiment {request.ref.experiment!r} has no run {request.ref.run!r}.",
            "Look at the names with %sm_runs, or open it with resume='allow'.",
        )
    arn = _create(client, request, attempt)
    if arn is not None:
        return _linked(connection, request, Opened(request.ref, arn), attempt)
    held = _existing(client, request) or _unlinked(client, request)
    if held is not None and resume == "never":
        raise UsageError(
            f"A run {request.ref.run!r} exists in experiment {request.ref.experiment!r}.",
            "Choose another name, or continue it with resume='allow'.",
        )
    if held is not None and resume == "allow":  # somebody was faster
        return _continue(connection, request, held, attempt)
    return _numbered(connection, request, attempt, foreign=held is None)


def open_run(connection: Connection, payload: Mapping[str, Any]) -> Opened:
    """Open a run from its journal's ``open`` record, in the sender: a component that exists is our own.

    Raises
    ------
    botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError
        The service refused or is out of reach; the call can be repeated.
    """
    request = OpenRequest.from_json(payload)
    client = connection.client("sagemaker", patient=False)
    attempt = Attempt()
    arn = _create(client, request, attempt)
    if arn is None:
        held = client.describe_trial_component(TrialComponentName=request.ref.component)
        arn = str(held["TrialComponentArn"])
    opened = _linked(connection, request, Opened(request.ref, arn), attempt)
    if payload.get("doubtful"):
        tried = make_ref(request.ref.experiment, request.ref.group, str(payload["doubtful"]))
        take_back(connection, Attempt(replace(request, ref=tried)), None)
    return opened


def take_back(connection: Connection, attempt: Attempt, error: BaseException | None) -> None:
    """Leave nothing InProgress that was not opened to the end; what goes wrong here is not said: `error` will be.

    A component that no group holds yet is deleted; one that is linked, or cannot be deleted, ends as `error` says
    (None: Stopped); a run that was to be continued gets its status back.
    """
    with suppress(Exception):
        client = connection.client("sagemaker", patient=False)
        if attempt.continued is not None:
            _update(client, attempt.continued, attempt.before)
        if attempt.request is None:
            return
        ref = attempt.request.ref
        if not attempt.made and not _is_of(_described(client, ref), attempt.request):
            return
        if not attempt.linked:
            with suppress(Exception):  # refused where the group holds it all the same
                client.delete_trial_component(TrialComponentName=ref.component)
                return
        status, message = ("Stopped", "opened under another name") if error is None else outcome(error)
        state = {"PrimaryStatus": status, "Message": cut_message(one_line_message(message))}
        _update(client, ref, state, EndTime=datetime.now(tz=timezone.utc))


def _update(client: Any, ref: RunRef, status: Params, **more: Any) -> None:
    client.update_trial_component(TrialComponentName=ref.component, Status=status, **more)


def parameter_values(values: Mapping[str, Scalar]) -> dict[str, Params]:
    """Parameters in boto3's form: ``{"lr": 0.1}`` -> ``{"lr": {"NumberValue": 0.1}}``."""
    return {
        name: {"StringValue": value} if isinstance(value, str) else {"NumberValue": float(value)}
        for name, value in values.items()
    }


def _create(client: Any, request: OpenRequest, attempt: Attempt) -> str | None:
    """Create the component and return its ARN; None when one of this name exists."""
    tags = {RUN_TAG: RUN_TAG_VALUE, **request.tags}
    attempt.request = request
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
            MetadataProperties={"GeneratedBy": f"{MADE_BY} {request.mark}"},
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )
    except client.exceptions.ClientError as error:
        if not is_duplicate(error):
            raise
        # botocore repeats a call whose reply was lost, and then the name is taken by ourselves.
        answer = _described(client, request.ref)
        if not _is_of(answer, request):
            attempt.request = None
            return None
        attempt.again = True
    attempt.made = True
    return str(answer["TrialComponentArn"])


def _described(client: Any, ref: RunRef) -> Params:
    """DescribeTrialComponent; empty where there is none, or it may not be looked at."""
    try:
        told: Params = client.describe_trial_component(TrialComponentName=ref.component)
    except client.exceptions.ClientError:
        return {}
    return told


def _is_of(told: Params, request: OpenRequest) -> bool:
    """Whether a component was made by this very opening."""
    return (told.get("MetadataProperties") or {}).get("GeneratedBy") == f"{MADE_BY} {request.mark}"


def _numbered(connection: Connection, request: OpenRequest, attempt: Attempt, *, foreign: bool) -> Opened:
    """Open the run under a name with a number, and say why."""
    client = connection.client("sagemaker", patient=False)
    asked = request.ref.run
    for number in range(2, NUMBERS_TRIED + 2):
        suffix = str(number) if number <= NUMBERS_TRIED else made_up_mark()
        fresh = request.named(numbered(request.run_display, suffix))
        arn = _create(client, fresh, attempt)
        if arn is not None:
            note = _taken(request, fresh, foreign)
            return _linked(connection, fresh, Opened(fresh.ref, arn, notes=(note,)), attempt)
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
    held = groups_of(client, request.ref)
    if not held:
        return None
    same = [group for group in held if group.lower() == request.ref.group.lower()]
    return replace(request.ref, group=(same or held)[0])


def groups_of(client: Any, ref: RunRef) -> list[str]:
    """Return the groups of the experiment that hold the run; none where it is not in this experiment."""
    try:
        answer = client.list_trials(ExperimentName=ref.experiment, TrialComponentName=ref.component)
    except client.exceptions.ClientError as error:
        if not is_missing(error):
            raise
        return []
    return [str(trial["TrialName"]) for trial in answer["TrialSummaries"]]


def _unlinked(client: Any, request: OpenRequest) -> RunRef | None:
    """Return the run of this name that no group holds: another kernel is just opening it, or died while it did.

    Its group is then "".
    """
    told = _described(client, request.ref)
    if str(told.get("DisplayName", "")).lower() != request.run_display.lower():
        return None
    if client.list_trials(TrialComponentName=request.ref.component)["TrialSummaries"]:
        return _existing(client, request)  # linked meanwhile, or elsewhere
    return replace(request.ref, group="")


def _continue(connection: Connection, request: OpenRequest, ref: RunRef, attempt: Attempt) -> Opened:
    client = connection.client("sagemaker", patient=False)
    held = client.describe_trial_component(TrialComponentName=ref.component)
    started = held.get("StartTime")
    more: Params = {} if started is not None else {"StartTime": datetime.now(tz=timezone.utc)}
    if connection.home == "aws" and len(held.get("Parameters") or {}) < MAX_PARAMETERS:
        more["Parameters"] = parameter_values({CONTINUED_PARAMETER: 1})
    attempt.before = held.get("Status") or {}
    attempt.continued = ref if attempt.before else None
    _update(client, ref, {"PrimaryStatus": "InProgress"}, **more)
    found = Found(
        parameters={name: _scalar(value) for name, value in (held.get("Parameters") or {}).items()},
        outputs={name: str(value["Value"]) for name, value in (held.get("OutputArtifacts") or {}).items()},
        inputs={name: str(value["Value"]) for name, value in (held.get("InputArtifacts") or {}).items()},
        started=started.timestamp() if started is not None else None,
    )
    opened = Opened(ref, str(held["TrialComponentArn"]), found)
    return opened if ref.group else _linked(connection, request, opened, attempt)


def _scalar(value: Mapping[str, Any]) -> Scalar:
    return cast("Scalar", value["StringValue"] if "StringValue" in value else value.get("NumberValue", ""))


def _linked(connection: Connection, request: OpenRequest, opened: Opened, attempt: Attempt) -> Opened:
    """Put the component into its group."""
    group, notes = groups.link(connection, request)
    attempt.linked = True
    return replace(opened, ref=replace(opened.ref, group=group), notes=(*opened.notes, *notes))
