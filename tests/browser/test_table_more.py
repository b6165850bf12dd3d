"""The table in JupyterLab: what is done there reaches Python and the store."""

from __future__ import annotations

import pytest
from notebook_page import until

LOAD = """%load_ext sm_track_widgets
import sm_track_widgets as sm
for depth in range(2, 22):
    with sm.Run(EXPERIMENT, f"d{depth}", params={"depth": depth, "kind": "ab"[depth % 2]}, tags={"team": "old"}) as run:
        run.log_metric("auc", 0.8 + depth / 1000, step=0)
_ = sm.sync()
"""
SHOW = """columns = ['params.depth', 'params.kind', 'metrics.auc.last', 'tags.team']
table = sm.RunTable(EXPERIMENT, columns=columns)
table"""
OBSERVE = "told = []\ntable.observe(lambda change: told.append(change['new']), 'filters')"


def cells(experiment: str, *more: str) -> list[str]:
    return [source.replace("EXPERIMENT", repr(experiment)) for source in (LOAD, SHOW, *more)]


def shows(notebook, cell: int, wanted: str) -> None:
    """Run a cell that prints until it prints `wanted`: messages of the page take their time."""

    def probe() -> bool:
        notebook.run_cell(cell)
        return notebook.output(cell).inner_text().strip() == wanted

    until(f"cell {cell} printing {wanted!r}", probe, 15)


@pytest.fixture
def opened(open_notebook):
    def start(name: str, *more: str):
        notebook = open_notebook(name, cells(name, *more))
        notebook.run_cell(0)
        notebook.run_cell(1)
        table = notebook.output(1).locator(".smtw-table")
        table.get_by_role("rowheader").first.wait_for()
        return notebook, table

    return start


def test_a_drag_over_the_header_is_one_change_in_python(opened):
    notebook, table = opened(
        "brushes", OBSERVE, "print(len(told), len(table.df) < 20, table.query == table.selection.query)"
    )
    notebook.run_cell(2)
    plot = table.get_by_role("columnheader", name="depth").locator(".smtw-hplot")
    box = plot.bounding_box()
    y = box["y"] + box["height"] / 2
    notebook.page.mouse.move(box["x"] + 20, y)
    notebook.page.mouse.down()
    notebook.page.mouse.move(box["x"] + 60, y, steps=8)
    notebook.page.mouse.up()
    until("filtered", lambda: "of 20 runs" in table.inner_text())
    shows(notebook, 3, "1 True True")


def test_tags_are_edited_and_runs_archived_and_brought_back(opened):
    notebook, table = opened(
        "edits",
        "print(sorted(set(sm.runs('edits')['tags.team'])), len(sm.runs('edits')))",
    )
    page = notebook.page
    cell = table.locator(".smtw-rows .smtw-row:visible [aria-colindex='5']").first
    cell.dblclick()
    page.keyboard.type("new")
    page.keyboard.press("Enter")
    until("written", lambda: "Saving" not in table.inner_text() and cell.inner_text() == "new")
    shows(notebook, 2, "['new', 'old'] 20")
    rows = table.get_by_role("rowheader")
    rows.nth(1).click(position={"x": 60, "y": 8})
    rows.nth(3).click(position={"x": 60, "y": 8}, modifiers=["Shift"])
    table.get_by_role("button", name="Archive").click()
    until("gone", lambda: "3 runs archived" in table.inner_text() and "17 runs" in table.inner_text())
    shows(notebook, 2, "['new', 'old'] 17")
    table.get_by_role("button", name="Undo").click()
    until("back", lambda: "20 runs" in table.inner_text())
    shows(notebook, 2, "['new', 'old'] 20")


def test_the_baseline_reaches_the_saved_notebook(opened):
    notebook, table = opened("bases", "print(table.baseline)")
    table.get_by_role("rowheader").nth(2).click(position={"x": 60, "y": 8})
    name = table.get_by_role("rowheader").nth(2).inner_text()
    table.get_by_role("button", name="Baseline").click()
    until("deltas", lambda: table.locator(".smtw-delta.smtw-better").count() > 0)
    shows(notebook, 2, name)
    static = notebook.output(1).locator("[class*=sm-static-]")
    until("the static form", lambda: "baseline" in (static.first.text_content() or ""))
