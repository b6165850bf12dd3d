"""`Dashboard` and a chart of a selection on Python's side, with the page simulated."""

from __future__ import annotations

import gc
from dataclasses import replace

import pandas as pd
import pytest
from wire_tap import change

from sm_track_widgets import reading
from sm_track_widgets._errors import ConfigError, UsageError
from sm_track_widgets.reading.series import read as series
from sm_track_widgets.tracking.run import Run
from sm_track_widgets.widgets import chart_selection
from sm_track_widgets.widgets.chart_selection import SHOWN, drawn, metrics_of
from sm_track_widgets.widgets.compare import Compare
from sm_track_widgets.widgets.dashboard import Dashboard
from sm_track_widgets.widgets.importance import Importance
from sm_track_widgets.widgets.metric_chart import MetricChart
from sm_track_widgets.widgets.run_table import RunTable
from sm_track_widgets.widgets.selection.selection import Selection


@pytest.fixture
def sweep(home):
    for depth in range(6):
        with Run("sweep", f"d{depth}", params={"depth": depth, "lr": 0.1 * (depth + 1)}) as run:
            for step in range(3):
                run.log_metric("val_loss", 1.0 / (1 + depth + step), step=step)
                run.log_metric("auc", 0.8 + depth / 100, step=step)
                run.log_metric("system/cpu", 1.0, step=step)
    return home


def runs_of(chart) -> list[str]:
    return list(dict.fromkeys(one["run"] for one in chart._series["series"]))


def test_a_chart_of_a_selection_draws_what_is_picked(sweep, tap):
    selection = Selection("sweep")
    chart = MetricChart("val_loss", selection)
    assert sorted(runs_of(chart)) == [f"d{depth}" for depth in range(6)]
    change(selection, filters=[{"column": "params.depth", "low": 2, "high": 4}])
    assert sorted(runs_of(chart)) == ["d2", "d3", "d4"]
    change(selection, selected=["d0"], baseline="d1")
    assert set(runs_of(chart)) == {"d0", "d1", "d2", "d3", "d4"}
    before = len(tap.updates(chart))
    change(selection, filters=[{"column": "params.depth", "low": 1.5, "high": 4}])
    assert len(tap.updates(chart)) == before  # the same runs: nothing is read
    with pytest.raises(UsageError, match="Which runs are drawn is picked in sweep"):
        MetricChart("val_loss", selection, runs=["d0"])


def test_the_best_runs_are_drawn_first_and_no_more_than_can_be_told_apart(home):
    frame = pd.DataFrame({
        "run": [f"r{i}" for i in range(100)],
        "metrics.val_loss.last": [float(i) for i in range(100)],
        "metrics.auc.last": [None, *map(float, range(1, 100))],
        "metrics.system/cpu.last": [1.0] * 100,
    })  # fmt: skip
    selection = Selection(frame)
    assert metrics_of(selection) == ["val_loss", "auc"]
    assert drawn(selection, ["val_loss"]) == [f"r{i}" for i in range(SHOWN)]
    assert drawn(selection, ["auc"])[:2] == ["r99", "r98"]
    selection.selected = ["r50"]
    assert drawn(selection, ["val_loss"])[:2] == ["r50", "r0"]
    assert MetricChart(["val_loss"], selection)._series["series"] == []


def test_an_older_reading_does_not_undo_a_newer_one(sweep):
    selection = Selection("sweep")
    chart = MetricChart("auc", selection)
    read, later = chart._source.read, [[{"column": "params.depth", "low": 4, "high": None}]]

    def slowly(want, fresh):
        lines = read(want, fresh)
        if later:
            selection.filters = later.pop()
        return lines

    chart._source = replace(chart._source, read=slowly)
    chart.refresh()
    assert sorted(runs_of(chart)) == ["d4", "d5"]


def test_a_frame_of_somebodys_is_not_looked_for(sweep, monkeypatch):
    stored = reading.runs("sweep").head(1)
    assert runs_of(MetricChart("auc", Selection(stored))) == [stored["run"][0]]
    monkeypatch.setattr(series, "read", lambda *_, **__: pytest.fail("it was looked for"))
    chart = MetricChart("auc", Selection(pd.DataFrame({"run": ["d1"], "metrics.auc.last": [0.5]})))
    assert chart._series["series"] == []


def test_its_parts_share_one_selection_and_are_made_when_they_are_shown(sweep, tap):
    board = Dashboard("sweep")
    assert board.table.selection is board.selection
    assert board.columns[:2] == ["params.depth", "params.lr"]
    assert board.table.sort == [{"column": "metrics.auc.last", "descending": True}]
    assert set(board._parts) == {"table", "charts"}
    change(board, tab="importance")
    assert isinstance(board._parts["importance"], Importance)
    change(board.selection, filters=[{"column": "params.depth", "low": 3, "high": None}])
    assert sorted(board.df["run"]) == sorted(board.table.df["run"]) == ["d3", "d4", "d5"]
    assert board.query == "params.depth >= 3"
    assert set(tap.updates(board)[-1]["_parts"]) == {"table", "charts", "importance"}


def test_picked_runs_are_compared(sweep):
    board = Dashboard("sweep", tab="compare")
    assert "0 are picked. Pick 2 to 12 runs in the table" in board._trouble["compare"]
    assert "compare" not in board._parts
    change(board.selection, selected=["d1", "d4"], baseline="d4")
    part = board._parts["compare"]
    assert isinstance(part, Compare)
    assert board._trouble == {}
    assert (sorted(part.runs), part.baseline) == (["d1", "d4"], "d4")
    change(board.selection, selected=["d1", "d4", "d5"])
    assert len(board._parts["compare"].runs) == 3


def test_bad_arguments_are_one_line(sweep):
    with pytest.raises(UsageError, match=r"no tab 'chart'\. Did you mean 'charts'"):
        Dashboard("sweep", tab="chart")
    board = Dashboard("sweep")
    with pytest.raises(UsageError, match="no tab 'x'"):
        board.tab = "x"
    assert board.tab == "charts"
    with pytest.raises(UsageError, match=r"Dashboard has no argument 'metric'\. Did you mean 'metrics'"):
        Dashboard("sweep", metric="auc")


def test_the_static_form_has_charts_and_table(sweep):
    board = Dashboard("sweep", metrics="val_loss", query="params.depth >= 2")
    html = board.static_html()
    assert html.count("<svg") == 1
    assert "<table" in html
    assert "params.depth &gt;= 2" in html
    assert "d5" in board.static_text()


def test_there_is_a_dashboard_of_nothing(home):
    board = Dashboard(pd.DataFrame({"run": []}))
    assert board.table.df.empty
    home.client("sagemaker").create_experiment(ExperimentName="new")
    assert "%%sm_run first-run" in Dashboard("new").static_text()


def test_a_chart_that_cannot_be_read_does_not_take_the_table_with_it(sweep, monkeypatch):
    def refuse(*_, **__):
        raise ConfigError("No credentials.", "Sign in.")

    monkeypatch.setattr(chart_selection, "stored_lines", refuse)
    board = Dashboard("sweep", tab="scatter")
    assert "d0" in board.static_html()
    with pytest.raises(UsageError, match="No credentials"):
        _ = board.chart
    assert "No credentials" in board._trouble["charts"]


def test_what_is_compared_no_more_is_closed(sweep, tap):
    board = Dashboard("sweep", selected=["d0", "d1"], tab="compare")
    first = board._made["compare"]
    change(board.selection, selected=["d0", "d1", "d2"])
    assert board._made["compare"] is not first
    assert first.comm is None
    change(board.selection, selected=["d0"])
    assert "compare" not in board._parts


def test_a_selection_forgets_views_that_are_gone(sweep):
    selection = Selection("sweep")
    kept = MetricChart("auc", selection)

    def observers() -> int:
        return len(selection._trait_notifiers["filters"]["change"])

    before = observers()
    for _ in range(5):
        RunTable(selection).close()
    gc.collect()
    change(selection, filters=[{"column": "params.depth", "low": 4}])
    assert (observers(), sorted(runs_of(kept))) == (before, ["d4", "d5"])
