"""The static form of a chart: an SVG for each metric, and the last values as text; and what it is saved as."""

from __future__ import annotations

import json
import math
import warnings
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from sm_track_widgets._names import lower_is_better
from sm_track_widgets.charts.chart_series import ChartSeries, XMode
from sm_track_widgets.charts.metric_chart import metric_chart
from sm_track_widgets.charts.prepare import prepare
from sm_track_widgets.charts.static_table import table_text
from sm_track_widgets.charts.svg import line_svg

if TYPE_CHECKING:
    from sm_track_widgets._types import Series
    from sm_track_widgets.widgets.chart_source import Lines

WIDTH, HEIGHT = 640, 240
TEXT_ROWS = 20
EMPTY = "No points yet."


@cache
def named_spec() -> dict[str, Any]:
    """Return the Vega-Lite specification that the page fills with data."""
    return metric_chart(None).to_dict()


@dataclass(frozen=True, slots=True)
class StaticChart:
    """Lines as they are drawn without a kernel."""

    lines: Lines
    x: str
    smooth: float
    log_x: bool
    log_y: bool

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
            metric_chart(series, title=metric, x=self._mode, log_x=self.log_x, log_y=self.log_y)
            for metric, series in self._prepared().items()
        ]
        with warnings.catch_warnings():
            # Altair says that it made one zoom of the panels' equal ones, which is what is wanted.
            warnings.simplefilter("ignore", UserWarning)
            chart = charts[0] if len(charts) == 1 else alt.vconcat(*charts)
            return json.dumps(chart.to_dict(), separators=(",", ":"))

    def text(self) -> str:
        """Return last and best value of each line, as a table of text."""
        rows = [_text_row(one) for one in self.lines.series if len(one)]
        if not rows:
            return EMPTY
        header = ["run", "metric", "last", "best", "points"]
        return table_text(header, rows[:TEXT_ROWS], more=max(0, len(rows) - TEXT_ROWS))

    @property
    def _mode(self) -> XMode:
        return cast("XMode", self.x)

    def _svgs(self) -> list[str]:
        look: dict[str, Any] = {
            "x": self._mode,
            "log_x": self.log_x,
            "log_y": self.log_y,
            "width": WIDTH,
            "height": HEIGHT,
        }
        return [line_svg(series, title=metric, **look) for metric, series in self._prepared().items()]

    def _prepared(self) -> dict[str, list[ChartSeries]]:
        """Return the lines of each metric, in the order in which metrics first appear."""
        lines = prepare(self.lines.series, self.lines.marks, x=self._mode, smoothing=self.smooth)
        found: dict[str, list[ChartSeries]] = {}
        for one in lines:
            found.setdefault(one.metric, []).append(one)
        return found


def _text_row(one: Series) -> list[Any]:
    finite = [value for value in one.values if math.isfinite(value)]
    best = (min if lower_is_better(one.metric) else max)(finite, default=None)
    return [one.run, one.metric, one.values[-1], best, len(one)]
