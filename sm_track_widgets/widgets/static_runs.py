"""The static form of a table: its first rows as plain HTML and as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sm_track_widgets.charts.markup import text
from sm_track_widgets.charts.palette import PALETTE
from sm_track_widgets.charts.static_table import Kind, table_html, table_text
from sm_track_widgets.widgets.columns import run_names

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
    """

    frame: pd.DataFrame
    columns: Sequence[Mapping[str, Any]]
    title: str
    empty: Mapping[str, str]
    missing: str = ""

    def html(self) -> str:
        """Return one ``<table>``, or a paragraph when there is no run; before it what is missing."""
        mark = f'<p role="alert"><b>Incomplete.</b> {text(self.missing)}</p>' if self.missing else ""
        return mark + self._body()

    def _body(self) -> str:
        if self.frame.empty:
            code = f"<code>{text(self.empty['code'])}</code>" if self.empty["code"] else ""
            return f"<p>{text(self.empty['text'])} {code}</p>"
        rows, names = self._rows()
        components = self.frame.attrs.get("components", {})
        marked = bool(components) and all(name in components for name in names)
        colours = [PALETTE.mark(components[name]).colour for name in names] if marked else None
        more = len(self.frame) - len(rows)
        return table_html(
            self._labels(), rows, kinds=self._kinds(), caption=self.title, colours=colours, more=more
        )

    def text(self) -> str:
        """Return the same as lines of text."""
        return f"Incomplete. {self.missing}\n{self._lines()}" if self.missing else self._lines()

    def _lines(self) -> str:
        if self.frame.empty:
            return f"{self.empty['text']} {self.empty['code']}".strip()
        rows, _ = self._rows()
        more = len(self.frame) - len(rows)
        return table_text(self._labels(), rows, kinds=self._kinds(), caption=self.title, more=more)

    def _labels(self) -> list[str]:
        return ["run", *(str(column["label"]) for column in self.columns)]

    def _kinds(self) -> list[Kind]:
        return ["run", *(KINDS.get(column["kind"], "text") for column in self.columns)]

    def _rows(self) -> tuple[list[list[Any]], list[str]]:
        names = run_names(self.frame)[:STATIC_ROWS]
        head = self.frame.head(STATIC_ROWS)
        cells = [head[column["name"]].tolist() for column in self.columns]
        return [[name, *row] for name, *row in zip(names, *cells, strict=True)], names
