"""What the page asks of a run's files: their sizes, and a preview of one."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from sm_track_widgets import _aws
from sm_track_widgets.charts import markup, numbers
from sm_track_widgets.charts.preview_data import Facts, Table
from sm_track_widgets.charts.preview_look import PREVIEW_BYTES, Excerpt, Look, Note, Picture, look
from sm_track_widgets.widgets.kept_answers import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sm_track_widgets.reading.run_facts import Artifact, RunFacts
    from sm_track_widgets.widgets.kept_answers import Room

AT_ONCE = 8
"""Files that are asked for side by side."""
TOO_MUCH = "Left out when this page was saved: it has enough of them."
MOST = 500
"""Files whose sizes are asked for; the others are told when they are looked at."""


def sizes(facts: RunFacts) -> list[int | None]:
    """Return the bytes of each file, in the order of the artifacts; None for what is no file, or not there yet."""

    def size(one: Artifact) -> int | None:
        if not one.value.startswith("s3://"):
            return None
        try:
            return facts.read_object(one.value, 1)[1]
        except Exception:  # noqa: BLE001 - a file that has not arrived hides no other
            return None

    asked = facts.artifacts[:MOST]
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sm-track-sizes") as crew:
        return [*crew.map(size, asked), *[None] * (len(facts.artifacts) - len(asked))]


def preview(facts: RunFacts, name: str, direction: str) -> tuple[dict[str, Any], list[bytes]]:
    """Return what there is to see of a file, as the page shows it, and an image's bytes.

    Returns
    -------
    tuple
        ``kind`` is ``"image"`` (with ``type``, one of the types that `preview_look` checks by their first bytes),
        ``"table"``, ``"facts"``, ``"text"``, ``"note"`` or ``"error"``.
    """
    found = next((one for one in facts.artifacts if (one.name, one.direction) == (name, direction)), None)
    if found is None or not found.value.startswith("s3://"):
        return {"kind": "note", "text": "Not a file."}, []
    try:
        data, size = facts.read_object(found.value, PREVIEW_BYTES)
    except Exception as error:  # noqa: BLE001 - said in the page
        told = _aws.explain(error, "read the file")
        why = str(told) if told else f"{type(error).__name__}: it may not have arrived yet."
        return {"kind": "error", "text": f"It cannot be read. {why}"}, []
    seen = look(found.name, found.media_type, data, whole=size <= len(data))
    shown = _shown(seen)
    return {**shown, "size": size}, [seen.data] if isinstance(seen, Picture) else []


def kept_previews(facts: RunFacts, room: Room) -> Iterator[Answer]:
    """Give what a saved page shows of a run's files: their sizes, and the previews there is room for."""
    files = [one for one in facts.artifacts if one.value.startswith("s3://")]
    if files:
        yield Answer({"type": "sizes"}, {"type": "sizes", "sizes": sizes(facts)})
    left = 0
    for one in files:
        asked = {"type": "preview", "name": one.name, "direction": one.direction}
        told, data = preview(facts, one.name, one.direction) if room.left > 0 else ({}, [])
        size = len(json.dumps(told)) + sum(map(len, data))
        if told and room.take(size):
            yield Answer(asked, {**asked, "preview": told}, data)
        else:
            left += 1
            words = f"Left out when this page was saved: {numbers.data_size(size)}." if told else TOO_MUCH
            yield Answer(asked, {**asked, "preview": {"kind": "note", "text": words}})
    if left:
        room.without.append("a preview of 1 file" if left == 1 else f"previews of {left:,} files")


def _shown(seen: Look | None) -> dict[str, Any]:
    if isinstance(seen, Picture):
        return {"kind": "image", "type": seen.kind}
    if isinstance(seen, Excerpt):
        more = f"and {numbers.count(seen.more)} more lines" if seen.more else ""
        return {"kind": "text", "text": markup.plain(seen.text), "more": more}
    if isinstance(seen, Facts):
        rows = [[markup.plain(name), markup.plain(value)[:400]] for name, value in seen.facts[:30]]
        return {"kind": "facts", "text": markup.plain(seen.title)[:400], "rows": rows}
    if isinstance(seen, Table):
        rows = [[_cell(cell) for cell in row] for row in seen.rows]
        return {"kind": "table", "header": seen.header, "rows": rows, "more": _rest(seen)}
    return {
        "kind": "note",
        "text": seen.words if isinstance(seen, Note) else "Nothing to see of this kind of file.",
    }


def _cell(value: Any) -> list[Any]:
    """Return a cell as text, and whether it is a number."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return [numbers.number(value), True]
    return ["" if value is None else markup.plain(value), False]


def _rest(table: Table) -> str:
    left, columns = table.total, table.columns - len(table.header)
    told = ["first rows"] if left is None else []
    if left is not None and left > len(table.rows):
        told.append(f"{numbers.count(left - len(table.rows))} more rows")
    if columns > 0:
        told.append(f"{numbers.count(columns)} more columns")
    return ", ".join(told)
