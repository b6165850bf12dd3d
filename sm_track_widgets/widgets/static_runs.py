"""The static form of a table: its first rows as plain HTML and as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sm_track_widgets.charts.deltas import delta, tone
from sm_track_widgets.charts.markup import text
from sm_track_widgets.charts.palette import PALETTE
from sm_track_widgets.charts.static_table import NO_DELTA, Kind, table_html, table_text
from sm_track_widgets.widgets.columns import run_names
from sm_track_widgets.widgets.static_groups import StaticGroups

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

STATIC_ROWS = 20
KINDS: dict[str, Kind] = {"time": "time", "duration": "duration", "number": "number", "status": "status"}


@dataclass(frozen=True, slots=True)
class StaticRuns:
    """What the table shows.

    Attributes
    ----------
    frame
        The rows in the order shown, all of them.
    columns
        Descriptions of the columns shown, as in the header that `columns.encode` makes.
    title, empty
        The line above, and the sentence and code of a table without runs.
    missing
        One line about runs that could not be read; empty when all are there.
    baseline
        One row: the run that the others are compared with; it comes first.
    group_by
        A column: instead of rows, groups of those with the same value are shown; empty for none.
    """

    frame: pd.DataFrame
    columns: Sequence[Mapping[str, Any]]
    title: str
    empty: Mapping[str, str]
    missing: str = ""
    baseline: pd.DataFrame | None = None
    group_by: str = ""

    def html(self) -> str:
        """Return one ``<table>``, or a paragraph when there is no run; before it what is missing."""
        mark = f'<p role="alert"><b>Incomplete.</b> {text(self.missing)}</p>' if self.missing else ""
        return mark + self._body()

    def _body(self) -> str:
        if self.frame.empty:
            code = f"<code>{text(self.empty['code'])}</code>" if self.empty["code"] else ""
            return f"<p>{text(self.empty['text'])} {code}</p>"
        if self.group_by:
            return self._groups().html()
        rows, names = self._rows()
        components = self.frame.attrs.get("components", {})
        marked = bool(components) and all(name in components for name in names)
        colours = [PALETTE.mark(components[name]).colour for name in names] if marked else None
        return table_html(
            self._labels(),
            rows,
            kinds=self._kinds(),
            caption=self.title,
            colours=colours,
            more=self._more(names),
            deltas=self._deltas(rows),
        )

    def text(self) -> str:
        """Return the same as lines of text."""
        return f"Incomplete. {self.missing}\n{self._lines()}" if self.missing else self._lines()

    def _lines(self) -> str:
        if self.frame.empty:
            return f"{self.empty['text']} {self.empty['code']}".strip()
        if self.group_by:
            return self._groups().text()
        rows, names = self._rows()
        return table_text(
            self._labels(),
            rows,
            kinds=self._kinds(),
            caption=self.title,
            more=self._more(names),
            deltas=self._deltas(rows),
        )

    def _groups(self) -> StaticGroups:
        return StaticGroups(self.frame, self.columns, self.group_by, self.title, self.baseline)

    def _labels(self) -> list[str]:
        return ["run", *(str(column["label"]) for column in self.columns)]

    def _kinds(self) -> list[Kind]:
        return ["run", *(KINDS.get(column["kind"], "text") for column in self.columns)]

    def _rows(self) -> tuple[list[list[Any]], list[str]]:
        """Return the cells of the first rows and their runs, the baseline before all others."""
        first = self._base_name()
        head = self.frame.head(STATIC_ROWS)
        shown = [
            (name, row)
            for name, row in zip(run_names(self.frame)[:STATIC_ROWS], self._cells(head), strict=True)
            if name != first
        ]
        if self.baseline is not None and first is not None:
            shown.insert(0, (first, self._cells(self.baseline)[0]))
        return [[name, *row] for name, row in shown], [name for name, _ in shown]

    def _cells(self, frame: pd.DataFrame) -> list[list[Any]]:
        columns = [frame[column["name"]].tolist() for column in self.columns]
        return [list(row) for row in zip(*columns, strict=True)] or [[] for _ in range(len(frame))]

    def _base_name(self) -> str | None:
        return None if self.baseline is None else run_names(self.baseline)[0]

    def _more(self, names: Sequence[str]) -> int:
        """Return how many rows are not shown; a baseline that fails the filters is none of them."""
        inside = set(run_names(self.frame))
        return len(inside) - sum(name in inside for name in names)

    def _deltas(self, rows: Sequence[Sequence[Any]]) -> list[list[tuple[str, str]]] | None:
        if self.baseline is None:
            return None
        base = rows[0]
        return [
            [("baseline", ""), *[NO_DELTA] * len(self.columns)],
            *(self._row_deltas(row, base) for row in rows[1:]),
        ]

    def _row_deltas(self, row: Sequence[Any], base: Sequence[Any]) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = [NO_DELTA]
        for column, value, other in zip(self.columns, row[1:], base[1:], strict=True):
            if column["group"] != "metrics" or column["kind"] != "number":
                found.append(NO_DELTA)
                continue
            here, there = _number(value), _number(other)
            found.append((delta(here, there), tone(here, there, str(column.get("best", "")))))
        return found


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):  # pandas' NA
        return float("nan")
