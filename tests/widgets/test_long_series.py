"""Charts of series too long to be read for a picture."""

from __future__ import annotations

import numpy as np
import pytest
from wire_series import decode
from wire_tap import say

from sm_track_widgets._types import Point
from sm_track_widgets.connection import Connection
from sm_track_widgets.embedded import metrics as bulk
from sm_track_widgets.reading.series.long import LONG, LongSeries
from sm_track_widgets.tracking.run import Run
from sm_track_widgets.widgets.metric_chart import MetricChart
from sm_track_widgets.widgets.series_wire import FINEST

COUNT = LONG + 5000
START = 1_790_000_000.0
PLACES = np.arange(COUNT)
VALUES = 1 / (1 + PLACES / 1000) + np.random.default_rng(3).random(COUNT) / 50
VALUES[[77_777, 200_001]] = 9.0, -3.0  # spikes


@pytest.fixture
def long(home):
    with Run("long", "a") as run:
        pass
    points = [
        Point("loss", value, step, START + step)
        for value, step in zip(VALUES.tolist(), range(COUNT), strict=True)
    ]
    for first in range(0, COUNT, 60_000):
        bulk.append_points(
            home.embedded.engine.service, run.ref.component, points[first : first + 60_000], None
        )
    return home


@pytest.fixture
def unread(monkeypatch):
    """No series is read as a whole."""
    monkeypatch.setattr(Connection, "read_series", lambda *_, **__: pytest.fail("all points were read"))


def test_a_long_series_is_drawn_without_its_points(long, unread):
    chart = MetricChart("loss", experiment="long")
    (header,) = chart._series["series"]
    line = decode(chart._series, chart._points)["a", "loss"]
    assert (header["count"], header["exact"], header["origin"]) == (COUNT, False, START)
    assert FINEST // 2 <= len(line["step"]) <= FINEST
    assert (line["high"].max(), line["low"].min()) == (9.0, -3.0)
    assert (line["step"][0], line["step"][-1]) == (0, COUNT - 1)
    assert line["time"].tolist() == (START + line["step"]).tolist()
    assert (np.diff(line["step"]) > 0).all()
    spike = line["step"][line["high"].argmax()]
    assert abs(spike - 77_777) < COUNT / len(line["step"])
    assert f"{COUNT}" in chart.static_text()
    assert "<svg" in chart.static_html()
    assert "-3" in chart.static_text()  # the best of a loss
    for x in ("time", "relative"):
        assert "<svg" in MetricChart("loss", experiment="long", x=x).static_html()


@pytest.mark.parametrize(("axis", "unit"), [("step", 1), ("time", 1000), ("relative", 1)])
def test_a_range_is_shown_as_fine_as_it_can_be(long, unread, tap, axis, unit):
    chart = MetricChart("loss", experiment="long")
    zero = START if axis == "time" else 0.0
    question = {"type": "detail", "id": 7, "x": axis, "series": [{"run": "a", "metric": "loss"}]}

    def ask(low, high):
        say(chart, **question, range=[(zero + low) * unit, (zero + high) * unit])
        told, buffers = tap.custom(chart)[-1]
        (header,) = told["series"]["series"]
        return header, decode(told["series"], bytes(buffers[0]))["a", "loss"]

    header, line = ask(77_700, 77_800)
    assert header["exact"]
    assert line["step"].tolist() == list(range(77_699, 77_802))
    assert line["low"].tolist() == VALUES[77_699:77_802].tolist()
    header, line = ask(77_777.2, 77_777.4)  # between two points
    assert len(line["step"]) == 0
    header, line = ask(100_000, 250_000)
    assert header["count"] >= 150_000
    assert line["low"].min() == -3.0
    assert len(line["step"]) <= FINEST
    assert len(ask(-10, COUNT * 2)[1]["step"]) >= FINEST // 2
    assert ask(COUNT - 3, COUNT + 10)[1]["step"].tolist() == [COUNT - 4, COUNT - 3, COUNT - 2, COUNT - 1]


def test_its_points_are_there_for_who_needs_them(long):
    chart = MetricChart("loss", experiment="long", smooth=0.9)
    (one,) = chart._lines.series
    assert isinstance(one, LongSeries)
    assert "<svg" in chart.static_html()  # smoothed point by point
    assert np.array_equal(one.values, VALUES)
    assert len(one) == COUNT
    with pytest.raises(AttributeError, match="point"):
        _ = one.point


def test_a_store_without_outlines_gives_the_same_line(long):
    new = MetricChart("loss", experiment="long")
    long.embedded.engine.service.store.connection().execute("DELETE FROM outlines")
    old = MetricChart("loss", experiment="long")
    ((one,), (two,)) = new._series["series"], old._series["series"]
    assert (one["count"], one["origin"]) == (two["count"], two["origin"])
    first, second = (decode(chart._series, chart._points)["a", "loss"] for chart in (new, old))
    assert (first["low"].min(), first["high"].max()) == (second["low"].min(), second["high"].max())
    assert not isinstance(old._lines.series[0], LongSeries)
    assert np.array_equal(old._lines.series[0].values, VALUES)
