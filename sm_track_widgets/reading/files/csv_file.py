"""CSV: UTF-8, and nothing in it that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import IO, TYPE_CHECKING, Any

from sm_track_widgets.reading.files.cells import columns, is_missing, is_number, is_time, iso, text_of

if TYPE_CHECKING:
    import pandas as pd

_EXECUTED = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the begin of a formula: owasp.org/www-community/attacks/CSV_Injection."""
RFC_4180 = "\r\n"
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")


def write_csv(frame: pd.DataFrame, file: IO[bytes], *, raw: bool, line_end: str = RFC_4180) -> None:
    """Write a header and a line for each row.

    Parameters
    ----------
    frame
        What is written: times in ISO 8601, lists as JSON, nothing where a value is missing.
    file
        Where to.
    raw
        Leave texts that a spreadsheet would execute as they are.
    line_end
        What ends a line; a pipe expects a line feed alone.
    """
    cells: list[list[Any]] = []
    for _, column in columns(frame):
        if is_time(column):
            cells.append([moment or "" for moment in iso(column)])
        elif is_number(column):
            cells.append(["" if is_missing(value) else value for value in column.tolist()])
        else:
            cells.append([_cell(value, raw=raw) for value in column.tolist()])
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    # With this end of a line Python puts a cell in quotes for a carriage return, too.
    writer = csv.writer(_Lines(text, line_end), lineterminator=RFC_4180)
    writer.writerow([name if raw else harmless(name) for name, _ in columns(frame)])
    writer.writerows(zip(*cells, strict=True))
    text.flush()
    text.detach()


class _Lines:
    """Takes lines as the csv module writes them, one at a time, and ends them as wanted."""

    def __init__(self, file: IO[str], end: str) -> None:
        self._file, self._end = file, end

    def write(self, line: str) -> int:
        return self._file.write(line.removesuffix(RFC_4180) + self._end)


def harmless(text: str) -> str:
    """Return a text with an apostrophe before it where a spreadsheet would execute it; a number is none of those."""
    return f"'{text}" if text.startswith(_EXECUTED) and not _NUMBER.fullmatch(text) else text


def _cell(value: Any, *, raw: bool) -> Any:
    if is_missing(value):
        return ""
    if isinstance(value, int | float):
        return value
    text = text_of(json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value)
    return text if raw else harmless(text)
