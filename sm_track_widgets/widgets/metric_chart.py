"""`MetricChart`: metrics of runs over steps or time, live while runs of this process are open."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import traitlets

from sm_track_widgets._errors import TrackError, UsageError
from sm_track_widgets._names import lower_is_better
from sm_track_widgets.tracking.registry import open_runs
from sm_track_widgets.widgets import assets, static_chart
from sm_track_widgets.widgets.base import SmWidget, reject_unknown
from sm_track_widgets.widgets.chart_detail import detail
from sm_track_widgets.widgets.chart_live import LiveLines, follow_runs, forget
from sm_track_widgets.widgets.chart_source import chart_source
from sm_track_widgets.widgets.pump import PUMP
from sm_track_widgets.widgets.series_wire import encode, finest, from_points

HEIGHT = 220
LEAST_REFRESH = 1.0
MOST_SMOOTH = 0.99
SAVED_AS = (".svg", ".json")


class MetricChart(SmWidget):
    """Lines of metrics, one panel for each.

    Parameters
    ----------
    metrics
        A metric's name or several; None for all but the machine's, ``system/...``.
    source
        Name of an experiment, a DataFrame of `metrics` or of `runs`, or the SDK's ExperimentAnalytics.
    experiment
        Name of an experiment, where no source is given; None for all.
    runs
        Only these runs, by name.
    x
        ``"step"``, ``"time"`` or ``"relative"``: time since the run's first point.
    smooth
        Weight of the exponential average, 0 to 0.99; the values themselves stay as a faint band.
    log_x, log_y
        Logarithmic axes.
    height
        Of a panel's plot, in pixels.
    refresh
        Read again every so many seconds, at least 1; None: only runs that are open in this process move.

    Attributes
    ----------
    x, smooth, log_x, log_y, hidden, domain
        Follow the page and can be set. `hidden` is a list of run names, `domain` the zoomed range of x or None.

    Raises
    ------
    UsageError
        For an argument or a source it does not have.
    NotFoundError
        When there is no such experiment, run or metric.
    """

    view = "MetricChart"

    # -- public traits -------------------------------------------------------------------------------------------
    x = traitlets.Enum(("step", "time", "relative"), "step", help="What x is.").tag(sync=True)
    log_x = traitlets.Bool(default_value=False, help="Logarithmic x.").tag(sync=True)
    log_y = traitlets.Bool(default_value=False, help="Logarithmic y.").tag(sync=True)
    smooth = traitlets.Float(0.0, min=0.0, max=MOST_SMOOTH, help="Weight of the average.").tag(sync=True)
    hidden = traitlets.List(traitlets.Unicode(), help="Runs that are not drawn.").tag(sync=True)
    domain = traitlets.List(
        traitlets.Float(), None, allow_none=True, help="Range of x that is shown; None for all."
    ).tag(sync=True)
    height = traitlets.Int(HEIGHT, help="Height of a plot, in pixels.").tag(sync=True)

    # -- internal traits -----------------------------------------------------------------------------------------
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
        log_x: bool = False,
        log_y: bool = False,
        height: int | None = None,
        refresh: float | None = None,
        **unknown: Any,
    ) -> None:
        reject_unknown(type(self), unknown)
        _check(x, smooth)
        self._metrics = [metrics] if isinstance(metrics, str) else None if metrics is None else list(metrics)
        self._source = chart_source(source, experiment, self._metrics, _listed(runs))
        self._lines = self._source.read()
        self._open = LiveLines(self._source.follows, self._metrics)
        self._every = None if refresh is None else max(float(refresh), LEAST_REFRESH)
        self._next = time.time() + (self._every or 0.0)
        super().__init__(
            x=x,
            smooth=float(smooth),
            log_x=log_x,
            log_y=log_y,
            height=HEIGHT if height is None else int(height),
            **self._first_state(),
        )
        follow_runs(self)
        if self._every is not None:
            PUMP.add(self)

    # -- data ----------------------------------------------------------------------------------------------------
    def refresh(self) -> None:
        """Read the points again; zoom and choices stay."""
        self._lines = self._source.read()
        self._open.take_names(self._lines)
        described, points = self._encoded()
        self.push(_series=described, _points=points)
        self.update_static()

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

    def save(self, path: str | Path) -> Path:
        """Write the chart as ``.svg``, or as ``.json``: its Vega-Lite specification with the data.

        Raises
        ------
        UsageError
            For any other ending.
        """
        file = Path(path)
        if file.suffix not in SAVED_AS:
            raise UsageError(f"A chart is saved as {' or '.join(SAVED_AS)}, not {file.name!r}.")
        form = self._static_form()
        file.write_text(form.svg() if file.suffix == ".svg" else form.spec_json(), encoding="utf-8")
        return file

    def _first_state(self) -> dict[str, Any]:
        """Return the internal traits: specification, series as read and as open runs have them, Vega's bundle."""
        described, points = self._encoded()
        self._open.take_names(self._lines)
        self._open.active(open_runs())
        live, live_points = self._open.encode()
        return {
            "_spec": static_chart.named_spec(),
            "_series": described,
            "_points": points,
            "_live": live,
            "_live_points": live_points,
            "_chunk": assets.first_chunk(),
            "_chunk_hash": assets.chunk_hash(),
        }

    def _encoded(self) -> tuple[dict[str, Any], bytes]:
        lines, origins = self._lines, self._lines.origins()
        most = finest(len(lines.series))
        wires = [
            from_points(one, mark, origins.get(one.run, 0.0), most)
            for one, mark in zip(lines.series, lines.marks, strict=True)
        ]
        headers, data = encode(wires)
        metrics = self._metrics or list(dict.fromkeys(one.metric for one in lines.series))
        best = {name: "min" if lower_is_better(name) else "max" for name in metrics}
        empty = {"text": "No points yet. Log some with", "code": 'run.log_metric("loss", 0.5, step=1)'}
        told = {"title": self._source.title, "best": best, "empty": empty}
        return {"metrics": metrics, "series": headers, **told}, data

    # -- static form ---------------------------------------------------------------------------------------------
    def static_html(self) -> str:
        """Return one SVG for each metric."""
        return self._static_form().html()

    def static_text(self) -> str:
        """Return the last value of each line as text."""
        return self._static_form().text()

    def _static_form(self) -> static_chart.StaticChart:
        lines = self._open.merged(self._lines)
        return static_chart.StaticChart(
            lines, str(self.x), float(self.smooth), bool(self.log_x), bool(self.log_y)
        )


def _check(x: str, smooth: float) -> None:
    if x not in {"step", "time", "relative"}:
        raise UsageError(f"x is 'step', 'time' or 'relative', not {x!r}.")
    if not 0 <= smooth <= MOST_SMOOTH:
        raise UsageError(f"smooth lies between 0 and {MOST_SMOOTH}, not at {smooth!r}.")


def _listed(runs: Sequence[str] | None) -> list[str] | None:
    if isinstance(runs, str):
        raise UsageError("runs takes a list of names.", f"Write runs=[{runs!r}].")
    return None if runs is None else list(runs)
