"""Queries, experiments, the best run: what a person sees of them, light and dark, and where a query is wrong."""

from __future__ import annotations

import pytest
from notebook_page import until

LOAD = """%load_ext sm_track_widgets
import random
import sm_track_widgets as sm
random.seed(4)
for depth in (2, 4, 6, 8, 10):
    for lr in (0.01, 0.1):
        with sm.Run("EXPERIMENT", f"d{depth}-lr{lr}", params={"depth": depth, "lr": lr, "tree": "hist"}) as run:
            for step in range(20):
                run.log_metric("auc", 0.8 + depth / 100 - lr / 10 + step / 500, step=step)
                run.log_metric("val_loss", 1.0 / (step + depth), step=step)
_ = sm.sync()"""
CELLS = (
    "%sm_runs -e EXPERIMENT metrics.auc.max > 0.88 AND params.lr IN (0.1, 0.01) AND NOT name LIKE 'd2%'",
    "%sm_runs -e EXPERIMENT metrics.acu > 0.9",
    "%sm_runs -e EXPERIMENT metrics.auc > 0.9 AND statsu = 'x'",
    "%sm_runs --explain metrics.auc.max > 0.88 AND NOT name LIKE 'd2%'",
    "%sm_experiments",
    "%sm_best auc -e EXPERIMENT",
)


@pytest.mark.parametrize(("theme", "experiment"), [("light", "queries"), ("dark", "questions")])
def test_what_a_query_shows(open_notebook, screenshots, theme, experiment):
    cells = [cell.replace("EXPERIMENT", experiment) for cell in (LOAD, *CELLS)]
    notebook = open_notebook(f"queries-{theme}", cells)
    notebook.theme(theme)
    notebook.command("application:toggle-left-area")
    notebook.page.set_viewport_size({"width": 1280, "height": 1500})
    for number in range(len(cells)):
        notebook.run_cell(number)
    table = notebook.output(1)
    table.locator(".smtw-table").wait_for()
    assert (
        table.get_by_role("combobox", name="Query that the runs satisfy")
        .input_value()
        .startswith("metrics.auc.max > 0.88")
    )
    assert "Did you mean 'auc'?" in notebook.output(2).inner_text()
    wrong = notebook.output(3).inner_text()
    assert "Did you mean 'status'?" in wrong
    assert "Traceback" not in wrong
    assert "asked of the service" in notebook.output(4).inner_text().lower()
    assert experiment in notebook.output(5).inner_text()
    assert "d10-lr0.01" in notebook.output(6).inner_text()
    notebook.cell(1).scroll_into_view_if_needed()
    notebook.page.screenshot(path=screenshots / f"query-{theme}.png")
    notebook.cell(len(cells) - 1).scroll_into_view_if_needed()
    notebook.page.screenshot(path=screenshots / f"query-more-{theme}.png")


def test_a_query_is_written_in_the_table(open_notebook, screenshots):
    notebook = open_notebook("query-box", [LOAD.replace("EXPERIMENT", "box"), "%sm_runs -e box"])
    notebook.run_cell(0)
    notebook.run_cell(1)
    table = notebook.output(1).locator(".smtw-table")
    table.get_by_role("button", name="Query").click()
    field = table.get_by_role("combobox", name="Query that the runs satisfy")
    field.press_sequentially("params.de")
    assert table.get_by_role("listbox", name="Fields").get_by_role("option").all_inner_texts() == [
        "params.depth"
    ]
    field.press("Tab")
    field.press_sequentially(">= 8 an")
    notebook.page.screenshot(path=screenshots / "query-box.png")
    field.press("ArrowDown")
    field.press("Enter")
    assert field.input_value() == "params.depth >= 8 AND "
    field.press_sequentially("params.lr = 0.1")
    field.press("Enter")
    until("two runs", lambda: "2 of 10 runs" in table.inner_text())
    field.fill("params.depth >= 8 AND statsu = 'x'")
    field.press("Enter")
    alert = table.locator(".smtw-query-said")
    alert.wait_for()
    assert "there is no field 'statsu'. Did you mean 'status'?" in alert.inner_text()
    marked = field.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)")
    assert marked == "statsu"
    notebook.page.screenshot(path=screenshots / "query-box-error.png")
    assert "2 of 10 runs" in table.inner_text()  # what was shown stays
    field.press("Escape")
    assert field.input_value() == "params.depth >= 8 AND params.lr = 0.1"
    table.get_by_role("button", name="Clear").first.click()
    until("all runs", lambda: "10 runs" in table.inner_text())
