"""Static plots of runs: where lines and points lie, and what stands beside them."""

from __future__ import annotations

import math
import re
import xml.dom.minidom

import pytest

from sm_track_widgets.charts.plot_column import RAMP, PlotColumn, ramp
from sm_track_widgets.charts.plot_svg import Picture, parallel_svg, scatter_svg

NAN = math.nan
RATE = PlotColumn("lr", "number", [0.001, 0.01, 0.1, NAN], log=True)
KIND = PlotColumn("kind", "text", [0, 1, NAN, 2], ("b10", "b9", "a"))
TIME = PlotColumn("started", "time", [1e9, 1e9 + 3600, NAN, 1e9 + 7200])
PICTURE = Picture(
    ["w", "x", "y", "z"], "a & b", RATE, picked=[1], marks=[-1, 3, -1, -1], note="4 of 9 runs drawn"
)


def test_places_keep_their_order_and_gaps():
    low, middle, high, none = RATE.places
    assert 0 < low < middle < high < 1
    assert math.isclose(middle, (low + high) / 2)
    assert math.isnan(none)
    # Numbers in texts count by their size.
    assert KIND.slots == ["a", "b9", "b10"]
    assert KIND.places[:2] == [pytest.approx(5 / 6), pytest.approx(0.5)]
    assert PlotColumn("none", "number", [NAN, NAN]).places[0] != 0
    assert PlotColumn("none", "number", [NAN]).ticks(4) == []


def test_the_ramp_goes_from_end_to_end():
    assert (ramp(0), ramp(0.5), ramp(1)) == RAMP
    assert ramp(NAN) not in RAMP


def test_parallel_lines_go_through_every_axis():
    drawn = parallel_svg([RATE, KIND, TIME], [False, True, False], PICTURE)
    xml.dom.minidom.parseString(drawn)
    lines = re.findall(r'<path d="M([^"]*)" fill="none" stroke="#[^>]*><title>(\w)</title>', drawn)
    assert [name for _, name in lines] == ["w", "y", "z", "x"]
    heights = {name: [float(point.split()[1]) for point in path.split("L")] for path, name in lines}
    assert heights["w"][0] > heights["x"][0] > heights["y"][0]
    # Flipped: the text that comes last is lowest.
    assert heights["z"][1] < heights["x"][1] < heights["w"][1]
    assert heights["y"][1] == heights["z"][0] > heights["w"][0]
    for told in ("4 of 9 runs drawn", "missing", "a &amp; b", "b10", "0.001"):
        assert told in drawn


def test_points_are_drawn_where_both_values_are():
    drawn = scatter_svg(RATE, TIME, PICTURE, PlotColumn("size", "number", [1, 2, 3, 4]))
    xml.dom.minidom.parseString(drawn)
    radii = [float(one) for one in re.findall(r'r="([\d.]+)" fill="#\w+" fill-opacity', drawn)]
    assert len(radii) == 2
    assert radii[0] < radii[1]
    nothing = scatter_svg(RATE, PlotColumn("none", "number", [NAN] * 4), PICTURE)
    assert "No run has a value for both" in nothing


def test_nothing_to_draw_is_said():
    assert "Nothing to draw" in parallel_svg([], [], PICTURE)
    assert "Nothing to draw" in parallel_svg([RATE], [False], Picture([], ""))
