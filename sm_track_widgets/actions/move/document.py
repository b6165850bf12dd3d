"""``sm_track/run.json`` beside a run in MLflow: all of the run that MLflow has no place for, and its points exactly.

MLflow keeps parameters as text, times to the millisecond, steps always and points in an order of its own; names and
values have other limits. A run that comes back is made from MLflow's own entries, and where one of them is what was
written then, it is taken from this document as it was.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
import zlib
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sm_track_widgets._types import Series
from sm_track_widgets.tracking.media.artifacts import safe_basename
from sm_track_widgets.tracking.values import EXACT_INTEGER

if TYPE_CHECKING:
    from sm_track_widgets._types import Params
    from sm_track_widgets.actions.move.parcel import File, Parcel

VERSION = 1
FOLDER, NAME = "sm_track", "run.json"
PATH = f"{FOLDER}/{NAME}"
INPUTS = "inputs"
MAX_KEY = 250
"""Characters of names of parameters, metrics and tags [MLflow: utils/validation.py]."""
SHORTEST_CUT = 500
"""Characters that every server leaves of a parameter."""
KEY_TAG, MESSAGE_TAG, GROUP_TAG = "sm_track.key", "sm_track.message", "sm_track.group"
NAME_TAG, NOTE_TAG, USER_TAG, PARENT_TAG = (
    "mlflow.runName", "mlflow.note.content", "mlflow.user", "mlflow.parentRunId"
)  # fmt: skip
SOURCE_TAGS = ("mlflow.source.name", "mlflow.source.type", "mlflow.source.git.commit")
REFERENCE = "sm_track.reference."
"""Beginning of the tags with artifacts that are addresses of something elsewhere."""
_NO_KEY_CHARACTER = re.compile(r"[^/\w.\- :]")
LAST_STATUS = {"Completed": "FINISHED", "Failed": "FAILED", "Stopped": "KILLED", "InProgress": "RUNNING",
               "Stopping": "RUNNING"}  # fmt: skip


def key(name: str) -> str:
    """Return a name as MLflow takes it: it must also be a path; one that is changed ends in a mark of its own."""
    clean = _NO_KEY_CHARACTER.sub("_", name)
    clean = "/".join(part for part in clean.split("/") if part not in ("", ".", "..")) or "_"
    if clean == name and len(name) <= MAX_KEY:
        return name
    mark = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{clean[: MAX_KEY - 7]}-{mark}"


def path_of(file: File) -> str:
    """Return where an artifact lies in MLflow: by its name, inputs in a folder of their own."""
    parts = [safe_basename(part) for part in file.name.split("/") if part not in ("", ".", "..")]
    path = "/".join(parts) or "file"
    if file.name.startswith("sm_track."):
        path = f"{FOLDER}/{path.removeprefix('sm_track.')}"
    return f"{INPUTS}/{path}" if file.direction == "input" else path


def text_of(value: float | str) -> str:
    """Return a parameter as MLflow keeps it: a whole number without its fraction."""
    if isinstance(value, str):
        return value
    return (
        str(int(value)) if float(value).is_integer() and abs(value) <= EXACT_INTEGER else repr(float(value))
    )


@dataclass(frozen=True, slots=True)
class Logged:
    """A point as it is written to MLflow: milliseconds, and always a step."""

    step: int
    time: int
    value: float


def logged(series: Series) -> list[Logged]:
    """Return the points as they are written; one without a step has its number."""
    return [
        Logged(place if step < 0 else step, int(moment * 1000), value)
        for place, (step, moment, value) in enumerate(
            zip(series.steps, series.times, series.values, strict=True)
        )
    ]


def document(parcel: Parcel, series: Iterable[Series], files: Iterable[File], added: Iterable[str]) -> bytes:
    """Return the document.

    Parameters
    ----------
    parcel, series, files
        The run.
    added
        Names of the tags that it has in MLflow and not here.
    """
    told: Params = {
        "version": VERSION,
        "key": parcel.key,
        "experiment": parcel.experiment,
        "experiment_display": parcel.experiment_display,
        "group": parcel.group,
        "run": parcel.run,
        "run_display": parcel.run_display,
        "name": parcel.name,
        "status": parcel.status,
        "message": parcel.message,
        "started": parcel.started,
        "ended": parcel.ended,
        "created_by": parcel.created_by,
        "notes": parcel.notes,
        "parent": parcel.parent,
        "parameters": parcel.parameters,
        "tags": parcel.tags,
        "added_tags": sorted(added),
        "artifacts": [
            {
                "name": file.name,
                "direction": file.direction,
                "media_type": file.media_type,
                **({"path": path_of(file), "file": file.basename} if file.fetch else {"value": file.value}),
                **({"graph": [file.graph.name, file.graph.kind]} if file.graph else {}),
            }
            for file in files
        ],
        "points": {one.metric: packed(one) for one in series},
    }
    return json.dumps(told, indent=1).encode()


def packed(series: Series) -> str:
    """Return all points as text: steps (int64), times and values (float64), the lowest byte first."""
    data = b"".join(_little(column).tobytes() for column in (series.steps, series.times, series.values))
    return base64.b64encode(zlib.compress(data, 6)).decode()


def unpacked(metric: str, text: str) -> Series:
    """Return what `packed` has made."""
    data = zlib.decompress(base64.b64decode(text))
    third = len(data) // 3
    steps, times, values = array("q"), array("d"), array("d")
    for column, at in ((steps, 0), (times, third), (values, 2 * third)):
        column.frombytes(data[at : at + third])
    return Series("", metric, _little(steps), _little(times), _little(values))


def _little(column: Any) -> Any:
    if sys.byteorder == "big":
        column = array("q" if column.typecode == "q" else "d", column)
        column.byteswap()
    return column
