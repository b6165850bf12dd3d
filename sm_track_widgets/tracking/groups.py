"""Which group (trial) a run is put into: made where it is missing, the next one where it is full.

AWS takes 50 components in a trial, and the SDK puts all runs of an experiment into one: there the 51st run fails. Here
a full group is followed by ``<group>-2``, ``<group>-3`` and so on. Those carry the display name of the first, which is
how they are told from a group that somebody named ``<group>-2`` himself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sm_track_widgets._names import DEFAULT_GROUP, MAX_NAME, slug

if TYPE_CHECKING:
    from sm_track_widgets._types import RunRef
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.tracking.opening import OpenRequest

FULL = "ResourceLimitExceeded"
_DUPLICATE = ("already exists", "must be unique")  # both wordings of AWS: sagemaker-python-sdk#6256
_MISSING = frozenset({"ResourceNotFound", "ResourceNotFoundException"})


@dataclass(frozen=True, slots=True)
class Place:
    """A group that was asked for: its name in this experiment, and the one of its followers that is in use."""

    base: str
    group: str


_places: WeakKeyDictionary[Connection, dict[tuple[str, str], Place]] = WeakKeyDictionary()
"""Per connection, what it has found out about an (experiment, group as asked)."""


def link(connection: Connection, request: OpenRequest) -> tuple[str, tuple[str, ...]]:
    """Put the component of `request` into its group; make experiment and group where they are missing.

    Returns
    -------
    str
        The group it is in.
    tuple of str
        One line for the user where that is not the group he asked for; once for each group.

    Raises
    ------
    botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError
        The service refused, or is out of reach; the call can be repeated.
    """
    client = connection.client("sagemaker", patient=False)
    places = _places.setdefault(connection, {})
    key = (request.ref.experiment, request.ref.group.lower())
    notes: list[str] = []
    place = places.get(key)
    if place is None:
        base, note = _own(client, request.ref)
        notes.append(note)
        place = Place(base, base)
    group = place.group
    if not _fits(client, request, group):
        group = _follower(client, request, place.base)
        notes.append(f"Group {place.group!r} is full; this run is in group {group!r}.")
    places[key] = Place(place.base, group)
    return group, tuple(note for note in notes if note)


def follower_name(group: str, number: int) -> str:
    """Return the name of the group that follows: ``sweep``, ``sweep-2``, ``sweep-3``, ..., within 120 characters."""
    suffix = f"-{number}"
    return group[: MAX_NAME - len(suffix)].rstrip("-") + suffix


def is_duplicate(error: Exception) -> bool:
    """Whether a ClientError says that the name is taken, in either wording."""
    told = _told(error)
    return any(words in str(told.get("Message", "")) for words in _DUPLICATE)


def is_missing(error: Exception) -> bool:
    """Whether a ClientError says that something does not exist."""
    return _told(error).get("Code") in _MISSING


# -- a group -----------------------------------------------------------------------------------------------------
def _fits(client: Any, request: OpenRequest, group: str) -> bool:
    """Put the component into `group`, which is made where it is missing; False when it is full."""
    try:
        if not _associate(client, request.ref, group):
            _make_places(client, request, group)
            _associate(client, request.ref, group, made=True)
    except _FullError:
        return False
    return True


class _FullError(Exception):
    """The group holds as many runs as the service allows."""


def _associate(client: Any, ref: RunRef, group: str, *, made: bool = False) -> bool:
    """Put the component into its group; False where that is missing and not just `made`. A linked pair is fine."""
    try:
        client.associate_trial_component(TrialComponentName=ref.component, TrialName=group)
    except client.exceptions.ClientError as error:
        if is_missing(error) and not made:
            return False
        if _told(error).get("Code") == FULL:
            raise _FullError from error
        # After a lost reply the pair is there; whether AWS takes it twice, and in which words it refuses, is not known.
        if _told(error).get("Code") != "ValidationException" or not _is_linked(client, ref, group):
            raise
    return True


def _is_linked(client: Any, ref: RunRef, group: str) -> bool:
    answer = client.list_trials(ExperimentName=ref.experiment, TrialComponentName=ref.component)
    return any(trial["TrialName"].lower() == group.lower() for trial in answer["TrialSummaries"])


def _make_places(client: Any, request: OpenRequest, group: str) -> None:
    _unless_there(
        client,
        "create_experiment",
        ExperimentName=request.ref.experiment,
        DisplayName=request.experiment_display,
    )
    _unless_there(client, "create_trial", TrialName=group, ExperimentName=request.ref.experiment)


def _unless_there(client: Any, operation: str, **params: Any) -> bool:
    """Create something; False when it is there already."""
    try:
        getattr(client, operation)(**params)
    except client.exceptions.ClientError as error:
        if not is_duplicate(error):
            raise
        return False
    return True


def _own(client: Any, ref: RunRef) -> tuple[str, str]:
    """Return a group name of this experiment: names of groups are unique in the account, not in the experiment.

    The default group of an experiment is its own by its name, unless it is the follower of another's: the default
    group of experiment ``a-2`` is what follows that of ``a``.
    """
    if ref.group.startswith(DEFAULT_GROUP) and not re.search(r"-\d+$", ref.experiment):
        return ref.group, ""
    holder = _holder(client, ref.group)
    if holder is None or holder.lower() == ref.experiment:
        return ref.group, ""
    own = slug(f"{ref.experiment}-{ref.group}", MAX_NAME)
    return own, f"Group {ref.group!r} belongs to experiment {holder!r}; this run is in group {own!r}."


def _holder(client: Any, group: str) -> str | None:
    """Return the experiment of a group; None where there is no such group."""
    try:
        return str(client.describe_trial(TrialName=group)["ExperimentName"])
    except client.exceptions.ClientError as error:
        if not is_missing(error):
            raise
        return None


# -- what follows a full group -----------------------------------------------------------------------------------
def _follower(client: Any, request: OpenRequest, base: str) -> str:
    """Put the component into the newest group that follows `base`, or a further one; return its name."""
    held = _followers(client, request.ref.experiment, base)
    for number in count(max(held, default=2)):
        group = follower_name(base, number)
        if number not in held and not _made(client, request.ref.experiment, group, base):
            continue
        if _fits(client, request, group):
            return group
    raise AssertionError  # `count` does not end


def _followers(client: Any, experiment: str, base: str) -> set[int]:
    """Return the numbers of the groups that follow `base`."""
    found: set[int] = set()
    pages = client.get_paginator("list_trials").paginate(
        ExperimentName=experiment, PaginationConfig={"PageSize": 100}
    )
    for trial in (trial for page in pages for trial in page["TrialSummaries"]):
        number = re.search(r"-(\d+)$", str(trial["TrialName"]))
        if number is None or not _follows(trial, base, int(number[1])):
            continue
        found.add(int(number[1]))
    return found


def _follows(trial: Mapping[str, Any], base: str, number: int) -> bool:
    name, shown = str(trial["TrialName"]).lower(), str(trial.get("DisplayName") or "").lower()
    return name == follower_name(base, number).lower() and shown == base.lower()


def _made(client: Any, experiment: str, group: str, base: str) -> bool:
    """Make a group that follows `base`; False when the name belongs to something else."""
    if _unless_there(client, "create_trial", TrialName=group, ExperimentName=experiment, DisplayName=base):
        return True
    # Taken: by another kernel that was faster, or by a group that only looks like a follower.
    told = client.describe_trial(TrialName=group)
    same = str(told["ExperimentName"]).lower() == experiment
    return same and str(told.get("DisplayName") or "").lower() == base.lower()


def _told(error: Exception) -> Mapping[str, Any]:
    response: Mapping[str, Any] = getattr(error, "response", {})
    return response.get("Error", {})
