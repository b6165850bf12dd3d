"""`MetricChart`: metrics of runs over steps or time, live while runs of this process are open."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, get_args

import traitlets
from ipywidgets import widget_serialization

from sm_track_widgets._errors import TrackError, UsageError, did_you_mean
from sm_track_widgets._names import lower_is_better
from sm_track_widgets.reading.curves import Edges
from sm_track_widgets.reading.files.target import write_text
from sm_track_widgets.reading.smoothing import Kind
from sm_track_widgets.tracking.registry import open_runs
from sm_track_widgets.widgets import assets, static_chart
from sm_track_widgets.widgets.base import SmWidget, reject_unknown
from sm_track_widgets.widgets.chart_detail import detail
from sm_track_widgets.widgets.chart_live import LiveLines, follow_runs, forget
from sm_track_widgets.widgets.chart_selection import drawn, metrics_of, selection_in, selection_source
from sm_track_widgets.widgets.chart_source import ChartSource, Want, chart_source, check_x, is_shown
from sm_track_widgets.widgets.linked import observe_weakly
from sm_track_widgets.widgets.pump import PUMP
from sm_track_widgets.widgets.selection.selection import Selection
from sm_track_widgets.widgets.series_wire import encode, finest, from_points

HEIGHT = 220
LEAST_REFRESH = 1.0
MOST_SMOOTH = 0.99
KINDS: tuple[str, ...] = get_args(Kind)
EDGES: tuple[str, ...] = get_args(Edges)
METRICS_NAMED = 3


class MetricChart(SmWidget):
    """Lines of metrics, one panel for each.

    Parameters
    ----------
    metrics
        A metric's name or several; None for all but the machine's, ``system/...``.
    source
        Name of an experiment, a DataFrame of `metrics` or of `runs`, or the SDK's ExperimentAnalytics; or a
        `Selection` or another view of one: then the picked runs are drawn and the best of those that satisfy the
        filters, and the chart follows both.
    experiment
        Name of an experiment, where no source is given; None for all.
    runs
        Only these runs, by name.
    x
        ``"step"``, ``"time"``, ``"relative"``: time since the run's first point, or the name of another metric: its
        value at the same step.
    smooth, smooth_kind
        How much, and how: ``"ema"``, the weight of what came before, 0 to 0.99; ``"mean"``, the window in points;
        ``"gauss"``, the standard deviation in points. The values themselves stay, faint.
    log_x, log_y
        Logarithmic axes.
    band
        Draw the mean of runs and how far they lie apart: of ``"all"``, or of runs alike in a column of
        `sm_track_widgets.runs`: ``"group"``, ``"params.depth"``.
    edges
        Of the band: ``"range"``, from the smallest to the largest value, or ``"deviation"``, a standard deviation to
        either side.
    ignore_outliers
        Let y go from the 1st to the 99th percentile of what is shown.
    height
        Of a panel's plot, in pixels.
    refresh
        Read again every so many seconds, at least 1; None: only runs that are open in this process move.

    Attributes
    ----------
    x, smooth, smooth_kind, log_x, log_y, band, edges, ignore_outliers, hidden, domain
        Follow the page and can be set. `hidden` is a list of run names, `domain` the zoomed range of x or None.

    Raises
    ------
    UsageError
        For an argument or a source it does not have.
    NotFoundError
        When there is no such experiment, run or metric.
    """

    view = "MetricChart"
    _esm = assets.esm("plots")
    saved_as = (".html", ".svg", ".json")
    _trouble = ""
    _drawn: Sequence[str] = ()

    # -- public traits -------------------------------------------------------------------------------------------
    x = traitlets.Unicode("step", help="What x is: step, time, relative, or a metric.").tag(sync=True)
    log_x = traitlets.Bool(default_value=False, help="Logarithmic x.").tag(sync=True)
    log_y = traitlets.Bool(default_value=False, help="Logarithmic y.").tag(sync=True)
    smooth = traitlets.Float(0.0, min=0.0, help="How much is smoothed; 0: not at all.").tag(sync=True)
    smooth_kind = traitlets.Enum(KINDS, "ema", help="How it is smoothed.").tag(sync=True)
    band = traitlets.Unicode(help="What runs are averaged by; empty: they are not.").tag(sync=True)
    edges = traitlets.Enum(EDGES, "range", help="Edges of the band around a mean.").tag(sync=True)
    ignore_outliers = traitlets.Bool(default_value=False, help="Whether y leaves outliers out.").tag(
        sync=True
    )
    hidden = traitlets.List(traitlets.Unicode(), help="Runs that are not drawn.").tag(sync=True)
    domain = traitlets.List(
        traitlets.Float(), None, allow_none=True, help="Range of x that is shown; None for all."
    ).tag(sync=True)
    height = traitlets.Int(HEIGHT, help="Height of a plot, in pixels.").tag(sync=True)

    # -- internal traits -----------------------------------------------------------------------------------------
    _selection = traitlets.Instance(Selection, None, allow_none=True).tag(sync=True, **widget_serialization)
    _spec = traitlets.Dict().tag(sync=True)
    _series = traitlets.Dict().tag(sync=True)
    _points = traitlets.Bytes(b"").tag(sync=True)
    _live = traitlets.Dict().tag(sync=True)
    _live_points = traitlets.Bytes(b"").tag(sync=True)
    _chunk = traitlets.Bytes(b"").tag(sync=True)
    _chunk_hash = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        metrics: str | Sequence[str] | None = None,
        source: Any = None,
        *,
        experiment: str | None = None,
        runs: Sequence[str] | None = None,
        x: str = "step",
        smooth: float = 0.0,
        smooth_kind: str = "ema",
        log_x: bool = False,
        log_y: bool = False,
        band: str | None = None,
        edges: str = "range",
        ignore_outliers: bool = False,
        height: int | None = None,
        refresh: float | None = None,
        **unknown: Any,
    ) -> None:
        reject_unknown(type(self), unknown)
        _check(smooth, smooth_kind, edges)
        self._metrics = [metrics] if isinstance(metrics, str) else None if metrics is None else list(metrics)
        selection = selection_in(source)
        self._source = self._sourced(source, selection, experiment, _listed(runs))
        self._lines = self._source.read(Want(x, band or ""), selection is None)
        self._open = LiveLines(self._source.follows, self._metrics)
        self._every = None if refresh is None else max(float(refresh), LEAST_REFRESH)
        self._next = time.time() + (self._every or 0.0)
        super().__init__(
            smooth=float(smooth),
            smooth_kind=smooth_kind,
            log_x=log_x,
            log_y=log_y,
            edges=edges,
            ignore_outliers=ignore_outliers,
            height=HEIGHT if height is None else int(height),
            _selection=selection,
            **self._first_state(x),
        )
        self._live_on()

    def _live_on(self) -> None:
        """Begin to move with open runs, and with the clock where that is asked for."""
        follow_runs(self)
        if self._every is not None:
            PUMP.add(self)

    def _sourced(
        self, source: Any, selection: Selection | None, experiment: str | None, runs: list[str] | None
    ) -> ChartSource:
        """Return how to read what is drawn; of a selection, the chart follows it."""
        if selection is None:
            return chart_source(source, experiment, self._metrics, runs)
        if experiment is not None or runs is not None:
            name = selection.source.title or "the selection"
            raise UsageError(
                f"Which runs are drawn is picked in {name}.", "Set selected there, or leave source out."
            )
        self._metrics = self._metrics or metrics_of(selection)
        self._drawn = drawn(selection, self._metrics)
        observe_weakly(selection, self._picked, ["selected", "filters", "filter", "baseline", "_header"])
        return selection_source(selection, self._metrics)

    # -- data ----------------------------------------------------------------------------------------------------
    def refresh(self) -> None:
        """Read the points again; zoom and choices stay."""
        self._read(fresh=True)

    def _read(self, *, fresh: bool = False) -> None:
        """Read what is drawn now; where it is not to be `fresh`, of the runs as they were read last."""
        want, drawn_now = self._want, self._drawn
        lines = self._source.read(want, fresh)
        if (want, drawn_now) != (self._want, self._drawn):
            return  # Something else was asked for meanwhile, and has been read by whoever asked.
        self._lines = lines
        self._open.take_names(self._lines, want.metric)
        live, live_points = self._open.encode()
        described, points = self._encoded(want)
        self.push(_series=described, _points=points, _live=live, _live_points=live_points)
        self.update_static()

    def _picked(self, change: Any) -> None:
        """Read the lines of the runs that are drawn now, where these are others or have been read again."""
        wanted = drawn(change["owner"], self._metrics or [])
        if wanted == self._drawn and change["name"] != "_header":
            return
        self._drawn = wanted
        try:
            self._read()
        except TrackError as error:
            self._say(str(error))

    @property
    def _want(self) -> Want:
        return Want(str(self.x), str(self.band))

    @traitlets.validate("x")
    def _valid_x(self, proposal: Any) -> str:
        check_x(proposal["value"], [*self._lines.known, *self._open.names()])
        return str(proposal["value"])

    @traitlets.validate("band")
    def _valid_band(self, proposal: Any) -> str:
        """Take a column's short form for the column, and refuse what is none."""
        want = Want(str(self.x), str(proposal["value"]))
        if want.band == self._lines.band or self._lines.serves(replace(want, x="step")):
            return want.band
        return self._source.read(want, False).band  # noqa: FBT003 - see ChartSource

    @traitlets.observe("x", "band")
    def _wants_other(self, _: Any) -> None:
        """Read what the points so far do not tell: their times, another metric, groups."""
        if self._lines.serves(self._want):
            self._say("")
            return
        try:
            self._read()
        except TrackError as error:
            self._say(str(error))

    def _say(self, trouble: str) -> None:
        """Let the page say why something could not be read."""
        if trouble != self._trouble:
            self._trouble = trouble
            self.push(_series={**self._series, "trouble": trouble})

    def tick(self, now: float) -> bool:
        """Push what open runs have logged; False when none is open and nothing is to be read again."""
        more = self._open.active(open_runs())
        if self._open.changed():
            live, points = self._open.encode()
            self.push(_live=live, _live_points=points)
        if not more:
            self.update_static()
        if self._every is not None and now >= self._next:
            self._next = now + self._every
            try:
                self.refresh()
            except TrackError:
                return True  # What was read before stays; the next round tries again.
        return more or self._every is not None

    def close(self) -> None:
        """Take the widget out of the page and stop updating it."""
        forget(self)
        super().close()

    def on_message(self, content: dict[str, Any], buffers: list[Any]) -> None:
        """Answer ``need_chunk`` and ``detail``."""
        del buffers
        if content.get("type") == "need_chunk":
            self.send({"type": "chunk"}, [assets.chunk()])
        elif content.get("type") == "detail":
            answer = detail(content, self._lines)
            if answer is not None:
                self.send({"type": "detail", "id": content["id"], "series": answer[0]}, [answer[1]])

    def _save(self, file: Path, theme: str | None, title: str | None) -> Path:
        """Write ``.svg``, or ``.json``: the Vega-Lite specification with the data; or a page."""
        if file.suffix.lower() == ".html":
            return super()._save(file, theme, title)
        form = self._static_form()
        write_text(file, form.svg() if file.suffix.lower() == ".svg" else form.spec_json())
        return file

    def heading(self) -> str:
        """Return the experiment and the metrics."""
        names = ", ".join(self._series.get("metrics", [])[:METRICS_NAMED])
        return " · ".join(part for part in (self._source.title, names) if part)

    def _first_state(self, x: str) -> dict[str, Any]:
        """Return x and band, and the internal traits: specification, series as read and of open runs, Vega."""
        want = Want(x, self._lines.band)
        described, points = self._encoded(want)
        self._open.take_names(self._lines, want.metric)
        self._open.active(open_runs())
        live, live_points = self._open.encode()
        return {
            "x": want.x,
            "band": want.band,
            "_spec": static_chart.named_spec(),
            "_series": described,
            "_points": points,
            "_live": live,
            "_live_points": live_points,
            "_chunk": assets.first_chunk(),
            "_chunk_hash": assets.chunk_hash(),
        }

    def _encoded(self, want: Want) -> tuple[dict[str, Any], bytes]:
        lines, origins = self._lines, self._lines.origins()
        most = finest(len(lines.series))
        wires = [
            from_points(one, mark, origins.get(one.run, 0.0), most)
            for one, mark in zip(lines.series, lines.marks, strict=True)
        ]
        headers, data = encode(wires)
        metrics = self._metrics or list(dict.fromkeys(one.metric for one in lines.series))
        self._trouble = ""
        told = {
            "title": self._source.title,
            "best": {name: "min" if lower_is_better(name) else "max" for name in metrics},
            "empty": {"text": "No points yet. Log some with", "code": 'run.log_metric("loss", 0.5, step=1)'},
            "x_metrics": lines.known,
            "only_x": self._only_x(want),
            "groups": lines.groups,
            "lacks": lines.lacks,
            "trouble": self._trouble,
        }
        return {"metrics": metrics, "series": headers, **told}, data

    def _only_x(self, want: Want) -> list[str]:
        """Return the metric that is read for x alone."""
        return [want.metric] if want.metric is not None and not is_shown(want.metric, self._metrics) else []

    # -- static form ---------------------------------------------------------------------------------------------
    def static_html(self) -> str:
        """Return one SVG for each metric."""
        return self._static_form().html()

    def static_text(self) -> str:
        """Return the last value of each line as text."""
        return self._static_form().text()

    def _static_form(self) -> static_chart.StaticChart:
        names = {one.name for one in fields(static_chart.Look)}
        look = static_chart.Look(**{name: getattr(self, name) for name in names})
        return static_chart.StaticChart(self._open.merged(self._lines), look, self._only_x(self._want))


def _check(smooth: float, kind: str, edges: str) -> None:
    for name, given, known in (("smooth_kind", kind, KINDS), ("edges", edges, EDGES)):
        if given not in known:
            hint = did_you_mean(str(given), known)
            raise UsageError(f"{name} is {' or '.join(map(repr, known))}, not {given!r}.", hint)
    if kind == "ema" and not 0 <= smooth <= MOST_SMOOTH:
        window = 'A window in points goes with smooth_kind="mean".'
        raise UsageError(f"smooth lies between 0 and {MOST_SMOOTH}, not at {smooth!r}.", window)
    if not 0 <= smooth < math.inf:
        raise UsageError(f"smooth is a number of points, 0 or more, not {smooth!r}.")


def _listed(runs: Sequence[str] | None) -> list[str] | None:
    if isinstance(runs, str):
        raise UsageError("runs takes a list of names.", f"Write runs=[{runs!r}].")
    return None if runs is None else list(runs)
