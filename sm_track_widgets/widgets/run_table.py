"""`RunTable`: runs in a table that sorts, filters and selects in the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import traitlets

from sm_track_widgets._errors import UsageError, did_you_mean
from sm_track_widgets.widgets import columns as encoding
from sm_track_widgets.widgets.base import reject_unknown
from sm_track_widgets.widgets.linked import LinkedView, selection_of
from sm_track_widgets.widgets.static_runs import StaticRuns

if TYPE_CHECKING:
    import pandas as pd

HEIGHT = 400
SortKeys = str | Sequence[str] | Sequence[Mapping[str, Any]] | None


class RunTable(LinkedView):
    """A table of runs.

    Parameters
    ----------
    source
        Name of an experiment; None for all runs; a DataFrame such as `runs` gives; a function that returns one; the
        SDK's ExperimentAnalytics; a `Selection`, or another view to share its selection.
    columns
        Names of the columns shown, in order; the run's name always comes first. Default: state, times, parameters
        that differ and metrics.
    sort
        A column, ``"-column"`` for the largest first, or several of them.
    query
        Only runs for which it holds, in the filter language: ``"metrics.auc.max > 0.9 AND params.depth IN (4, 6)"``,
        see ``docs/query.md``. It can be changed in the page.
    filters
        Filters on single columns besides, as `Selection` has them.
    filter
        Text: of those, only runs whose name or texts hold each of its words.
    selected
        Names of the runs that are picked.
    baseline
        Name of the run that the others are compared with.
    height
        The most it takes, in pixels.
    title
        Heading; default: the experiment's name.
    refresh
        Read again every so many seconds, at least 1; None: when asked.

    Attributes
    ----------
    columns, sort, height
        Follow the page and can be set. `sort` is a list of ``{"column": ..., "descending": ...}``.
    query, filters, filter, selected, hidden, baseline
        Of the selection that the table shows; setting them sets them there.

    Raises
    ------
    UsageError
        For an argument, column or source it does not have, or a query that cannot be read.
    NotFoundError
        For an experiment there is not, or a query that finds nothing and names what no run has.
    """

    view = "RunTable"

    # -- public traits -------------------------------------------------------------------------------------------
    columns = traitlets.List(traitlets.Unicode(), help="Columns shown, in order.").tag(sync=True)
    sort = traitlets.List(traitlets.Dict(), help="Sort keys, the first counts most.").tag(sync=True)
    height = traitlets.Int(HEIGHT, help="The most it takes, in pixels.").tag(sync=True)

    def __init__(
        self,
        source: Any = None,
        *,
        query: str = "",
        filters: Sequence[Mapping[str, Any]] = (),
        columns: Sequence[str] | None = None,
        sort: SortKeys = None,
        filter: str = "",  # noqa: A002 - the word users look for
        selected: Sequence[str] = (),
        baseline: str = "",
        height: int | None = None,
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
        frame = selection.runs
        super().__init__(
            selection,
            columns=encoding.default_columns(frame) if columns is None else _checked(columns, frame),
            sort=_sort_keys(sort, frame),
            height=HEIGHT if height is None else int(height),
        )

    # -- data ----------------------------------------------------------------------------------------------------
    @property
    def df(self) -> pd.DataFrame:
        """The selected rows; without a selection those the filters keep, in the order shown."""
        return self.selection.df if self.selected else self._shown()

    def _shown(self) -> pd.DataFrame:
        frame = self.selection.passing
        keys = [(str(key["column"]), bool(key.get("descending"))) for key in self.sort]
        keys = [(name, descending) for name, descending in keys if name in frame.columns]
        for name, descending in reversed(keys):
            frame = frame.sort_values(name, ascending=not descending, kind="stable", na_position="last")
        return frame.reset_index(drop=True)

    # -- static form ---------------------------------------------------------------------------------------------
    def static_html(self) -> str:
        """Return the first rows as an HTML table."""
        return self._static_runs().html()

    def static_text(self) -> str:
        """Return the first rows as text."""
        return self._static_runs().text()

    def _static_runs(self) -> StaticRuns:
        header = self.selection.header
        described = {column["name"]: column for column in header["columns"] if column["kind"] != "run"}
        columns = [described[name] for name in self.columns if name in described]
        title = " · ".join(part for part in (header["title"], self.query) if part)
        return StaticRuns(self._shown(), columns, title, header["empty"], header["missing"])


def _checked(names: Sequence[str], frame: pd.DataFrame) -> list[str]:
    if isinstance(names, str):
        raise UsageError("columns takes a list of names.", f"Write columns=[{names!r}].")
    known = [str(name) for name in frame.columns]
    for name in names:
        if name not in known and len(frame):
            raise UsageError(f"There is no column {name!r}.", did_you_mean(name, known))
    return list(names)


def _sort_keys(sort: SortKeys, frame: pd.DataFrame) -> list[dict[str, Any]]:
    entries: list[Any] = [sort] if isinstance(sort, str) else list(sort or ())
    keys = [_sort_key(entry) for entry in entries]
    _checked([key["column"] for key in keys], frame)
    return keys


def _sort_key(entry: str | Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(entry, str):
        return {"column": entry.removeprefix("-"), "descending": entry.startswith("-")}
    return {"column": str(entry["column"]), "descending": bool(entry.get("descending"))}
