"""`ParallelCoords` and `Scatter` on Python's side, with the page simulated."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from wire_tap import change

from sm_track_widgets._errors import UsageError
from sm_track_widgets.tracking.run import Run
from sm_track_widgets.widgets.parallel_coords import ParallelCoords
from sm_track_widgets.widgets.plot_choice import Choice
from sm_track_widgets.widgets.run_table import RunTable
from sm_track_widgets.widgets.scatter import Scatter

ATTACK = '<img src=x onerror="alert(1)">'


def sweep(rows: int = 40) -> pd.DataFrame:
    """Runs whose AUC follows the learning rate, and the depth a little."""
    draw = np.random.default_rng(3)
    rate = 10 ** draw.uniform(-4, -1, rows)
    depth = draw.integers(2, 9, rows).astype(float)
    auc = 0.9 + 0.02 * np.log10(rate) + 0.002 * depth
    auc[1] = np.nan
    return pd.DataFrame(
        {
            "run": [f"run{at}" for at in range(rows)],
            "params.lr": rate,
            "params.depth": depth,
            "params.seed": 1.0,
            "params.kind": ["a", "b", None, "c"] * (rows // 4),
            "params.path": [f"/data/{at}" for at in range(rows)],
            "metrics.train:loss.last": 1 - auc,
            "metrics.val:auc.last": auc,
            "metrics.val:auc.max": auc,
            "metrics.system/cpu_percent.last": 5.0,
        }
    )


@pytest.fixture
def frame() -> pd.DataFrame:
    return sweep()


@pytest.fixture
def forest(home):
    for depth in (2, 4, 6):
        with Run("forest", f"depth{depth}", params={"depth": depth, "kind": "ab"[depth > 4]}) as run:
            run.log_metric("auc", 0.9 + depth / 100, step=0)
    return home


def test_axes_are_the_parameters_that_vary_and_a_metric_last(frame):
    plot = ParallelCoords(frame)
    assert plot.axes == ["params.lr", "params.depth", "params.kind", "metrics.val:auc.last"]
    assert (plot.color, plot.log, plot.flip) == ("metrics.val:auc.last", ["params.lr"], [])


def test_of_many_parameters_those_that_most_runs_have_are_axes(frame):
    for at in range(9):
        frame[f"params.p{at}"] = np.where(np.arange(40) < 40 - at, np.arange(40.0), np.nan)
    assert len(Choice(frame).parallel()) == 7
    assert "params.p8" not in Choice(frame).parallel()
    assert Choice(frame).parallel()[-1] == "metrics.val:auc.last"


def test_a_plain_frame_has_axes_too():
    frame = pd.DataFrame({"TrialComponentName": ["x", "y"], "depth": [1.0, 2.0], "rmse": [3.0, 2.0]})
    assert ParallelCoords(frame).axes == ["depth", "rmse"]
    assert (Scatter(frame).x, Scatter(frame).y) == ("depth", "rmse")


def test_a_scatter_shows_the_closest_parameter(frame):
    plot = Scatter(frame)
    assert (plot.x, plot.y, plot.color, plot.size) == (
        "params.lr",
        "metrics.val:auc.last",
        "params.depth",
        "",
    )
    assert (plot.log_x, plot.log_y) == (True, False)
    assert Scatter(frame, log_x=False).log_x is False


def test_short_names_and_patterns_are_taken(frame):
    plot = ParallelCoords(
        frame, axes=["lr", "val:auc", "val:auc.max", "params.k*"], color="depth", flip=["lr"]
    )
    assert plot.axes == ["params.lr", "metrics.val:auc.last", "metrics.val:auc.max", "params.kind"]
    assert (plot.color, plot.flip) == ("params.depth", ["params.lr"])
    plot.axes = ["depth", "kind"]
    assert plot.axes == ["params.depth", "params.kind"]
    points = Scatter(frame, x="depth", y="train:loss", color="kind", size="lr")
    assert (points.x, points.y) == ("params.depth", "metrics.train:loss.last")
    points.x = "lr"
    assert points.x == "params.lr"


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda frame: ParallelCoords(frame, axes=["dept"]), r"no column 'dept'\. Did you mean 'depth'"),
        (
            lambda frame: ParallelCoords(frame, axes="depth"),
            r"axes takes a list of names\. Write axes=\['depth'\]",
        ),
        (lambda frame: ParallelCoords(frame, color="params.*"), "color takes one column"),
        (lambda frame: ParallelCoords(frame, colour="lr"), r"no argument 'colour'\. Did you mean 'color'"),
        (lambda frame: Scatter(frame, x="lrr"), r"no column 'lrr'\. Did you mean 'lr'"),
        (
            lambda frame: Scatter(frame, size="kind"),
            r"size takes a column of numbers; 'params\.kind' holds texts",
        ),
        (lambda frame: ParallelCoords(frame).save("a.png"), r"saved as \.html or \.svg, not 'a\.png'"),
    ],
)
def test_a_mistake_says_what_was_meant(frame, make, told):
    with pytest.raises(UsageError, match=told):
        make(frame)


def test_what_cannot_be_shown_changes_nothing(frame):
    plot = Scatter(frame)
    with pytest.raises(UsageError, match="no column 'nope'"):
        plot.y = "nope"
    assert plot.y == "metrics.val:auc.last"


def test_the_page_chooses_axes_and_python_hears_of_it(frame):
    plot, seen = ParallelCoords(frame), []
    plot.observe(lambda change: seen.append(change["new"]), "axes")
    change(plot, axes=["params.depth", "params.kind"], log=[])
    assert (plot.axes, plot.log) == (["params.depth", "params.kind"], [])
    assert seen == [["params.depth", "params.kind"]]


def test_columns_that_have_gone_with_their_runs_stay_chosen(forest):
    plot = ParallelCoords("forest", axes=["depth", "auc"])
    change(plot.selection, filters=[{"column": "params.depth", "low": 4, "high": None}])
    plot.query = "params.depth > 99 AND name != 'x'"
    change(plot, axes=["metrics.auc.last", "params.depth"])
    assert plot.axes == ["metrics.auc.last", "params.depth"]


def test_brushes_filter_all_views_of_the_selection(forest):
    plot = ParallelCoords("forest")
    points, table = Scatter(plot), RunTable(plot)
    change(
        plot.selection,
        filters=[
            {"column": "params.depth", "low": 3, "high": None},
            {"column": "params.kind", "values": ["a"]},
        ],
    )
    assert plot.query == points.query == "params.depth >= 3 AND params.kind = 'a'"
    assert list(plot.df["run"]) == list(table.df["run"]) == ["depth4"]
    points.selected = ["depth6"]
    assert plot.selected == ["depth6"]


def test_the_picture_and_the_table_stand_in_for_the_widget(frame):
    plot = ParallelCoords(frame, title="sweep", selected=["run3"])
    html = plot.static_html()
    assert html.count("<svg") == html.count("<table") == 1
    assert len(re.findall(r"<title>run\d+</title>", html)) == 40
    assert html.count('stroke-width="2.6"') == 1
    assert "lr" in plot.static_text().splitlines()[1]
    points = Scatter(frame)
    # One run has no AUC.
    assert points.static_html().count("<circle") == 39


def test_of_many_runs_some_are_drawn_and_picked_ones_always():
    frame = sweep(4000)
    plot = ParallelCoords(frame, selected=["run1234"])
    html = plot.static_html()
    drawn = re.findall(r"<title>(run\d+)</title>", html)
    assert len(drawn) in (200, 201)
    assert "run1234" in drawn
    assert f"{len(drawn)} of 4,000 runs drawn" in html


def test_it_is_saved_as_a_picture(frame, tmp_path):
    for number, plot in enumerate((ParallelCoords(frame), Scatter(frame))):
        written = plot.save(tmp_path / f"{number}.svg").read_text()
        assert written.startswith("<svg ")
        assert "val:auc" in written


@pytest.mark.parametrize("kind", [ParallelCoords, Scatter])
def test_names_are_text(kind):
    frame = sweep(8)
    frame["run"] = [f"{ATTACK}{at}" for at in range(8)]
    frame["params.kind"] = [ATTACK, "\u202eabc", "x" * 300, "\N{GRINNING FACE}", None, "a", "b", "c"]
    frame = frame.rename(columns={"params.depth": f"params.{ATTACK}"})
    options = {"axes": [f"params.{ATTACK}", "kind"]} if kind is ParallelCoords else {"x": f"params.{ATTACK}"}
    plot = kind(frame, title=ATTACK, color="kind", **options)
    assert "<img" not in plot.static_html()
    assert "&lt;img" in plot.static_html()


@pytest.mark.parametrize("rows", [0, 1])
@pytest.mark.parametrize("kind", [ParallelCoords, Scatter])
def test_none_or_one_run(kind, rows):
    frame = sweep(4).head(rows)
    plot = kind(frame)
    assert ("<svg" in plot.static_html()) == (rows > 0)
    assert plot.static_text()


@pytest.mark.parametrize("kind", [ParallelCoords, Scatter])
def test_without_a_number_there_is_nothing_to_draw(kind):
    plot = kind(pd.DataFrame({"run": ["a", "b"], "params.kind": ["x", "y"], "params.lr": [np.nan, np.nan]}))
    assert plot.static_html().count("<table") == 1
    assert (plot.color if kind is ParallelCoords else plot.y) == ""


def test_an_experiment_without_runs(home):
    assert "%%sm_run" in ParallelCoords().static_text()
    assert "%%sm_run" in Scatter().static_html()
