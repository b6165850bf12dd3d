"""Texts that would be markup, in every view and every tab: shown as they are, and nothing of them becomes an element.

The views are saved from a real experiment and opened without the page's security policy, so that only what the views do
with their texts stands between these and the page. The table has a test of its own.
"""

from __future__ import annotations

import re
import time
from pathlib import Path

import pandas as pd
import pytest
from notebook_page import until

import sm_track_widgets as sm
from sm_track_widgets import connection

POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
FOUND = """() => ({
    hit: window.hit ?? null,
    elements: [...document.querySelectorAll(".evil, [onerror], img[src=x], iframe, object, embed, base")]
        .map((one) => one.outerHTML),
    scripts: document.scripts.length,
})"""
TEXTS = """() => {
    const all = [...document.querySelectorAll(".smtw-place, .smtw-place *")];
    const told = all.flatMap((one) => ["title", "aria-label", "aria-valuetext"].map((name) => one.getAttribute(name)));
    const lists = all.filter((one) => one.tagName === "OPTION").map((one) => one.value);
    return [document.querySelector(".smtw-place").textContent, ...told, ...lists].join("\\n");
}"""


def evil(what: str) -> str:
    """Markup, quotes, an entity, a direction that is turned round, an emoji; `what` is what it is found by."""
    return f"<img src=x onerror=window.hit=1><b class=evil>{what}</b>&lt;'\"`\u202eoow\u202c\N{BUG}"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    yield connection.connect("embedded", path=tmp_path_factory.mktemp("hostile") / "store", clock=time.time)
    connection.reset()


@pytest.fixture(scope="module")
def runs(home, tmp_path_factory):
    """An experiment of hostile runs; their names."""
    file = tmp_path_factory.mktemp("files") / "evil.txt"
    file.write_text(evil("inside"), encoding="utf-8")
    names = [evil(f"name{place}") for place in range(12)]
    for place, name in enumerate(names):
        parameters = {
            evil("number"): place % 4 + 1,
            evil("choice"): evil(f"value{place % 3}"),
            "x" * 200: "y" * 1000,
        }
        with sm.Run("hostile", name, group="hostile-group", params=parameters, notes=evil("notes")) as run:
            run.set_tag("team", "<img src=x onerror=window.hit=1>".replace("<", "+").replace(">", "@"))
            for step in range(30):
                run.log_metric(evil("metric"), (place + 1) / (step + 1), step=step)
            if place < 2:
                run.log_file(file, name=evil("artifact"))
    with pytest.raises(ValueError, match="message"), sm.Run("hostile", evil("failed"), group="hostile-group"):
        raise ValueError(evil("message"))
    sm.sync()
    return names


@pytest.fixture
def shown(browser, tmp_path):
    """Return ``show(widget)``: a page without a policy; at the end nothing of the texts has become more than text."""
    context = browser.new_context(viewport={"width": 1100, "height": 1000})
    pages = []

    def show(widget):
        file = Path(widget.save(tmp_path / f"{len(pages)}.html"))
        source, count = POLICY.subn("", file.read_text("utf-8"))
        assert count == 1
        file.write_text(source, encoding="utf-8")
        page = context.new_page()
        pages.append((page, source.count("</script>")))
        page.on("dialog", lambda one: one.dismiss())
        page.goto(file.as_uri())
        page.locator(".smtw-place .smtw-root").wait_for()
        return page

    yield show
    for page, scripts in pages:
        found = page.evaluate(FOUND)
        assert (found["hit"], found["elements"]) == (None, [])
        assert found["scripts"] <= scripts
    context.close()


def tells(page, *wanted: str) -> None:
    """Wait until all of `wanted` are in the view's text, titles, labels or options."""
    until(f"{wanted} in the page", lambda: all(one in page.evaluate(TEXTS) for one in wanted))


def tabs(page) -> list[str]:
    """Open every tab there is; what they tell."""
    told = []
    for tab in page.get_by_role("tab").all():
        tab.click()
        page.wait_for_timeout(60)
        told.append(page.evaluate(TEXTS))
    return told


def sweep_over(page, selector: str) -> None:
    """Move the pointer over what is drawn, so that it says what is under it."""
    box = page.locator(selector).first.bounding_box()
    for share in (0.1, 0.3, 0.5, 0.7, 0.9):
        page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] * share, steps=3)


def test_views_of_all_runs(runs, shown):
    metric = evil("metric")
    grid = shown(
        sm.ParamGrid("hostile", columns=[f"params.{evil('number')}", f"params.{evil('choice')}", "status"])
    )
    tells(grid, evil("number"), evil("value1"))
    grid.locator(".smtw-chip[title*=value1]").click()
    until(
        "a query",
        lambda: evil("value1").replace("'", "''") in grid.get_by_role("textbox", name="Query").inner_text(),
    )
    for view in (
        sm.ParallelCoords(
            "hostile",
            axes=[f"params.{evil('number')}", f"params.{evil('choice')}"],
            color=f"metrics.{metric}.last",
        ),
        sm.Scatter(
            "hostile",
            x=f"params.{evil('number')}",
            y=f"metrics.{metric}.last",
            color=f"params.{evil('choice')}",
        ),
    ):
        page = shown(view)
        tells(page, evil("number"), evil("choice"), metric)
        sweep_over(page, ".smtw-place canvas")
    chart = shown(sm.MetricChart(metric, experiment="hostile"))
    chart.locator("canvas").first.wait_for()
    tells(chart, metric, evil("name3"))
    sweep_over(chart, ".smtw-place canvas")
    importance = shown(sm.Importance("hostile", target=metric))
    tells(importance, metric)
    board = shown(sm.SweepBoard("hostile", metric=metric))
    tells(board, metric, evil("message"))
    sweep_over(board, ".smtw-place svg")
    dashboard = shown(sm.Dashboard("hostile"))
    tells(dashboard, evil("number"), evil("name11"))
    tabs(dashboard)


def test_views_of_few_runs(runs, shown):
    compare = shown(sm.Compare(runs[:3], experiment="hostile"))
    told = "\n".join(tabs(compare))
    for what in (runs[0], evil("number"), evil("value1"), evil("metric"), evil("artifact"), evil("notes")):
        assert what in told
    for name in (runs[0], evil("failed")):
        page = shown(sm.RunDetail(name, experiment="hostile"))
        told = "\n".join(tabs(page))
        assert name in told
    assert evil("message") in told
    first = "\n".join(tabs(shown(sm.RunDetail(runs[0], experiment="hostile"))))
    for what in ("number", "value0", "metric", "artifact", "notes"):
        assert evil(what) in first


def test_an_open_run(home, shown):
    with sm.Run("hostile-live", evil("live"), params={evil("number"): 1}) as run:
        run.log_metric(evil("metric"), 0.5, step=1)
        page = shown(sm.LiveRun(run))
        tells(page, evil("live"), evil("metric"))


def test_what_gets_through_is_noticed(shown):
    page = shown(sm.ParamGrid(pd.DataFrame({"run": ["a", "b"], "params.x": [1, 2]})))
    page.evaluate("(text) => { document.querySelector('.smtw-place').innerHTML += text; }", evil("planted"))
    until("it ran", lambda: page.evaluate("() => window.hit") == 1)
    assert len(page.evaluate(FOUND)["elements"]) == 2
    page.evaluate(
        "() => { delete window.hit; for (const one of document.querySelectorAll('.evil, img')) one.remove(); }"
    )
