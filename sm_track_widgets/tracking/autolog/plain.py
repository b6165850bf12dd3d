"""Values of a library -> what a parameter or a JSON document holds."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, cast

MAX_ROWS = 10_000
"""Rows of a table that is kept, points of a series."""
MAX_TEXT = 500
"""Characters of a parameter that is a text; an estimator's repr has thousands."""


def parameter_text(value: Any) -> Any:
    """Return numbers, booleans and None as they are, everything else as one line of at most 500 characters."""
    kept = plain(value)
    if kept is None or isinstance(kept, bool | int | float):
        return kept
    if callable(value) and hasattr(value, "__qualname__"):
        kept = f"{value.__module__}.{value.__qualname__}"
    text = " ".join(str(kept).split())
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 3]}..."


def plain(value: Any) -> Any:
    """Return what JSON holds: numpy's scalars and arrays as Python's, containers item by item, the rest as text."""
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, list | tuple | set):
        return [plain(item) for item in cast("list[Any]", value)]
    return str(value)


def csv_text(columns: Mapping[str, Sequence[Any]]) -> str:
    """Return a table as CSV; pandas, which ``log_table`` loads, may not be there yet and costs most of a second."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(
        zip(*([plain(value) for value in column[:MAX_ROWS]] for column in columns.values()), strict=True)
    )
    return written.getvalue()
