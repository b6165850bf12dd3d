"""`RunTable`: runs in a table that sorts, filters and selects in the page."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import traitlets

from sm_track_widgets._errors import TrackError, UsageError, did_you_mean
from sm_track_widgets.widgets import columns as encoding
from sm_track_widgets.widgets.base import SmWidget, reject_unknown
from sm_track_widgets.widgets.pump import PUMP
from sm_track_widgets.widgets.static_runs import StaticRuns
from sm_track_widgets.widgets.table_source import matching, table_source

if TYPE_CHECKING:
    import pandas as pd

HEIGHT = 400
LEAST_REFRESH = 1.0
NO_SUCH = {"text": "No run satisfies the query.", "code": ""}
SortKeys = str | Sequence[str] | Sequence[Mapping[str, Any]] | None


class RunTable(SmWidget):
    """A table of runs.

    Parameters
    ----------
    source
        Name of an experiment; None for all runs; a DataFrame such as `runs` gives; a function that returns one; or
        the SDK's ExperimentAnalytics.
    columns
        Names of the columns shown, in order; the run's name always comes first. Default: state, times, parameters
        that differ and metrics.
    sort
        A column, ``"-column"`` for the largest first, or several of them.
    query
        Only runs for which it holds, in the filter language: ``"metrics.auc.max > 0.9 AND params.depth IN (4, 6)"``,
        see ``docs/query.md``. It can be changed in the page.
    filter
        Text: of those, only runs whose name or texts hold each of its words.
    height
        The most it takes, in pixels.
    title
        Heading; default: the experiment's name.
    refresh
        Read again every so many seconds, at least 1; None: when asked.

    Attributes
    ----------
    columns, sort, query, filter, selected, height
        Follow the page and can be set. `sort` is a list of ``{"column": ..., "descending": ...}``, `selected` one of
        run names.

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
    query = traitlets.Unicode("", help="Query that the runs satisfy.").tag(sync=True)
    filter = traitlets.Unicode("", help="Text filter.").tag(sync=True)
    selected = traitlets.List(traitlets.Unicode(), help="Names of the selected runs.").tag(sync=True)
    height = traitlets.Int(HEIGHT, help="The most it takes, in pixels.").tag(sync=True)

    # -- internal traits -----------------------------------------------------------------------------------------
    _header = traitlets.Dict().tag(sync=True)
    _data = traitlets.Bytes(b"").tag(sync=True)

    def __init__(
        self,
        source: Any = None,
        *,
        query: str = "",
        columns: Sequence[str] | None = None,
        sort: SortKeys = None,
        filter: str = "",  # noqa: A002 - the word users look for
        height: int | None = None,
        title: str | None = None,
        refresh: float | None = None,
        **unknown: Any,
    ) -> None:
        reject_unknown(type(self), unknown)
        found = table_source(source)
        self._source = found if title is None else replace(found, title=title)
        self._queried = query.strip()
        self._frame = self._source.read(self._queried)
        self._every = None if refresh is None else max(float(refresh), LEAST_REFRESH)
        self._next = time.time() + (self._every or 0.0)
        header, data = self._encoded()
        super().__init__(
            columns=encoding.default_columns(self._frame) if columns is None else self._checked(columns),
            sort=self._sort_keys(sort),
            query=self._queried,
            filter=filter,
            height=HEIGHT if height is None else int(height),
            _header=header,
            _data=data,
        )
        if self._every is not None and self._source.again:
            PUMP.add(self)

    # -- data ----------------------------------------------------------------------------------------------------
    @property
    def df(self) -> pd.DataFrame:
        """The selected rows; without a selection those the filter keeps, in the order shown."""
        if self.selected:
            wanted, table = set(self.selected), cast("Any", self._frame)
            return table[[name in wanted for name in encoding.run_names(table)]].reset_index(drop=True)
        return self._shown()

    def _shown(self) -> pd.DataFrame:
        frame = matching(self._frame, self.filter)
        keys = [(str(key["column"]), bool(key.get("descending"))) for key in self.sort]
        keys = [(name, descending) for name, descending in keys if name in frame.columns]
        for name, descending in reversed(keys):
            frame = frame.sort_values(name, ascending=not descending, kind="stable", na_position="last")
        return frame.reset_index(drop=True)

    @traitlets.validate("query")
    def _read_for(self, proposal: Any) -> str:
        """Read the runs of a query before it becomes the table's: one that cannot be read changes nothing."""
        text = str(proposal["value"]).strip()
        if text != self._queried:
            frame = self._source.read(text)
            self._queried = text
            self._show(frame)
        return text

    def refresh(self) -> None:
        """Read the runs again; scroll position, sorting and selection stay."""
        self._show(self._source.read(self._queried))

    def _show(self, frame: pd.DataFrame) -> None:
        self._frame = frame
        header, data = self._encoded()
        self.push(_header=header, _data=data)
        self.update_static()

    def tick(self, now: float) -> bool:
        """Read again when it is time to; always wants more."""
        if now >= self._next and self._every is not None:
            self._next = now + self._every
            self._answer_refresh()
        return True

    def close(self) -> None:
        """Take the widget out of the page and stop refreshing."""
        PUMP.remove(self)
        super().close()

    def on_message(self, content: dict[str, Any], buffers: list[Any]) -> None:
        """Answer the view's ``refresh``, and its ``query``."""
        del buffers
        if content.get("type") == "refresh":
            self._answer_refresh()
        elif content.get("type") == "query":
            self._answer_query(str(content.get("text", "")))

    def _answer_query(self, text: str) -> None:
        told: dict[str, Any] = {"type": "queried", "error": "", "column": 0}
        try:
            self.query = text
        except TrackError as problem:
            told |= {"error": str(problem), "column": getattr(problem, "column", 0)}
        self.send(told)

    def _answer_refresh(self) -> None:
        error = ""
        try:
            self.refresh()
        except TrackError as problem:
            error = str(problem)
        self.send({"type": "refreshed", "error": error})

    def _encoded(self) -> tuple[dict[str, Any], bytes]:
        header, data = encoding.encode(self._frame)
        extra = {
            "title": self._source.title,
            "again": self._source.again,
            "fetched": time.time(),
            "missing": str(self._frame.attrs.get("missing", "")),
            "empty": NO_SUCH if self._queried else self._source.empty,
        }
        return {**header, **extra}, data

    def _checked(self, names: Sequence[str]) -> list[str]:
        if isinstance(names, str):
            raise UsageError("columns takes a list of names.", f"Write columns=[{names!r}].")
        known = [str(name) for name in self._frame.columns]
        for name in names:
            if name not in known and len(self._frame):
                raise UsageError(f"There is no column {name!r}.", did_you_mean(name, known))
        return list(names)

    def _sort_keys(self, sort: SortKeys) -> list[dict[str, Any]]:
        entries: list[Any] = [sort] if isinstance(sort, str) else list(sort or ())
        keys = [_sort_key(entry) for entry in entries]
        self._checked([key["column"] for key in keys])
        return keys

    # -- static form ---------------------------------------------------------------------------------------------
    def static_html(self) -> str:
        """Return the first rows as an HTML table."""
        return self._static_runs().html()

    def static_text(self) -> str:
        """Return the first rows as text."""
        return self._static_runs().text()

    def _static_runs(self) -> StaticRuns:
        described = {column["name"]: column for column in self._header["columns"] if column["kind"] != "run"}
        columns = [described[name] for name in self.columns if name in described]
        header = self._header
        title = " · ".join(part for part in (self._source.title, self._queried) if part)
        return StaticRuns(self._shown(), columns, title, header["empty"], header["missing"])


def _sort_key(entry: str | Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(entry, str):
        return {"column": entry.removeprefix("-"), "descending": entry.startswith("-")}
    return {"column": str(entry["column"]), "descending": bool(entry.get("descending"))}
