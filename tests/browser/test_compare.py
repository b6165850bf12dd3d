"""`%sm_compare` and `%sm_importance` in JupyterLab: every gesture, with the kernel idle and busy; light and dark."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from notebook_page import until

JS = Path(__file__).parents[2] / "js"

LOAD = """%load_ext sm_track_widgets
import random
import sm_track_widgets as sm
random.seed(4)
for place in range(40):
    lr, depth = 10 ** random.uniform(-3, -1), random.choice([4, 6, 8])
    kind = random.choice(["hist", "approx"])
    with sm.Run("EXPERIMENT", f"r{place}", params={"lr": lr, "depth": depth, "kind": kind, "same": 1}) as run:
        score = 0.9 - abs(lr - 0.03) * 4 + (0.05 if kind == "hist" else 0) + random.gauss(0, 0.004)
        for step in range(20):
            run.log_metric("auc", score - 0.3 / (step + 1), step=step)
            run.log_metric("val_loss", 1 - score + 0.3 / (step + 1), step=step)
_ = sm.sync()"""
CELL = """%%sm_run NAME -e EXPERIMENT -p depth=DEPTH -p "note=<img src=x onerror=alert(1)>"
import numpy as np
EXTRA
run.log_metric("auc", 0.9 + DEPTH / 100)
with open("t.csv", "w") as file:
    _ = file.write("a,b\\n1,DEPTH\\n")
run.log_file("t.csv")"""

BUSY = """import pathlib, time
while not pathlib.Path("go").exists():
    time.sleep(0.05)"""


def cells(experiment: str) -> list[str]:
    """Runs, two of them with code and a file; then the views."""
    first = CELL.replace("NAME", "left").replace("DEPTH", "4").replace("EXTRA", "x = 1")
    second = CELL.replace("NAME", "right").replace("DEPTH", "6").replace("EXTRA", "x = 2\ny = 3")
    made = [LOAD, first, second, "compared = %sm_compare left right r0 -e EXPERIMENT\ncompared"]
    made.append("found = %sm_importance --target auc -e EXPERIMENT params.lr IS NOT NULL\nfound")
    return [cell.replace("EXPERIMENT", experiment) for cell in made]


@pytest.mark.parametrize(("theme", "experiment"), [("light", "compared"), ("dark", "beside")])
def test_what_is_compared(open_notebook, screenshots, theme, experiment):
    notebook = open_notebook(
        f"compare-{theme}", [*cells(experiment), "print(compared.baseline, compared.runs)"]
    )
    notebook.theme(theme)
    notebook.command("application:toggle-left-area")
    notebook.page.set_viewport_size({"width": 1180, "height": 1100})
    for number in range(5):
        notebook.run_cell(number)
    view = notebook.output(3).locator(".smtw-compare")
    view.get_by_role("rowheader", name="depth").wait_for()
    left, right, _ = view.get_by_role("row", name="depth").locator("td").all_inner_texts()
    assert (left, right.split()) == ("4", ["6", "+2"])
    assert view.locator("img").count() == 0
    notebook.cell(3).scroll_into_view_if_needed()
    notebook.page.screenshot(path=screenshots / f"compare-{theme}.png")
    for tab in ("Metrics", "Code", "Environment", "Artifacts", "Charts"):
        view.get_by_role("tab", name=tab).click()
        if tab == "Artifacts":
            view.get_by_role("button", name="Show t.csv").click()
            until("the file", lambda: view.locator(".smtw-cmp-inner").count() == 2)
        notebook.page.screenshot(path=screenshots / f"compare-{tab.lower()}-{theme}.png")
    importance = notebook.output(4).locator(".smtw-importance")
    importance.get_by_role("rowheader", name="lr").wait_for()
    assert "40 runs" in importance.inner_text()
    notebook.cell(4).scroll_into_view_if_needed()
    notebook.page.screenshot(path=screenshots / f"importance-{theme}.png")


def test_every_gesture(open_notebook):
    ask = "print(compared.baseline, compared.runs, compared.diff_only, compared.tab)"
    notebook = open_notebook("compare-hands", [*cells("hands"), ask, BUSY, ask])
    for number in range(5):
        notebook.run_cell(number)
    view = notebook.output(3).locator(".smtw-compare")
    view.get_by_role("rowheader", name="depth").wait_for()
    view.get_by_role("combobox", name="Baseline").select_option("right")
    view.get_by_role("button", name="Differences only").click()
    view.get_by_role("tab", name="Parameters").press("ArrowRight")
    view.get_by_role("button", name="Hide r0").click()
    assert view.get_by_role("tab", name="Metrics").get_attribute("aria-selected") == "true"
    notebook.run_cell(5)
    assert notebook.output(5).inner_text().strip() == "right ['left', 'right'] True metrics"
    notebook.start_cell(6)  # the kernel is busy: all but files is in the page
    view.get_by_role("button", name="1 hidden, show all").click()
    view.get_by_role("button", name="left").first.click()
    view.get_by_role("tab", name="Code").click()
    view.locator(".smtw-cmp-line.smtw-cmp-in").first.wait_for()
    assert "+x = 2" in view.locator(".smtw-cmp-diff").inner_text().replace("\n", "")
    view.get_by_role("button", name="side by side").click()
    view.locator(".smtw-cmp-split").wait_for()
    view.get_by_role("tab", name="Artifacts").click()
    view.get_by_role("button", name="Show t.csv").click()
    (notebook.lab.root / "go").touch()
    notebook.finish(6)
    until("the file", lambda: view.locator(".smtw-cmp-inner").count() == 2)
    notebook.run_cell(7)
    assert notebook.output(7).inner_text().strip() == "left ['left', 'right', 'r0'] True artifacts"


def test_importance_is_asked_for_another_metric(open_notebook):
    notebook = open_notebook("importance-hands", [*cells("moved"), "print(found.target, found.selected)"])
    for number in range(5):
        notebook.run_cell(number)
    view = notebook.output(4).locator(".smtw-importance")
    kind = view.get_by_role("button", name="kind")
    kind.wait_for()
    kind.click()
    view.get_by_role("button", name="lr").press("Enter")
    view.get_by_role("combobox", name="Metric that is explained").select_option("val_loss")
    until(
        "the other metric",
        lambda: "Measuring" not in view.inner_text() and view.get_by_role("status").count(),
    )
    notebook.run_cell(5)
    assert notebook.output(5).inner_text().strip() == "val_loss ['kind', 'lr']"


@pytest.fixture(scope="module")
def harness(browser):
    """A plain page with invented runs, whose kernel answers only when the test does."""
    subprocess.run(["node", "build.mjs", "--harness"], cwd=JS, check=True, stdin=subprocess.DEVNULL)
    page = browser.new_page(viewport={"width": 1000, "height": 700})
    page.goto(f"{(JS / 'harness' / 'index.html').as_uri()}?view=none")
    until("the harness", lambda: page.evaluate("() => !!window.__smtwHarness"))
    yield page
    page.close()


MOUNT = """async (name) => {
    window.__smtwHarness.clear();
    window.mounted = await window.__smtwHarness.mount(name);
}"""
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg=="


def test_files_while_the_kernel_is_busy(harness):
    harness.evaluate(MOUNT, "CompareArtifacts")
    harness.get_by_role("button", name="Show confusion.png").click()
    note = harness.locator(".smtw-note")
    until("the page says so", lambda: note.inner_text() == "Kernel is busy…")
    assert harness.evaluate("() => window.mounted.model.sent") == [
        {"type": "artifact", "direction": "output", "name": "confusion.png"}
    ]
    harness.evaluate(
        """(data) => {
            const runs = window.mounted.model.get("runs");
            const image = { kind: "image", type: "image/png", data };
            const evil = { kind: "image", type: "text/html", data: "PGI+" };
            const previews = [{ run: runs[0], preview: image }, { run: runs[1], preview: evil }];
            window.mounted.model.message({ type: "artifact", direction: "output", name: "confusion.png", previews });
        }""",
        PICTURE,
    )
    image = harness.get_by_role("img", name="confusion.png of xgb-baseline")
    until("the picture", lambda: image.evaluate("image => image.naturalWidth") == 1)
    assert harness.locator("img").count() == 1  # what calls itself text/html is none
    assert not note.is_visible()


def test_a_run_that_is_hidden_gives_the_baseline_away(harness):
    harness.evaluate(MOUNT, "CompareMetrics")
    view = harness.locator(".smtw-compare")
    best = view.get_by_role("row", name="validation:auc")
    assert "+0.0125 better" in " ".join(best.inner_text().split())
    view.get_by_role("button", name="xgb-d6-lr0p1").first.press("Enter")
    assert view.get_by_role("button", name="xgb-d6-lr0p1").first.evaluate(
        "it => it === document.activeElement"
    )
    assert "+0.0149 better" in " ".join(best.inner_text().split())
    view.get_by_role("button", name="Hide xgb-d6-lr0p1").click()
    assert "3 runs" in view.inner_text()
    assert view.get_by_role("combobox", name="Baseline").input_value() == "xgb-baseline"
    view.get_by_role("button", name="Hide xgb-d8-lr0p05").click()
    assert view.get_by_role("button", name="Hide").count() == 0  # two are the least
    view.get_by_role("button", name="2 hidden, show all").click()
    assert "4 runs" in view.inner_text()


def test_charts_are_read_by_hand_and_by_key(harness):
    harness.evaluate(MOUNT, "CompareCharts")
    plot = harness.get_by_role("img", name="validation:auc")
    plot.press("ArrowRight")
    plot.press("ArrowRight")
    assert harness.locator(".smtw-panel-head").first.inner_text().split("\n")[-1].startswith("step 8: 0.6")
    assert "step 8" in harness.locator(".smtw-panel-head").last.inner_text()  # the others follow
    harness.get_by_role("button", name="xgb-baseline").click()
    assert harness.locator(".smtw-small-plot").first.locator(".smtw-spark").count() == 3


def test_importance_while_the_kernel_is_busy(harness):
    harness.evaluate(MOUNT, "Importance")
    view = harness.locator(".smtw-importance")
    view.get_by_role("combobox", name="Metric that is explained").select_option("validation:loss")
    until("the page says so", lambda: "Kernel is busy…" in view.inner_text())
    sent = {"type": "measure", "target": "validation:loss", "stat": "last"}
    assert harness.evaluate("() => window.mounted.model.sent") == [sent]
    view.get_by_role("button", name="learning_rate").click()
    assert harness.evaluate("() => window.mounted.model.get('selected')") == ["optimizer", "learning_rate"]
    harness.evaluate("() => window.mounted.model.message({ type: 'measured', error: 'No run has it.' })")
    assert view.get_by_role("alert").inner_text() == "No run has it."
    assert view.get_by_role("combobox", name="Metric that is explained").input_value() == "validation:auc"
    assert "explains 83 %" in view.inner_text()


def test_two_runs_are_read_where_there_is_little_room(harness):
    harness.set_viewport_size({"width": 468, "height": 700})
    harness.evaluate(MOUNT, "Compare")
    view = harness.locator(".smtw-cmp-panel")
    cells = view.get_by_role("row", name="max_depth").locator("th, td")
    room = view.bounding_box()
    boxes = [cell.bounding_box() for cell in cells.all()]
    assert all(box["x"] + box["width"] <= room["x"] + room["width"] + 1 for box in boxes[:3])
    view.evaluate("(one) => { one.scrollLeft = 400; }")
    until("the others", lambda: cells.last.bounding_box()["x"] < room["x"] + room["width"] - 40)
    assert cells.first.bounding_box()["x"] == boxes[0]["x"]  # the names stay
    harness.set_viewport_size({"width": 1000, "height": 700})


def test_names_are_marked_where_few_differ_and_values_where_they_are_others(harness):
    harness.evaluate(MOUNT, "Compare")
    weight = "(one) => getComputedStyle(one).fontWeight"
    ground = "(one) => getComputedStyle(one).backgroundColor"
    row = harness.get_by_role("row", name="tree_method")
    assert row.locator("th").evaluate(weight) == "400"  # nearly all of them differ
    base, other, same = (row.locator("td").nth(place).evaluate(ground) for place in range(3))
    assert len({base, other, same}) == 3
    harness.evaluate(
        """() => {
            const { model } = window.mounted;
            const data = structuredClone(model.get("_data"));
            for (const section of data.sections)
                for (const row of section.rows) if (row.name !== "tree_method") row.cells.fill(row.cells[0]);
            model.push({ _data: data });
        }"""
    )
    until("the one that differs", lambda: row.locator("th").evaluate(weight) == "600")
