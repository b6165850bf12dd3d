"""`curves`: axes, smoothing, groups and envelopes of logged metrics, on both homes."""

from __future__ import annotations

import numpy as np
import pytest
import run_home

from sm_track_widgets import config
from sm_track_widgets._connection import Connection
from sm_track_widgets._errors import NotFoundError, UsageError
from sm_track_widgets._types import Point
from sm_track_widgets.reading.lines import curves

START = 1_790_000_000.0
LOSS = {"a": [4.0, 2.0, 1.0], "b": [8.0, 4.0, 3.0], "c": [1.0]}


@pytest.fixture(scope="module", params=["embedded", "aws"])
def place(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lines")
    if request.param == "embedded":
        made = Connection(config.resolve({"backend": "embedded", "path": folder}))
        home = made
    else:
        made = run_home.aws(folder)
        home = Connection(config.resolve({"backend": "embedded", "path": folder}))
    client = home.client("sagemaker")
    client.create_experiment(ExperimentName="exp")
    for trial in ("g", "h"):
        client.create_trial(TrialName=trial, ExperimentName="exp")
    for name, values in LOSS.items():
        client.create_trial_component(
            TrialComponentName=f"exp-{name}",
            DisplayName=name,
            Parameters={"depth": {"NumberValue": 2.0}, "width": {"NumberValue": 1.0}}
            if name == "c"
            else {"depth": {"NumberValue": 6.0}},
        )
        client.associate_trial_component(
            TrialComponentName=f"exp-{name}", TrialName="h" if name == "c" else "g"
        )
        times = [START + 60 * at for at in range(len(values))]
        points = zip(values, times, strict=True)
        home.put_points(
            f"exp-{name}", [Point("loss", value, at, time) for at, (value, time) in enumerate(points)]
        )
        epochs = [Point("epoch", at / 2, at, time) for at, time in enumerate(times) if at != 1]
        home.put_points(f"exp-{name}", [*epochs, Point("system/cpu", 50.0, 0, START)])
    return made


def lines(frame, key="run"):
    """Line -> (x, value)."""
    found = {}
    for name, rows in frame.groupby(key, sort=False, observed=True):
        found[name] = (rows["x"].tolist(), rows["value"].tolist())
    return found


def test_along_steps(place):
    frame = curves("exp", "loss", connection=place)
    assert list(frame.columns) == ["run", "metric", "x", "value", "low", "high"]
    assert lines(frame) == {
        name: (list(map(float, range(len(values)))), values) for name, values in LOSS.items()
    }
    assert frame["low"].equals(frame["high"])


def test_along_time(place):
    assert lines(curves("exp", "loss", ["a"], x="relative", connection=place)) == {
        "a": ([0.0, 60.0, 120.0], LOSS["a"])
    }
    x, _ = lines(curves("exp", "loss", ["a"], x="time", connection=place))["a"]
    # AWS tells minutes.
    assert np.all(np.abs(np.array(x) - [START, START + 60, START + 120]) < 60)


def test_along_another_metric(place):
    frame = curves("exp", "loss", x="epoch", connection=place)
    assert lines(frame)["a"] == ([0.0, 1.0], [4.0, 1.0])  # no epoch was logged at step 1
    assert set(frame["metric"]) == {"loss"}
    with pytest.raises(NotFoundError, match=r"No run has a metric 'epoc'\. Did you mean 'epoch'"):
        curves("exp", "loss", x="epoc", connection=place)


def test_smoothed(place):
    _, value = lines(curves("exp", "loss", ["a"], smoothing=0.5, connection=place))["a"]
    assert value == pytest.approx([4.0, (2 + 0.5 * 4) / 1.5, (1 + 0.5 * 2 + 0.25 * 4) / 1.75])
    _, value = lines(curves("exp", "loss", ["a"], smoothing=3, smooth_kind="mean", connection=place))["a"]
    assert value == pytest.approx([3.0, 7 / 3, 1.5])
    with pytest.raises(UsageError, match=r"no smoothing 'men'\. Did you mean 'mean'"):
        curves("exp", "loss", smoothing=1, smooth_kind="men", connection=place)


def test_the_mean_of_a_group_with_its_band(place):
    frame = curves("exp", "loss", by="group", connection=place)
    assert list(frame.columns) == ["group", "metric", "x", "value", "low", "high", "count"]
    group = frame[frame["group"] == "g"]
    assert group["value"].tolist() == [6.0, 3.0, 2.0]
    assert (group["low"].tolist(), group["high"].tolist()) == ([4.0, 2.0, 1.0], [8.0, 4.0, 3.0])
    assert group["count"].tolist() == [2, 2, 2]
    spread = curves("exp", "loss", by="depth", edges="deviation", query="params.depth = 6", connection=place)
    assert spread["params.depth"].unique().tolist() == [6.0]
    assert spread["low"].tolist() == [4.0, 2.0, 1.0]
    with pytest.raises(UsageError, match="no column 'dept'"):
        curves("exp", "loss", by="dept", connection=place)


def test_all_metrics_but_the_machines(place):
    assert set(curves("exp", connection=place)["metric"]) == {"loss", "epoch"}
    assert set(curves("exp", "system/cpu", connection=place)["metric"]) == {"system/cpu"}


def test_long_lines_are_reduced_and_keep_their_spikes(tmp_path):
    home = Connection(config.resolve({"backend": "embedded", "path": tmp_path}))
    client = home.client("sagemaker")
    client.create_experiment(ExperimentName="long")
    client.create_trial(TrialName="t", ExperimentName="long")
    client.create_trial_component(TrialComponentName="long-r")
    client.associate_trial_component(TrialComponentName="long-r", TrialName="t")
    values = np.sin(np.arange(50_000) / 500)
    values[31_234] = 99.0
    home.put_points("long-r", [Point("m", float(v), at, START + at) for at, v in enumerate(values)])
    frame = curves("long", "m", points=200, connection=home)
    assert len(frame) <= 200
    assert frame["high"].max() == 99.0
    assert frame["low"].min() == values.min()
    assert len(curves("long", "m", points=200, by="run", connection=home)) <= 200
    assert len(curves("long", "m", points=100_000, connection=home)) == 50_000
    with pytest.raises(UsageError, match="points is 1 or more"):
        curves("long", "m", points=0, connection=home)


@pytest.mark.parametrize("metrics", [None, "loss"])
def test_an_axis_that_there_is_not(place, metrics):
    with pytest.raises(NotFoundError, match=r"No run has a metric 'stpe'\. Did you mean 'step'"):
        curves("exp", metrics, x="stpe", connection=place)
    with pytest.raises(NotFoundError, match="x is one of step, time, relative, or a metric"):
        curves("exp", metrics, x="zzz", connection=place)
    with pytest.raises(NotFoundError, match="No run satisfies the query"):
        curves("exp", metrics, x="epoch", query="params.depth > 99", connection=place)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"smoothing": 1.0}, "smoothing is 0 to 0.99, not 1.0."),
        ({"smoothing": -0.5}, "smoothing is a number, 0 or more, not -0.5."),
        ({"smoothing": float("nan"), "smooth_kind": "mean"}, "smoothing is a number, 0 or more, not nan."),
        ({"smoothing": float("inf"), "smooth_kind": "gauss"}, "smoothing is a number, 0 or more, not inf."),
        ({"smoothing": "much"}, "smoothing is a number, 0 or more, not 'much'."),
        ({"edges": "rnge"}, "There are no edges 'rnge'. Did you mean 'range'?"),
        ({"edges": "x"}, "There are no edges 'x'. Choose one of range, deviation."),
    ],
)
def test_options_that_there_are_not(place, options, words):
    with pytest.raises(UsageError) as caught:
        curves("exp", "loss", connection=place, **options)
    assert str(caught.value).startswith(words)


def test_runs_where_the_column_is_missing_are_one_group(place):
    frame = curves("exp", "loss", by="width", connection=place)
    assert len(frame["params.width"].unique()) == 2
    missing = frame[frame["params.width"].isna()]
    assert missing["count"].tolist() == [2, 2, 2]
    assert missing["value"].tolist() == [6.0, 3.0, 2.0]
    assert frame[frame["params.width"] == 1.0]["count"].tolist() == [1]
