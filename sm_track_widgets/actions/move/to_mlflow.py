"""Parcels into an MLflow tracking server."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sm_track_widgets import _aws
from sm_track_widgets._errors import TrackError, UsageError
from sm_track_widgets._failures import RefusedError
from sm_track_widgets.actions.move import document
from sm_track_widgets.actions.move.carry import Step, Trip
from sm_track_widgets.actions.move.parcel import FINAL, File, Parcel, count_points
from sm_track_widgets.actions.move.sourcetags import source_tags

if TYPE_CHECKING:
    from sm_track_widgets._types import Series
    from sm_track_widgets.actions.move.mlflow_client import Mlflow

POINTS_PER_CALL, ENTRIES_PER_CALL = 1000, 100
"""Of one log-batch request [MLflow: REST API]."""
OLD_LIMIT = document.SHORTEST_CUT
"""Newer servers take parameters of 6,000 characters."""
MAX_TAG = 5000
PAGE = 1000
SMALL, FILES_PER_CALL = 8 << 20, 20
"""Bytes up to which files are uploaded together, and how many."""
RUNNING = "RUNNING"


class MlflowTarget:
    """A tracking server as target.

    Parameters
    ----------
    server
        As `mlflow_client.opened` gives it.
    """

    def __init__(self, server: Mlflow) -> None:
        self._server = server
        self._experiments: dict[str, str] = {}
        self._parameter_limit = 0
        self._lock = threading.Lock()

    @property
    def title(self) -> str:
        """In words, for messages."""
        return self._server.title

    @property
    def width(self) -> int:
        """Calls at a time: a file or database of this machine has one writer."""
        return 1 if self._server.is_local else 8

    @property
    def in_order(self) -> bool:
        """See `carry.Target`."""
        return self._server.is_local

    def held(self, parcels: Sequence[Parcel]) -> dict[str, tuple[str, bool]]:
        """See `carry.Target`."""
        found: dict[str, tuple[str, bool]] = {}
        for name in dict.fromkeys(one.experiment for one in parcels):
            experiment = self._server.call("get_experiment_by_name", name)
            if experiment is None:
                continue
            self._experiments[name] = _usable(self._server, experiment)
            for run in runs_of(self._server, [experiment.experiment_id]):
                state = (run.info.run_id, run.info.status != RUNNING)
                found[f"mlflow/{run.info.run_id}"] = state
                if document.KEY_TAG in run.data.tags:
                    found[run.data.tags[document.KEY_TAG]] = state
        return found

    def foresee(self, parcels: Sequence[Parcel]) -> list[str]:
        """See `carry.Target`."""
        long = sum(
            isinstance(value, str) and len(value) > self._limit()
            for one in parcels
            for value in one.parameters.values()
        )
        if not long:
            return []
        line = (
            f"{long:,} parameters are longer than MLflow takes ({self._limit():,} characters); they are cut there, "
            f"and whole in {document.PATH}."
        )
        return [line]

    def explain(self, error: Exception) -> TrackError | None:
        """See `carry.Target`."""
        if isinstance(error, RefusedError):
            return TrackError(f"{self.title} refuses: {error.reason}")
        if isinstance(error, TrackError):
            return error
        return _aws.explain(
            error, f"write to {self.title}"
        )  # of the plugin for ARNs, or the home they come from

    def open(self, parcel: Parcel, place: str) -> Trip:
        """See `carry.Target`."""
        trip = Trip(parcel)
        trip.place, trip.again = place, bool(place)
        if not place:
            run = self._server.call(
                "create_run",
                self._experiment(parcel),
                start_time=_milliseconds(parcel.started or parcel.ended or time.time()),
                run_name=parcel.name,
                tags={document.KEY_TAG: parcel.key},
            )
            trip.place = run.info.run_id
        return trip

    def fill(self, trip: Trip) -> None:
        """See `carry.Target`."""
        trip.then(lambda: self._load(trip))

    def _experiment(self, parcel: Parcel) -> str:
        name = parcel.experiment
        with self._lock:
            if name not in self._experiments:
                try:
                    self._experiments[name] = self._server.call("create_experiment", name)
                except RefusedError as error:
                    # Made by somebody else meanwhile, or deleted there and the name not free.
                    found = self._server.call("get_experiment_by_name", name)
                    if found is None:
                        raise
                    self._experiments[name] = _usable(self._server, found, error)
            return self._experiments[name]

    def _limit(self) -> int:
        if not self._parameter_limit:
            from importlib import import_module

            module = import_module("mlflow.utils.validation")
            self._parameter_limit = int(getattr(module, "MAX_PARAM_VAL_LENGTH", OLD_LIMIT))
        return self._parameter_limit

    def _load(self, trip: Trip) -> Iterable[Step]:
        parcel, contents = trip.parcel, trip.parcel.load()
        parcel.points, parcel.files = count_points(contents.series), len(contents.files)
        tags = self._tags(trip, contents.files, source_tags(contents.capture))
        added = {name for name in tags if name not in {document.key(own) for own in parcel.tags}}
        whole = document.document(parcel, contents.series, contents.files, added)
        parameters = [
            (document.key(name), document.text_of(value)) for name, value in parcel.parameters.items()
        ]
        points = self._points(trip, contents.series)
        return [
            *self._first(trip, parameters, list(tags.items()), points),
            *self._file_steps(trip, contents.files, whole),
            lambda: self._finish(trip),
        ]

    def _points(self, trip: Trip, series: Sequence[Series]) -> list[tuple[str, document.Logged]]:
        """Return the points to send: all, or those that an earlier try has not; not every store drops what it has."""
        found: list[tuple[str, document.Logged]] = []
        for one in series:
            name, points = document.key(one.metric), document.logged(one)
            if trip.again:
                history = self._server.call("get_metric_history", trip.place, name)
                there = {(held.step, held.timestamp, held.value) for held in history}
                points = [point for point in points if (point.step, point.time, point.value) not in there]
            found += [(name, point) for point in points]
        return found

    def _first(
        self,
        trip: Trip,
        parameters: list[tuple[str, str]],
        tags: list[tuple[str, str]],
        points: list[tuple[str, document.Logged]],
    ) -> list[Step]:
        """Return the steps that log; most runs fit into one call."""
        size = ENTRIES_PER_CALL
        room = POINTS_PER_CALL - len(parameters[:size]) - len(tags[:size])
        steps: list[Step] = [lambda: self._parameters(trip, parameters[:size], tags[:size], points[:room])]
        steps += [
            lambda block=block: self._parameters(trip, block) for block in _blocks(parameters[size:], size)
        ]
        steps += [lambda block=block: self._log(trip, tags=block) for block in _blocks(tags[size:], size)]
        rest = _blocks(points[room:], POINTS_PER_CALL)
        return [*steps, *(lambda block=block: self._log(trip, metrics=block) for block in rest)]

    def _tags(self, trip: Trip, files: Iterable[File], source: dict[str, str]) -> dict[str, str]:
        parcel = trip.parcel
        more = {
            document.MESSAGE_TAG: parcel.message,
            document.GROUP_TAG: parcel.group,
            document.NOTE_TAG: parcel.notes,
            document.USER_TAG: parcel.created_by,
            document.PARENT_TAG: trip.parent,
            **source,
            **{f"{document.REFERENCE}{file.name}": file.value for file in files if file.fetch is None},
        }
        found = {document.key(name): value[:MAX_TAG] for name, value in more.items() if value}
        return {**found, **{document.key(name): value for name, value in parcel.tags.items()}}

    def _parameters(
        self,
        trip: Trip,
        block: Sequence[tuple[str, str]],
        tags: Sequence[tuple[str, str]] = (),
        points: Sequence[tuple[str, document.Logged]] = (),
    ) -> None:
        limit = self._limit()
        cut = [(name, value[:limit]) for name, value in block]
        try:
            self._log(trip, params=cut, tags=tags, metrics=points)
        except RefusedError:
            # A server older than this client.
            if limit <= OLD_LIMIT or all(len(value) <= OLD_LIMIT for _, value in cut):
                raise
            self._parameter_limit = OLD_LIMIT
            self._log(
                trip, params=[(name, value[:OLD_LIMIT]) for name, value in cut], tags=tags, metrics=points
            )
        short = sum(len(value) > self._parameter_limit for _, value in block)
        if short:
            trip.remarks.append(f"{short} parameters were cut; whole in {document.PATH}.")

    def _log(self, trip: Trip, **entries: Sequence[tuple[str, Any]]) -> None:
        from importlib import import_module

        kinds: Any = import_module("mlflow.entities")
        self._server.call(
            "log_batch",
            trip.place,
            metrics=[
                kinds.Metric(name, point.value, point.time, point.step)
                for name, point in entries.get("metrics", ())
            ],
            params=[kinds.Param(name, value) for name, value in entries.get("params", ())],
            tags=[kinds.RunTag(name, value) for name, value in entries.get("tags", ())],
            synchronous=True,
        )

    def _file_steps(self, trip: Trip, files: Sequence[File], whole: bytes) -> list[Step]:
        """Return the steps that upload: small files together, since each call asks for the run first."""
        there = [one for one in files if one.fetch is not None]
        small = [one for one in there if one.size <= SMALL]
        steps = [lambda one=one: self._upload(trip, [one]) for one in there if one.size > SMALL]
        blocks = _blocks(small, FILES_PER_CALL) or [[]]
        steps += [lambda block=block: self._upload(trip, block) for block in blocks[:-1]]
        return [*steps, lambda: self._upload(trip, blocks[-1], whole)]

    def _upload(self, trip: Trip, files: Sequence[File], whole: bytes = b"") -> None:
        with tempfile.TemporaryDirectory(prefix="sm-track-move-") as folder:
            for one in files:
                path = Path(folder) / document.path_of(one)
                path.parent.mkdir(parents=True, exist_ok=True)
                if one.fetch is not None:
                    one.fetch(path)
            if whole:
                path = Path(folder) / document.PATH
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(whole)
            self._server.call("log_artifacts", trip.place, folder)

    def _finish(self, trip: Trip) -> None:
        parcel = trip.parcel
        if parcel.status in FINAL:
            ended = parcel.ended or parcel.started or time.time()
            status = document.LAST_STATUS[parcel.status]
            self._server.call("set_terminated", trip.place, status, end_time=_milliseconds(ended))


def runs_of(server: Mlflow, experiments: list[str], query: str = "") -> list[Any]:
    """Return all runs of some experiments that are not deleted, the oldest first."""
    found: list[Any] = []
    token: str | None = None
    while True:
        page = server.call(
            "search_runs",
            experiments,
            filter_string=query,
            max_results=PAGE,
            order_by=["attributes.start_time ASC"],
            page_token=token,
        )
        found += page
        token = page.token
        if not token:
            return found


def _usable(server: Mlflow, experiment: Any, error: Exception | None = None) -> str:
    """Return the id of an experiment that can be written to."""
    if experiment.lifecycle_stage != "active":
        raise UsageError(
            f"Experiment {experiment.name!r} is deleted in {server.title}, which keeps its name.",
            "Restore it there, or have it removed for good: mlflow gc",
        ) from error
    return str(experiment.experiment_id)


def _milliseconds(moment: float) -> int:
    return int(moment * 1000)


def _blocks(entries: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [entries[at : at + size] for at in range(0, len(entries), size)]
