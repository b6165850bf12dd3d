"""Lines as Altair charts: what the specification says, and that it is small."""

import json
import math
from array import array

import altair as alt
import numpy as np
import pytest

from sm_track_widgets._types import Series
from sm_track_widgets.charts.chart_series import ChartSeries
from sm_track_widgets.charts.metric_chart import metric_chart
from sm_track_widgets.charts.palette import DARK, LIGHT, mark
from sm_track_widgets.charts.prepare import prepare

RNG = np.random.default_rng(20240101)


def series(run, values, metric="loss", steps=None, start=1e9):
    count = len(values)
    return Series(
        run,
        metric,
        array("q", range(count) if steps is None else steps),
        array("d", [start + place for place in range(count)]),
        array("d", values),
    )


def marks(count):
    return [mark(place) for place in range(count)]


def spec(lines, **look):
    return metric_chart(lines, **look).to_dict()


def rows(found):
    """The rows that the chart's transforms make of its data."""
    (text,) = found["datasets"].values() if "datasets" in found else (found["data"]["values"],)
    out = []
    for one in json.loads(text):
        columns = found["transform"][0]["flatten"]
        for cells in zip(*(one[name] for name in columns), strict=True):
            row = {"run": one["run"], **dict(zip(columns, cells, strict=True))}
            if "y" not in row:
                row["y"] = None if row["low"] is None else (row["low"] + row["high"]) / 2
            out.append(row)
    return out


# -- preparing ---------------------------------------------------------------------------------------------------
def test_short_series_are_drawn_as_they_are():
    (line,) = prepare([series("a", [3.0, 2.0, 1.0])], marks(1))
    assert (line.x, line.low, line.exact, line.line) == ([0, 1, 2], [3, 2, 1], True, None)


def test_long_series_keep_every_spike():
    values = RNG.normal(size=100_000)
    values[777] = 99.0
    (line,) = prepare([series("a", values)], marks(1), width=500)
    assert len(line.x) == len(line.low) == len(line.high) == 500
    assert (max(line.high), min(line.low)) == (99.0, values.min())
    assert not line.exact


def test_smoothing_keeps_the_values_as_the_band():
    (line,) = prepare([series("a", [0.0, 10.0] * 50)], marks(1), smoothing=0.9)
    assert line.low[:2] == [0.0, 10.0]
    assert 4 < line.middle()[-1] < 6
    (long,) = prepare([series("a", [0.0, 10.0] * 5000)], marks(1), smoothing=0.99, width=100)
    assert (long.low[50], long.high[50]) == (0.0, 10.0)
    assert 4 < long.middle()[50] < 6


def test_x_modes():
    one = [series("a", [1.0, 2.0]), series("a", [3.0], "acc", start=1e9 - 5)]
    assert [line.x for line in prepare(one, marks(2), x="step")] == [[0, 1], [0]]
    assert [line.x for line in prepare(one, marks(2), x="time")] == [[1e9, 1e9 + 1], [1e9 - 5]]
    assert [line.x for line in prepare(one, marks(2), x="relative")] == [[5, 6], [0]]


def test_a_resumed_run_is_put_in_order():
    (line,) = prepare([series("a", [1.0, 2.0, 3.0, 4.0], steps=[0, 1, 0, 1])], marks(1))
    assert (line.x, line.low) == ([0, 0, 1, 1], [1, 3, 2, 4])


def test_missing_steps_are_numbered():
    assert prepare([series("a", [1.0, 2.0], steps=[-1, -1])], marks(1))[0].x == [0, 1]


def test_the_best_run_by_the_name_of_the_metric():
    pair = [series("a", [9.0, 1.0]), series("b", [0.5, 2.0])]
    assert [line.best for line in prepare(pair, marks(2))] == [True, False]
    scores = [series("a", [1.0], "acc"), series("b", [2.0], "acc"), series("c", [math.nan], "acc")]
    assert [line.best for line in prepare(scores, marks(3))] == [False, True, False]
    assert [line.best for line in prepare(pair[:1], marks(1))] == [False]


def test_empty_series():
    (line,) = prepare([series("a", [])], marks(1))
    assert list(line.x) == []
    spec([line])
    spec([])


# -- the specification -------------------------------------------------------------------------------------------
def test_altair_accepts_it():
    assert alt.Chart.from_dict(spec(prepare([series("a", [1.0, 2.0])], marks(1)), title="loss"))


def test_exact_lines_have_no_band():
    found = spec(prepare([series("a", [1.0, 2.0]), series("b", [3.0, 4.0])], marks(2)), title="loss")
    assert [layer["mark"]["type"] for layer in found["layer"]] == ["line"]
    assert found["title"] == "loss"
    assert rows(found) == [
        {"run": "b", "x": 0, "y": 3.0},
        {"run": "b", "x": 1, "y": 4.0},
        {"run": "a", "x": 0, "y": 1.0},
        {"run": "a", "x": 1, "y": 2.0},
    ]


def test_reduced_lines_have_a_band_behind():
    found = spec([ChartSeries("a", "m", [0, 1], [1.0, 2.0], [3.0, 6.0])])
    assert [layer["mark"]["type"] for layer in found["layer"]] == ["area", "line"]
    assert [row["y"] for row in rows(found)] == [2.0, 4.0]
    assert found["transform"][1]["as"] == "y"


def test_smoothed_lines_have_their_values_behind():
    found = spec(prepare([series("a", [0.0, 4.0])], marks(1)), smooth=0.5)
    assert [layer["mark"]["type"] for layer in found["layer"]] == ["area", "line"]
    assert [(row["low"], row["high"]) for row in rows(found)] == [(0, 0), (4, 4)]
    assert rows(found)[1]["y"] == pytest.approx(8 / 3, abs=1e-5)


def test_gaps_are_null():
    values = [1.0, math.nan, math.inf, 2.0]
    assert [row["y"] for row in rows(spec(prepare([series("a", values)], marks(1))))] == [1, None, None, 2]
    band = [ChartSeries("a", "m", [0, 1], [1.0, math.nan], [2.0, math.nan])]
    assert rows(spec(band))[1] == {"run": "a", "x": 1, "low": None, "high": None, "y": None}


def test_log_axes_leave_out_what_they_cannot_show():
    found = spec(prepare([series("a", [0.0, -1.0, 5.0])], marks(1)), log_x=True, log_y=True)
    assert [(row["x"], row["y"]) for row in rows(found)] == [(None, None), (1, None), (2, 5)]
    assert found["encoding"]["x"]["scale"]["type"] == "log"
    assert found["layer"][0]["encoding"]["y"]["scale"]["type"] == "log"


def test_times_are_utc_milliseconds():
    found = spec(prepare([series("a", [1.0])], marks(1), x="time"), x="time")
    assert rows(found)[0]["x"] == 1_000_000_000_000
    assert (found["encoding"]["x"]["type"], found["encoding"]["x"]["scale"]) == ("temporal", {"type": "utc"})


def test_relative_times_have_units():
    found = spec(prepare([series("a", [1.0, 2.0])], marks(1), x="relative"), x="relative", log_x=True)
    assert "datum.value < 3600" in found["encoding"]["x"]["axis"]["labelExpr"]


def test_large_steps_and_small_values_keep_their_digits():
    found = spec(prepare([series("a", [1.23456789e-9, 0.1], steps=[123_456_789, 123_456_790])], marks(1)))
    assert [(row["x"], row["y"]) for row in rows(found)] == [(123_456_789, 1.23457e-9), (123_456_790, 0.1)]


def test_runs_have_the_palettes_colours():
    lines = prepare([series("a", [1.0, 2.0]), series("b", [3.0, 1.5])], marks(2))
    found = spec(lines, colours=DARK)
    colour = found["encoding"]["color"]
    assert colour["scale"] == {"domain": ["a", "b"], "range": [DARK[0], DARK[1]]}
    assert colour["legend"]["orient"] == "bottom"
    assert found["layer"][0]["encoding"]["strokeDash"]["scale"]["range"] == [[1, 0], [6, 3]]
    assert spec(lines[:1])["encoding"]["color"]["legend"] is None


def test_two_metrics_of_one_run_are_two_lines():
    found = spec(prepare([series("a", [1.0]), series("a", [2.0], "acc")], marks(2)))
    assert {row["run"] for row in rows(found)} == {"a loss", "a acc"}


def test_odd_names_stay_data():
    name = "<img src=x onerror=alert(1)> \"'\\ datum.x"
    assert rows(spec(prepare([series(name, [1.0])], marks(1))))[0]["run"] == name


def test_the_named_data_set_waits_for_its_rows():
    found = spec(None)
    assert found["data"] == {"name": "series"}
    assert [layer["mark"]["type"] for layer in found["layer"]] == ["area", "line"]
    assert found["encoding"]["color"]["field"] == "c"
    assert found["encoding"]["color"]["scale"] == {"domain": list(range(6)), "range": list(LIGHT)}
    assert found["layer"][0]["encoding"]["stroke"]["field"] == "c"
    assert found["layer"][1]["encoding"]["strokeDash"]["field"] == "d"
    assert "transform" not in found
    assert "params" not in found


def test_twenty_runs_are_small():
    runs = [
        series(f"run-{at}", np.exp(-np.arange(2000) / 400) + RNG.normal(size=2000) * 0.02) for at in range(20)
    ]
    text = json.dumps(spec(prepare(runs, marks(20))), separators=(",", ":"))
    assert len(text) <= 400 * 1024
