"""`Importance`: which parameters move a metric."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import traitlets

from sm_track_widgets._errors import TrackError, UsageError, did_you_mean
from sm_track_widgets.charts.static_importance import importance_html, importance_text
from sm_track_widgets.reading.importance import columns
from sm_track_widgets.reading.importance.measure import Measured, measured
from sm_track_widgets.reading.table.table import STATISTICS
from sm_track_widgets.widgets import assets
from sm_track_widgets.widgets.base import SmWidget, reject_unknown
from sm_track_widgets.widgets.table_source import table_source

if TYPE_CHECKING:
    import pandas as pd

NOTHING = 'No run has a metric yet. Log one with run.log_metric("auc", 0.9).'
Asked = tuple[str, str, str]
"""Target, statistic, query."""
QUERY = 2


class Importance(SmWidget):
    """Bars of how much each parameter matters for a metric.

    Two measures stand side by side. Importance: by how much a random forest predicts runs it has not seen worse when
    the parameter is shuffled among them; it finds any relation, also one with other parameters. Correlation: of the
    ranks of parameter and metric; it says which way.

    Parameters
    ----------
    source
        Name of an experiment; None for all runs; a DataFrame such as `runs` gives; a function that returns one; or
        the SDK's ExperimentAnalytics.
    target
        The metric that is explained; None: the first of them.
    stat
        Which of its values counts: ``"last"``, ``"min"``, ``"max"``, ``"avg"``, ``"std"`` or ``"count"``.
    query
        Only runs for which it holds, see ``docs/query.md``.
    method
        ``"forest"`` needs scikit-learn; ``"correlation"`` leaves the forest out; None: with it where it can be had.
    title
        Heading; default: the experiment's name.

    Attributes
    ----------
    target, stat, query
        Can be set; what is shown follows.
    selected
        Names of the parameters that are selected in the page; can be set.

    Raises
    ------
    UsageError
        For an argument, statistic, method or source it does not have, or a query that cannot be read.
    NotFoundError
        For an experiment or a metric there is not.
    """

    view = "Importance"
    _esm = assets.esm("detail")

    # -- public traits -------------------------------------------------------------------------------------------
    target = traitlets.Unicode("", help="The metric that is explained.").tag(sync=True)
    stat = traitlets.Enum(tuple(STATISTICS), "last", help="Which of its values counts.").tag(sync=True)
    query = traitlets.Unicode("", help="Query that the runs satisfy.").tag(sync=True)
    selected = traitlets.List(traitlets.Unicode(), help="Names of the selected parameters.").tag(sync=True)

    # -- internal traits -----------------------------------------------------------------------------------------
    _result = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        source: Any = None,
        target: str | None = None,
        *,
        stat: str = "last",
        query: str = "",
        method: str | None = None,
        title: str | None = None,
        **unknown: Any,
    ) -> None:
        reject_unknown(type(self), unknown)
        found = table_source(source)
        self._source = found if title is None else replace(found, title=title)
        self._method = method
        self._named = repr(source) if source is None or isinstance(source, str) else "source"
        self._frame, self._read_for = self._read(query.strip()), query.strip()
        asked = (self._first() if target is None else target, stat, self._read_for)
        self._found = self._measured(asked)
        self._asked = asked
        super().__init__(target=asked[0], stat=stat, query=asked[2], _result=self._described())

    # -- data ----------------------------------------------------------------------------------------------------
    @property
    def df(self) -> pd.DataFrame:
        """One row per parameter, the most important first: ``parameter, importance, std, correlation, n, kind``.

        ``importance`` is the drop of the forest's R², NaN without a forest; ``correlation`` of a ``kind`` that is
        ``"category"`` is the correlation ratio, which has no sign.
        """
        frame = self._found.frame()
        frame.attrs.update(score=self._found.score, runs=self._found.runs, left_out=self._found.left_out)
        return frame

    def to_code(self) -> str:
        """Return the Python that makes this view."""
        target, stat, query = self._asked
        more = f", stat={stat!r}" if stat != "last" else ""
        more += f", query={query!r}" if query else ""
        more += f", method={self._method!r}" if self._method else ""
        return f"Importance({self._named}, {target!r}{more})"

    def refresh(self) -> None:
        """Read the runs again and measure anew."""
        self._show(self._asked, again=True)

    def _show(self, asked: Asked, *, again: bool = False) -> None:
        frame = self._frame
        if again or asked[2] != self._read_for:
            frame = self._read(asked[2])
        before, self._frame = self._frame, frame
        asked = (asked[0] or self._first(), *asked[1:])
        try:
            found = self._measured(asked)
        except TrackError:
            self._frame = before
            raise
        self._found, self._asked, self._read_for = found, asked, asked[2]
        self.push(target=asked[0], stat=asked[1], query=asked[2], _result=self._described())
        self.update_static()

    @traitlets.validate("target", "stat", "query")
    def _measure_for(self, proposal: Any) -> str:
        """Measure before a trait has its new value: one that is wrong changes nothing."""
        place = ("target", "stat", "query").index(proposal["trait"].name)
        value = str(proposal["value"])
        value = value.strip() if place == QUERY else value  # a metric's name may end in a blank
        if value != self._asked[place]:
            asked = list(self._asked)
            asked[place] = value
            self._show((asked[0], asked[1], asked[2]))
        return value

    def _read(self, query: str) -> pd.DataFrame:
        return columns.runs_frame(self._source.read(query))

    def _first(self) -> str:
        return next(iter(columns.targets(self._frame)), "")

    def _measured(self, asked: Asked) -> Measured:
        if not asked[0]:  # there is no metric at all; a statistic is checked all the same
            if asked[1] not in STATISTICS:
                hint = did_you_mean(asked[1], STATISTICS) or f"There are: {', '.join(STATISTICS)}."
                raise UsageError(f"There is no statistic {asked[1]!r}.", hint)
            return Measured("", asked[1], of=len(self._frame), notes=[NOTHING])
        return measured(self._frame, asked[0], asked[1], self._method)

    # -- messages ------------------------------------------------------------------------------------------------
    def on_message(self, content: dict[str, Any], buffers: list[Any]) -> None:
        """Answer the view's ``measure``: another target or statistic, or the same once more."""
        del buffers
        if content.get("type") != "measure":
            return
        error = ""
        asked = (
            str(content.get("target", self._asked[0])),
            str(content.get("stat", self._asked[1])),
            self._asked[2],
        )
        try:
            self._show(asked, again=bool(content.get("again")))
        except TrackError as problem:
            error = str(problem)
        self.send({"type": "measured", "error": error})

    def _described(self) -> dict[str, Any]:
        found = self._found
        rows = [
            {
                "name": one.name,
                "kind": one.kind,
                "importance": _finite(one.importance),
                "std": _finite(one.std),
                "correlation": _finite(one.correlation),
                "n": one.n,
            }
            for one in found.rows
        ]
        return {
            "title": self._source.title,
            "headline": found.headline(),
            "forest": found.score is not None,
            "rows": rows,
            "notes": found.notes,
            "left_out": [{"name": name, "why": why} for name, why in found.left_out.items()],
            "targets": columns.targets(self._frame),
            "again": self._source.again,
        }

    # -- static form ---------------------------------------------------------------------------------------------
    def static_html(self) -> str:
        """Return the bars as an HTML table."""
        return importance_html(self._found, self.heading())

    def static_text(self) -> str:
        """Return the bars as text."""
        return importance_text(self._found, self.heading())

    def in_page(self) -> dict[str, Any]:
        """Return what is different in a saved page: there it cannot be measured anew."""
        return {"_result": {**self._result, "again": False}}

    def heading(self) -> str:
        """Return the experiment, what is explained and the query."""
        target, stat, query = self._asked
        what = target if stat == "last" else f"{target} {stat}"
        moves = f"what moves {what}" if target else ""
        return " · ".join(part for part in (self._source.title, moves, query) if part)


def _finite(value: float) -> float | None:
    return None if math.isnan(value) else value
