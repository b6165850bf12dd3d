"""The chart's gestures and what other views pick, on the harness page: no kernel, so nothing can wait for one."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from notebook_page import OFF_LOOPBACK, until

JS = Path(__file__).parents[2] / "js"
HARNESS = JS / "harness" / "index.html"
PIXELS = "(el) => [...el.querySelectorAll('canvas')].map((one) => one.toDataURL()).join()"
COUNT = """(el) => {
    window.compiled = 0;
    new MutationObserver((all) => { window.compiled += all.length; })
        .observe(el.querySelector('.smtw-plot > div'), { childList: true });
}"""


@pytest.fixture(scope="module")
def harness(browser):
    subprocess.run(["node", "build.mjs", "--harness"], cwd=JS, check=True, stdin=subprocess.DEVNULL)
    context = browser.new_context(viewport={"width": 1130, "height": 700})
    context.route(OFF_LOOPBACK, lambda route: route.abort())
    page = context.new_page()
    page.goto(f"{HARNESS.as_uri()}?view=none")
    until("the harness", lambda: page.evaluate("() => !!window.__smtwHarness"))
    yield page
    context.close()


class Chart:
    """One mounted chart."""

    def __init__(self, page, view: str) -> None:
        self.page = page
        page.evaluate("() => { window.mounted?.unmount(); window.__smtwHarness.clear(); }")
        page.evaluate("async (view) => { window.mounted = await window.__smtwHarness.mount(view); }", view)
        self.root = page.locator(".case")
        self.plot = self.root.locator(".smtw-plot:visible").first
        self.plot.locator("canvas").first.wait_for()
        self.at_rest()

    def get(self, name: str):
        return self.page.evaluate("(name) => window.mounted.model.get(name)", name)

    def set(self, **values) -> None:
        self.page.evaluate("(values) => window.mounted.model.push(values)", values)

    def pixels(self) -> str:
        return self.root.evaluate(PIXELS)

    def at_rest(self) -> str:
        last = [""]

        def same() -> str:
            now = self.pixels()
            settled, last[0] = now == last[0], now
            return now if settled else ""

        return until("a chart at rest", same, 10)

    def changes(self, before: str) -> str:
        until("another picture", lambda: self.pixels() != before, 5)
        return self.at_rest()

    def spot(self, share: float) -> tuple[float, float]:
        box = self.plot.bounding_box()
        return box["x"] + share * box["width"], box["y"] + box["height"] / 2

    def drag(self, start: float, end: float, button: str = "left") -> None:
        mouse = self.page.mouse
        mouse.move(*self.spot(start))
        mouse.down(button=button)
        mouse.move(*self.spot((start + end) / 2), steps=3)
        mouse.move(*self.spot(end), steps=3)
        mouse.up(button=button)

    def wheel(self, x: float, y: float) -> bool:
        """Turn the wheel over the plot; says whether the page was left alone."""
        return self.plot.evaluate(
            """(el, [x, y, ctrl]) => {
                const box = el.getBoundingClientRect();
                const where = { clientX: box.left + box.width / 2, clientY: box.top + 60 };
                const turn = { deltaX: x, deltaY: y, ctrlKey: ctrl, bubbles: true, cancelable: true };
                return !el.dispatchEvent(new WheelEvent('wheel', { ...where, ...turn }));
            }""",
            [x, y, False],
        )


@pytest.mark.parametrize("how", ["shift", "middle"])
def test_a_drag_pans_within_the_zoom(harness, how):
    chart = Chart(harness, "MetricChart")
    chart.set(domain=[80, 120])
    before = chart.at_rest()
    if how == "shift":
        harness.keyboard.down("Shift")
    chart.drag(0.7, 0.4, "left" if how == "shift" else "middle")
    harness.keyboard.up("Shift")
    chart.changes(before)
    low, high = chart.get("domain")
    assert high - low == pytest.approx(40)
    assert 85 < low < 110
    chart.drag(0.3, 0.6)
    inner = chart.get("domain")
    assert low < inner[0] < inner[1] < high, "without shift it zooms"


def test_the_wheel_scrolls_the_page_but_with_ctrl_or_sideways_in_a_zoom(harness):
    chart = Chart(harness, "MetricChart")
    assert not chart.wheel(0, 100)
    assert not chart.wheel(100, 0)
    assert chart.get("domain") is None
    before = chart.at_rest()
    harness.mouse.move(*chart.spot(0.5))
    harness.keyboard.down("Control")
    harness.mouse.wheel(0, -400)
    harness.keyboard.up("Control")
    zoomed = chart.changes(before)
    low, high = chart.get("domain")
    assert 50 < low < 100 < high < 150
    assert chart.wheel(50, 5)
    chart.changes(zoomed)
    moved = chart.get("domain")
    assert moved[0] > low
    assert moved[1] - moved[0] == pytest.approx(high - low)
    assert not chart.wheel(0, 100)


def test_what_is_picked_elsewhere_is_drawn_at_once_and_nothing_is_compiled(harness):
    chart = Chart(harness, "MetricChartPicked")
    chart.root.evaluate(COUNT)
    seen = {chart.at_rest()}
    for selected, dimmed, hidden in (([9], [], []), ([], [3, 4], []), ([], [], [1, 2]), ([], [], [])):
        before = chart.pixels()
        harness.evaluate(
            """([selected, dimmed, hidden]) => {
                const runs = [...new Set(window.mounted.model.get('_series').series.map((one) => one.run))];
                const set = (places) => new Set(places.map((place) => runs[place]));
                const sets = { selected: set(selected), dimmed: set(dimmed), hidden: set(hidden) };
                window.mounted.chart.emphasise({ ...sets, baseline: '' });
            }""",
            [selected, dimmed, hidden],
        )
        seen.add(chart.changes(before))
        entries = chart.root.locator(".smtw-legend button:not(.smtw-legend-more)")
        assert entries.count() == 30 - len(hidden)
    assert len(seen) == 5
    assert harness.evaluate("() => window.compiled") == 0


def test_many_names_take_two_lines_and_few_controls_are_beside_a_narrow_chart(harness):
    chart = Chart(harness, "MetricChartPicked")
    legend = chart.root.locator(".smtw-legend")
    shown = legend.locator("button:visible")
    folded = shown.count()
    more = legend.get_by_role("button", name=f"+{30 - folded} more")
    assert legend.bounding_box()["height"] < 70
    more.click()
    assert legend.locator("button:visible").count() == 30
    legend.get_by_role("button", name="fewer").click()
    assert shown.count() == folded
    outliers = chart.root.locator("button", has_text="outliers")
    options = chart.root.get_by_role("button", name="Options")
    assert outliers.is_visible()
    assert not options.is_visible()
    harness.set_viewport_size({"width": 600, "height": 700})
    try:
        until("fewer names", lambda: shown.count() < folded)
        assert not outliers.is_visible()
        options.click()
        outliers.click()
        assert chart.get("ignore_outliers") is True
        until("marked", lambda: "smtw-on" in options.get_attribute("class"))
    finally:
        harness.set_viewport_size({"width": 1130, "height": 700})


def test_mean_and_band_by_a_column_and_back(harness):
    chart = Chart(harness, "MetricChart")
    before = chart.at_rest()
    button = chart.root.get_by_role("button", name="Mean ± band")
    by = chart.root.get_by_label("Runs averaged by")
    assert not by.is_visible()
    button.click()
    means = chart.changes(before)
    assert chart.get("band") == "all"
    assert chart.root.locator(".smtw-legend button").all_inner_texts() == ["all runs\n(5)"]
    by.select_option("params.max_depth")
    chart.changes(means)
    entries = chart.root.locator(".smtw-legend button")
    assert entries.all_inner_texts()[:2] == ["max_depth 4\n(2)", "max_depth 6"]
    entries.first.click()
    assert len(chart.get("hidden")) == 2
    harness.mouse.move(*chart.spot(0.5))
    assert "best group" in chart.root.locator(".smtw-panel-head").first.inner_text()
    entries.first.click()
    button.click()
    harness.mouse.move(0, 0)
    until("the runs again", lambda: chart.pixels() == before, 5)


def test_kinds_of_smoothing_are_offered_while_there_is_some(harness):
    chart = Chart(harness, "MetricChart")
    kinds = chart.root.get_by_label("Kind of smoothing")
    assert not kinds.is_visible()
    slider = chart.root.get_by_label("smoothing", exact=False).first
    slider.fill("0.8")
    assert kinds.is_visible()
    assert chart.get("smooth") == 0.8
    before = chart.at_rest()
    kinds.select_option("mean")
    chart.changes(before)
    assert (chart.get("smooth_kind"), chart.get("smooth")) == ("mean", 9)
    assert "9 points" in chart.root.locator(".smtw-slider").inner_text()
    kinds.select_option("gauss")
    assert chart.get("smooth") == 2.5
    slider.fill("0")
    assert not kinds.is_visible()


def test_another_metric_as_x_and_what_only_the_kernel_has(harness):
    chart = Chart(harness, "MetricChart")
    assert chart.root.locator(".smtw-panel:visible").count() == 2
    chart.root.get_by_label("x is a metric").select_option("validation:loss")
    until("one panel", lambda: chart.root.locator(".smtw-panel:visible").count() == 1)
    chart.at_rest()
    harness.mouse.move(*chart.spot(0.5))
    until(
        "a reading",
        lambda: "validation:loss 0." in chart.root.locator(".smtw-panel-head:visible").inner_text(),
    )
    series = chart.get("_series")
    chart.set(_series={**series, "lacks": "time"}, x="time")
    until("word of what is awaited", lambda: "when the kernel is idle" in chart.root.inner_text())


def test_outliers_are_told(harness):
    chart = Chart(harness, "MetricChartOutliers")
    assert "outliers outside of what is shown" in chart.root.inner_text()
    before = chart.at_rest()
    chart.root.get_by_role("button", name="ignore outliers").click()
    chart.changes(before)
    assert "outlier" not in chart.root.locator(".smtw-note").first.inner_text()
