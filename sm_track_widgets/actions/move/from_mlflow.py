"""Runs of an MLflow tracking server as parcels."""

from __future__ import annotations

import json
import math
import re
import shutil
import tempfile
import weakref
from array import array
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sm_track_widgets._errors import NotFoundError, UsageError, did_you_mean
from sm_track_widgets._failures import RefusedError
from sm_track_widgets._names import slug
from sm_track_widgets._types import Series
from sm_track_widgets.actions.move import document
from sm_track_widgets.actions.move.fitting import Fitting
from sm_track_widgets.actions.move.parcel import Contents, File, Graph, Parcel
from sm_track_widgets.actions.move.to_mlflow import runs_of
from sm_track_widgets.tracking.media.artifacts import media_type

if TYPE_CHECKING:
    from sm_track_widgets._types import Params, Scalar, Status
    from sm_track_widgets.actions.move.mlflow_client import Mlflow

STATUSES: dict[str, Status] = {
    "FINISHED": "Completed",
    "FAILED": "Failed",
    "KILLED": "Stopped",
    "RUNNING": "InProgress",
    "SCHEDULED": "InProgress",
}
HANDLED = frozenset(
    {document.NAME_TAG, document.NOTE_TAG, document.PARENT_TAG, document.KEY_TAG, document.MESSAGE_TAG,
     document.GROUP_TAG}
)  # fmt: skip
"""Tags of MLflow or ours that say what has a place of its own here."""
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
MANY = 500
TOGETHER = 256 << 20
"""Bytes of a run's files up to which they are downloaded in one call."""


def parcels(
    server: Mlflow, experiment: str | None = None, query: str | None = None, into: str | None = None
) -> list[Parcel]:
    """List runs that are not deleted, the oldest first; their points and files are read when their turn has come.

    Parameters
    ----------
    server
        As `mlflow_client.opened` gives it.
    experiment
        Name of one of its experiments; None is all.
    query
        In MLflow's filter language.
    into
        Experiment for all of them here; None: as there.

    Raises
    ------
    NotFoundError
        When there is no such experiment.
    UsageError
        For a query that MLflow does not take.
    """
    known = {one.name: one.experiment_id for one in _experiments(server)}
    if experiment is not None and experiment not in known:
        hint = did_you_mean(experiment, known) or f"There are: {', '.join(sorted(known)[:5])}."
        raise NotFoundError(f"{server.title} has no experiment {experiment!r}.", hint)
    chosen = {experiment: known[experiment]} if experiment is not None else known
    found: list[Parcel] = []
    for name, identity in chosen.items():
        try:
            runs = runs_of(server, [identity], query or "")
        except RefusedError as error:
            if not query:
                raise
            text = error.reason.partition(": ")[2] or error.reason
            raise UsageError(
                f"MLflow does not take this query: {text}", "See MLflow's search syntax."
            ) from error
        shared = Counter(slug(run.info.run_name or run.info.run_id).lower() for run in runs)
        found += [_Source(server, run).parcel(name, into, shared) for run in runs]
    return found


def _experiments(server: Mlflow) -> list[Any]:
    found: list[Any] = []
    token: str | None = None
    while True:
        page = server.call("search_experiments", max_results=MANY, page_token=token)
        found += page
        token = page.token
        if not token:
            return found


class _Source:
    """Reads one run."""

    def __init__(self, server: Mlflow, run: Any) -> None:
        self._server, self._run = server, run
        self._fitting = Fitting()
        self._document: Params | None = None

    def parcel(self, experiment: str, into: str | None, shared: Counter[str]) -> Parcel:
        info, tags = self._run.info, dict(self._run.data.tags)
        name = info.run_name or tags.get(document.NAME_TAG) or info.run_id
        run = slug(name)
        if shared[run.lower()] > 1:
            run = slug(f"{name}-{info.run_id[:8]}")
        parent, before = tags.get(document.PARENT_TAG, ""), tags.get(document.KEY_TAG, "")
        parcel = Parcel(
            key=f"mlflow/{info.run_id}",
            also=(before,) if before else (),
            experiment=slug(into or experiment).lower(),
            experiment_display=slug(into or experiment),
            run=run.lower(),
            run_display=run,
            name=name,
            status=STATUSES.get(info.status, "Completed"),
            message=tags.get(document.MESSAGE_TAG, ""),
            started=_exact(None, info.start_time),
            ended=_exact(None, info.end_time),
            created_by=tags.get(document.USER_TAG, ""),
            parent=f"mlflow/{parent}" if parent else "",
            load=self._load,
            load_series=lambda: self._series(self._told()),
            remarks=self._fitting.remarks,
        )
        parcel.prepare = lambda: self._prepare(parcel, into)
        return parcel

    def _prepare(self, parcel: Parcel, into: str | None) -> None:
        """Fill in what takes the document of an export of ours."""
        info, tags, told = self._run.info, dict(self._run.data.tags), self._told()
        if told:
            parcel.group = parcel.base = told["group"]
            parcel.experiment_display = parcel.experiment_display if into else told["experiment_display"]
            if told["name"] == parcel.name:
                parcel.run, parcel.run_display = told["run"], told["run_display"]
        parcel.started = _exact(told.get("started"), info.start_time)
        parcel.ended = _exact(told.get("ended"), info.end_time)
        parcel.parameters = self._parameters(told)
        parcel.tags = self._tags(tags, told)
        parcel.notes = self._notes(tags.get(document.NOTE_TAG, ""), told)

    def _told(self) -> Params:
        """Return what an export of ours has written beside the run; empty where it is not there any more."""
        if document.KEY_TAG not in self._run.data.tags:
            return {}
        if self._document is None:
            with tempfile.TemporaryDirectory(prefix="sm-track-move-") as folder:
                try:
                    path = self._server.call(
                        "download_artifacts", self._run.info.run_id, document.PATH, folder
                    )
                    self._document = cast("Params", json.loads(Path(path).read_bytes()))
                except (RefusedError, ValueError, OSError):
                    self._document = {}
        return self._document

    def _parameters(self, told: Params) -> dict[str, Scalar]:
        before = {document.key(name): (name, value) for name, value in told.get("parameters", {}).items()}
        found: dict[str, Scalar] = {}
        for key, text in self._run.data.params.items():
            name, value = before.get(key, (key, None))
            if value is not None and _is_cut(document.text_of(value), text):
                found[name] = value
            else:
                found[name] = float(text) if NUMBER.fullmatch(text) and math.isfinite(float(text)) else text
        # Names that were known here are kept here; the others have to fit first.
        return self._fitting.parameters(found, set(told.get("parameters", {})))

    def _tags(self, tags: dict[str, str], told: Params) -> dict[str, str]:
        before = {document.key(name): (name, value) for name, value in told.get("tags", {}).items()}
        added = {*told.get("added_tags", ()), *HANDLED}
        found: dict[str, str] = {}
        for key, text in tags.items():
            name, value = before.get(key, (key, None))
            if value is not None or key not in added:
                found[name] = text
        return self._fitting.tags(found, set(told.get("tags", {})))

    def _notes(self, text: str, told: Params) -> str:
        return text if text == told.get("notes") else self._fitting.notes(text)

    def _load(self) -> Contents:
        told = self._told()
        files = self._files(told)
        rest = self._fitting.rest()
        return Contents(self._series(told), self._fitting.files(files + ([rest] if rest else [])))

    def _series(self, told: Params) -> list[Series]:
        before = {document.key(name): (name, text) for name, text in told.get("points", {}).items()}
        # The order of metrics here, then that of MLflow.
        keys = [key for key in before if key in self._run.data.metrics]
        keys += sorted(key for key in self._run.data.metrics if key not in before)
        return [self._metric(key, *before.get(key, (key, ""))) for key in keys]

    def _metric(self, key: str, name: str, text: str) -> Series:
        history = self._server.call("get_metric_history", self._run.info.run_id, key)
        if text:
            known = document.unpacked(name, text)
            there = {(one.step, one.timestamp, one.value) for one in history}
            if there == {(one.step, one.time, one.value) for one in document.logged(known)}:
                return known
        real = [one for one in history if math.isfinite(one.value)]
        if len(real) < len(history):
            self._fitting.remark(
                f"Values of {name!r} that are no numbers are gaps: {len(history) - len(real):,}."
            )
        real.sort(key=lambda one: (one.timestamp, one.step))
        bare = len(real) > 1 and all(one.step == 0 for one in real)  # log_metric without a step
        steps = [-1 if bare or one.step < 0 else one.step for one in real]
        return Series(
            "",
            self._fitting.metric(name),
            array("q", steps),
            array("d", [one.timestamp / 1000 for one in real]),
            array("d", [one.value for one in real]),
        )

    def _files(self, told: Params) -> list[File]:
        before: dict[str, Params] = {one["path"]: one for one in told.get("artifacts", ()) if "path" in one}
        listed = {path: size for path, size in self._listed("") if path != document.PATH}
        together = len(listed) > 1 and sum(listed.values()) <= TOGETHER
        copies = _Copies(self._server, self._run.info.run_id) if together else None
        files: list[File] = []
        for one in told.get("artifacts", ()):
            if "path" not in one:
                files.append(File(one["name"], one["direction"], one["media_type"], one["value"]))
            elif one["path"] in listed:
                graph = Graph(*one["graph"]) if "graph" in one else None
                file = self._file(one["path"], listed[one["path"]], one["name"], one["media_type"], copies)
                file.direction, file.graph, file.original = one["direction"], graph, one.get("file", "")
                files.append(file)
        files += [
            self._file(path, size, path, media_type(path), copies)
            for path, size in listed.items()
            if path not in before
        ]
        return files

    def _listed(self, folder: str) -> list[tuple[str, int]]:
        """Return path and size of every file below a folder."""
        found: list[tuple[str, int]] = []
        for one in self._server.call("list_artifacts", self._run.info.run_id, folder or None):
            found += self._listed(one.path) if one.is_dir else [(one.path, int(one.file_size or 0))]
        return found

    def _file(self, path: str, size: int, name: str, kind: str, copies: _Copies | None) -> File:
        def fetch(target: Path) -> None:
            if copies is not None:
                shutil.copyfile(copies.folder / path, target)
                return
            with tempfile.TemporaryDirectory(prefix="sm-track-move-") as folder:
                got = self._server.call("download_artifacts", self._run.info.run_id, path, folder)
                shutil.move(got, target)

        return File(name, media_type=kind, fetch=fetch, size=size)


class _Copies:
    """All files of a run, downloaded in one call; they go when nobody needs them any more."""

    def __init__(self, server: Mlflow, run: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="sm-track-move-"))
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        server.call("download_artifacts", run, "", str(self.folder))


def _is_cut(whole: str, text: str) -> bool:
    """Whether `text` is the whole, or what a limit of MLflow's has left of it."""
    return whole == text or (len(text) >= document.SHORTEST_CUT and whole.startswith(text))


def _exact(known: Any, milliseconds: int | None) -> float | None:
    """Return a time: as it was here, where MLflow's is the same to the millisecond."""
    if milliseconds is None:
        return None
    if isinstance(known, int | float) and int(known * 1000) == milliseconds:
        return float(known)
    return milliseconds / 1000
