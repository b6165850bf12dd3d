"""One run in full in JupyterLab: tabs by mouse and key, lines, previews, logs, an open run that goes on."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from notebook_page import NotebookPage, until

JS = Path(__file__).parents[2] / "js"

SETUP = """%load_ext sm_track_widgets
import math, time
import matplotlib
matplotlib.use("agg")
from matplotlib import pyplot
import sm_track_widgets as sm
open("rows.csv", "w").write("feature,gain\\nV14,0.43\\n<img src=x onerror=alert(1)>,0.11\\n")
figure, axes = pyplot.subplots(figsize=(4, 2))
axes.plot([0, 1, 2], [3, 1, 2])
figure.savefig("curve.png")"""
RUN = """%%sm_run "Shown <b>run</b>" -e detail-EXP -g sweep -p depth=8 -p rate=0.05 -t team=fraud --notes "Deeper trees"
for step in range(200):
    run.log_metric("val:loss", 0.2 + math.exp(-step / 40), step=step)
    run.log_metric("val:auc", 0.95 - 0.3 * math.exp(-step / 30), step=step)
    run.log_metric("system/cpu_percent", 50 + 30 * math.sin(step / 9))
run.log_file("rows.csv")
run.log_file("curve.png")
for line in range(60):
    print(f"line {line} of the <i>output</i>")"""
SHOW = '%sm_show "Shown <b>run</b>" -e detail-EXP'


def tab(view, name):
    return view.get_by_role("tab", name=name)


def panel(view):
    return view.locator("[role=tabpanel]:visible")


def said(line):
    """What a screen reader says of the point that a line is read at."""
    return line.get_attribute("aria-valuetext") or ""


@pytest.fixture
def notebook(open_notebook, request) -> NotebookPage:
    """A notebook whose third cell shows a run."""
    name = f"detail-{request.param if hasattr(request, 'param') else 'one'}"
    cells = [source.replace("EXP", name[7:]) for source in (SETUP, RUN, SHOW)]
    notebook = open_notebook(name, [*cells, "print('busy', flush=True)\ntime.sleep(4)"])
    for cell in range(3):
        notebook.run_cell(cell)
    notebook.output(2).locator(".smtw-detail").wait_for()
    return notebook


def test_tabs_by_mouse_and_key_and_everything_is_text(notebook):
    view = notebook.output(2)
    assert "Deeper trees" in panel(view).inner_text()
    assert "Shown <b>run</b>" in view.inner_text()
    assert not view.get_by_text("--tab overview").first.is_visible(), "the static form is hidden"
    tab(view, "Overview").focus()
    notebook.page.keyboard.press("ArrowRight")
    assert tab(view, "Metrics").get_attribute("aria-selected") == "true"
    assert "val:loss" in panel(view).inner_text()
    notebook.page.keyboard.press("End")
    assert tab(view, "System").evaluate("(tab) => tab === document.activeElement")
    assert "cpu_percent" in panel(view).inner_text()
    notebook.page.keyboard.press("Home")
    tab(view, "Parameters").click()
    search = view.get_by_role("searchbox", name="Find a parameter or tag")
    search.fill("dep")
    assert "1 of 3" in panel(view).inner_text()
    assert "rate" not in panel(view).inner_text()
    notebook.page.keyboard.press("Escape")
    assert "rate" in panel(view).inner_text()
    tab(view, "Code").click()
    assert "math.exp(-step / 40)" in panel(view).inner_text()
    assert view.locator("i, img[src=x]").count() == 0


def test_a_line_is_read_by_pointer_and_key(notebook):
    view = notebook.output(2)
    tab(view, "Metrics").click()
    line = view.get_by_role("slider", name="val:loss, values")
    box = line.bounding_box()
    line.hover(position={"x": box["width"] / 2, "y": 40})
    until("a value in the middle", lambda: said(line).startswith(("step 99:", "step 100:")))
    line.focus()
    for key in ("Home", "ArrowRight"):
        notebook.page.keyboard.press(key)
    assert said(line) == "step 1: 1.175"
    notebook.page.keyboard.press("End")
    assert said(line).startswith("step 199: 0.2")
    assert notebook.page.locator(".jp-Cell").count() == 4, "no key reached the notebook"


def test_previews_come_when_asked_for_also_while_a_cell_runs_or_after_it(notebook):
    view = notebook.output(2)
    tab(view, "Artifacts").click()
    until("the sizes", lambda: "kB" in panel(view).inner_text() or " B" in panel(view).inner_text())
    view.get_by_role("button", name="Preview of rows.csv").click()
    view.get_by_role("rowheader", name="V14").wait_for()
    assert "<img src=x onerror=alert(1)>" in panel(view).inner_text()
    notebook.start_cell(3)
    notebook.output(3).get_by_text("busy").wait_for()
    view.get_by_role("button", name="Preview of curve.png").click()
    notebook.finish(3)
    picture = view.get_by_role("img", name="curve.png")
    picture.wait_for()
    assert picture.get_attribute("src").startswith("data:image/png;base64,")
    assert until("the picture", lambda: picture.evaluate("(img) => img.naturalWidth")) > 100
    assert view.locator("img[src=x]").count() == 0


def test_the_output_is_searched(notebook):
    view = notebook.output(2)
    tab(view, "Logs").click()
    search = view.get_by_role("searchbox", name="Find in the output")
    search.fill("LINE 5")
    assert "1 of 11" in panel(view).inner_text()
    search.press("Enter")
    assert "2 of 11" in panel(view).inner_text()
    view.get_by_role("button", name="Previous").click()
    assert "1 of 11" in panel(view).inner_text()
    search.fill("nowhere")
    assert "not found" in panel(view).inner_text()


def test_an_open_run_goes_on_in_the_view_and_a_saved_notebook_keeps_the_static_form(open_notebook):
    body = (
        "%%sm_run going -e detail-live\n%sm_show --tab logs\nfor step in range(30):\n"
        "    run.log_metric('loss', 1 / (1 + step), step=step)\n"
        "    print('said', step, flush=True)\n    time.sleep(0.2)"
    )
    notebook = open_notebook("detail-live", ["%load_ext sm_track_widgets\nimport time", body])
    notebook.run_cell(0)
    notebook.start_cell(1)
    view = notebook.output(1).locator(".smtw-detail")
    view.wait_for(timeout=15_000)
    until("output in the view", lambda: "said 6" in panel(view).inner_text(), 15)
    assert notebook.running(1)
    tab(view, "Metrics").click()
    points = panel(view).locator("tbody td").last
    first = int(points.inner_text())
    until("more points", lambda: int(points.inner_text()) > first, 5)
    assert notebook.running(1)
    notebook.finish(1)
    until("the end", lambda: "Completed" in view.inner_text())
    assert points.inner_text() == "30"
    notebook.command("docmanager:save")
    saved = until("the saved notebook", lambda: (notebook.lab.root / "detail-live.ipynb").read_text("utf-8"))
    assert "%sm_show going --tab" in saved


@pytest.mark.parametrize("notebook", ["light", "dark"], indirect=True)
def test_pictures(notebook, screenshots):
    theme = notebook.name.rpartition("-")[2]
    notebook.theme(theme)
    notebook.command("application:toggle-left-area")
    view = notebook.output(2)
    for name in ("Overview", "Metrics", "Artifacts", "Code", "Logs", "System"):
        tab(view, name).click()
        if name == "Artifacts":
            for file in ("rows.csv", "curve.png"):
                view.get_by_role("button", name=f"Preview of {file}").click()
            view.get_by_role("img", name="curve.png").wait_for()
        view.locator(".smtw-detail").screenshot(path=screenshots / f"detail-{name.lower()}-{theme}.png")


def test_a_kernel_that_does_not_answer_is_said_and_answers_in_the_end(browser):
    subprocess.run(["node", "build.mjs", "--harness"], cwd=JS, check=True, stdin=subprocess.DEVNULL)
    page = browser.new_page()
    page.goto(f"{(JS / 'harness' / 'index.html').as_uri()}?view=none")
    until("the harness", lambda: page.evaluate("() => !!window.__smtwHarness"))
    page.evaluate("async () => { window.shown = await window.__smtwHarness.mount('RunDetailArtifacts'); }")
    look = page.get_by_role("button", name="Preview of feature_importance.csv")
    look.click()
    page.get_by_text("Kernel is busy…").wait_for(timeout=5_000)
    assert look.get_attribute("aria-expanded") == "true"
    page.evaluate(
        "() => { const [told] = window.__smtwHarness.previews;"
        " window.shown.model.message({ type: 'preview', direction: 'output', ...told }); }"
    )
    page.get_by_role("rowheader", name="V14").wait_for()
    assert page.get_by_text("Kernel is busy…").count() == 0
    assert "24 kB" in page.locator(".smtw-artifact").first.inner_text()
    page.add_script_tag(content=(JS / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8"))
    faults = page.evaluate("() => axe.run('#stage').then((told) => told.violations.map((one) => one.id))")
    assert set(faults) <= {"region"}, "a rule about the whole page, which is the harness's"
    look.click()
    assert page.get_by_role("rowheader", name="V14").count() == 0
    asked = page.evaluate("() => window.shown.model.sent")
    assert [one["type"] for one in asked] == ["sizes", "preview"]
    page.evaluate("() => window.shown.unmount()")
    page.close()
