"""`ParamGrid` on Python's side, with the page simulated."""

from __future__ import annotations

import pandas as pd
import pytest
from wire_tap import change

from sm_track_widgets._errors import UsageError
from sm_track_widgets.tracking.run import Run
from sm_track_widgets.widgets.param_grid import ParamGrid
from sm_track_widgets.widgets.run_table import RunTable

ATTACK = "<img src=x onerror=alert(1)>"


@pytest.fixture
def sweep(home):
    for place, rate in enumerate((0.001, 0.01, 0.1, 0.2)):
        params = {"lr": rate, "tree": ATTACK if place else "hist", "same": 1, "id": f"run-{place}"}
        with Run("sweep", f"r{place}", params=params) as run:
            run.log_metric("auc", 0.9 + place / 100, step=0)
    return home


def test_it_shows_what_differs_between_runs(sweep):
    grid = ParamGrid("sweep")
    assert grid.columns[:2] == ["params.lr", "params.tree"]
    assert "params.same" not in grid.columns
    assert "metrics.auc.last" in grid.columns
    assert ParamGrid("sweep", columns=["lr", "auc.max"]).columns == ["params.lr", "metrics.auc.max"]
    with pytest.raises(UsageError, match="lrr"):
        ParamGrid("sweep", columns=["lrr"])
    with pytest.raises(UsageError, match=r"ParamGrid has no argument 'colums'\. Did you mean 'columns'"):
        ParamGrid("sweep", colums=["lr"])


def test_what_is_brushed_is_a_query_a_frame_and_code(sweep):
    grid = ParamGrid("sweep")
    table = RunTable(grid)
    change(grid.selection, filters=[{"column": "params.lr", "low": 0.01, "high": 0.15}])
    assert grid.query == "params.lr BETWEEN 0.01 AND 0.15"
    assert sorted(grid.df["run"]) == sorted(table.df["run"]) == ["r1", "r2"]
    assert (
        grid.to_code()
        == 'import sm_track_widgets as sm\n\ndf = sm.runs("sweep", query="params.lr BETWEEN 0.01 AND 0.15")\n'
    )
    grid.query = ""
    assert (grid.filters, len(table.df)) == ([], 4)


def test_the_static_form_has_the_histograms_and_the_filters(sweep):
    grid = ParamGrid("sweep", filters=[{"column": "params.lr", "low": 0.01, "high": None}])
    html = grid.static_html()
    assert "3 of 4 runs" in html
    assert "<code>params.lr &gt;= 0.01</code>" in html
    assert html.count("<svg") == sum(not grid.selection.rows.data(name).texts for name in grid.columns)
    assert "<img" not in html
    assert "&lt;img src=x" in html
    text = grid.static_text()
    assert "params.lr >= 0.01" in text
    assert "0.001 – 0.2" in text  # noqa: RUF001
    grid.filters = []
    assert "3 of 4" not in grid.static_html()


def test_frames_of_others_have_a_grid_too(home):
    frame = pd.DataFrame({"alpha": [1, 2, 3], "kind": ["x", "y", "x"], "same": [1, 1, 1]})
    assert ParamGrid(frame).columns == ["alpha", "kind"]
    assert ParamGrid(frame, columns=["same"]).columns == ["same"]
    empty = ParamGrid(pd.DataFrame({"run": [], "params.x": []}))
    assert "0 runs" in empty.static_text()
    assert ParamGrid(pd.DataFrame({"run": ["a"], "params.x": [1.0]})).columns == []


def test_the_sdks_analytics_are_read_afresh(sweep):
    class Analytics:
        _experiment_name = "sweep"

        def dataframe(self):
            return pd.DataFrame(
                {"TrialComponentName": ["a", "b"], "lr": [0.1, 0.2], "auc - Last": [0.5, 0.6]}
            )

    grid = ParamGrid(Analytics(), refresh=5)
    assert grid.columns == ["lr", "auc - Last"]
    change(grid.selection, filters=[{"column": "auc - Last", "low": 0.55, "high": None}])
    assert (grid.query, list(grid.df["TrialComponentName"])) == ("metrics.auc >= 0.55", ["b"])
    grid.selection.close()


@pytest.mark.parametrize("values", [[0.3, 0.1 + 0.2, 0.3], [1e308, -1e308, 0.0], [2.0, 2.0, float("nan")]])
def test_numbers_of_any_spread_have_a_histogram(values):
    grid = ParamGrid(pd.DataFrame({"run": list("abc"), "params.x": values}), columns=["params.x"])
    assert grid.static_html().count("<rect") >= 2
    assert "nan" not in grid.static_html().lower()
