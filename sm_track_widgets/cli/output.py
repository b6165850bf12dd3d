"""Answers on stdout: text, JSON, CSV; colours only where a terminal shows them and NO_COLOR is not set."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sm_track_widgets.charts.markup import plain
from sm_track_widgets.charts.static_table import table_text

if TYPE_CHECKING:
    import pandas as pd

BOLD, PLAIN = "\x1b[1m", "\x1b[0m"


def say(text: object) -> None:
    """Write lines; what a terminal would take for orders is shown as a sign."""
    _write(f"{plain(text)}\n".encode("utf-8", "replace"))


def say_json(value: Any) -> None:
    """Write a value as JSON: times in ISO 8601, null for NaN and infinity."""
    _write(json.dumps(_plain(value), ensure_ascii=False, indent=2).encode("utf-8", "replace") + b"\n")


def say_frame(frame: pd.DataFrame, form: str) -> None:
    """Write a frame as ``"json"`` or ``"csv"``, as `sm_track_widgets.export` does."""
    from sm_track_widgets.reading.files.csv_file import write_csv
    from sm_track_widgets.reading.files.json_file import write_json

    sys.stdout.flush()
    if form == "json":
        write_json(frame, sys.stdout.buffer)
    else:
        write_csv(frame, sys.stdout.buffer, raw=False, line_end="\n")


def say_table(frame: pd.DataFrame) -> None:
    """Write a frame as columns."""
    names = [str(name) for name in frame.columns]
    cells = [frame[name].tolist() for name in frame.columns]
    rows = [list(row) for row in zip(*cells, strict=True)]
    head, *lines = table_text(
        [_short(name) for name in names], rows, kinds=[_kind(frame, name) for name in names]
    ).split("\n")
    if coloured():
        head = f"{BOLD}{plain(head)}{PLAIN}"
        _write(f"{head}\n".encode())
    else:
        say(head)
    say("\n".join(lines))


def coloured() -> bool:
    """Whether colours are wanted; see no-color.org."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _short(name: str) -> str:
    return name.removeprefix("params.").removeprefix("metrics.").removesuffix(".last")


def _kind(frame: pd.DataFrame, name: str) -> Any:
    from sm_track_widgets.reading.files.cells import is_number, is_time

    if name in {"status", "run"}:
        return name
    if name == "duration_s":
        return "duration"
    if is_time(frame[name]):
        return "time"
    return "number" if is_number(frame[name]) else "text"


def _write(data: bytes) -> None:
    """Write to stdout whatever its encoding is; tests and notebooks may have put a text in its place."""
    sys.stdout.flush()
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(data.decode())
    else:
        buffer.write(data)
        buffer.flush()


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(name): _plain(held) for name, held in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(held) for held in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)
