"""The parameter grid: a drag filters every linked view at once, and reaches Python as one query."""

from __future__ import annotations

import pytest
from notebook_page import until

SEED = """%load_ext sm_track_widgets
import sm_track_widgets as sm
import pandas as pd
rows = 400
frame = pd.DataFrame({
    "run": [f"run-{i}" for i in range(rows)],
    "status": ["Completed" if i % 5 else "Failed" for i in range(rows)],
    "params.depth": [i % 9 + 2 for i in range(rows)],
    "params.rate": [10 ** (-3 + (i % 50) / 25) for i in range(rows)],
    "params.tree": [["hist", "approx", "exact", None][i % 4] for i in range(rows)],
    "metrics.auc.last": [0.8 + (i % 37) / 370 for i in range(rows)],
})"""
SHOW = """queries = []
grid = sm.ParamGrid(frame, title="sweep")
grid.observe(lambda change: queries.append(change["new"]), "query")
grid"""
TABLE = "sm.RunTable(grid)"
TELL = "print(queries, len(grid.df), len(grid.selection.runs))"


def drag(page, box, start, end):
    """Drag over `box` between two shares of its width."""
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * start, y)
    page.mouse.down()
    for step in range(1, 7):
        page.mouse.move(box["x"] + box["width"] * (start + (end - start) * step / 6), y)
    page.mouse.up()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_drag_filters_every_view_and_python_hears_of_it_once(open_notebook, screenshots, theme):
    notebook = open_notebook(f"grid-{theme}", [SEED, SHOW, TABLE, TELL])
    notebook.theme(theme)
    for cell in range(3):
        notebook.run_cell(cell)
    grid = notebook.output(1).locator(".smtw-grid")
    table = notebook.output(2).locator(".smtw-table")
    table.get_by_role("rowheader").first.wait_for()
    rate = grid.get_by_role("group", name="params.rate").locator(".smtw-param-hist")
    rate.scroll_into_view_if_needed()
    drag(notebook.page, rate.bounding_box(), 0.5, 0.99)
    until("fewer runs", lambda: "of 400 runs" in grid.inner_text() and "of 400 runs" in table.inner_text())
    grid.get_by_role("button", name="hist").click()
    until("the query", lambda: "params.tree = 'hist'" in grid.inner_text())
    text = grid.get_by_role("textbox", name="Query").inner_text()
    shown = int(grid.get_by_role("status").first.inner_text().split()[0])
    assert table.get_by_role("status").first.inner_text() == f"{shown} of 400 runs"

    def heard() -> bool:
        notebook.run_cell(3)
        return notebook.output(3).inner_text().strip().endswith(f"{shown} 400")

    until("Python has it", heard, 15)
    told = notebook.output(3).inner_text()
    queries = eval(told.rsplit("]", 1)[0] + "]")
    assert (len(queries), queries[-1]) == (2, text)
    notebook.cell(1).scroll_into_view_if_needed()
    notebook.page.screenshot(path=screenshots / f"param-grid-{theme}.png")


def test_handles_are_moved_by_keys_and_python_sets_filters(open_notebook):
    set_filters = "grid.query = \"params.depth BETWEEN 3 AND 5 AND status = 'Failed'\""
    notebook = open_notebook("grid-keys", [SEED, SHOW, set_filters])
    for cell in range(2):
        notebook.run_cell(cell)
    grid = notebook.output(1).locator(".smtw-grid")
    low = grid.get_by_role("slider", name="depth, lowest")
    low.focus()
    cells = notebook.page.locator(".jp-Cell").count()
    notebook.page.keyboard.press("ArrowRight")
    until("a bound", lambda: "params.depth >= 3" in grid.inner_text())
    until("the handle tells it", lambda: low.get_attribute("aria-valuetext") == "3")
    notebook.page.keyboard.press("b")  # a shortcut of the notebook's
    assert notebook.page.locator(".jp-Cell").count() == cells
    notebook.page.keyboard.press("Escape")
    until("no bound", lambda: "400 runs" in grid.inner_text() and "of 400" not in grid.inner_text())
    # The page's own change is on its way first: who comes last has the last word.
    notebook.page.wait_for_timeout(500)
    notebook.wait_idle()
    notebook.run_cell(2)
    until("Python's filters", lambda: "params.depth BETWEEN 3 AND 5" in grid.inner_text())
    assert grid.get_by_role("button", name="Failed").get_attribute("aria-pressed") == "true"
    grid.get_by_role("button", name="Filter depth no more").click()
    until(
        "one filter left",
        lambda: "status = 'Failed'" in grid.inner_text() and "depth BETWEEN" not in grid.inner_text(),
    )
    grid.get_by_role("button", name="Clear").click()
    until("all runs", lambda: "of 400" not in grid.inner_text())


def test_what_is_filtered_is_copied_as_code(open_notebook):
    notebook = open_notebook("grid-copy", [SEED, SHOW])
    notebook.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for cell in range(2):
        notebook.run_cell(cell)
    grid = notebook.output(1).locator(".smtw-grid")
    grid.get_by_role("button", name="exact").click()
    for kind, expected in (
        ("Query", "params.tree = 'exact'"),
        ("pandas", '.isin(["exact"])'),
        ("Search", '"Filters"'),
    ):
        grid.get_by_role("button", name="Copy as").click()
        grid.get_by_role("menuitem", name=kind).click()

        def copied(wanted: str = expected) -> bool:
            return wanted in notebook.page.evaluate("() => navigator.clipboard.readText()")

        until(f"{kind} on the clipboard", copied, 10)
        until("the button's own word", lambda: grid.get_by_role("button", name="Copy as").count() == 1, 10)
