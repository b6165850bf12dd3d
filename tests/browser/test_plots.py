"""ParallelCoords and Scatter: gestures on the harness page, one notebook in JupyterLab, pictures to look at."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from notebook_page import OFF_LOOPBACK, until

JS = Path(__file__).parents[2] / "js"
HARNESS = JS / "harness" / "index.html"
RATE, AUC, DEPTH, METHOD = (
    "params.learning_rate",
    "metrics.validation:auc.last",
    "params.max_depth",
    "params.tree_method",
)
LOAD = """%load_ext sm_track_widgets
import sm_track_widgets as sm
for depth in range(2, 10):
    with sm.Run("plots", f"depth{depth}", params={"depth": depth, "kind": "ab"[depth % 2]}) as run:
        run.log_metric("auc", 0.9 + depth / 100, step=0)
selection = sm.ParallelCoords("plots", axes=["depth", "kind", "auc"], height=260)
calls = []
selection.observe(lambda change: calls.append(change["new"]), "query")
selection"""
TABLE = "table = sm.RunTable(selection)\ntable"


@pytest.fixture(scope="module")
def harness(browser):
    subprocess.run(["node", "build.mjs", "--harness"], cwd=JS, check=True, stdin=subprocess.DEVNULL)
    external: list[str] = []
    errors: list[str] = []
    context = browser.new_context(viewport={"width": 1130, "height": 1200})
    context.route(OFF_LOOPBACK, lambda route: (external.append(route.request.url), route.abort()))
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{HARNESS.as_uri()}?view=none")
    until("the harness", lambda: page.evaluate("() => !!window.__smtwHarness"))
    yield page
    context.close()
    assert external == []
    assert errors == []


@pytest.fixture
def mount(harness):
    """Return ``mount(view)``: a view alone on the page, with what it has told the kernel."""

    def build(view: str, theme: str = "light"):
        harness.evaluate("() => window.__smtwHarness.clear()")
        harness.evaluate(
            "async ([view, theme]) => { window.mounted = await window.__smtwHarness.mount(view, theme); }",
            [view, theme],
        )
        return harness

    return build


def shared(page, name: str):
    return page.evaluate("(name) => window.mounted.shared.get(name)", name)


def own(page, name: str):
    return page.evaluate("(name) => window.mounted.model.get(name)", name)


def saves(page) -> int:
    return page.evaluate("() => window.mounted.shared.saved.length")


def filter_of(page, column: str):
    return next((one for one in shared(page, "filters") if one["column"] == column), None)


def axis(page, column: str):
    return page.get_by_role("group", name=column, exact=True)


def drag(page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    page.mouse.move(*end)
    page.mouse.up()


def drag_axis(page, column: str, start: float, end: float) -> None:
    """Drag along an axis, from and to shares of its height from the top."""
    box = axis(page, column).locator(".smtw-track").bounding_box()
    x, top, height = box["x"] + box["width"] / 2, box["y"] + 7, box["height"] - 14
    drag(page, (x, top + height * start), (x, top + height * end))


def test_an_axis_is_brushed_moved_resized_and_cleared(mount):
    page = mount("ParallelCoords")
    drag_axis(page, DEPTH, 0.24, 0.76)
    assert filter_of(page, DEPTH) == {"column": DEPTH, "low": 5, "high": 9}
    assert saves(page) == 1
    passing = page.locator(".smtw-bar [role=status]").first.inner_text()
    assert passing.endswith("of 400 runs")
    drag_axis(page, DEPTH, 0.5, 0.62)
    assert filter_of(page, DEPTH) == {"column": DEPTH, "low": 4, "high": 8}
    drag_axis(page, DEPTH, 0.375, -0.2)
    assert filter_of(page, DEPTH) == {"column": DEPTH, "low": 4, "high": None}
    assert saves(page) == 3
    drag_axis(page, DEPTH, 0.97, 0.97)
    assert filter_of(page, DEPTH) is None


def test_while_a_hand_drags_the_views_follow_and_the_kernel_hears_nothing(mount):
    page = mount("ParallelCoords")
    box = axis(page, RATE).locator(".smtw-track").bounding_box()
    x = box["x"] + 11
    page.mouse.move(x, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(x, box["y"] + 140)
    first = filter_of(page, RATE)
    page.mouse.move(x, box["y"] + 180)
    assert filter_of(page, RATE)["low"] < first["low"]
    assert saves(page) == 0
    page.mouse.up()
    assert saves(page) == 1


def test_values_are_toggled(mount):
    page = mount("ParallelCoords")
    methods = axis(page, METHOD)
    methods.get_by_role("button", name="hist").click()
    assert filter_of(page, METHOD) == {"column": METHOD, "values": ["hist"]}
    methods.get_by_role("button", name="missing").click()
    assert filter_of(page, METHOD)["values"] == ["hist", None]
    methods.get_by_role("button", name="hist").click()
    methods.get_by_role("button", name="missing").click()
    assert filter_of(page, METHOD) is None


def test_axes_are_moved_flipped_logged_and_removed_by_keys_and_mouse(mount):
    page = mount("ParallelCoords")
    label = axis(page, DEPTH).locator(".smtw-axis-label")
    label.focus()
    page.keyboard.press("Shift+ArrowRight")
    assert own(page, "axes")[:2] == [RATE, DEPTH]
    page.keyboard.press("f")
    page.keyboard.press("l")
    assert (own(page, "flip"), own(page, "log")) == ([DEPTH], [RATE, DEPTH])
    page.keyboard.press("l")
    box, target = label.bounding_box(), axis(page, METHOD).locator(".smtw-axis-label").bounding_box()
    middle = box["y"] + box["height"] / 2
    drag(page, (box["x"] + 20, middle), (target["x"] + target["width"] + 60, middle))
    assert own(page, "axes").index(DEPTH) == 2
    label.click()
    axis(page, DEPTH).get_by_role("button", name="Remove").click()
    assert DEPTH not in own(page, "axes")
    page.get_by_role("button", name="Axes").click()
    page.get_by_role("dialog").get_by_label("extra_0").check()
    assert own(page, "axes")[-1] == "metrics.extra_0.last"
    page.get_by_role("dialog").get_by_label("duration").uncheck()
    page.get_by_role("dialog").get_by_role("searchbox").fill("depth")
    page.get_by_role("dialog").get_by_label("max_depth").check()
    assert own(page, "axes")[-1] == DEPTH
    assert "duration_s" not in own(page, "axes")
    page.keyboard.press("Escape")
    assert page.get_by_role("button", name="Axes").get_attribute("aria-expanded") == "false"


def test_ends_of_a_range_are_moved_by_keys(mount):
    page = mount("ParallelCoords")
    low = axis(page, DEPTH).get_by_role("slider", name="max_depth at least")
    low.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert filter_of(page, DEPTH) == {"column": DEPTH, "low": 5, "high": None}
    assert low.get_attribute("aria-valuenow") == "5"
    page.keyboard.press("Escape")
    assert filter_of(page, DEPTH) is None


def test_a_line_is_pointed_at_and_picked(mount):
    page = mount("ParallelCoordsOne")
    box = page.locator(".smtw-plot-stage").bounding_box()
    line = axis(page, DEPTH).locator(".smtw-axis-tick").first.bounding_box()
    at = (line["x"] + 60, line["y"] + line["height"] / 2)
    page.mouse.move(*at)
    tip = page.locator(".smtw-plot-tip")
    until("the tip", tip.is_visible)
    assert shared(page, "_header")["runs"][0] in tip.inner_text()
    page.mouse.click(*at)
    assert shared(page, "selected") == shared(page, "_header")["runs"]
    page.mouse.click(box["x"] + box["width"] / 2 + 60, box["y"] + 60)
    assert shared(page, "selected") == []


def surface(page):
    return page.get_by_role("application").bounding_box()


def test_a_rectangle_filters_both_columns_and_is_moved_and_cleared(mount):
    page = mount("Scatter")
    box = surface(page)
    x, y = box["x"], box["y"]
    drag(page, (x + 300, y + 60), (x + 600, y + 200))
    assert saves(page) == 1
    before = [filter_of(page, column) for column in (RATE, AUC)]
    assert all(one["low"] < one["high"] for one in before)
    drag(page, (x + 400, y + 100), (x + 450, y + 130))
    after = [filter_of(page, column) for column in (RATE, AUC)]
    assert after[0]["low"] > before[0]["low"]
    assert after[1]["high"] < before[1]["high"]
    drag(page, (x + 650, y + 150), (x + 750, y + 150))
    assert filter_of(page, RATE)["high"] > after[0]["high"]
    assert filter_of(page, AUC) == after[1]
    page.mouse.click(x + 150, y + 60)
    assert shared(page, "filters") == []


def test_points_are_walked_and_picked_by_keys(mount):
    page = mount("Scatter")
    page.get_by_role("application").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    said = page.get_by_role("application").get_by_role("status").inner_text()
    page.keyboard.press("Enter")
    (name,) = shared(page, "selected")
    assert said.startswith(f"{name}, learning_rate 0.001")
    assert name in page.locator(".smtw-plot-tip").inner_text()
    page.keyboard.press("Escape")
    assert shared(page, "selected") == []


def test_columns_are_chosen(mount):
    page = mount("Scatter")
    page.get_by_label("x", exact=True).select_option(DEPTH)
    assert (own(page, "x"), own(page, "log_x")) == (DEPTH, False)
    page.get_by_label("x", exact=True).select_option("duration_s")
    assert (own(page, "x"), own(page, "log_x")) == ("duration_s", True)
    page.get_by_label("colour").select_option(METHOD)
    legend = page.locator(".smtw-plot-legend").inner_text()
    assert all(name in legend for name in ("hist", "approx", "exact"))
    page.get_by_role("button", name="Pareto front").click()
    assert own(page, "pareto") is True


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pictures(mount, screenshots, theme):
    for view in ("ParallelCoordsBrushed", "ScatterBrushed"):
        page = mount(view, theme)
        page.wait_for_timeout(300)
        page.locator(".case").screenshot(path=screenshots / f"{view}-{theme}.png")
        colours = page.evaluate(
            """() => { const { data } = document.querySelectorAll(".smtw-layers canvas")[1]
                .getContext("2d").getImageData(0, 0, 4000, 2000);
                return new Set(new Uint32Array(data.buffer)).size; }"""
        )
        assert colours > 10


TOP_COLOURS = """() => { const { data } = document.querySelectorAll(".smtw-layers canvas")[2]
    .getContext("2d").getImageData(0, 0, 4000, 2000);
    const seen = new Set();
    for (let i = 0; i < data.length; i += 4)
        if (data[i + 3] === 255) seen.add([data[i], data[i + 1], data[i + 2]].join());
    return [...seen]; }"""


def test_a_change_of_theme_reaches_every_layer(mount):
    page = mount("ParallelCoordsBrushed")
    light, dark = "47,111,219", "110,168,254"
    until("drawn", lambda: light in page.evaluate(TOP_COLOURS))
    page.evaluate("() => window.__smtwHarness.setTheme('dark')")
    until("drawn for the dark", lambda: dark in page.evaluate(TOP_COLOURS))
    colours = page.evaluate(TOP_COLOURS)
    assert light not in colours
    assert "255,255,255" in colours  # the baseline has the text's colour


def test_in_jupyterlab_a_brush_is_a_query_in_python(open_notebook):
    told = "print(selection.query, calls, sorted(table.df['run']))"
    notebook = open_notebook("plots", [LOAD, TABLE, told])
    notebook.run_cell(0)
    notebook.run_cell(1)
    plot = notebook.output(0).locator(".smtw-parallel")
    plot.locator(".smtw-track").first.wait_for()
    rows = notebook.output(1).get_by_role("rowheader")
    rows.first.wait_for()
    drag_axis(notebook.page, "params.depth", 0, 0.45)
    until("the table follows", lambda: "4 of 8 runs" in notebook.output(1).inner_text())

    def heard() -> str:
        notebook.run_cell(2)
        return notebook.output(2).inner_text().strip()

    wanted = "params.depth >= 6 ['params.depth >= 6'] ['depth6', 'depth7', 'depth8', 'depth9']"
    until("the query in Python", lambda: heard() == wanted, 10)
