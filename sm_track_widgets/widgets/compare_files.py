"""Files of runs as the page shows them: a picture, the first rows of a table, the first lines of a text."""

from __future__ import annotations

import base64
import math
from typing import TYPE_CHECKING, Any

from sm_track_widgets import _aws
from sm_track_widgets.charts import previews
from sm_track_widgets.charts.preview_data import Facts, Table
from sm_track_widgets.charts.preview_look import LINE, LINES, PREVIEW_BYTES, Excerpt, Picture, look

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sm_track_widgets.reading.compare.comparison import ArtifactRow
    from sm_track_widgets.reading.run_facts import Artifact, RunFacts

SHOWN_PICTURES = frozenset(("image/png", "image/jpeg", "image/gif", "image/webp"))
"""What the page takes; an SVG is a document of its own and is not."""
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
            data, size = run.read_object(one.value, PREVIEW_BYTES) if one else (b"", 0)
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
        Its first `PREVIEW_BYTES`, and how many it has.

    Returns
    -------
    dict
        ``kind`` is ``"image"`` (``type``, ``data`` in base64), ``"table"`` (``header``, ``rows``, ``more``), ``"text"``
        (``text``, ``more``) or ``"none"``; and ``size``.
    """
    told = _told(name, media_type or "", data, whole=size <= len(data))
    return {"size": size, **(told or _none("No preview of this kind of file."))}


def _preview(one: Artifact, read: Callable[[str, int], tuple[bytes, int]]) -> Preview:
    if not one.value.startswith("s3://"):
        return {"kind": "text", "text": one.value[: LINES * LINE], "more": 0}
    try:
        data, size = read(one.value, PREVIEW_BYTES)
    except Exception as error:  # noqa: BLE001 - one file that is not there yet hides no other
        told = _aws.explain(error, "read the file")
        return _none(f"It cannot be read. {told or f'{type(error).__name__}: it may not have arrived yet.'}")
    return preview(one.name, one.media_type, data, size)


def _told(name: str, media_type: str, data: bytes, *, whole: bool) -> Preview | None:
    seen = look(name, media_type, data, whole=whole)
    if isinstance(seen, Picture):
        if seen.kind not in SHOWN_PICTURES:
            return _none("A picture of a kind that is not shown here.")
        return {"kind": "image", "type": seen.kind, "data": base64.b64encode(seen.data).decode("ascii")}
    if isinstance(seen, Table):
        return _table(seen)
    if isinstance(seen, Facts):
        return {
            "kind": "text",
            "text": "\n".join(f"{name}: {value}" for name, value in seen.facts),
            "more": 0,
        }
    if isinstance(seen, Excerpt):
        return {"kind": "text", "text": seen.text, "more": seen.more}
    return None if seen is None else _none(seen.words)


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
