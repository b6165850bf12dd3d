"""Views that are opened and closed again leave nothing behind: no listener, no element, no handler on their models."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from notebook_page import until

JS = Path(__file__).parents[2] / "js"
VIEWS = ["RunTable", "ParamGrid", "MetricChart", "Dashboard", "Compare", "Importance", "RunDetail", "LiveRun"]
CYCLES = 200
CYCLE = """async ([views, cycles]) => {
    const left = {};
    for (let i = 0; i < cycles; i += 1) {
        const view = views[i % views.length];
        const mounted = await window.__smtwHarness.mount(view);
        await new Promise((done) => setTimeout(done, 15));
        mounted.unmount();
        await new Promise((done) => setTimeout(done, 0));
        const heard = mounted.model.heard + (mounted.shared?.heard ?? 0);
        if (heard) left[view] = heard;
    }
    return left;
}"""


@pytest.fixture
def harness(browser):
    subprocess.run(["node", "build.mjs", "--harness"], cwd=JS, check=True, stdin=subprocess.DEVNULL)
    context = browser.new_context(viewport={"width": 1130, "height": 900})
    page = context.new_page()
    page.goto(f"{(JS / 'harness' / 'index.html').as_uri()}?view=none")
    until("the harness", lambda: page.evaluate("() => !!window.__smtwHarness"))
    yield page
    context.close()


def counts(page) -> dict[str, float]:
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    told = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return {name: told[name] for name in ("JSEventListeners", "Nodes", "JSHeapUsedSize")}


def test_nothing_is_left_of_views_that_were_closed(harness):
    # What is made once for a page is made by then: Vega, caches, compiled code.
    assert harness.evaluate(CYCLE, [VIEWS, 3 * len(VIEWS)]) == {}
    harness.wait_for_timeout(3000)  # timers of the last views run out
    before = counts(harness)
    assert harness.evaluate(CYCLE, [VIEWS, CYCLES]) == {}
    harness.wait_for_timeout(3000)
    after = counts(harness)
    print(before, after)
    assert after["JSEventListeners"] <= before["JSEventListeners"] + 5
    assert after["Nodes"] <= before["Nodes"] + 50
    assert after["JSHeapUsedSize"] < before["JSHeapUsedSize"] + 10e6


def test_what_is_left_is_noticed(harness):
    before = counts(harness)
    harness.evaluate(
        """() => {
            window.kept = Array.from({ length: 60 }, () => document.createElement("p"));
            for (const one of window.kept) one.addEventListener("click", () => one);
        }"""
    )
    after = counts(harness)
    assert after["Nodes"] >= before["Nodes"] + 60
    assert after["JSEventListeners"] >= before["JSEventListeners"] + 60
