"""Parcels into a home: AWS, or the embedded service."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sm_track_widgets import _aws
from sm_track_widgets._names import (
    MAX_NAME,
    MOVED_TAG,
    NAME_PARAMETER,
    NOTES_PARAMETER,
    PARENT_TAG,
    component_name,
    default_group,
    slug,
)
from sm_track_widgets._types import RunRef
from sm_track_widgets.actions.move import from_service
from sm_track_widgets.actions.move.carry import Step, Trip
from sm_track_widgets.actions.move.foresight import foresee
from sm_track_widgets.actions.move.objects import Objects
from sm_track_widgets.actions.move.parcel import FINAL, File, Parcel, count_points
from sm_track_widgets.actions.move.points import PointsOut
from sm_track_widgets.tracking import values
from sm_track_widgets.tracking.ending import cut_message, one_line_message
from sm_track_widgets.tracking.opening import Attempt, OpenRequest, open_now, parameter_values

if TYPE_CHECKING:
    from sm_track_widgets._errors import TrackError
    from sm_track_widgets._types import Clock, Params, Scalar
    from sm_track_widgets.connection import Connection

MAX_KEYS = 256  # a tag's value [M]


class ServiceTarget:
    """A home as target.

    Parameters
    ----------
    connection
        The home.
    clock
        Seconds since the epoch.
    """

    def __init__(self, connection: Connection, clock: Clock = time.time) -> None:
        self.connection = connection
        self._clock = clock
        self._objects = Objects(connection)
        self._begun = time.monotonic()

    @property
    def title(self) -> str:
        """In words, for messages."""
        if self.connection.home == "aws":
            return f"AWS account {self.connection.account_id}, {self.connection.region}"
        return f"the embedded home at {self.connection.settings.path}"

    @property
    def width(self) -> int:
        """Calls at a time; the embedded service has one writer, but the source may be slow to answer."""
        return 16 if self.connection.home == "aws" else 6

    @property
    def in_order(self) -> bool:
        """See `carry.Target`."""
        return self.connection.home == "embedded"

    def held(self, parcels: Sequence[Parcel]) -> dict[str, tuple[str, bool]]:
        """See `carry.Target`."""
        found: dict[str, tuple[str, bool]] = {}
        for experiment in dict.fromkeys(one.experiment for one in parcels):
            for key, (component, status) in from_service.held(self.connection, experiment).items():
                found[key] = (component, status in FINAL)
        return found

    def foresee(self, parcels: Sequence[Parcel]) -> list[str]:
        """See `carry.Target`."""
        return foresee(parcels, self._clock()) if self.connection.home == "aws" else []

    def explain(self, error: Exception) -> TrackError | None:
        """See `carry.Target`."""
        return _aws.explain(error, f"move runs to {self.connection.home}")

    def open(self, parcel: Parcel, place: str) -> Trip:
        """See `carry.Target`."""
        trip = Trip(parcel)
        trip.place = place
        again = bool(place)
        if not place:
            attempt = Attempt()
            opened = open_now(self.connection, self._request(parcel), attempt=attempt)
            trip.place, again = opened.ref.component, attempt.again
            trip.remarks += opened.notes
        if again:
            trip.again = True
            told = self._client().describe_trial_component(TrialComponentName=trip.place)
            trip.there = told["Status"]["PrimaryStatus"] in FINAL
        return trip

    def fill(self, trip: Trip) -> None:
        """See `carry.Target`."""
        trip.then(lambda: self._load(trip))

    def _client(self) -> Any:
        return self.connection.single("sagemaker")

    def _request(self, parcel: Parcel) -> OpenRequest:
        group = parcel.base if self.connection.home == "aws" else parcel.group
        room = MAX_NAME - len(parcel.experiment) - 1
        run = parcel.run if len(parcel.run) <= room else slug(parcel.run, room)
        return OpenRequest(
            RunRef(
                parcel.experiment,
                group or default_group(parcel.experiment),
                run,
                component_name(parcel.experiment, run),
            ),
            parcel.experiment_display or parcel.experiment,
            parcel.run_display or run,
            _first(parcel.started, parcel.ended, self._clock()),
            {**parcel.parameters, **_own_parameters(parcel, run)},
            _tags(parcel),
            mark=f"moved {hashlib.sha256(parcel.key.encode()).hexdigest()[:32]}",
        )

    def _load(self, trip: Trip) -> Iterable[Step]:
        contents = trip.parcel.load()
        trip.parcel.points, trip.parcel.files = count_points(contents.series), len(contents.files)
        points = PointsOut(self.connection, trip, contents.series, self._begun, self._clock)
        files = [*contents.files, *points.old_files()]
        entries: dict[str, dict[str, dict[str, str]]] = {"output": {}, "input": {}}
        steps: list[Step] = [self._file_step(trip, file, entries) for file in files]
        steps.append(lambda: self._describe(trip, points.parameters, entries))
        steps += [
            self._graph_step(trip, file, entries)
            for file in files
            if file.graph is not None and file.fetch is not None
        ]
        return [*steps, points.begin, lambda: self._finish(trip)]

    def _file_step(self, trip: Trip, file: File, entries: dict[str, dict[str, dict[str, str]]]) -> Step:
        def step() -> None:
            value = file.value
            if file.fetch is not None:
                with tempfile.TemporaryDirectory(prefix="sm-track-move-") as folder:
                    value = self._objects.keep(file, trip.parcel.experiment, trip.place, Path(folder))
            entry = {"Value": value}
            if file.media_type:
                entry["MediaType"] = file.media_type
            entries[file.direction][file.name] = entry

        return step

    def _graph_step(self, trip: Trip, file: File, entries: dict[str, dict[str, dict[str, str]]]) -> Step:
        return lambda: self._objects.register(file, entries[file.direction][file.name]["Value"], trip.place)

    def _describe(
        self, trip: Trip, parameters: dict[str, str], entries: dict[str, dict[str, dict[str, str]]]
    ) -> None:
        more: Params = {}
        # A parent that is not moved now may be some day; its component will be called as it is here.
        tags = {PARENT_TAG: trip.parent or trip.parcel.parent.partition("/")[0]}
        held: dict[str, Scalar] = {**parameters}
        if trip.again:  # a run that went on has more of them than it was opened with
            held = {**self._request(trip.parcel).parameters, **held}
            tags = {**_tags(trip.parcel), **tags}
        if held:
            more["Parameters"] = parameter_values(held)
        for side, member in (("output", "OutputArtifacts"), ("input", "InputArtifacts")):
            if entries[side]:
                more[member] = entries[side]
        client = self._client()
        if given := [
            {"Key": name, "Value": value} for name, value in tags.items() if name != PARENT_TAG or value
        ]:
            arn = client.describe_trial_component(TrialComponentName=trip.place)["TrialComponentArn"]
            client.add_tags(ResourceArn=arn, Tags=given)
        if more:
            client.update_trial_component(TrialComponentName=trip.place, **more)

    def _finish(self, trip: Trip) -> None:
        parcel = trip.parcel
        if parcel.status not in FINAL:
            return
        more: Params = {}
        if parcel.ended is not None:
            more["EndTime"] = datetime.fromtimestamp(parcel.ended, tz=timezone.utc)
        status: Params = {"PrimaryStatus": parcel.status}
        if parcel.message:
            status["Message"] = cut_message(one_line_message(parcel.message))
        self._client().update_trial_component(TrialComponentName=trip.place, Status=status, **more)


def _own_parameters(parcel: Parcel, run: str) -> dict[str, Scalar]:
    ours: dict[str, Scalar] = {}
    if parcel.name and parcel.name.lower() != run.lower():
        ours[NAME_PARAMETER] = parcel.name
    if parcel.notes:
        ours[NOTES_PARAMETER] = values.notes(parcel.notes)
    return ours


def _tags(parcel: Parcel) -> dict[str, str]:
    keys = " ".join(parcel.keys)
    return {**parcel.tags, MOVED_TAG: keys if len(keys) <= MAX_KEYS else parcel.key[:MAX_KEYS]}


def _first(*times: float | None) -> float:
    return next(one for one in times if one is not None)
