"""The sweep board: what is picked in its history is picked everywhere, also by keys, and Python is told."""

from __future__ import annotations

import pytest
from notebook_page import until

SEED = """%load_ext sm_track_widgets
import sm_track_widgets as sm
import pandas as pd
points = 40
start = pd.Timestamp("2026-01-01", tz="UTC")
frame = pd.DataFrame({
    "run": [f"trial-{i:02}" for i in range(points)],
    "status": ["Failed" if i % 9 == 4 else "Completed" for i in range(points)],
    "message": ["ValueError: <b>bad</b> value\\nat line 3" if i % 9 == 4 else "" for i in range(points)],
    "started": [start + pd.Timedelta(seconds=60 * i) for i in range(points)],
    "duration_s": [30.0] * points,
    "params.rate": [0.001 * (i + 1) for i in range(points)],
    "metrics.loss.last": [None if i % 9 == 4 else 1 / (1 + (i * 7) % 33) for i in range(points)],
    "metrics.auc.last": [None if i % 9 == 4 else ((i * 7) % 33) / 40 for i in range(points)],
})"""
SHOW = """board = sm.SweepBoard(frame, metric="loss", total=60, title="sweep")
board"""
TABLE = "sm.RunTable(board)"
TELL = "print(board.selected, board.metric, board.best)"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_point_is_picked_by_click_and_by_keys(open_notebook, screenshots, theme):
    notebook = open_notebook(f"sweep-{theme}", [SEED, SHOW, TABLE, TELL])
    notebook.theme(theme)
    for cell in range(3):
        notebook.run_cell(cell)
    board = notebook.output(1).locator(".smtw-sweep")
    table = notebook.output(2).locator(".smtw-table")
    table.get_by_role("rowheader").first.wait_for()
    assert "40 of 60 points, 4 failed" in board.get_by_role("status").first.inner_text()
    assert board.get_by_role("progressbar").get_attribute("aria-valuenow") == "40"
    best = board.get_by_role("group", name="Best so far").get_by_role("button")
    assert best.inner_text() == "trial-14"
    best.click()
    until("the table has it", lambda: table.locator("[aria-selected=true]").count() == 1)

    history = board.locator(".smtw-sweep-history")
    history.focus()
    cells = notebook.page.locator(".jp-Cell").count()
    for key in ("Home", "ArrowRight", "b", "Enter"):  # b is a shortcut of the notebook's
        notebook.page.keyboard.press(key)
    assert notebook.page.locator(".jp-Cell").count() == cells
    assert history.locator("[aria-live]").inner_text() == "trial-01, Completed, loss 0.125"
    board.get_by_label("Metric").select_option("metrics.auc.last")
    until("another best", lambda: "highest is best" in board.inner_text())

    def heard() -> bool:
        notebook.run_cell(3)
        return notebook.output(3).inner_text().strip() == "['trial-01'] metrics.auc.last trial-14"

    until("Python has it", heard, 15)
    board.locator("summary").first.click()
    until("the whole message", lambda: "at line 3" in board.inner_text())
    assert board.locator("b", has_text="bad").count() == 0
    notebook.cell(1).scroll_into_view_if_needed()
    notebook.page.screenshot(path=screenshots / f"sweep-board-{theme}.png")


def test_a_board_that_is_told_its_total_and_new_runs_goes_on(open_notebook):
    grow = """source = sm.SweepBoard(lambda: frame, title="live", total=50)
source"""
    more = """frame = pd.concat([frame, frame.head(5).assign(run=[f"more-{i}" for i in range(5)])])
source.total = 80
source.refresh()"""
    notebook = open_notebook("sweep-live", [SEED, grow, more])
    for cell in range(2):
        notebook.run_cell(cell)
    told = notebook.output(1).locator(".smtw-sweep").get_by_role("status").first
    until("the first points", lambda: "40 of 50 points" in told.inner_text())
    notebook.run_cell(2)
    until("more points", lambda: "45 of 80 points, 5 failed" in told.inner_text())
