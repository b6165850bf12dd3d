"""System metrics stand apart: views of what was trained do not show them unless they are asked for."""

from __future__ import annotations

import pandas as pd
import pytest

from sm_track_widgets.charts.static_card import card_html, card_text
from sm_track_widgets.reading import metrics, runs
from sm_track_widgets.tracking.live import LiveSeries
from sm_track_widgets.tracking.run import Run
from sm_track_widgets.widgets.columns import default_columns
from sm_track_widgets.widgets.live_state import card_state, system_strip
from sm_track_widgets.widgets.metric_chart import MetricChart


def machine(run, step):
    run.log_metric("system/cpu_percent", 143.4, step=step)
    run.log_metric("system/memory_mb", 1234.0, step=step)


@pytest.fixture
def run(home):
    with Run("e", "a", params={"epochs": 10}) as opened:
        machine(opened, 7)
        opened.log_metric("loss", 0.5, step=0)
        yield opened


def drawn(chart) -> list[str]:
    return list(dict.fromkeys(one["metric"] for one in [*chart._series["series"], *chart._live["series"]]))


def test_the_card_has_them_in_a_line_of_their_own(run):
    state, _ = card_state(run, run.started)
    assert [metric["name"] for metric in state["metrics"]] == ["loss"]
    assert [spark["name"] for spark in state["sparks"]] == ["loss"]
    assert state["system"] == ["CPU 143%", "memory 1.2 GB"]
    assert (state["progress"]["done"], state["progress"]["total"]) == (
        1,
        10,
    )  # a sample's number is no step of the training


def test_the_card_of_a_run_that_has_ended_does_without_them(run):
    run.close()
    state, _ = card_state(run, run.started)
    assert state["system"] == []
    assert "CPU" not in card_html(state) + card_text(state)
    assert "system/" not in card_html(state) + card_text(state)


def test_a_run_with_nothing_else_has_no_tiles(home):
    with Run("e", "a") as bare:
        machine(bare, 0)
        assert card_state(bare, 0.0)[0]["metrics"] == []


def test_the_strip_names_each_gpu_where_there_are_several():
    live = LiveSeries(0.0)
    for name, value in {
        "percent": 87.2,
        "memory_percent": 25.0,
        "memory_mb": 4000.0,
        "power_w": 250.0,
    }.items():
        live.append(f"system/gpu_0_{name}", 0, 0.0, value)
    assert system_strip(live) == ["GPU 87%, 4.0 GB"]
    live.append("system/gpu_1_percent", 0, 0.0, 3.0)
    live.append("system/memory_mb", 0, 0.0, 640.0)
    assert system_strip(live) == ["memory 640 MB", "GPU 0 87%, 4.0 GB", "GPU 1 3%"]
    assert system_strip(LiveSeries(0.0)) == []


def test_charts_draw_them_only_when_asked(run):
    assert drawn(MetricChart(experiment="e")) == ["loss"]
    assert drawn(MetricChart("system/cpu_percent", experiment="e")) == ["system/cpu_percent"]
    run.close()
    assert drawn(MetricChart(experiment="e")) == ["loss"]
    assert drawn(MetricChart(["system/memory_mb", "loss"], experiment="e")) == ["system/memory_mb", "loss"]


def test_charts_of_a_frame(run):
    run.close()
    points = metrics(experiment="e")
    assert drawn(MetricChart(source=points)) == ["loss"]
    machines = points[points["metric"].astype(str).str.startswith("system/")]
    assert drawn(MetricChart(source=machines)) == ["system/cpu_percent", "system/memory_mb"]


def test_a_run_s_row_has_them_last_and_a_table_not_at_first(run):
    run.close()
    frame = runs("e")
    names = [name for name in frame.columns if name.startswith("metrics.")]
    assert [name.startswith("metrics.system/") for name in names] == [False] * 6 + [True] * 12
    shown = default_columns(frame)
    assert "metrics.loss.last" in shown
    assert not [name for name in shown if "system/" in name]
    assert isinstance(frame["metrics.system/cpu_percent.max"], pd.Series)
