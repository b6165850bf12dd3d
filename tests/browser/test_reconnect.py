"""What views say when their kernel is gone, what still works then, and several views of one widget."""

from __future__ import annotations

from notebook_page import KERNEL, NotebookPage, until

SEED = """%load_ext sm_track_widgets
import os
import sm_track_widgets as sm
import pandas as pd
rows = 400
frame = pd.DataFrame({
    "run": [f"run-{i}" for i in range(rows)],
    "params.depth": [i % 9 + 2 for i in range(rows)],
    "params.tree": [["hist", "approx", "exact", None][i % 4] for i in range(rows)],
    "metrics.auc.last": [0.8 + (i % 37) / 370 for i in range(rows)],
})"""
GRID = "grid = sm.ParamGrid(frame, title='sweep')\ngrid"
TABLE = "table = sm.RunTable(grid)\ntable"
BOARD = "sm.Dashboard(grid)"
RESTARTED = "The kernel was restarted: run the cell again to go on"
FILTERED = "100 of 400 runs"


def linked(notebook: NotebookPage, cells: int) -> None:
    """Run the first cells, and wait for the views of the last three."""
    for cell in range(cells):
        notebook.run_cell(cell)
    for cell in range(1, cells):
        notebook.output(cell).locator(".smtw-root").first.wait_for()
    notebook.output(2).get_by_role("rowheader").first.wait_for()


def losses(notebook: NotebookPage, cells: int) -> list[str]:
    return [
        " ".join(notebook.output(cell).locator(".smtw-lost").all_inner_texts()) for cell in range(1, cells)
    ]


def test_a_restart_is_told_and_what_is_shown_stays_usable(open_notebook, screenshots):
    notebook = open_notebook("restart", [SEED, GRID, TABLE, BOARD])
    linked(notebook, 4)
    assert losses(notebook, 4) == ["", "", ""]
    notebook.page.evaluate(f"() => {KERNEL}.restart()")
    until("each view says so", lambda: all(RESTARTED in text for text in losses(notebook, 4)))
    grid, table, board = (notebook.output(cell) for cell in (1, 2, 3))
    grid.get_by_role("button", name="hist").click()
    for view in (grid, table, board):
        until("all views follow", lambda view=view: FILTERED in view.inner_text())
    grid.get_by_role("button", name="Copy as").click()
    grid.get_by_role("menuitem", name="pandas").click()
    until("the question is refused", lambda: RESTARTED in grid.locator(".smtw-bar").first.inner_text())
    for view in (grid, table, board):
        assert view.locator("[class*=sm-static-]").first.is_hidden()
        assert "model not found" not in view.inner_text()
        assert view.locator(".smtw-lost").count() == 1
    notebook.page.screenshot(path=screenshots / "reconnect.png")
    notebook.wait_idle()
    linked(notebook, 4)
    until("all is well again", lambda: losses(notebook, 4) == ["", "", ""])
    grid.get_by_role("button", name="hist").click()
    until("the new views follow", lambda: FILTERED in board.inner_text())


def test_a_kernel_that_dies_or_is_ended_is_told(open_notebook):
    notebook = open_notebook("dies", [SEED, GRID, TABLE, "os._exit(1)"])
    linked(notebook, 3)
    notebook.start_cell(3)
    until("it is started anew", lambda: all(RESTARTED in text for text in losses(notebook, 3)), 60)
    for button in notebook.page.locator(".jp-Dialog button").all():
        button.click()
    notebook.wait_idle()
    linked(notebook, 3)
    assert losses(notebook, 3) == ["", ""]
    notebook.page.evaluate(f"() => {KERNEL}.shutdown().then(() => null)")
    until("it has ended", lambda: all("The kernel has ended" in text for text in losses(notebook, 3)))


def test_two_views_of_one_widget_and_one_more_of_its_output(open_notebook):
    notebook = open_notebook(
        "twice", [SEED, GRID, "table = sm.RunTable(grid)\ndisplay(table)\ndisplay(table)"]
    )
    linked(notebook, 3)
    views = notebook.output(2).locator(".smtw-table")
    until("two views", lambda: views.count() == 2)
    views.nth(0).get_by_role("searchbox").fill("run-39")
    until("both are filtered", lambda: all("11 of 400" in text for text in views.all_inner_texts()))
    notebook.page.evaluate(
        """() => {
            const { content } = window.jupyterapp.shell.currentWidget;
            content.activeCellIndex = 2;
            return window.jupyterapp.commands.execute("notebook:create-output-view").then(() => null);
        }"""
    )
    more = notebook.page.locator(".jp-LinkedOutputView .smtw-table")
    until("two more", lambda: more.count() == 2)
    more.nth(1).get_by_role("rowheader").first.click()
    until("a pick is everywhere", lambda: all("1 selected" in text for text in views.all_inner_texts()))
    assert notebook.page.locator("[class*=sm-static-]:visible").count() == 0


FIFTY = """from IPython.display import display
for place in range(5):
    pair = sm.ParamGrid(frame, title=f"sweep {place}")
    display(pair)
    display(sm.RunTable(pair, height=150))"""


def test_fifty_widgets_on_a_page(open_notebook):
    # A cell of more than 50 outputs is cut by Lab.
    notebook = open_notebook("fifty", [SEED, *[FIFTY] * 5])
    for cell in range(6):
        notebook.run_cell(cell, 120)
    views = notebook.page.locator(".smtw-root")
    until("all of them", lambda: views.count() == 50, 60)
    until("all rows", lambda: notebook.page.locator(".smtw-table [role=rowheader]").count() >= 25)
    session = notebook.context.new_cdp_session(notebook.page)
    session.send("Performance.enable")
    session.send("HeapProfiler.collectGarbage")
    told = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    print({name: told[name] for name in ("Nodes", "JSEventListeners", "JSHeapUsedSize")})
    assert told["Nodes"] < 60_000
    assert told["JSHeapUsedSize"] < 400e6
    grid = views.nth(0)
    grid.scroll_into_view_if_needed()
    grid.get_by_role("button", name="hist").click()
    until("the pair is filtered", lambda: FILTERED in views.nth(1).inner_text())
    assert FILTERED not in views.nth(3).inner_text()


def test_a_reload_brings_linked_views_back(open_notebook):
    notebook = open_notebook("again-linked", [SEED, GRID, TABLE, BOARD])
    linked(notebook, 4)
    notebook.output(1).get_by_role("button", name="hist").click()
    until("filtered", lambda: FILTERED in notebook.output(3).inner_text())
    notebook.reload()
    notebook.wait_idle()
    for cell in (1, 2, 3):
        notebook.output(cell).locator(".smtw-root").first.wait_for()
        until("filtered as before", lambda cell=cell: FILTERED in notebook.output(cell).inner_text())
    notebook.output(1).get_by_role("button", name="hist").click()
    for cell in (1, 2, 3):
        until("linked as before", lambda cell=cell: FILTERED not in notebook.output(cell).inner_text())
