"""`MetricChart`: other x axes, groups, kinds of smoothing and outliers, on Python's side and in the static form."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest
from wire_tap import change

from sm_track_widgets import config, connection
from sm_track_widgets._connection import Connection
from sm_track_widgets._errors import NotFoundError
from sm_track_widgets._types import Point
from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.reading.lines import curves
from sm_track_widgets.tracking.run import Run
from sm_track_widgets.widgets.chart_groups import grouped, label
from sm_track_widgets.widgets.metric_chart import MetricChart

START = 1_790_000_000.0
EVIL = "<img src=x onerror=alert(1)> \"'&"


@pytest.fixture
def sweep(home):
    for place, depth in enumerate((2, 2, 10, 10)):
        with Run("sweep", f"r{place}", group="even" if place % 2 == 0 else "odd") as run:
            run.log_parameters({"depth": depth, "seed": place, "note": EVIL})
            for step in range(20):
                run.log_metric("loss", depth + place / 10 + 1 / (step + 1), step=step)
                run.log_metric("epoch", step / 4, step=step)
    return home


@pytest.fixture
def by_minutes(tmp_path):
    """The AWS path, with three points a minute apart."""
    writer = Connection(config.resolve({"backend": "embedded", "path": tmp_path}))
    client = writer.client("sagemaker")
    client.create_experiment(ExperimentName="exp")
    client.create_trial(TrialName="g", ExperimentName="exp")
    client.create_trial_component(TrialComponentName="exp-a", DisplayName="a")
    client.associate_trial_component(TrialComponentName="exp-a", TrialName="g")
    writer.put_points("exp-a", [Point("loss", 3.0 - at, at, START + 60 * at) for at in range(3)])
    yield connection.connect(
        "aws", session=EmbeddedSageMaker(tmp_path).boto_session(), path=tmp_path / "cache"
    )
    connection.reset()


def sent(chart):
    """(run, metric) -> its arrays."""
    found = {}
    for one in chart._series["series"]:
        rows = 3 if one["exact"] else 4
        data = np.frombuffer(chart._points, "<f8", rows * one["n"], one["offset"])
        found[one["run"], one["metric"]] = data.reshape(rows, one["n"])
    return found


# -- x ---------------------------------------------------------------------------------------------------------------
def test_another_metric_as_x_is_sent_and_has_no_panel(sweep):
    chart = MetricChart("loss", experiment="sweep", x="epoch")
    assert {metric for _, metric in sent(chart)} == {"loss", "epoch"}
    assert chart._series["metrics"] == ["loss"]
    assert chart._series["only_x"] == ["epoch"]
    assert chart._series["x_metrics"] == ["epoch", "loss"]
    assert chart.static_html().count("<svg") == 1
    assert ">epoch<" in chart.static_html()
    assert "epoch" not in chart.static_text()


def test_x_chosen_in_the_page_is_read_when_it_is_not_there(sweep, tap):
    chart = MetricChart("loss", experiment="sweep")
    assert {metric for _, metric in sent(chart)} == {"loss"}
    change(chart, x="epoch")
    assert {metric for _, metric in sent(chart)} == {"loss", "epoch"}
    assert "_series" in tap.updates(chart)[-1]
    pushed = len(tap.updates(chart))
    change(chart, x="relative")
    assert len(tap.updates(chart)) == pushed, "times are there, nothing is read"
    with pytest.raises(NotFoundError, match="Did you mean 'epoch'"):
        chart.x = "epok"
    assert chart.x == "relative"


def test_an_open_run_sends_the_metric_of_x_too(sweep):
    with Run("sweep", "open") as run:
        for step in range(3):
            run.log_metric("loss", 1.0, step=step)
            run.log_metric("epoch", step / 4, step=step)
            run.log_metric("other", 0.0, step=step)
        chart = MetricChart("loss", experiment="sweep", x="epoch")
        assert {one["metric"] for one in chart._live["series"]} == {"loss", "epoch"}


def test_all_metrics_against_one(sweep):
    chart = MetricChart(experiment="sweep", x="epoch")
    assert chart._series["only_x"] == []
    assert chart.static_html().count("<svg") == 1


def test_times_on_aws_are_asked_for_when_x_is_a_time(by_minutes, tap):
    chart = MetricChart("loss", experiment="exp")
    step, times, values = sent(chart)["a", "loss"]
    assert (step.tolist(), values.tolist()) == ([0, 1, 2], [3.0, 2.0, 1.0])
    assert np.isnan(times).all()
    assert chart._series["lacks"] == "time"
    for x in ("time", "relative"):
        change(chart, x=x)
        _, times, values = sent(chart)["a", "loss"]
        assert (np.diff(times).tolist(), values.tolist()) == ([60.0, 60.0], [3.0, 2.0, 1.0])
        assert chart._series["lacks"] == "step"
    change(chart, x="step")
    assert sent(chart)["a", "loss"][0].tolist() == [0, 1, 2]
    assert MetricChart("loss", experiment="exp", x="time")._series["lacks"] == "step"
    assert ">2:00<" in MetricChart("loss", experiment="exp", x="relative").static_html()


def test_what_cannot_be_read_is_said_in_the_page(by_minutes, tmp_path):
    chart = MetricChart("loss", experiment="exp")
    connection.connect("embedded", path=tmp_path / "elsewhere")
    change(chart, x="time")
    assert "no experiment 'exp'" in chart._series["trouble"]
    assert chart._series["lacks"] == "time"
    change(chart, x="step")
    assert chart._series["trouble"] == ""


# -- groups ----------------------------------------------------------------------------------------------------------
def test_runs_are_labelled_by_what_they_can_be_averaged_by(sweep):
    chart = MetricChart("loss", experiment="sweep")
    groups = chart._series["groups"]
    assert set(groups) == {"group", "params.depth"}
    assert groups["params.depth"] == {f"r{at}": f"depth {2 if at < 2 else 10}" for at in range(4)}
    assert groups["group"]["r1"] == "odd"
    assert chart.band == ""


def test_a_band_by_a_short_name(sweep, tap):
    assert MetricChart("loss", experiment="sweep", band="depth").band == "params.depth"
    assert MetricChart("loss", experiment="sweep", band="all").band == "all"
    chart = MetricChart("loss", experiment="sweep", band="seed")
    assert chart._series["groups"]["params.seed"]["r3"] == "seed 3"
    chart.band = "depth"
    assert chart.band == "params.depth"
    chart.band = "note"
    assert set(chart._series["groups"]["params.note"].values()) == {f"note {EVIL}"}
    assert "<img" not in chart.static_html()
    change(chart, band="group", edges="deviation")
    assert (chart.band, chart.edges) == ("group", "deviation")


def test_an_open_run_is_in_its_group(sweep):
    with Run("sweep", "open", group="odd") as run:
        run.log_parameter("depth", 10)
        run.log_metric("loss", 1.0, step=0)
        chart = MetricChart("loss", experiment="sweep", band="depth")
        groups = chart._live["groups"]
        assert groups["params.depth"] == {"open": "depth 10"}
        assert groups["group"] == {"open": "odd"}
        assert set(chart._live["groups"]) == set(chart._series["groups"])


def test_labels():
    assert label("params.lr", 0.001) == "lr 0.001"
    assert label("params.on", True) == "on True"
    assert label("params.lr", float("nan")) == "no lr"
    assert label("group", "") == "no group"
    assert label("tags.team", None) == "no team"
    frame = pd.DataFrame({"run": ["a", "b", "c"], "params.x": [1.0, 1.0, 2.0], "params.y": [1, 2, 3]})
    band, groups = grouped(frame, ["a", "b", "c"])
    assert (band, set(groups)) == ("", {"params.x"}), "as many groups as runs are none"
    assert grouped(frame.iloc[:0], [], "params.z") == ("params.z", {})


def test_points_of_a_frame_are_averaged_by_its_other_columns():
    frame = pd.DataFrame(
        {
            "run": ["a", "a", "b", "c"],
            "metric": "m",
            "step": [0, 1, 0, 0],
            "value": 1.0,
            "group": ["x", "x", "x", "y"],
        }
    )
    chart = MetricChart("m", frame, band="group")
    assert chart._series["groups"]["group"] == {"a": "x", "b": "x", "c": "y"}


def test_the_static_band_is_the_one_of_curves(sweep):
    chart = MetricChart("loss", experiment="sweep", band="depth")
    svg = chart.static_html()
    assert svg.count('fill-opacity=".22"') == 2
    assert re.findall(r"<title>(depth \d+)</title>", svg) == ["depth 2", "depth 10"]
    form = chart._static_form()._prepared()["loss"]
    frame = curves("sweep", "loss", by="depth")
    for line in form:
        rows = frame[frame["params.depth"] == float(line.run.removeprefix("depth "))]
        np.testing.assert_allclose(line.line, rows["value"])
        np.testing.assert_allclose(line.low, rows["low"])
        np.testing.assert_allclose(line.high, rows["high"])


# -- smoothing and outliers ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("kind", "amount"), [("ema", 0.8), ("mean", 9), ("gauss", 2.5)])
def test_every_kind_reaches_the_page_and_the_static_form(sweep, kind, amount):
    chart = MetricChart("loss", experiment="sweep", smooth=amount, smooth_kind=kind)
    assert (chart.smooth, chart.smooth_kind) == (amount, kind)
    frame = curves("sweep", "loss", smoothing=amount, smooth_kind=kind)
    for line in chart._static_form()._prepared()["loss"]:
        np.testing.assert_allclose(line.line, frame[frame["run"] == line.run]["value"])


def test_kinds_change_in_the_page_in_any_order(sweep):
    chart = MetricChart("loss", experiment="sweep", smooth=9, smooth_kind="mean")
    change(chart, smooth_kind="ema")
    assert "<svg" in chart.static_html()
    change(chart, smooth=0.8)
    assert (chart.smooth, chart.smooth_kind) == (0.8, "ema")


def test_outliers_are_cut_off_and_counted(tmp_path):
    values = [1e9 if step == 300 else 1 + 0.001 * step for step in range(1000)]
    frame = pd.DataFrame({"run": "r", "metric": "m", "step": range(1000), "value": values})
    plain, cut = (MetricChart("m", frame, ignore_outliers=on).static_html() for on in (False, True))
    assert "1 outlier outside" in cut
    assert "outlier" not in plain
    assert cut.count("<svg") == 2
    assert 'overflow="hidden"' in cut
    chart = MetricChart("m", frame, ignore_outliers=True)
    spec = json.loads(chart.save(tmp_path / "chart.json").read_text("utf-8"))
    low, high = spec["layer"][-1]["encoding"]["y"]["scale"]["domain"]
    assert 1 < low < 1.02
    assert 1.98 < high < 2
    flat = pd.DataFrame({"run": "r", "metric": "m", "step": range(3), "value": 1.0})
    assert "outlier" not in MetricChart("m", flat, ignore_outliers=True).static_html()
