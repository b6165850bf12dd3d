"""The page reloaded while the kernel is busy: the static forms are there at once, the widgets come back after."""

from __future__ import annotations

from notebook_page import until

LOAD = "%load_ext sm_track_widgets\nimport time, sm_track_widgets as sm"
SEED = """
for depth in (2, 4):
    with sm.Run("again", f"depth{depth}", params={"depth": depth}) as run:
        for step in range(50):
            run.log_metric("loss", 1 / (step + depth), step=step)
"""


def test_static_first_then_live_again(open_notebook):
    cells = [LOAD + SEED, "%sm_runs -e again", "%sm_plot loss -e again", "time.sleep(20)"]
    notebook = open_notebook("reload", cells)
    for cell in range(3):
        notebook.run_cell(cell)
    notebook.output(1).locator(".smtw-table").wait_for()
    notebook.output(2).locator(".smtw-plot canvas").first.wait_for()
    notebook.start_cell(3)
    until("the cell runs", lambda: notebook.running(3))
    notebook.reload()
    for cell in (1, 2):
        static = notebook.output(cell).locator("[class*=sm-static-]").first
        static.wait_for(timeout=10_000)
        assert "depth4" in static.inner_text()
    notebook.wait_idle(60)
    notebook.output(1).locator(".smtw-table").wait_for(timeout=30_000)
    notebook.output(2).locator(".smtw-plot canvas").first.wait_for(timeout=30_000)
    until("the static form steps aside", notebook.output(1).locator("[class*=sm-static-]").first.is_hidden)
