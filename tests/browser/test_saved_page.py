"""Pages that `save("x.html")` writes, opened from the disk: they are worked with, and nothing is asked of anyone."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pandas as pd
import pytest
from notebook_page import until

import sm_track_widgets as sm
from sm_track_widgets import connection

EVIL = '<img src=x onerror="window.hit=1"></script><script>window.hit=1</script>"\u2028<!--'
ADDRESS = re.compile(r"https?://[^\"'\\ ]*")
NAMES_OF = {"https://vega.github.io/schema/vega-lite/v6.4.1.json", "http://www.w3.org/2000/svg"}
"""What specifications and pictures are called; neither is loaded."""
RUNS = 400
NOTE = "This page is a copy: it cannot read new data."


def frame() -> pd.DataFrame:
    """A sweep, the first run of which has a name that would be markup."""
    return pd.DataFrame({
        "run": [EVIL, *(f"run-{i}" for i in range(1, RUNS))],
        "status": ["Completed" if i % 5 else "Failed" for i in range(RUNS)],
        "params.depth": [i % 9 + 2 for i in range(RUNS)],
        "params.rate": [10 ** (-3 + (i % 50) / 25) for i in range(RUNS)],
        "params.tree": [["hist", EVIL, "exact", None][i % 4] for i in range(RUNS)],
        "metrics.auc.last": [0.8 + (i * 37 % RUNS) / 4000 for i in range(RUNS)],
    })  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    yield connection.connect("embedded", path=tmp_path_factory.mktemp("saved") / "store", clock=time.time)
    connection.reset()


@pytest.fixture(scope="module")
def sweep(home):
    for depth in range(4):
        name = EVIL if depth == 0 else f"d{depth}"
        with sm.Run("saved", name, params={"depth": depth, "lr": 0.1 * (depth + 1), "note": EVIL}) as run:
            for step in range(300):
                run.log_metric("val_loss", 1.0 / (1 + depth + step), step=step)
                run.log_metric("auc", 0.8 + depth / 100 + step / 10_000, step=step)
    return home


@pytest.fixture
def open_page(browser, screenshots, tmp_path):
    """Return ``open(widget, name)``; at the end requests that are not of the file itself are counted, and errors."""
    opened = []

    def build(widget, name: str, **how):
        dark = how.pop("scheme", "light")
        file = tmp_path / f"{name}.html"
        widget.save(file, **how) if hasattr(widget, "save") else sm.report(file, widget, **how)
        context = browser.new_context(viewport={"width": 1120, "height": 900}, color_scheme=dark)
        page = context.new_page()
        asked, errors = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda one: errors.append(one.text) if one.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(file.as_uri())
        page.locator(".smtw-place .smtw-root").first.wait_for()
        opened.append((context, page, file, asked, errors, name))
        return page

    yield build
    for context, page, file, asked, errors, name in opened:
        page.screenshot(path=screenshots / f"saved-{name}.png", full_page=True)
        hit = page.evaluate("() => window.hit")
        context.close()
        others = [url for url in asked if not url.startswith(("blob:", "data:")) and url != file.as_uri()]
        assert others == []
        assert errors == []
        assert hit is None
        assert set(ADDRESS.findall(file.read_text("utf-8"))) <= NAMES_OF


def rows(page) -> str:
    return page.get_by_role("status").first.inner_text()


def test_a_table_is_filtered_and_sorted(open_page):
    page = open_page(sm.RunTable(frame(), title=EVIL), "table")
    assert EVIL.replace("\u2028", "") in page.title().replace("\u2028", "")
    page.get_by_role("rowheader").first.wait_for()
    page.get_by_role("searchbox", name="Filter runs").fill("run-39")
    until("the filter", lambda: rows(page) == "11 of 400 runs")
    head = page.get_by_role("columnheader", name="auc").first
    first = page.get_by_role("rowheader").first
    above = {"x": head.bounding_box()["width"] - 20, "y": 8}  # a click on the histogram filters
    head.click(position=above)
    one = first.inner_text()
    head.click(position=above)
    until("the other order", lambda: first.inner_text() != one)
    page.get_by_role("rowheader").first.click()
    until("a pick", lambda: "1 selected" in page.locator(".smtw-foot").inner_text())


def test_a_grid_is_brushed_and_what_needs_the_kernel_says_so(open_page):
    page = open_page(sm.ParamGrid(frame(), title="sweep"), "grid-dark", scheme="dark")
    grid = page.locator(".smtw-grid")
    hist = grid.get_by_role("group", name="params.rate").locator(".smtw-param-hist")
    box = hist.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.5, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.98, y, steps=5)
    page.mouse.up()
    until("fewer runs", lambda: "of 400 runs" in grid.inner_text())
    assert page.locator(".smtw-root").get_attribute("data-smtw-theme") == "dark"
    grid.get_by_role("button", name="Copy as").click()
    grid.get_by_role("menuitem", name="pandas").click()
    until("the note", lambda: NOTE in grid.inner_text())
    grid.get_by_role("button", name="Clear").first.click()
    until("all runs", lambda: "of 400 runs" not in grid.inner_text())


def test_a_dashboard_has_its_charts_and_says_what_was_not_opened(open_page, sweep):
    board = sm.Dashboard("saved", tab="importance")
    page = open_page(board, "dashboard", theme="light")
    page.get_by_role("tab", name="Charts").click()
    page.locator(".smtw-plot canvas").first.wait_for()
    page.get_by_role("tab", name="Parallel").click()
    page.locator(".smtw-dash-panel:visible svg, .smtw-dash-panel:visible canvas").first.wait_for()
    page.get_by_role("tab", name="Compare").click()
    assert "had not been opened" in page.get_by_role("tabpanel", name="Compare").inner_text()
    page.get_by_role("tab", name="Charts").click()
    page.get_by_role("rowheader", name="d3").wait_for()
    hist = page.get_by_role("group", name="params.lr").locator(".smtw-param-hist")
    box = hist.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.6, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.99, y, steps=5)
    page.mouse.up()
    until("the table follows", lambda: page.get_by_role("rowheader").count() < 4)


def test_a_chart_is_zoomed(open_page, sweep):
    page = open_page(sm.MetricChart(["val_loss", "auc"], experiment="saved"), "chart")
    plot = page.locator(".smtw-plot canvas").first
    plot.wait_for()
    before = plot.screenshot()
    box = plot.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -600)
    page.keyboard.up("Control")
    until("another range", lambda: plot.screenshot() != before)
    assert "busy" not in page.locator(".smtw-place").inner_text().lower()


WATCH = """() => new MutationObserver(() => {
    if (document.querySelector(".smtw-place").innerText.includes("Finer detail comes")) window.asked = true;
}).observe(document.querySelector(".smtw-place"), { subtree: true, childList: true, characterData: true })"""


def test_a_zoom_into_many_points_waits_for_no_kernel(open_page, home):
    with sm.Run("long", "one") as run:
        for step in range(20_000):
            run.log_metric("loss", (step * 37 % 101) / 101, step=step)
    chart = sm.MetricChart("loss", experiment="long")
    assert not chart._series["series"][0]["exact"]
    page = open_page(chart, "long")
    plot = page.locator(".smtw-plot canvas").first
    plot.wait_for()
    page.evaluate(WATCH)
    box = plot.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.keyboard.down("Control")
    for _ in range(8):
        page.mouse.wheel(0, -600)
    page.keyboard.up("Control")
    until("finer points are asked for", lambda: page.evaluate("() => window.asked"))
    note = page.locator(".smtw-place").get_by_text("Finer detail comes")
    until("nothing is awaited", lambda: note.count() == 0 or note.is_hidden())


def test_runs_side_by_side_importance_and_one_run(open_page, sweep):
    page = open_page(sm.Compare(["d1", "d2", EVIL], "saved"), "compare")
    page.get_by_role("tab", name="Metrics").click()
    assert "auc" in page.get_by_role("tabpanel").inner_text()
    page = open_page(sm.Importance("saved", "auc", method="correlation"), "importance")
    page.locator("select").nth(1).select_option("max")
    until("the note", lambda: NOTE in page.locator(".smtw-importance").inner_text())
    page = open_page(sm.RunDetail(EVIL, "saved"), "detail-dark", theme="dark")
    page.get_by_role("tab", name="Parameters").click()
    until("parameters", lambda: "depth" in page.get_by_role("tabpanel").inner_text())


def test_curves_and_previews_are_in_the_page(open_page, sweep, tmp_path):
    page = open_page(sm.RunTable("saved", sparklines=["auc"], sort="params.depth"), "sparklines")
    drawn = page.locator(".smtw-rows .smtw-trend path[d^=M]")
    until("a curve in each row", lambda: drawn.count() == 4)
    (tmp_path / "notes.txt").write_text(f"first {EVIL}", encoding="utf-8")
    with sm.Run("files", EVIL, notes=f"why\n{EVIL}") as run:
        run.log_file(tmp_path / "notes.txt", name=f"{EVIL[:40]}.txt")
    page = open_page(sm.RunDetail(EVIL, "files", tab="artifacts"), "previews")
    files = page.get_by_role("tabpanel", name="Artifacts")
    files.get_by_role("button").first.click()
    until("the preview", lambda: "first <img" in files.inner_text())
    page.get_by_role("tab", name="Overview").click()
    until("the notes on two lines", lambda: "why\n<img" in page.get_by_role("tabpanel").first.inner_text())


def test_without_scripts_the_static_form_is_there(browser, tmp_path):
    file: Path = sm.RunTable(frame(), title="sweep").save(tmp_path / "x.html")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file.as_uri())
    assert "run-1" in page.locator("noscript table").inner_text()
    context.close()


NAMES = """() => [
    ...Object.getOwnPropertyNames(window),
    ...Object.getOwnPropertySymbols(window).map((one) => one.description),
]"""


def test_nothing_is_left_on_the_page_but_the_chunk(browser, open_page, sweep, tmp_path):
    page = open_page(sm.Dashboard("saved"), "names")
    page.locator(".smtw-plot canvas").first.wait_for()
    plain = browser.new_page()
    (tmp_path / "blank.html").write_text("<!doctype html>")
    plain.goto((tmp_path / "blank.html").as_uri())
    more = set(page.evaluate(NAMES)) - set(plain.evaluate(NAMES))
    plain.close()
    assert len(more) == 1
    assert more.pop().startswith("sm_track_widgets.vega.")


AXE = (Path(__file__).parents[2] / "js" / "node_modules" / "axe-core" / "axe.min.js").resolve()
FOUND = """async () => {
    const report = await axe.run(document);
    return report.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 200)}`));
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_is_accessible_in_whole(open_page, sweep, theme):
    page = open_page(sm.Dashboard("saved"), f"axe-{theme}", theme=theme)
    page.locator(".smtw-plot canvas").first.wait_for()
    page.evaluate(AXE.read_text("utf-8"))
    assert page.evaluate(FOUND) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_report_is_looked_through(open_page, sweep, scheme):
    page = open_page("saved", f"report-{scheme}", scheme=scheme, title=EVIL)
    assert page.locator("h1").inner_text().startswith(EVIL[:40])
    board, detail = page.locator(".smtw-root").nth(0), page.locator(".smtw-root").nth(1)
    until("the chart", lambda: board.locator("canvas").count() > 0)
    board.get_by_role("searchbox", name="Filter runs").fill("d2")
    until("fewer runs", lambda: "1 of 4 runs" in board.inner_text())
    board.get_by_role("tab", name="Importance").click()
    until("importance", lambda: "lr" in board.locator(".smtw-importance").inner_text())
    detail.get_by_role("tab", name="Parameters").click()
    until("its parameters", lambda: "note" in detail.inner_text())
