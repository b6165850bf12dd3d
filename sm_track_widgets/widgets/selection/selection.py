"""`Selection`: the one state that linked views share."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import anywidget
import numpy as np
import traitlets

from sm_track_widgets._errors import TrackError
from sm_track_widgets.reading.query import parse
from sm_track_widgets.reading.query.nodes import Some
from sm_track_widgets.widgets import columns as encoding
from sm_track_widgets.widgets.base import reject_unknown
from sm_track_widgets.widgets.pump import PUMP
from sm_track_widgets.widgets.selection import code, query_text
from sm_track_widgets.widgets.selection.filters import Filter, Mask, checked
from sm_track_widgets.widgets.selection.rows import Rows
from sm_track_widgets.widgets.selection.splitting import split
from sm_track_widgets.widgets.table_source import TableSource, table_source

if TYPE_CHECKING:
    import pandas as pd

LEAST_REFRESH = 1.0
NO_SUCH = {"text": "No run satisfies the query.", "code": ""}


class Selection(anywidget.AnyWidget):
    """Runs with the filters on them, and which of them are picked; views made from one `Selection` follow each other.

    Shows nothing by itself. Every view makes one of its own when it is not given one.

    Parameters
    ----------
    source
        Name of an experiment; None for all runs; a DataFrame such as `runs` gives; a function that returns one; or
        the SDK's ExperimentAnalytics.
    query
        Only runs for which it holds, in the filter language of ``docs/query.md``.
    filters
        Filters on single columns, besides: ``{"column": "params.lr", "low": 0.01, "high": None}`` or
        ``{"column": "params.kind", "values": ["a", None]}``, None for runs that have no such value.
    filter
        Text: of those, only runs whose name or texts hold each of its words.
    selected
        Names of the runs that are picked.
    baseline
        Name of the run that others are compared with.
    title
        Heading of the views; default: the experiment's name.
    refresh
        Read again every so many seconds, at least 1; None: when asked.

    Attributes
    ----------
    query
        All of it as one query, with the filters and the text. When it is set, the page filters by what it can do by
        itself, and the runs are read for the rest.
    filters, filter, selected, hidden, baseline
        Follow the page and can be set; `hidden` are names of runs that charts leave out. Observers are called once
        for each gesture.

    Raises
    ------
    UsageError
        For an argument, column or source it does not have, or a query that cannot be read.
    NotFoundError
        For an experiment there is not, or a query that finds nothing and names what no run has.
    """

    _esm = "export default {};"

    # -- public traits -------------------------------------------------------------------------------------------
    query = traitlets.Unicode("", help="Everything that the runs satisfy, as a query.")
    filters = traitlets.List(traitlets.Dict(), help="Filters on single columns.").tag(sync=True)
    filter = traitlets.Unicode("", help="Text filter.").tag(sync=True)
    selected = traitlets.List(traitlets.Unicode(), help="Names of the picked runs.").tag(sync=True)
    hidden = traitlets.List(traitlets.Unicode(), help="Names of runs that charts leave out.").tag(sync=True)
    baseline = traitlets.Unicode("", help="Name of the run that others are compared with.").tag(sync=True)

    # -- internal traits -----------------------------------------------------------------------------------------
    _scope = traitlets.Unicode().tag(sync=True)
    _header = traitlets.Dict().tag(sync=True)
    _data = traitlets.Bytes(b"").tag(sync=True)

    def __init__(
        self,
        source: Any = None,
        *,
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
        found = table_source(source)
        self._source = found if title is None else replace(found, title=title)
        self._every = None if refresh is None else max(float(refresh), LEAST_REFRESH)
        self._next = time.time() + (self._every or 0.0)
        self._scoped = query.strip()
        self._pushing = threading.RLock()
        self._rows = Rows(self._source.read(self._scoped))
        header, data = self._encoded()
        super().__init__(
            filters=self._checked(filters),
            filter=filter,
            selected=list(selected),
            baseline=baseline,
            _scope=self._scoped,
            _header=header,
            _data=data,
        )
        self._saying = self._whole()
        self.set_trait("query", self._saying)
        self.observe(self._told, ["filters", "filter", "_scope", "_header"])
        self.on_msg(self._received)
        if self._every is not None and self._source.again:
            PUMP.add(self)

    # -- data ----------------------------------------------------------------------------------------------------
    @property
    def source(self) -> TableSource:
        """Where the runs come from."""
        return self._source

    @property
    def header(self) -> dict[str, Any]:
        """What the page is told of the runs: columns, title, what is missing; see `columns.encode`."""
        return self._header

    @property
    def rows(self) -> Rows:
        """The runs with their columns as the page has them."""
        return self._rows

    @property
    def runs(self) -> pd.DataFrame:
        """All runs that were read, filtered or not."""
        return self._rows.frame

    @property
    def df(self) -> pd.DataFrame:
        """The picked runs; where none is, those that satisfy the filters."""
        if not self.selected:
            return self.passing
        wanted = set(self.selected)
        return self._rows.where(np.array([name in wanted for name in self._rows.names], dtype=np.bool_))

    @property
    def passing(self) -> pd.DataFrame:
        """The runs that satisfy the filters, picked or not."""
        return self._rows.where(self.passing_mask)

    @property
    def passing_mask(self) -> Mask:
        """For each of `runs` whether it satisfies the filters."""
        return self._rows.passing(cast("list[Filter]", self.filters), self.filter)

    def to_code(self, kind: str = "python") -> str:
        """Return code that finds the runs that satisfy the filters.

        Parameters
        ----------
        kind
            ``"python"`` (one call of `runs`), ``"pandas"``, ``"search"`` (a SearchExpression for boto3,
            below a comment where it finds more runs than the query), ``"altair"``, or ``"query"`` for the query alone.

        Raises
        ------
        UsageError
            For any other kind.
        """
        found = code.Found(
            query=self.query,
            asked=_and(self._scoped, self._words()),
            filters=cast("list[Filter]", self.filters),
            kinds=self._kinds(),
            experiment=self._source.experiment,
            readable=self._source.named,
            axes=self._axes(),
            zoneless=self._rows.zoneless,
            flags=self._rows.flags,
        )
        return code.code(found, kind)

    def refresh(self) -> None:
        """Read the runs again; filters and picks stay."""
        asked = self._scoped
        frame = self._source.read(asked)
        with self._pushing:
            if asked == self._scoped:  # else another thread has read for another query meanwhile
                self._show(frame)

    def close(self) -> None:
        """Take it out of the page and stop refreshing."""
        PUMP.remove(self)
        super().close()

    def tick(self, now: float) -> bool:
        """Read again when it is time to; always wants more."""
        if now >= self._next and self._every is not None:
            self._next = now + self._every
            self._answer_refresh()
        return True

    def in_page(self) -> dict[str, Any]:
        """Return values of traits that are others in a saved page: there the runs cannot be read again."""
        return {"_header": {**self._header, "again": False}}

    # -- messages ------------------------------------------------------------------------------------------------
    def _received(self, _: Any, content: Any, __: list[Any]) -> None:
        """Answer the page's ``refresh``, ``query`` and ``code``."""
        if not isinstance(content, dict):
            return
        told = cast("dict[str, Any]", content)
        if told.get("type") == "refresh":
            self._answer_refresh()
        elif told.get("type") == "query":
            self._answer_query(str(told.get("text", "")))
        elif told.get("type") == "code":
            self._answer_code(str(told.get("kind", "")))

    def _answer_query(self, text: str) -> None:
        told: dict[str, Any] = {"type": "queried", "error": "", "column": 0}
        try:
            self.query = text
        except Exception as problem:  # noqa: BLE001 - see _problem
            told |= {"error": _problem(problem), "column": getattr(problem, "column", 0)}
        self.send(told)

    def _answer_refresh(self) -> None:
        error = ""
        try:
            self.refresh()
        except Exception as problem:  # noqa: BLE001 - see _problem
            error = _problem(problem)
        self.send({"type": "refreshed", "error": error})

    def _answer_code(self, kind: str) -> None:
        told: dict[str, Any] = {"type": "code", "kind": kind, "code": "", "error": ""}
        try:
            told["code"] = self.to_code(kind)
            told["left"] = code.unasked(self.query) if kind == "search" else ""
        except Exception as problem:  # noqa: BLE001 - see _problem
            told["error"] = _problem(problem)
        self.send(told)

    # -- state ---------------------------------------------------------------------------------------------------
    @traitlets.validate("query")
    def _ask(self, proposal: Any) -> str:
        """Read the runs of a query before it becomes the selection's: one that cannot be read changes nothing."""
        text = str(proposal["value"]).strip()
        if text in {self._saying, self._whole()}:
            return text
        parts = split(text, self._scoped, self._rows.splitting())
        frame = None if parts.rest == self._scoped else self._source.read(parts.rest)
        # Observers hear of it when all of it is there: each reads anew what it shows.
        with self._pushing, self.hold_sync(), self.hold_trait_notifications():
            self._scoped = parts.rest
            self.set_trait("_scope", parts.rest)
            if frame is not None:
                self._show(frame, parts.filters)
            self.filter = ""
            self.filters = parts.filters
        return self._whole()

    @traitlets.validate("filters")
    def _check(self, proposal: Any) -> list[Filter]:
        return self._checked(proposal["value"])

    def _checked(self, entries: Sequence[Mapping[str, Any]]) -> list[Filter]:
        return checked(entries, self._rows.columns)

    def _told(self, _: Any) -> None:
        """Let the query say it; another thread may filter meanwhile, and that is no query to take apart."""
        while self.query != (whole := self._whole()):
            self._saying = whole
            self.query = whole

    def _whole(self) -> str:
        """Return scope, filters and text as one query."""
        filters = cast("list[Filter]", self.filters)
        told = query_text.query_text(filters, self._rows.fields, self._kinds())
        return _and(self._scoped, told, self._words())

    def _words(self) -> str:
        return query_text.words_text(self.filter, self._rows.fields, self._rows.data) if self.filter else ""

    def _kinds(self) -> dict[str, str]:
        return {name: self._rows.data(name).kind for name in (one["column"] for one in self.filters)}

    def _axes(self) -> tuple[str, str]:
        """Return two columns for a chart: a number that was filtered by or a parameter, and a metric."""
        filtered = [str(one["column"]) for one in self.filters]
        names = [*filtered, *encoding.default_columns(self._rows.frame)]
        names = names or [encoding.name_column(self._rows.frame) or "run"]
        numbers = [name for name in names if self._rows.data(name).kind == "number"] or names
        x = next((name for name in numbers if not name.startswith("metrics.")), numbers[0])
        y = next((name for name in numbers if name.startswith("metrics.")), numbers[-1])
        return x, y

    def _show(self, frame: pd.DataFrame, filters: Sequence[Filter] | None = None) -> None:
        """Take other runs; what `filters` are on, those that there are by default, stays known."""
        kept = cast("list[Filter]", self.filters) if filters is None else filters
        self._rows = Rows(frame, self._rows.keeping(kept))
        header, data = self._encoded()
        with self._pushing, self.hold_sync():
            self.set_trait("_header", header)
            self.set_trait("_data", data)

    def _encoded(self) -> tuple[dict[str, Any], bytes]:
        frame = self._rows.frame
        header, data = self._rows.encoded()
        extra = {
            "title": self._source.title,
            "again": self._source.again,
            "fetched": time.time(),
            "missing": str(frame.attrs.get("missing", "")),
            "empty": NO_SUCH if self._scoped else self._source.empty,
        }
        return {**header, **extra}, data


def _problem(error: Exception) -> str:
    """Say in one line what went wrong: a source may be anybody's function, and the page waits for an answer."""
    if isinstance(error, TrackError):
        return str(error)
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def _and(*queries: str) -> str:
    """Join queries; one with an OR of its own is put in parentheses."""
    parts = [query for query in queries if query]
    if len(parts) < 2:  # noqa: PLR2004 - nothing to join
        return "".join(parts)
    return " AND ".join(_grouped(part) for part in parts)


def _grouped(query: str) -> str:
    tree = parse(query).tree
    return f"({query})" if isinstance(tree, Some) else query
