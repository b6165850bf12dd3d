"""Pages with the system's own colours (`forced-colors`) and with reduced motion: nothing that is told vanishes."""

from __future__ import annotations

import pytest
from notebook_page import until
from table_page import MOUNT, harness_page

LOOK = """([selector, place]) => {
    const one = [...document.querySelectorAll(selector)].at(place);
    const style = getComputedStyle(one, selector.includes("::before") ? "::before" : null);
    return { ground: style.backgroundColor, text: style.color, line: style.borderBottomColor, fill: style.fill };
}"""
SYSTEM = """() => {
    const probe = document.createElement("p");
    probe.style.cssText = "color: HighlightText; background: Highlight; border: 1px solid Canvas; fill: CanvasText";
    probe.style.forcedColorAdjust = "none";
    document.body.append(probe);
    const style = getComputedStyle(probe);
    const told = { picked: style.backgroundColor, on: style.color, paper: style.borderBottomColor, ink: style.fill };
    probe.remove();
    return told;
}"""
VIEWS = [
    "RunTable", "ParamGridFiltered", "MetricChart", "ParallelCoordsBrushed", "ScatterBrushed", "Importance", "Compare",
    "RunDetailMetrics", "SweepBoard", "LiveRun", "Dashboard",
]  # fmt: skip


@pytest.fixture(params=["light", "dark"])
def contrast(browser, request):
    with harness_page(browser) as page:
        page.emulate_media(forced_colors="active", color_scheme=request.param)
        yield page, request.param


def look(page, selector: str, place: int = 0) -> dict[str, str]:
    return page.evaluate(LOOK, [selector, place])


def test_states_are_seen_in_the_systems_colours(contrast, screenshots):
    page, theme = contrast
    system = page.evaluate(SYSTEM)
    picked = {"ground": system["picked"], "text": system["on"]}
    seen: dict[str, bool] = {}

    def has(what: str, selector: str, wanted: dict[str, str]) -> None:
        seen[what] = look(page, selector).items() >= wanted.items()

    for view in VIEWS:
        page.evaluate(MOUNT, view)
        page.wait_for_timeout(250)
        if view == "RunTable":
            page.get_by_role("rowheader").first.click()
            until("a pick", lambda: page.locator(".smtw-row[aria-selected=true]").count())
            has("a picked run", ".smtw-row[aria-selected=true] .smtw-cell", picked)
            seen["a run's colour"] = look(page, ".smtw-row .smtw-dot")["ground"] != system["paper"]
        elif view == "ParamGridFiltered":
            has("a wanted value", ".smtw-chip[aria-pressed=true]", picked)
            other = look(page, ".smtw-chip[aria-pressed=false]")
            seen["a value"] = other["ground"] != system["picked"]
            has("bars of the runs that pass", ".smtw-hist-on", {"fill": system["picked"]})
        elif view == "ParallelCoordsBrushed":
            seen["an axis"] = look(page, ".smtw-axis-line")["ground"] != system["paper"]
        elif view == "Importance":
            has("a bar", "tr:not(.smtw-imp-chosen) .smtw-imp-bar", {"ground": system["picked"]})
            has("a picked parameter", ".smtw-imp-chosen > td", picked)
            has("its bar", ".smtw-imp-chosen .smtw-imp-bar", {"ground": system["on"]})
            has("a correlation", ".smtw-imp-lean:not(.smtw-imp-hollow)", {"ground": system["ink"]})
        elif view == "Compare":
            has("the tab", ".smtw-tab[aria-selected=true]", {"line": system["picked"]})
            seen["other tabs"] = look(page, ".smtw-tab[aria-selected=false]")["line"] != system["picked"]
        elif view == "SweepBoard":
            seen["points done"] = look(page, ".smtw-sweep-part")["ground"] != system["paper"]
        elif view == "LiveRun":
            has("progress", ".smtw-progress > div", {"ground": system["picked"]})
        page.screenshot(path=screenshots / f"contrast-{view}-{theme}.png")
    assert ([what for what, there in seen.items() if not there], len(seen)) == ([], 14)
    # Lines take the palette that is made for the system's ground, whatever the page's theme is.
    assert page.locator(".smtw-root").first.get_attribute("data-smtw-theme") == theme


def test_the_focus_is_seen_and_the_theme_follows_the_system(browser):
    with harness_page(browser) as page:
        page.evaluate(MOUNT, "ParamGrid")
        root = page.locator(".smtw-root").first
        assert root.get_attribute("data-smtw-theme") == "light"
        page.emulate_media(forced_colors="active", color_scheme="dark")
        until("the dark palette", lambda: root.get_attribute("data-smtw-theme") == "dark")
        page.locator(".smtw-chip").first.focus()
        page.keyboard.press("Tab")
        outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"


def test_nothing_moves_where_that_is_asked_for(browser):
    moving = "() => document.getAnimations().filter((one) => one.playState === 'running').length"
    slow = """() => [...document.querySelectorAll(".smtw-root *")].filter((one) => {
        const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(one);
        return transitionDuration !== "0s" || animationName !== "none" || scrollBehavior !== "auto";
    }).map((one) => one.className)"""
    with harness_page(browser) as page:
        page.evaluate(
            "async (views) => { for (const one of views) await window.__smtwHarness.mount(one); }", VIEWS
        )
        until("something moves otherwise", lambda: page.evaluate(slow))
        page.emulate_media(reduced_motion="reduce")
        assert page.evaluate(slow) == []
        assert page.evaluate(moving) == 0
        names = "() => Object.getOwnPropertyNames(window).filter((one) => !window.__before.includes(one))"
        page.evaluate("() => { window.__before = Object.getOwnPropertyNames(window); }")
        page.evaluate(
            "async (views) => { for (const one of views) await window.__smtwHarness.mount(one); }", VIEWS
        )
        assert page.evaluate(names) == ["__before"]
        assert all(
            key.startswith("sm_track_widgets:") for key in page.evaluate("() => Object.keys(localStorage)")
        )
