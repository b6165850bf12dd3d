"""What must hold in every store at every moment, whoever was killed when: `faults` lists what does not."""

from __future__ import annotations

import hashlib
import math
import struct
from array import array
from collections.abc import Iterator
from pathlib import Path

from sm_track_widgets._types import Point
from sm_track_widgets.embedded import points as storage
from sm_track_widgets.embedded.outlines import outline
from sm_track_widgets.embedded.schema import MIGRATIONS
from sm_track_widgets.embedded.store import Store

_COMPONENT = "experiment-trial-component/"


def faults(folder: Path) -> list[str]:
    """Open the store of `folder`, as the next kernel would, and return what is wrong with it."""
    store = Store(folder / "store.sqlite")
    try:
        with store.snapshot():
            return [
                *_database(store),
                *_series(store),
                *_outlines(store),
                *_files(store, folder),
                *_names(store),
                *_search(store),
            ]
    finally:
        store.close()


def _database(store: Store) -> Iterator[str]:
    yield from (row[0] for row in store.rows("PRAGMA integrity_check") if row[0] != "ok")
    yield from (f"foreign key: {tuple(row)}" for row in store.rows("PRAGMA foreign_key_check"))
    version = store.rows("PRAGMA user_version")[0][0]
    if version != len(MIGRATIONS):
        yield f"version {version}"


def _series(store: Store) -> Iterator[str]:
    for row in store.rows(
        "SELECT series.*, components.key FROM series JOIN components ON components.id = component_id"
    ):
        label = f"series {row['key']}/{row['name']}"
        chunks = store.rows("SELECT * FROM chunks WHERE series_id = ? ORDER BY position", row["id"])
        if [chunk["position"] for chunk in chunks] != list(range(row["next_position"])):
            yield f"{label}: positions of chunks"
        if any(len(chunk["data"]) != 24 * chunk["count"] for chunk in chunks):
            yield f"{label}: sizes of chunks"
            continue
        full = [chunk["count"] for chunk in chunks[: row["tail_position"]]]
        if any(count != storage.CHUNK_POINTS for count in full):
            yield f"{label}: chunks before the tail are not full"
        found = storage.read(store.connection(), row["key"], row["name"])
        points = [Point("", value, None, time) for value, time in zip(found.values, found.times, strict=True)]
        if not points:
            yield f"{label}: no points"
            continue
        told, fresh = {name: row[name] for name in row.keys()}, storage.summarise(points)  # noqa: SIM118
        for name in ("count", "minimum", "maximum", "last", "last_time"):
            if told[name] != getattr(fresh, name):
                yield f"{label}: {name} is {told[name]}, not {getattr(fresh, name)}"
        for name in ("mean", "m2"):
            if not math.isclose(told[name], getattr(fresh, name), rel_tol=1e-6, abs_tol=1e-9):
                yield f"{label}: {name} is {told[name]}, not {getattr(fresh, name)}"


def _outlines(store: Store) -> Iterator[str]:
    """Outlines are of the points that their chunks hold."""
    joined = "SELECT outlines.*, chunks.count AS size, chunks.data AS points FROM outlines LEFT JOIN chunks "
    for row in store.rows(joined + "USING (series_id, position)"):
        size = row["size"]
        if row["points"] is None or len(row["points"]) != 24 * size:
            yield f"outline of series {row['series_id']} at {row['position']} without its points"
            continue
        steps = array("q", struct.unpack_from(f"<{size}q", row["points"]))
        numbers = struct.unpack_from(f"<{2 * size}d", row["points"], 8 * size)
        expected = outline(steps, array("d", numbers[:size]), array("d", numbers[size:]))
        if (row["count"], row["data"]) != (size, expected):
            yield f"outline of series {row['series_id']} at {row['position']}"


def _files(store: Store, folder: Path) -> Iterator[str]:
    parts = store.rows("SELECT upload_id || '/' || number AS key, etag, size, file FROM parts")
    for row in [*store.rows("SELECT key, etag, size, file FROM objects"), *parts]:
        path = folder / "objects" / row["file"][:2] / row["file"]
        if not path.exists():
            yield f"object {row['key']}: no file"
            continue
        content = path.read_bytes()
        if len(content) != row["size"]:
            yield f"object {row['key']}: {len(content)} bytes, not {row['size']}"
        if hashlib.sha256(content).hexdigest() != row["file"]:
            yield f"object {row['key']}: other content"
        etag = row["etag"].strip('"')
        if "-" not in etag and hashlib.md5(content).hexdigest() != etag:
            yield f"object {row['key']}: other ETag"


def _names(store: Store) -> Iterator[str]:
    """Tags and associations belong to something that is there."""
    keys = {row["key"] for row in store.rows("SELECT key FROM components")}
    artifacts = {row["arn"].lower() for row in store.rows("SELECT arn FROM artifacts")}
    ends = store.rows(
        "SELECT source_arn AS arn FROM associations UNION SELECT destination_arn FROM associations "
        "UNION SELECT arn FROM tags"
    )
    for arn in (row["arn"].lower() for row in ends):
        if _COMPONENT in arn and arn.partition(_COMPONENT)[2] not in keys:
            yield f"nothing is called {arn}"
        if ":artifact/" in arn and arn not in artifacts:
            yield f"nothing is called {arn}"


_KEPT_FOR_SEARCH = {
    "parameter_values": "SELECT (names.id << 32) + component_id AS place, coalesce(number, text) AS value "
    "FROM component_parameters AS given JOIN names ON names.kind = 'parameter' AND names.name = given.name",
    "metric_values": "SELECT (names.id << 32) + component_id AS place, last AS value "
    "FROM series JOIN names ON names.kind = 'metric' AND names.name = series.name",
    "tag_values": "SELECT (names.id << 32) + components.id AS place, tags.value AS value FROM tags "
    "JOIN components ON components.key = substr(tags.arn, instr(tags.arn, '/') + 1) "
    "JOIN names ON names.kind = substr(tags.arn, 1, instr(tags.arn, '/')) AND names.name = tags.key",
    "memberships": "SELECT DISTINCT (trials.experiment_id << 32) + links.component_id AS place, NULL AS value "
    "FROM trial_components AS links JOIN trials ON trials.id = links.trial_id",
}


def _search(store: Store) -> Iterator[str]:
    """What triggers keep for Search is what a look at all records would give."""
    for table, sql in _KEPT_FOR_SEARCH.items():
        column = {"metric_values": "last", "memberships": "NULL"}.get(table, "value")
        kept = {tuple(row) for row in store.rows(f"SELECT place, {column} FROM {table}")}
        expected = {tuple(row) for row in store.rows(sql)}
        if kept != expected:
            yield f"{table}: {len(kept - expected)} too many, {len(expected - kept)} missing"
