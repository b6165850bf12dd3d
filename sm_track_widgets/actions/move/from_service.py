"""Runs of a home, embedded or AWS, as parcels."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from sm_track_widgets._errors import NotFoundError
from sm_track_widgets._names import (
    CAPTURE_ARTIFACT,
    CONTINUED_PARAMETER,
    MOVED_TAG,
    NAME_PARAMETER,
    NOTES_PARAMETER,
    OLD_METRICS,
    PARENT_TAG,
    RUN_TAG,
    default_group,
    told_notes,
)
from sm_track_widgets.actions.move.parcel import Contents, Direction, File, Graph, Parcel
from sm_track_widgets.reading.answer import Wanted, find
from sm_track_widgets.reading.old_points import points_of
from sm_track_widgets.reading.series.read import pair_of, read_pairs
from sm_track_widgets.reading.table import rows
from sm_track_widgets.reading.table.table import STATISTICS
from sm_track_widgets.tracking.groups import follower_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from sm_track_widgets._types import Scalar, Series, Status
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.reading.table.table import Table

OURS = frozenset({NAME_PARAMETER, NOTES_PARAMETER, CONTINUED_PARAMETER})
TOLD_APART = frozenset({RUN_TAG, PARENT_TAG, MOVED_TAG})
_DIGEST = re.compile(r"/([0-9a-f]{64})/")
_NUMBERED = re.compile(r"-(\d+)$")
_GONE = frozenset({"404", "NoSuchKey", "NoSuchBucket", "NotFound"})
_ABSENT = _GONE | {"403", "AccessDenied", "Forbidden"}


def parcels(connection: Connection, wanted: Wanted) -> list[Parcel]:
    """Read which runs are meant, the oldest first; their points and files are read when their turn has come.

    Raises
    ------
    NotFoundError, UsageError, ServiceRefusedError, ConfigError
        As `find` raises them.
    """
    table = find(connection, wanted).table
    experiments, groups = rows.placed(table, wanted.group)
    shown = rows.shown_names(table)
    source = _Source(connection, table)
    keys = _keys(connection, table, wanted.experiment)
    found = [
        source.parcel(row, shown[row], experiments[row], groups[row], keys)
        for row in reversed(range(len(table)))
    ]
    return [one for one in found if one.experiment]


def held(connection: Connection, experiment: str) -> dict[str, tuple[str, str]]:
    """Return component and status of each run of an experiment, by all keys it is known by; empty for no experiment."""
    try:
        table = find(
            connection, Wanted(experiment, archived=True, cached=connection.home == "embedded")
        ).table
    except NotFoundError:
        return {}
    tag, status = table.text("tag", MOVED_TAG), table.text("fact", "status")
    found: dict[str, tuple[str, str]] = {}
    for row, component in enumerate(table.components):
        for key in (key_of(table, row), *(tag.at(row) or "").split(" ")):
            if key:
                found[key] = (component, status.at(row) or "")
    return found


def key_of(table: Table, row: int) -> str:
    """Return what tells a run from every other of any account: its component, and when that was made."""
    created = table.number("time", "created")[row]
    return f"{table.components[row]}/{0 if np.isnan(created) else round(created * 1000)}"


def _keys(connection: Connection, table: Table, experiment: str | None) -> dict[str, str]:
    """Return the key of each component, those that a query left out among them: one may be a parent."""
    if not table.text("tag", PARENT_TAG).present().any():
        return {}
    whole = find(connection, Wanted(experiment, archived=True)).table
    return {component: key_of(whole, row) for row, component in enumerate(whole.components)}


class _Source:
    """Reads the rows of one table."""

    def __init__(self, connection: Connection, table: Table) -> None:
        self._connection, self._table = connection, table
        self._metrics = table.names(*STATISTICS)
        self._told: dict[str, str] = {}
        self._base = lru_cache(maxsize=None)(self._base_of)

    def parcel(self, row: int, shown: str, experiment: str, group: str, keys: dict[str, str]) -> Parcel:
        table = self._table
        fact: Callable[[str], str] = lambda name: table.text("fact", name).at(row) or ""  # noqa: E731
        parameters, tags = self._parameters(row), self._tags(row)
        moved = (table.text("tag", MOVED_TAG).at(row) or "").split()
        parent = table.text("tag", PARENT_TAG).at(row) or ""
        run = fact("run")
        counts = [table.number("count", name)[row] for name in self._metrics]
        return Parcel(
            key=key_of(table, row),
            also=tuple(moved),
            experiment=experiment,
            experiment_display=self._spelt(experiment) if experiment else "",
            group=group,
            base=self._base(group, experiment) if group else "",
            run=run.lower(),
            run_display=fact("display") or run,
            name=fact("name") or shown,
            status=cast("Status", fact("status") or "Completed"),
            message=fact("message"),
            started=_known(table.number("time", "started")[row]),
            ended=_known(table.number("time", "ended")[row]),
            created_by=fact("author"),
            parameters={name: value for name, value in parameters.items() if not _is_ours(name)},
            tags=tags,
            notes=told_notes(str(parameters.get(NOTES_PARAMETER, ""))),
            parent=keys.get(parent, parent),
            points=int(np.nansum(counts)) if counts else 0,
            files=sum(table.text(kind, name).at(row) is not None for kind, name in self._artifacts()),
            load=lambda: self._load(row),
            load_series=lambda: self._series(row),
        )

    def _parameters(self, row: int) -> dict[str, Scalar]:
        table = self._table
        found: dict[str, Scalar] = {}
        for name in sorted(table.names("param")):
            number = table.number("param", name)[row]
            text = table.text("param", name).at(row)
            if text is not None:
                found[name] = text
            elif not np.isnan(number):
                found[name] = float(number)
        return found

    def _tags(self, row: int) -> dict[str, str]:
        held = {name: column.at(row) for name, column in self._table.words.get("tag", {}).items()}
        return {name: value for name, value in held.items() if value is not None and name not in TOLD_APART}

    def _artifacts(self) -> list[tuple[Direction, str]]:
        kinds: tuple[Direction, ...] = ("output", "input")
        return [
            (kind, name) for kind in kinds for name in self._table.words.get(kind, {}) if name != OLD_METRICS
        ]

    def _series(self, row: int) -> list[Series]:
        table = self._table
        logged = [name for name in self._metrics if not np.isnan(table.number("count", name)[row])]
        pairs = [pair_of(table, row, name, "") for name in logged]
        for uri in dict.fromkeys(pair.old for pair in pairs if pair.old):
            self._read_old(uri)
        series: list[Series] = [*read_pairs(self._connection, pairs)] if pairs else []
        for one in series:
            last = _known(table.number("told", one.metric)[row])
            _give_times(one, _known(table.number("time", "started")[row]), last)
        return series

    def _read_old(self, uri: str) -> None:
        """Read a file of old points: `read_pairs`, which has it from here, would only warn and leave them out."""
        try:
            points_of(self._connection, uri)
        except self._connection.client("s3").exceptions.ClientError as error:
            if str(error.response["Error"].get("Code")) not in _GONE:
                raise

    def _load(self, row: int) -> Contents:
        table = self._table
        files = [
            self._file(kind, name, value, table.text(f"{kind}_type", name).at(row) or "")
            for kind, name in self._artifacts()
            if (value := table.text(kind, name).at(row)) is not None
        ]
        capture = next((one for one in files if one.name == CAPTURE_ARTIFACT and one.fetch), None)
        return Contents(self._series(row), files, {} if capture is None else _json_of(capture))

    def _file(self, direction: Direction, name: str, value: str, media_type: str) -> File:
        file = File(name, direction, media_type, value)
        bucket, _, key = value.removeprefix("s3://").partition("/")
        place = self._connection
        if not value.startswith("s3://") or not (place.home == "embedded" or bucket == place.bucket):
            return file
        client = place.client("s3")
        try:
            told = client.head_object(Bucket=bucket, Key=key)
        except client.exceptions.ClientError as error:
            if str(error.response["Error"].get("Code")) in _ABSENT:
                return file  # an address of data elsewhere, or of what is gone
            raise
        digest = _DIGEST.search(f"/{key}")
        file.size, file.sha256 = int(told["ContentLength"]), digest[1] if digest else ""
        file.fetch = lambda path: client.download_file(bucket, key, str(path))
        if media_type == "application/json" and name != CAPTURE_ARTIFACT:
            file.graph = self._graph(value)
        return file

    def _graph(self, uri: str) -> Graph | None:
        known = self._connection.client("sagemaker").list_artifacts(SourceUri=uri)["ArtifactSummaries"]
        return Graph(known[0].get("ArtifactName", ""), known[0]["ArtifactType"]) if known else None

    def _spelt(self, experiment: str) -> str:
        if experiment not in self._told:
            client = self._connection.client("sagemaker")
            told = client.describe_experiment(ExperimentName=experiment)
            self._told[experiment] = str(told.get("DisplayName") or experiment)
        return self._told[experiment]

    def _base_of(self, group: str, experiment: str) -> str:
        """Return the group that this one follows, since that was full; else itself."""
        number = _NUMBERED.search(group)
        if number is None:
            return group
        client = self._connection.client("sagemaker")
        base = str(client.describe_trial(TrialName=group).get("DisplayName") or group)
        if follower_name(base, int(number[1])).lower() != group.lower():
            return group
        return "" if base.lower() == default_group(experiment).lower() else base


def _is_ours(name: str) -> bool:
    return name in OURS or name.startswith(f"{OLD_METRICS}.")


def _known(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)


def _json_of(file: File) -> dict[str, Any]:
    import json
    import tempfile

    if file.fetch is None:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "capture.json"
        file.fetch(path)
        try:
            return dict(json.loads(path.read_bytes()))
        except ValueError:
            return {}


def _give_times(series: Series, started: float | None, last: float | None) -> None:
    """Spread points without times evenly between the start and the time of the last one: AWS gives steps alone."""
    times = np.asarray(series.times, dtype=np.float64)
    if not len(times) or not np.isnan(times).all():
        return
    end = last if last is not None else started
    begin = started if started is not None else end
    if begin is None or end is None:
        begin = end = 0.0
    series.times[:] = type(series.times)("d", np.linspace(min(begin, end), end, len(times) + 1)[1:])
