"""A frame of runs as a table, so that queries hold on frames too: ours, ExperimentAnalytics', anybody's."""

from __future__ import annotations

import re
from typing import Any, cast

import numpy as np
import pandas as pd

from sm_track_widgets._errors import UsageError
from sm_track_widgets.reading.table.table import STATISTICS, Table
from sm_track_widgets.reading.table.words import Words

SDK_STATISTICS = {member: kind for kind, member in STATISTICS.items()}
OURS = re.compile(rf"metrics\.(?P<name>.+)\.(?P<kind>{'|'.join(STATISTICS)})", re.DOTALL)
SDKS = re.compile(rf"(?P<name>.+) - (?P<kind>{'|'.join(SDK_STATISTICS)}|MediaType|Value)", re.DOTALL)
_TEXTS = {
    "run": ("fact", "name"),
    "DisplayName": ("fact", "name"),
    "experiment": ("experiment", "0"),
    "group": ("group", "0"),
    "status": ("fact", "status"),
    "message": ("fact", "message"),
    "created_by": ("fact", "author"),
    "notes": ("fact", "notes"),
    "SourceArn": ("fact", "source"),
}
_LISTS = {"Trials": ("trial", "group"), "Experiments": ("experiment",)}


def table_of_frame(frame: pd.DataFrame, *, columns: bool = False) -> Table:
    """Turn a frame of runs into a table with the same rows.

    Parameters
    ----------
    frame
        One row per run.
    columns
        Have each column by its own name, too, as the field ``columns.NAME`` looks for it.

    Columns are known by their names: those of `sm_track_widgets.runs`, those of the SDK's ExperimentAnalytics; any
    other column is a parameter. What a frame does not tell, such as when a run was created, is missing, and so is what
    cannot be read.

    Raises
    ------
    UsageError
        When two columns have the same name.
    """
    found = _columns(frame)
    table = Table(_components(frame, found))
    for name, column in found.items():
        _add(table, name, column)
        if columns:
            _add_column(table, name, column)
    return table


def _columns(frame: pd.DataFrame) -> dict[str, Any]:
    """Return the columns by name: a name may be a number, but a query writes it as text."""
    columns: dict[str, Any] = {}
    for place, name in enumerate(map(str, frame.columns)):
        if name in columns:
            raise UsageError(f"Two columns of the frame are called {name!r}.", "Rename one of them first.")
        columns[name] = frame.iloc[:, place]
    return columns


def _components(frame: pd.DataFrame, columns: dict[str, Any]) -> list[str]:
    named = frame.attrs.get("components", {})
    names: list[str] = []
    for column in ("TrialComponentName", "run"):
        if column in columns and not names:
            names = [str(name) for name in columns[column]]
    found = [str(named.get(name, name)) for name in names] or [str(label) for label in frame.index]
    return found if len(set(found)) == len(found) else [f"{name} {row}" for row, name in enumerate(found)]


def _add(table: Table, name: str, column: Any) -> None:
    if name in _TEXTS:
        _put_words(table, *_TEXTS[name], _texts(column, empty=False))
    elif name in {"started", "ended"}:
        _put(table, "time", name, _seconds(column))
    elif name == "duration_s":
        _put(table, "time", "duration", _numbers(column))
    elif name in _LISTS:
        for kind in _LISTS[name]:
            _put_words(table, kind, "0", Words.of([_first(value) for value in column.tolist()]))
    elif found := OURS.fullmatch(name):
        _put(table, found["kind"], found["name"], _numbers(column))
    elif name.startswith("tags."):
        _put_words(table, "tag", name.removeprefix("tags."), _texts(column))
    elif found := SDKS.fullmatch(name):
        _add_sdks(table, found["name"], found["kind"], column)
    elif name != "TrialComponentName":
        _add_parameter(table, name.removeprefix("params."), column)


def _add_column(table: Table, name: str, column: Any) -> None:
    kind = kind_of(column.dtype)
    if kind == "text":
        _put_words(table, "column", name, _texts(column, empty=False))
    else:
        _put(
            table,
            "moment" if kind == "time" else "column",
            name,
            (_seconds if kind == "time" else _numbers)(column),
        )


def kind_of(dtype: Any) -> str:
    """Return what a column of a frame holds by its dtype: ``"number"``, ``"time"``, or ``"text"`` for all else.

    True and False are texts: nobody asks for more than 0.5 of them.
    """
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return "time"
    odd = pd.api.types.is_complex_dtype(dtype) or pd.api.types.is_bool_dtype(dtype)
    return "number" if pd.api.types.is_numeric_dtype(dtype) and not odd else "text"


def _add_sdks(table: Table, name: str, kind: str, column: Any) -> None:
    if kind in SDK_STATISTICS:
        _put(table, SDK_STATISTICS[kind], name, _numbers(column))
    else:
        _put_words(table, "output" if kind == "Value" else "output_type", name, _texts(column))


def _add_parameter(table: Table, name: str, column: Any) -> None:
    if kind_of(column.dtype) == "number":
        _put(table, "param", name, _numbers(column))
        return
    values: list[Any] = column.tolist()
    if pd.api.types.is_bool_dtype(column.dtype):
        _put(table, "param", name, _numbers(column))  # True is 1, too
    else:
        numbers = [float(value) if _is_number(value) else np.nan for value in values]
        _put(table, "param", name, np.array(numbers, dtype=np.float64))
    texts = [None if _is_number(value) or _missing(value) else str(value) for value in values]
    _put_words(table, "param", name, Words.of(texts))


def _put(table: Table, kind: str, name: str, values: Any) -> None:
    if not np.isnan(values).all():
        table.numbers.setdefault(kind, {})[name] = values


def _put_words(table: Table, kind: str, name: str, words: Words) -> None:
    if words.present().any():
        table.words.setdefault(kind, {}).setdefault(name, words)


def _texts(column: Any, *, empty: bool = True) -> Words:
    told = [None if _missing(value) else str(value) for value in column.tolist()]
    return Words.of(told if empty else [text or None for text in told])


def _numbers(column: Any) -> Any:
    if not pd.api.types.is_numeric_dtype(column.dtype):
        column = column.astype(object)
    read: Any = cast("Any", pd.to_numeric(column, errors="coerce"))
    return read.to_numpy(dtype=np.float64, na_value=np.nan)


def _seconds(column: Any) -> Any:
    if not pd.api.types.is_datetime64_any_dtype(column.dtype):
        column = column.astype(object)
    # "mixed", or times with and without fractions of a second would count as unreadable.
    read: Any = pd.to_datetime(column, utc=True, errors="coerce", format="mixed")
    passed: Any = read - pd.Timestamp(0, tz="UTC")
    return (passed / pd.Timedelta(seconds=1)).to_numpy(dtype=np.float64, na_value=np.nan)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool) and not _missing(value)


def _first(value: Any) -> str | None:
    """Return the first of a list, or what stands in its place."""
    if isinstance(value, (list, tuple, np.ndarray)):
        held: list[Any] = list(cast("Any", value))
        value = held[0] if held else None
    return None if _missing(value) else str(value)


def _missing(value: Any) -> bool:
    return bool(pd.api.types.is_scalar(value)) and bool(pd.isna(value))
