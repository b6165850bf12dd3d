"""Files of runs as the page shows them: a picture, the first rows of a table, the first lines of a text."""

from __future__ import annotations

import base64
import json
import math
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from sm_track_widgets import _aws
from sm_track_widgets.charts import preview_data, previews
from sm_track_widgets.charts.preview_data import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sm_track_widgets.reading.compare.comparison import ArtifactRow
    from sm_track_widgets.reading.run_facts import Artifact, RunFacts

SHOWN_PICTURES = frozenset(("image/png", "image/jpeg", "image/gif", "image/webp"))
"""What the page takes; an SVG is a document of its own and is not."""
LINES, LINE = 30, 200
Preview = dict[str, Any]


def file_previews(runs: Sequence[RunFacts], row: ArtifactRow) -> list[Preview | None]:
    """Return what is shown of one artifact in each run; None where a run has none."""
    found: list[Preview | None] = []
    for run, one in zip(runs, row.of, strict=True):
        found.append(None if one is None else _preview(one, run.read_object))
    return found


def static_previews(runs: Sequence[RunFacts], row: ArtifactRow) -> list[str]:
    """Return the same as HTML without scripts; empty where a run has none or it cannot be read."""
    found: list[str] = []
    for run, one in zip(runs, row.of, strict=True):
        try:
            data, size = run.read_object(one.value, previews.PREVIEW_BYTES) if one else (b"", 0)
        except Exception:  # noqa: BLE001 - see above
            data, size = b"", 0
        found.append(previews.preview_html(one.name, one.media_type, data, size=size) if one and data else "")
    return found


def preview(name: str, media_type: str, data: bytes, size: int) -> Preview:
    """Return what is shown of a file.

    Parameters
    ----------
    name, media_type
        Of the artifact.
    data, size
        Its first `previews.PREVIEW_BYTES`, and how many it has.

    Returns
    -------
    dict
        ``kind`` is ``"image"`` (``type``, ``data`` in base64), ``"table"`` (``header``, ``rows``, ``more``), ``"text"``
        (``text``, ``more``) or ``"none"``; and ``size``.
    """
    try:
        told = _told(name, media_type or "", data, whole=size <= len(data))
    except Exception:  # noqa: BLE001 - whatever is wrong inside somebody's file, its size can be shown
        told = None
    return {"size": size, **(told or _none("No preview of this kind of file."))}


def _preview(one: Artifact, read: Callable[[str, int], tuple[bytes, int]]) -> Preview:
    if not one.value.startswith("s3://"):
        return {"kind": "text", "text": one.value[: LINES * LINE], "more": 0}
    try:
        data, size = read(one.value, previews.PREVIEW_BYTES)
    except Exception as error:  # noqa: BLE001 - one file that is not there yet hides no other
        told = _aws.explain(error, "read the file")
        return _none(f"It cannot be read. {told or f'{type(error).__name__}: it may not have arrived yet.'}")
    return preview(one.name, one.media_type, data, size)


def _told(name: str, media_type: str, data: bytes, *, whole: bool) -> Preview | None:
    suffix = PurePosixPath(name).suffix.lower()
    picture = previews.picture_type(suffix, media_type, data)
    if picture:
        if picture not in SHOWN_PICTURES:
            return _none("A picture of a kind that is not shown here.")
        if not whole or len(data) > previews.MAX_IMAGE:
            return _none("A large picture.")
        return {"kind": "image", "type": picture, "data": base64.b64encode(data).decode("ascii")}
    table = _table_of(data, suffix, media_type, whole=whole)
    if table is not None:
        return _table(table)
    text = previews.text_of(data)
    if text is None or not (media_type.startswith(("text/", "application/json")) or suffix in _READABLE):
        return None
    lines = text.splitlines()
    shown = [line if len(line) <= LINE else f"{line[:LINE]}…" for line in lines[:LINES]]
    return {"kind": "text", "text": "\n".join(shown), "more": max(0, len(lines) - LINES)}


_READABLE = frozenset((".txt", ".log", ".md", ".json", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".py"))


def _table_of(data: bytes, suffix: str, media_type: str, *, whole: bool) -> Table | None:
    if suffix == ".parquet" or data[:4] == b"PAR1":
        return preview_data.parquet_table(data) if whole else None
    text = previews.text_of(data)
    if text is None:
        return None
    if suffix in {".csv", ".tsv"} or media_type in {"text/csv", "text/tab-separated-values"}:
        tabs = suffix == ".tsv" or media_type == "text/tab-separated-values"
        return preview_data.csv_table(text, whole=whole, tabs=tabs)
    if suffix in {".jsonl", ".ndjson"} or media_type == "application/jsonl":
        return preview_data.json_lines_table(text, whole=whole)
    if whole and (suffix == ".json" or media_type == "application/json"):
        found = preview_data.document(json.loads(text))
        return found if isinstance(found, Table) else None
    return None


def _table(table: Table) -> Preview:
    more = None if table.total is None else max(0, table.total - len(table.rows))
    rows = [[_cell(cell) for cell in row] for row in table.rows]
    return {"kind": "table", "header": table.header, "rows": rows, "more": more, "columns": table.columns}


def _cell(value: Any) -> Any:
    """Return a cell as JSON has it."""
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return value if value is None or isinstance(value, int | float | str) else str(value)


def _none(note: str) -> Preview:
    return {"kind": "none", "note": note}
