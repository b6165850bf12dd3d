"""`MetricChart` on Python's side: series on the wire, live runs, details."""

from __future__ import annotations

import json
import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from wire_series import decode
from wire_tap import change, say

from sm_track_widgets import delete_runs, reading
from sm_track_widgets._errors import NotFoundError, UsageError
from sm_track_widgets.tracking.run import Run
from sm_track_widgets.widgets.chart_selection import _lines_of_frame
from sm_track_widgets.widgets.chart_source import KeptLines, Want
from sm_track_widgets.widgets.metric_chart import MetricChart
from sm_track_widgets.widgets.series_wire import FINEST, finest


@pytest.fixture
def curves(home):
    for name, shift in (("first", 0.0), ("second", 0.5)):
        with Run("curves", name) as run:
            for step in range(50):
                run.log_metric("loss", 1 / (step + 1) + shift, step=step)
                run.log_metric("auc", step / 50, step=step)
    return home


def test_every_point_of_short_series_is_sent(curves):
    chart = MetricChart("loss", experiment="curves")
    series = decode(chart._series, chart._points)
    assert set(series) == {("first", "loss"), ("second", "loss")}
    assert series["first", "loss"]["low"].tolist() == [1 / (step + 1) for step in range(50)]
    assert series["first", "loss"]["step"].tolist() == list(range(50))
    assert all(one["exact"] for one in chart._series["series"])
    assert chart._series["best"] == {"loss": "min"}


def test_all_metrics_and_chosen_runs(curves):
    assert MetricChart(experiment="curves")._series["metrics"] == ["auc", "loss"]
    chart = MetricChart(["auc", "loss"], "curves", runs=["second"])
    assert set(decode(chart._series, chart._points)) == {("second", "auc"), ("second", "loss")}


def test_mistakes_are_one_line(curves):
    with pytest.raises(NotFoundError, match=r"No run has a metric 'los'\. Did you mean 'loss'"):
        MetricChart("los", experiment="curves")
    with pytest.raises(NotFoundError, match=r"No run has a metric 'epoch'\. x is step, time, relative, or a"):
        MetricChart("loss", experiment="curves", x="epoch")
    with pytest.raises(
        UsageError, match=r"smooth_kind is 'ema' or 'mean' or 'gauss', not 'gaus'\. Did you mean"
    ):
        MetricChart("loss", experiment="curves", smooth_kind="gaus")
    with pytest.raises(UsageError, match="edges is 'range' or 'deviation'"):
        MetricChart("loss", experiment="curves", edges="std")
    with pytest.raises(UsageError, match="no column 'dept'"):
        MetricChart("loss", experiment="curves", band="dept")
    with pytest.raises(UsageError, match=r"smooth lies between 0 and 0\.99"):
        MetricChart("loss", experiment="curves", smooth=2)
    with pytest.raises(UsageError, match=r"Write runs=\['first'\]"):
        MetricChart("loss", experiment="curves", runs="first")
    with pytest.raises(UsageError, match="not both"):
        MetricChart("loss", "curves", experiment="curves")
    with pytest.raises(UsageError, match="cannot be made from int"):
        MetricChart("loss", 3)


def test_what_is_touched_in_the_page_is_there_in_python(curves):
    chart = MetricChart("loss", experiment="curves")
    change(chart, domain=[10, 20.5], hidden=["first"], x="relative", smooth=0.6, log_y=True)
    assert chart.domain == [10, 20.5]
    assert (chart.hidden, chart.x, chart.smooth, chart.log_y) == (["first"], "relative", 0.6, True)
    change(chart, domain=None)
    assert chart.domain is None


def test_a_long_series_is_reduced_and_keeps_its_spike():
    values = np.sin(np.arange(100_000) / 50)
    values[77_777] = 1000
    frame = pd.DataFrame({"run": "r", "metric": "m", "step": np.arange(100_000), "value": values})
    chart = MetricChart("m", frame)
    (header,) = chart._series["series"]
    assert header["n"] <= FINEST
    assert header["count"] == 100_000
    assert not header["exact"]
    assert decode(chart._series, chart._points)["r", "m"]["high"].max() == 1000
    assert finest(1) == FINEST
    assert finest(10_000) == 256


def test_values_that_are_no_numbers_are_gaps():
    frame = pd.DataFrame({"run": "r", "metric": "m", "step": range(3), "value": [1.0, math.inf, 2.0]})
    chart = MetricChart("m", frame)
    low = decode(chart._series, chart._points)["r", "m"]["low"]
    assert np.isnan(low[1])
    assert low[0] == 1


def test_points_without_steps_are_numbered():
    chart = MetricChart("m", pd.DataFrame({"run": "r", "metric": "m", "value": [1.0, 2.0, 3.0]}))
    assert decode(chart._series, chart._points)["r", "m"]["step"].tolist() == [0, 1, 2]


def test_an_open_run_is_pushed_from_memory_and_stays_when_it_closes(curves, tap):
    chart = MetricChart("loss", experiment="curves")
    chart._open._names.clear()
    with Run("curves", "third") as run:
        run.log_metric("loss", 3.0, step=0)
        run.log_metric("other", 3.0, step=0)
        assert chart.tick(0.0)
        before = len(tap.updates(chart))
        assert chart.tick(0.0)
        assert len(tap.updates(chart)) == before, "nothing new, nothing sent"
        run.log_metric("loss", 2.0, step=1)
        assert chart.tick(0.0)
        update = tap.updates(chart)[-1]
        assert set(update) == {"_live", "_live_points"}
        live = decode(update["_live"], update["_live_points"])
        assert set(live) == {("third", "loss")}
        assert live["third", "loss"]["low"].tolist() == [3.0, 2.0]
    assert not chart.tick(0.0)
    assert ("third", "loss") in decode(chart._live, chart._live_points)
    assert "third" in chart.static_text()


def test_a_gap_in_an_open_run_breaks_its_line(home):
    with Run("curves", "third") as run:
        for step, value in enumerate((1.0, 2.0, math.nan, 3.0)):
            run.log_metric("loss", value, step=step)
        chart = MetricChart("loss", experiment="curves")
        low = decode(chart._live, chart._live_points)["third", "loss"]["low"]
        assert [None if math.isnan(value) else value for value in low] == [1.0, 2.0, None, 3.0]


def test_a_run_of_another_experiment_is_not_followed(curves):
    chart = MetricChart("loss", experiment="curves")
    with Run("elsewhere", "third") as run:
        run.log_metric("loss", 3.0, step=0)
        assert not chart.tick(0.0)
    assert chart._live["series"] == []


def test_a_chart_before_the_first_point(home):
    with Run("curves", "only"):
        chart = MetricChart("loss", experiment="curves")
        assert chart._series["series"] == []
        assert chart.static_text() == "No points yet."


def test_details_of_a_range_come_when_asked(tap):
    values = np.arange(100_000.0)
    frame = pd.DataFrame({"run": "r", "metric": "m", "step": np.arange(100_000), "value": values})
    chart = MetricChart("m", frame)
    wanted = [{"run": "r", "metric": "m"}]
    say(chart, type="detail", id="q", series=wanted, x="step", range=[500, 510], width=400)
    ((content, buffers),) = tap.custom(chart)
    assert content["id"] == "q"
    answer = decode(content["series"], buffers[0])["r", "m"]
    assert answer["step"].tolist() == list(range(499, 512))
    for nonsense in ({"x": "y"}, {"range": [1]}, {"range": [0, math.nan]}, {"series": []}):
        say(
            chart, **{"type": "detail", "id": "n", "series": wanted, "x": "step", "range": [0, 1], **nonsense}
        )
    assert len(tap.custom(chart)) == 1


def test_frames_of_runs_and_of_points(curves):
    runs = reading.runs("curves")
    chart = MetricChart("loss", runs[runs["run"] == "first"])
    assert set(decode(chart._series, chart._points)) == {("first", "loss")}
    points = reading.metrics("curves", ["loss"])
    chart = MetricChart("loss", points)
    assert len(chart._series["series"]) == 2
    with pytest.raises(NotFoundError, match="no metric 'auc'"):
        MetricChart("auc", points)
    with pytest.raises(UsageError, match="neither points"):
        MetricChart("loss", pd.DataFrame({"x": [1]}))


def test_a_run_made_anew_with_the_same_end_is_read_anew(home):
    kept, read = KeptLines(), []
    for middle in (0.2, 0.8):
        with Run("anew", "a") as run:
            for value in (0.1, middle, 1.0):
                run.log_metric("acc", value)
        frame = reading.runs("anew", cached=False)
        shown: Any = SimpleNamespace(runs=frame)
        (line,) = _lines_of_frame(kept, shown, [run.ref.component], ["acc"], Want()).series
        read.append(line.values[1])  # noqa: PD011 - a series of ours
        delete_runs(runs=frame, yes=True)
    assert read == [0.2, 0.8]


def test_the_static_form_is_one_picture_a_metric_and_text(curves):
    chart = MetricChart(["loss", "auc"], experiment="curves")
    assert chart.static_html().count("<svg") == 2
    assert "first" in chart.static_text()
    assert "0.0200" in chart.static_text() or "0.02" in chart.static_text()


def test_saving(curves, tmp_path):
    chart = MetricChart(["loss", "auc"], experiment="curves")
    picture = chart.save(tmp_path / "chart.svg").read_text("utf-8")
    assert picture.startswith("<svg")
    assert picture.count("<svg") == 3
    spec = json.loads(chart.save(tmp_path / "chart.json").read_text("utf-8"))
    assert len(spec["vconcat"]) == 2
    with pytest.raises(UsageError, match=r"saved as \.html or \.svg or \.json"):
        chart.save(tmp_path / "chart.png")
