"""The dashboard in JupyterLab: a gesture in one part moves all others, and Python has what it came to."""

from __future__ import annotations

import pytest
from notebook_page import until

SEED = """%load_ext sm_track_widgets
import random
import sm_track_widgets as sm
random.seed(3)
for i in range(24):
    rate = round(10 ** (-3 + (i % 12) / 5), 4)
    params = {"max_depth": 3 + i % 8, "learning_rate": rate, "tree": ["hist", "exact"][i % 2]}
    with sm.Run("EXPERIMENT", f"xgb-{i:02}", params=params) as run:
        for step in range(30):
            noise = random.random() / 80
            run.log_metric("val_auc", 0.94 - i / 200 - 0.3 * 0.85 ** step + noise, step=step)
            run.log_metric("val_loss", 0.1 + i / 90 + 0.8 * 0.86 ** step + noise, step=step)
_ = sm.sync()"""
OPEN = "board = %sm_dashboard -e EXPERIMENT params.max_depth BETWEEN 4 AND 9\nboard"
TELL = "print(board.query, '|', len(board.df), '|', board.selected, '|', board.tab)"


def open_board(open_notebook, name: str, theme: str):
    """A notebook with the dashboard of an experiment of its own."""
    cells = [cell.replace("EXPERIMENT", name) for cell in (SEED, OPEN, TELL)]
    notebook = open_notebook(f"dashboard-{theme}", cells)
    notebook.theme(theme)
    notebook.command("application:toggle-left-area")
    notebook.page.set_viewport_size({"width": 1400, "height": 1500})
    for cell in range(2):
        notebook.run_cell(cell)
    board = notebook.output(1).locator(".smtw-dash")
    board.locator(".smtw-plot canvas").first.wait_for()
    return notebook, board


def compare_two(board) -> None:
    """Look at another tab, pick a second run, and compare."""
    board.get_by_role("tab", name="Importance").click()
    board.locator(".smtw-importance").wait_for()
    board.locator(".smtw-dash-table").get_by_role("rowheader").nth(1).click(modifiers=["Control"])
    board.get_by_role("tab", name="Compare").click()
    board.locator(".smtw-compare").wait_for()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_one_selection_in_all_parts(open_notebook, screenshots, theme):
    notebook, board = open_board(open_notebook, f"fraud-{theme}", theme)
    count = board.get_by_role("status").first
    until("the query's runs", lambda: count.inner_text() == "18 of 24 runs")
    query = board.get_by_role("combobox", name="Query that the runs satisfy").first
    assert query.input_value() == "params.max_depth BETWEEN 4 AND 9"

    board.get_by_role("button", name="hist").click()
    until("half of them", lambda: count.inner_text() == "9 of 24 runs")
    assert query.input_value().endswith("AND params.tree = 'hist'")
    legend = board.get_by_role("group", name="Runs", exact=True)
    until("their lines", lambda: "xgb-02" in legend.inner_text() and "xgb-01" not in legend.inner_text())
    board.locator(".smtw-dash-table").get_by_role("rowheader").first.click()
    board.locator(".smtw-foot", has_text="1 selected").wait_for()
    notebook.page.wait_for_timeout(400)
    notebook.cell(1).scroll_into_view_if_needed()
    notebook.page.screenshot(path=screenshots / f"dashboard-{theme}.png")

    compare_two(board)

    def heard() -> bool:
        notebook.run_cell(2)
        return "compare" in notebook.output(2).inner_text()

    until("Python has it", heard, 20)
    text = notebook.output(2).inner_text()
    assert text.startswith("params.max_depth BETWEEN 4 AND 9 AND params.tree = 'hist' | 2 |")
    notebook.page.screenshot(path=screenshots / f"dashboard-compare-{theme}.png")


@pytest.mark.parametrize("tab", ["Parallel", "Scatter"])
def test_its_plots_are_parts_of_it(open_notebook, screenshots, tab):
    notebook, board = open_board(open_notebook, f"plots-{tab.lower()}", "light")
    board.get_by_role("tab", name=tab).click()
    board.locator(".smtw-dash-panel canvas:visible").first.wait_for()
    notebook.page.wait_for_timeout(600)
    notebook.page.screenshot(path=screenshots / f"dashboard-{tab.lower()}.png")
    assert board.locator("[role=alert]:visible").count() == 0
