"""Filters of the page: a range or some values of one column, all of which a run has to satisfy."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from sm_track_widgets._errors import UsageError, did_you_mean
from sm_track_widgets.widgets.columns import ColumnData

Mask = npt.NDArray[np.bool_]
Open = Literal["low", "high", "both"]
MICRO = 6
"""Digits after the point of a second's that a query tells."""


class _OfColumn(TypedDict):
    column: str


class Filter(_OfColumn, total=False):
    """One column's filter.

    Attributes
    ----------
    column
        Name of the column.
    low, high
        Bounds of a range of numbers, None for no bound; times in seconds since the epoch, `low` to the microsecond,
        and `high` reaches to the end of its second.
    open
        Which bounds are themselves outside; neither, where it is missing.
    values
        Instead of a range: the values wanted, None for missing ones.
    """

    low: float | None
    high: float | None
    open: Open
    values: list[str | float | None]


def checked(entries: Sequence[Mapping[str, Any]], known: Sequence[str]) -> list[Filter]:
    """Return filters in their plain form, without those that keep everything.

    Raises
    ------
    UsageError
        For a column that is not `known`, or a filter that is none.
    """
    found: dict[str, Filter] = {}
    for entry in entries:
        column = str(entry.get("column", ""))
        if column not in known:
            raise UsageError(f"There is no column {column!r} to filter by.", did_you_mean(column, known))
        made = _checked(column, entry)
        if made is not None:
            found[column] = made
    return list(found.values())


def _checked(column: str, entry: Mapping[str, Any]) -> Filter | None:
    if "values" in entry:
        given = entry["values"]
        if given is None or isinstance(given, str) or not hasattr(given, "__iter__"):
            raise UsageError(f"values of {column!r} takes a list.", f"Write [{given!r}].")
        values = list(dict.fromkeys(_value(column, value) for value in given))
        return {"column": column, "values": values} if values else None
    low, high = (_bound(column, entry.get(end)) for end in ("low", "high"))
    if low is None and high is None:
        return None
    made: Filter = {"column": column, "low": low, "high": high}
    ends = entry.get("open")
    if ends in {"low", "high", "both"}:
        made["open"] = cast("Open", ends)
    return made


def _value(column: str, value: Any) -> str | float | None:
    """Return a value as the page has it; NumPy's and pandas' are the same as Python's, and NaN is a missing one."""
    plain = value.item() if isinstance(value, np.generic) else value
    if plain is None or isinstance(plain, str):
        return plain
    if plain is pd.NA or plain is pd.NaT or (isinstance(plain, float) and math.isnan(plain)):
        return None
    if isinstance(plain, bool) or not isinstance(plain, (int, float)):
        return str(plain)
    return _bound(column, plain)


def _bound(column: str, value: Any) -> float | None:
    if value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise UsageError(f"{value!r} is no bound for {column!r}.", "Give a number, or None for no bound.")
    return number


def keeps(one: Filter, data: ColumnData) -> Mask:
    """Return for each row whether its value satisfies the filter; a missing one does only where None is wanted."""
    if "values" in one:
        return _among(one["values"], data)
    if data.numbers is None:
        return np.zeros(len(data), dtype=np.bool_)
    return _between(one, data.numbers, seconds=data.kind == "time")


def _among(values: Sequence[str | float | None], data: ColumnData) -> Mask:
    if data.numbers is not None:
        numbers = [value for value in values if isinstance(value, float)]
        found = np.isin(data.numbers, numbers)
        return found | np.isnan(data.numbers) if None in values else found
    wanted = np.array([value in values for value in data.texts] + [None in values], dtype=np.bool_)
    return wanted[data.codes]  # the code of a missing value, -1, is the last


def _between(one: Filter, numbers: npt.NDArray[np.float64], *, seconds: bool) -> Mask:
    ends = one.get("open")
    low, high = one.get("low"), one.get("high")
    found: Mask = ~np.isnan(numbers)
    if low is not None:
        first = round(low, MICRO) if seconds else low
        found &= numbers > first if ends in {"low", "both"} else numbers >= first
    if high is not None and seconds:
        found &= numbers < math.floor(high) + 1
    elif high is not None:
        found &= numbers < high if ends in {"high", "both"} else numbers <= high
    return found
