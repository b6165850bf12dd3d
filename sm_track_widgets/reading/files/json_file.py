"""JSON: an array of records, one on each line."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from sm_track_widgets.reading.files.cells import columns, is_missing, is_time, iso, text_of

if TYPE_CHECKING:
    import pandas as pd

_TOGETHER = 1000
"""Records that are written at a time."""


def write_json(frame: pd.DataFrame, file: IO[bytes]) -> None:
    """Write `frame`: times in ISO 8601; null for what is missing, and for NaN and infinity, which JSON has not."""
    import orjson

    names = [name for name, _ in columns(frame)]
    cells = [iso(one) if is_time(one) else map(_cell, one.tolist()) for _, one in columns(frame)]
    lines = [orjson.dumps(dict(zip(names, row, strict=True))) for row in zip(*cells, strict=True)]
    file.write(b"[\n")
    for start in range(0, len(lines), _TOGETHER):
        file.write(b",\n" if start else b"")
        file.write(b",\n".join(lines[start : start + _TOGETHER]))
    file.write(b"\n]\n" if lines else b"]\n")


def _cell(value: Any) -> Any:
    if is_missing(value):
        return None
    if isinstance(value, list):
        return [text_of(one) for one in value]
    return value if isinstance(value, int | float) else text_of(value)
