"""The static form of a chart: an SVG for each metric, and the last values as text; and what it is saved as."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from sm_track_widgets._names import lower_is_better
from sm_track_widgets.charts.metric_chart import metric_chart
from sm_track_widgets.charts.outliers import span
from sm_track_widgets.charts.prepare import AXES, averaged, prepare
from sm_track_widgets.charts.static_table import table_text
from sm_track_widgets.charts.svg import line_svg
from sm_track_widgets.reading.series.long import lowest_highest
from sm_track_widgets.widgets.chart_groups import ALL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sm_track_widgets._types import Series
    from sm_track_widgets.charts.chart_series import ChartSeries, XMode
    from sm_track_widgets.reading.curves import Edges
    from sm_track_widgets.reading.smoothing import Kind
    from sm_track_widgets.widgets.chart_source import Lines

WIDTH, HEIGHT = 640, 240
TEXT_ROWS = 20
HEAVIEST = 0.99
"""Weight of an exponential average at most; with 1 a line would never leave its first value."""
EMPTY = "No points yet."


@cache
def named_spec() -> dict[str, Any]:
    """Return the Vega-Lite specification that the page fills with data."""
    return metric_chart(None).to_dict()


@dataclass(frozen=True, slots=True)
class Look:
    """How a chart is drawn: what `MetricChart` has of the same names."""

    x: str = "step"
    smooth: float = 0.0
    smooth_kind: Kind = "ema"
    log_x: bool = False
    log_y: bool = False
    band: str = ""
    edges: Edges = "range"
    ignore_outliers: bool = False


@dataclass(frozen=True, slots=True)
class StaticChart:
    """Lines as they are drawn without a kernel, but for metrics that are there `only_x`."""

    lines: Lines
    look: Look
    only_x: Sequence[str] = ()

    def html(self) -> str:
        """Return one ``<svg>`` for each metric."""
        return "".join(self._svgs()) or f"<p>{EMPTY}</p>"

    def svg(self) -> str:
        """Return one ``<svg>``, the metrics one below the other."""
        pictures = self._svgs()
        if len(pictures) == 1:
            return pictures[0]
        total = 0
        placed: list[str] = []
        for picture in pictures:
            placed.append(picture.replace("<svg ", f'<svg y="{total}" ', 1))
            total += int(picture.partition(' height="')[2].partition('"')[0])
        name = 'xmlns="http://www.w3.org/2000/svg"'
        return f'<svg {name} width="{WIDTH}" height="{total}" color="#222">{"".join(placed)}</svg>'

    def spec_json(self) -> str:
        """Return the Vega-Lite specification with its data, the metrics one below the other."""
        import altair as alt

        charts = [
            metric_chart(series, title=metric, span=self._span(series)[0], **self._axes())
            for metric, series in self._prepared().items()
        ]
        with warnings.catch_warnings():
            # Altair says that it made one zoom of the panels' equal ones, which is what is wanted.
            warnings.simplefilter("ignore", UserWarning)
            chart = charts[0] if len(charts) == 1 else alt.vconcat(*charts)
            return json.dumps(chart.to_dict(), separators=(",", ":"))

    def text(self) -> str:
        """Return last and best value of each line, as a table of text."""
        rows = [_text_row(one) for one in self.lines.series if len(one) and one.metric not in self.only_x]
        if not rows:
            return EMPTY
        header = ["run", "metric", "last", "best", "points"]
        return table_text(header, rows[:TEXT_ROWS], more=max(0, len(rows) - TEXT_ROWS))

    def _axes(self) -> dict[str, Any]:
        """Return what the drawing of any metric is told of the axes."""
        look = self.look
        mode: XMode = cast("XMode", look.x) if look.x in AXES else "metric"
        return {
            "x": mode,
            "x_title": look.x if mode == "metric" else "",
            "log_x": look.log_x,
            "log_y": look.log_y,
        }

    def _span(self, series: list[ChartSeries]) -> tuple[tuple[float, float] | None, str]:
        """Return the ends of y where outliers are ignored, and what is said of those."""
        found = span(series, log=self.look.log_y) if self.look.ignore_outliers else None
        if found is None:
            return None, ""
        ends, outside = found
        return ends, f"{outside} outlier{'' if outside == 1 else 's'} outside" if outside else ""

    def _svgs(self) -> list[str]:
        drawn: list[str] = []
        for metric, series in self._prepared().items():
            ends, aside = self._span(series)
            size: dict[str, Any] = {"width": WIDTH, "height": HEIGHT}
            drawn.append(line_svg(series, title=metric, span=ends, aside=aside, **self._axes(), **size))
        return drawn

    def _prepared(self) -> dict[str, list[ChartSeries]]:
        """Return the lines of each metric, in the order in which metrics first appear."""
        look, lines = self.look, self.lines
        how: dict[str, Any] = {
            "x": look.x,
            "smoothing": look.smooth if look.smooth_kind != "ema" else min(look.smooth, HEAVIEST),
            "kind": look.smooth_kind,
        }
        if look.band:
            labels = {} if look.band == ALL else lines.groups.get(look.band, {})
            drawn = averaged(lines.series, labels, edges=look.edges, **how)
        else:
            drawn = prepare(lines.series, lines.marks, **how)
        order = dict.fromkeys(one.metric for one in lines.series if one.metric not in self.only_x)
        found = {metric: [one for one in drawn if one.metric == metric] for metric in order}
        return {metric: series for metric, series in found.items() if series}


def _text_row(one: Series) -> list[Any]:
    ends = lowest_highest(one)
    best = None if ends is None else ends[0 if lower_is_better(one.metric) else 1]
    return [one.run, one.metric, one.last, best, len(one)]
