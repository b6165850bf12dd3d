"""The static form of a table whose rows are grouped: a row for each group, with what its runs have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sm_track_widgets.charts import grouping
from sm_track_widgets.charts.deltas import delta, tone
from sm_track_widgets.charts.static_table import NO_DELTA, Kind, table_html, table_text
from sm_track_widgets.widgets.columns import ColumnData, column_data, run_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

GROUPS = 20
KINDS: dict[str, Kind] = {"time": "time", "duration": "duration", "number": "number"}


class StaticGroups:
    """Groups of runs as rows, the baseline before all others.

    Parameters
    ----------
    frame
        The rows in the order shown, all of them.
    columns
        Descriptions of the columns shown, as in the header that `columns.encode` makes.
    by
        The column that rows are grouped by.
    title
        The line above.
    baseline
        One row: the run that means are compared with.
    """

    def __init__(
        self,
        frame: pd.DataFrame,
        columns: Sequence[Mapping[str, Any]],
        by: str,
        title: str,
        baseline: pd.DataFrame | None,
    ) -> None:
        self._columns = columns
        self._data = [column_data(str(column["name"]), frame[column["name"]]) for column in columns]
        self._groups = grouping.rows_by_key(_keys(column_data(by, frame[by])))
        label = by.partition(".")[2] if by.startswith(("params.", "tags.", "metrics.")) else by
        self._title = " · ".join(part for part in (title, f"grouped by {label}") if part)
        self._base = baseline

    def html(self) -> str:
        """Return one ``<table>``."""
        return table_html(*self._cells(), kinds=self._kinds(), **self._around())

    def text(self) -> str:
        """Return the same as lines of text."""
        return table_text(*self._cells(), kinds=self._kinds(), **self._around())

    def _around(self) -> dict[str, Any]:
        more = max(0, len(self._groups) - GROUPS)
        return {"caption": self._title, "more": more, "deltas": self._deltas()}

    def _kinds(self) -> list[Kind]:
        return ["run", *(KINDS.get(str(column["kind"]), "text") for column in self._columns)]

    def _cells(self) -> tuple[list[str], list[list[Any]]]:
        header = [str(column["label"]) for column in self._columns]
        rows = [[key, *self._common(places)] for key, places in self._shown()]
        if self._base is not None:
            rows.insert(0, [run_names(self._base)[0], *self._based()])
        return ["group", *header], rows

    def _shown(self) -> list[tuple[str, list[int]]]:
        return list(self._groups.items())[:GROUPS]

    def _common(self, rows: list[int]) -> list[Any]:
        return [_common(data, rows) for data in self._data]

    def _based(self) -> list[Any]:
        assert self._base is not None
        row = [column_data(str(column["name"]), self._base[column["name"]]) for column in self._columns]
        return [_common(data, [0]) for data in row]

    def _deltas(self) -> list[list[tuple[str, str]]]:
        base = None if self._base is None else self._based()
        found = [[_count(len(rows)), *self._distances(self._common(rows), base)] for _, rows in self._shown()]
        if base is not None:
            found.insert(0, [("baseline", ""), *[NO_DELTA] * len(self._columns)])
        return found

    def _distances(self, values: Sequence[Any], base: Sequence[Any] | None) -> list[tuple[str, str]]:
        if base is None:
            return [NO_DELTA] * len(self._columns)
        return [
            (delta(here, there), tone(here, there, str(column.get("best", ""))))
            if column["group"] == "metrics" and column["kind"] == "number"
            else NO_DELTA
            for column, here, there in zip(self._columns, values, base, strict=True)
        ]


def _count(runs: int) -> tuple[str, str]:
    return ("1 run" if runs == 1 else f"{runs:,} runs", "")


def _keys(data: ColumnData) -> list[str]:
    if data.numbers is not None:
        kind = data.kind if data.kind in KINDS else "number"
        return grouping.keys_of_numbers(data.numbers, kind)  # pyright: ignore[reportArgumentType] - one of KINDS
    return grouping.keys_of_texts(
        _texts(data, range(len(data))), "status" if data.kind == "status" else "text"
    )


def _texts(data: ColumnData, rows: Sequence[int]) -> list[str | None]:
    codes = [int(data.codes[row]) for row in rows]
    return [None if code < 0 else data.texts[code] for code in codes]


def _common(data: ColumnData, rows: Sequence[int]) -> Any:
    """Return the mean of numbers, the latest of times, the text that all have or how many there are."""
    if data.numbers is None:
        texts = _texts(data, rows)
        return grouping.common_text(grouping.words_of(texts) if data.kind == "status" else texts)
    held = data.numbers[np.asarray(rows, dtype=np.intp)]
    return grouping.latest(held) if data.kind == "time" else grouping.mean(held)
