"""`ParamGrid`: the live filter of runs by their parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import traitlets

from sm_track_widgets._names import is_system
from sm_track_widgets.charts.static_grid import GridColumn, grid_html, grid_text
from sm_track_widgets.widgets.base import reject_unknown
from sm_track_widgets.widgets.linked import LinkedView, selection_of
from sm_track_widgets.widgets.selection.filters import Filter
from sm_track_widgets.widgets.selection.query_text import condition
from sm_track_widgets.widgets.selection.rows import Rows

PARAMETERS, METRICS = 12, 3
MOST_VALUES = 60
FEW = 4
"""Texts of more different values than `MOST_VALUES`, or one for each of at least `FEW` runs, group nothing."""


class ParamGrid(LinkedView):
    """A control for each parameter that filters runs while it is moved.

    Numbers have a histogram with two handles, on a log scale where their spread asks for it; texts a chip for each
    value with its number of runs. What is counted and drawn is what the other controls let through.

    Parameters
    ----------
    source
        Name of an experiment; None for all runs; a DataFrame such as `runs` gives; a function that returns one; the
        SDK's ExperimentAnalytics; a `Selection`, or another view to share its selection.
    columns
        Names of the columns that have a control, short ones too. Default: parameters that differ, the last values of
        metrics, duration and state.
    query, filters, filter, selected, baseline, title, refresh
        As of `Selection`.

    Attributes
    ----------
    columns
        Follows the page and can be set.
    query, filters, filter, selected, hidden, baseline
        Of the selection that the grid shows; setting them sets them there.

    Raises
    ------
    UsageError
        For an argument, column or source it does not have, or a query that cannot be read.
    NotFoundError
        For an experiment there is not, or a query that finds nothing and names what no run has.
    """

    view = "ParamGrid"

    # -- public traits -------------------------------------------------------------------------------------------
    columns = traitlets.List(traitlets.Unicode(), help="Columns that have a control, in order.").tag(
        sync=True
    )

    def __init__(
        self,
        source: Any = None,
        *,
        columns: Sequence[str] | None = None,
        query: str = "",
        filters: Sequence[Mapping[str, Any]] = (),
        filter: str = "",  # noqa: A002 - the word users look for
        selected: Sequence[str] = (),
        baseline: str = "",
        title: str | None = None,
        refresh: float | None = None,
        **unknown: Any,
    ) -> None:
        reject_unknown(type(self), unknown)
        selection = selection_of(
            source,
            query=query,
            filters=filters,
            filter=filter,
            selected=selected,
            baseline=baseline,
            title=title,
            refresh=refresh,
        )
        chosen = selection.rows.choose(columns or ()) if len(selection.runs) else []
        chosen = chosen or grid_columns(selection.rows)
        super().__init__(selection, columns=chosen)

    # -- static form ---------------------------------------------------------------------------------------------
    def static_html(self) -> str:
        """Return each column's histogram and filter as an HTML table."""
        return grid_html(self._title(), self.query, self._static_columns())

    def static_text(self) -> str:
        """Return each column's ends and filter as text."""
        return grid_text(f"{self._title()} {self.query}".strip(), self._static_columns())

    def _title(self) -> str:
        kept, total = len(self.selection.passing), len(self.selection.runs)
        told = f"{total:,} run{'' if total == 1 else 's'}"
        return " · ".join(
            part
            for part in (self.selection.header["title"], told if kept == total else f"{kept:,} of {told}")
            if part
        )

    def _static_columns(self) -> list[GridColumn]:
        rows = self.selection.rows
        filters = {str(one["column"]): one for one in cast("list[Filter]", self.filters)}
        passing = rows.passing(list(filters.values()), self.filter)
        labels = {one["name"]: str(one["label"]) for one in self.selection.header["columns"]}
        found: list[GridColumn] = []
        for name in self.columns:
            data = rows.data(name)
            one = filters.get(name)
            told = "" if one is None else condition(one, rows.fields.get(name, name), data.kind)
            counts: list[tuple[str, int]] = []
            if data.numbers is None:
                codes = data.codes[passing]
                tally = np.bincount(codes[codes >= 0], minlength=len(data.texts))
                counts = [
                    (data.texts[place], int(tally[place])) for place in np.argsort(-tally, kind="stable")
                ]
            found.append(GridColumn(labels.get(name, name), told, data.numbers, counts, passing))
        return found


def grid_columns(rows: Rows) -> list[str]:
    """Choose what is worth a control: what differs between runs, and is no name of its own for each."""
    names = rows.columns
    parameters = [name for name in names if name.startswith("params.")]
    own = any(name.startswith(("params.", "metrics.")) for name in names)
    metrics = [
        name
        for name in names
        if name.startswith("metrics.")
        and name.endswith(".last")
        and not is_system(name.removeprefix("metrics."))
    ]
    others = [name for name in ("duration_s", "status") if name in names]
    wanted = [*_worth(parameters, rows)[:PARAMETERS], *_worth(metrics, rows)[:METRICS], *_worth(others, rows)]
    return wanted if own else _worth([name for name in names if rows.fields.get(name)], rows)[:PARAMETERS]


def _worth(names: Sequence[str], rows: Rows) -> list[str]:
    return [name for name in names if _is_worth(name, rows)]


def _is_worth(name: str, rows: Rows) -> bool:
    data = rows.data(name)
    if data.numbers is not None:
        finite = data.numbers[np.isfinite(data.numbers)]
        return len(finite) > 0 and bool(finite.min() < finite.max() or len(finite) < len(data.numbers))
    different = len(data.texts) + bool((data.codes < 0).any())
    names_runs = (len(data.texts) == len(data) and len(data) >= FEW) or len(data.texts) > MOST_VALUES
    return different > 1 and not names_runs
