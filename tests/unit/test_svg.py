"""Static SVG: well-formed, escaped, gaps and spikes kept, readable ticks."""

import math
import re
import sys
import xml.etree.ElementTree as ET

import pytest

from sm_track_widgets.charts.axes import place_axis, value_axis
from sm_track_widgets.charts.chart_series import ChartSeries
from sm_track_widgets.charts.svg import line_svg, spark_svg

SVG = "{http://www.w3.org/2000/svg}"
EVIL = "<img src=x onerror=alert(1)> \"'&\x00\ud800"


def line(values, run="a", **more):
    return ChartSeries(run, "loss", list(range(len(values))), values, values, **more)


def parsed(svg):
    return ET.fromstring(svg)


def texts(svg):
    return [node.text for node in parsed(svg).iter(f"{SVG}text")]


def groups(svg):
    """The chart's own lines, in the order of drawing."""
    return [group for group in parsed(svg).findall(f"{SVG}g") if group.get("stroke")]


def drawn(svg):
    """Coordinates of the chart's own lines: per line its pieces of points."""
    found = []
    for group in groups(svg):
        for path in group.findall(f"{SVG}path"):
            if "h" in path.get("d"):
                continue
            pieces = path.get("d").split("M")[1:]
            found += [
                [tuple(map(float, point.split())) for point in piece.rstrip("Z").split("L")]
                for piece in pieces
            ]
    return found


# -- escaping ----------------------------------------------------------------------------------------------------
def test_nothing_a_user_wrote_is_markup():
    svg = line_svg([line([1.0, 2.0], EVIL), line([2.0, 1.0], EVIL + "2")], title=EVIL)
    assert "<img" not in svg
    assert "\x00" not in svg
    svg.encode()
    names = {node.text for node in parsed(svg).iter(f"{SVG}title")}
    assert any("<img src=x onerror=alert(1)>" in name for name in names)
    assert "<img" not in spark_svg([0, 1], [1.0, 2.0], label=EVIL)


@pytest.mark.parametrize("svg", [line_svg([line([1.0, 2.0])]), spark_svg([0, 1], [1.0, 2.0]), line_svg([])])
def test_no_script_style_sheet_or_reference(svg):
    tags = {node.tag.removeprefix(SVG) for node in parsed(svg).iter()}
    assert tags <= {"svg", "title", "g", "path", "text"}
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|url\(|href| id=", svg)


# -- what is drawn -----------------------------------------------------------------------------------------------
def test_every_point_lies_inside_and_in_order():
    (points,) = drawn(line_svg([line([3.0, 1.0, 2.0])], width=400, height=200))
    assert [x for x, _ in points] == sorted(x for x, _ in points)
    assert all(0 <= x <= 400 and 0 <= y <= 200 for x, y in points)
    assert points[0][1] < points[2][1] < points[1][1]


def test_a_gap_breaks_the_line_and_a_lone_point_is_a_dot():
    svg = line_svg([line([1.0, 2.0, math.nan, 3.0, 4.0, math.nan, 5.0])])
    assert [len(piece) for piece in drawn(svg)][:2] == [2, 2]
    assert svg.count('stroke-linecap="round"') == 1


def test_the_best_run_is_on_top_and_thicker():
    best = line([1.0, 2.0], "best", best=True)
    below, above = groups(line_svg([best, line([2.0, 3.0], "other")]))
    assert [group.find(f"{SVG}title").text for group in (below, above)] == ["other: 3", "best: 2"]
    assert float(above.get("stroke-width")) > float(below.get("stroke-width"))


def test_colour_and_dash_tell_runs_apart():
    svg = line_svg([line([1.0, 2.0], f"r{at}", colour=at, dash=at) for at in range(6)])
    assert len({group.get("stroke") for group in groups(svg)}) == 6
    assert len({group.get("stroke-dasharray") for group in groups(svg)}) == 6


def test_a_reduced_series_has_a_band_that_reaches_the_spike():
    low, high = [0.0] * 10, [1.0] * 9 + [50.0]
    svg = line_svg([ChartSeries("a", "m", list(range(10)), low, high)])
    band = next(path for path in parsed(svg).iter(f"{SVG}path") if path.get("fill-opacity"))
    heights = [float(pair.split()[1]) for pair in re.findall(r"[\d.]+ [\d.]+", band.get("d"))]
    assert min(heights) < 50
    assert max(heights) > 150


def test_a_smoothed_line_has_its_values_behind():
    (group,) = groups(line_svg([line([0.0, 9.0, 1.0], line=[0.0, 4.0, 3.0])]))
    behind, smooth = group.find(f"{SVG}g"), group.find(f"{SVG}path")
    assert behind.get("stroke-opacity") == ".35"
    assert behind.find(f"{SVG}path").get("d") != smooth.get("d")
    assert list(group).index(behind) < list(group).index(smooth)


def test_a_log_axis_leaves_out_what_it_cannot_show():
    svg = line_svg([line([0.0, 1.0, 10.0, 1000.0])], log_y=True)
    assert [len(piece) for piece in drawn(svg)] == [3]
    assert {"1", "10", "100", "1000"} <= set(texts(svg))
    assert "No points yet" in texts(line_svg([line([-1.0, 0.0])], log_y=True))


@pytest.mark.parametrize("values", [[], [math.nan], [math.inf]])
def test_nothing_to_draw(values):
    assert "No points yet" in texts(line_svg([line(values)]))
    assert parsed(spark_svg(list(range(len(values))), values)).find(f"{SVG}g") is None


def test_one_point_and_flat_lines():
    assert 'stroke-linecap="round"' in line_svg([line([5.0])])
    assert drawn(line_svg([line([2.0, 2.0, 2.0])]))
    assert drawn(line_svg([line([0.0, 0.0])]))


def test_the_legend_names_few_runs_and_counts_the_rest():
    long = [line([1.0, 2.0], f"run-{at}-" + "x" * 60) for at in range(15)]
    svg = line_svg(long, width=400)
    words = texts(svg)
    assert "and 3 more" in words
    assert sum(word.startswith("run-") for word in words) == 12
    assert all(len(word) <= 32 for word in words)
    assert f"run-0-{'x' * 60}" in {node.text for node in parsed(svg).iter(f"{SVG}title")}
    assert float(parsed(svg).get("height")) > 240
    assert texts(line_svg([line([1.0, 2.0], "only")])).count("only") == 0


def test_a_screen_reader_hears_what_it_is():
    root = parsed(line_svg([line([1.0, 2.0], "r")], title="loss"))
    assert (root.get("role"), root.get("aria-label")) == ("img", "loss: r")
    assert parsed(line_svg([line([1.0]), line([2.0])], title="loss")).get("aria-label") == "loss: 2 runs"
    assert parsed(spark_svg([0, 1], [1.0, 0.25], label="loss")).get("aria-label") == "loss 0.25"


# -- axes --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0.12, 0.92, ["0.2", "0.4", "0.6", "0.8"]),
        (0.0, 100.0, ["0", "25", "50", "75", "100"]),
        (-1.0, 1.0, ["-1.0", "-0.5", "0.0", "0.5", "1.0"]),
        (0.9431, 0.9436, ["0.9432", "0.9434", "0.9436"]),
        (3e-7, 9e-7, ["4e-7", "6e-7", "8e-7"]),
    ],
)
def test_value_ticks_are_round(low, high, labels):
    assert [label for _, label in value_axis([low, high]).ticks] == labels


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (1e-5, 1e3, ["1e-5", "0.001", "0.1", "10", "1000"]),
        (0.1, 0.9, ["0.1", "0.2", "0.5"]),
        (0.31, 0.34, ["0.31", "0.32", "0.33", "0.34"]),
    ],
)
def test_log_ticks(low, high, labels):
    assert [label for _, label in value_axis([low, high], log=True).ticks] == labels


@pytest.mark.parametrize(
    ("low", "high", "mode", "labels"),
    [
        (0, 200, "step", ["0", "50", "100", "150", "200"]),
        (0, 3, "step", ["0", "1", "2", "3"]),
        (7, 7, "step", ["7", "8"]),
        (0, 90, "relative", ["0", "15 s", "30 s", "45 s", "1:00", "1:15", "1:30"]),
        (0, 7200, "relative", ["0", "30:00", "1:00:00", "1:30:00", "2:00:00"]),
        (1_790_000_000, 1_790_003_600, "time", ["14:20", "14:30", "14:40", "14:50", "15:00", "15:10"]),
        (1_790_000_000, 1_790_000_000 + 86400 * 4, "time", ["Sep 22", "Sep 23", "Sep 24", "Sep 25"]),
    ],
)
def test_place_ticks(low, high, mode, labels):
    assert [label for _, label in place_axis([low, high], mode).ticks] == labels


@pytest.mark.parametrize("scale", [1e-300, 1e-9, 1.0, 1e9, 1e300])
def test_ticks_lie_inside_at_any_scale(scale):
    axis = value_axis([scale, 3 * scale])
    assert 2 <= len(axis.ticks) <= 8
    assert all(axis.low <= value <= axis.high for value, _ in axis.ticks)
    assert all(0 <= axis.place(value) <= 1 for value, _ in axis.ticks)


def test_an_axis_reaches_to_the_largest_number():
    for log in (False, True):
        axis = value_axis([1.0, sys.float_info.max], log=log)
        assert axis is not None
        assert 0 < axis.place(sys.float_info.max) <= 1
        assert len(axis.ticks) > 1
    both = value_axis([-1e308, 1.5e308])
    assert both is not None
    assert 0 < both.place(-1e308) < both.place(1.5e308) < 1
