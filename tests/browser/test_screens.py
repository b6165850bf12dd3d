"""Pictures for a person to look at, light and dark: build/screenshots."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from notebook_page import NotebookPage, until

if TYPE_CHECKING:
    from playwright.sync_api import FloatRect

LOAD = """%load_ext sm_track_widgets
import math, random, time
import sm_track_widgets as sm
random.seed(4)
experiment = "EXPERIMENT"


def train(run, steps, depth, rate, pause=0.0):
    for step in range(steps):
        noise = random.gauss(0, 0.004)
        run.log_metric("validation:loss", 0.12 + 0.55 * math.exp(-rate * step / 2) + noise + depth / 400, step=step)
        run.log_metric("validation:auc", 0.96 - 0.25 * math.exp(-rate * step / 2) + noise / 2, step=step)
        time.sleep(pause)


for depth, rate in [(2, 0.05), (4, 0.05), (6, 0.1), (8, 0.2)]:
    with sm.Run(experiment, f"xgb-d{depth}-lr{rate}", params={"max_depth": depth, "rate": rate}) as run:
        train(run, 200, depth, rate)
try:
    with sm.Run(experiment, "xgb-d10-lr0.3", params={"max_depth": 10, "rate": 0.3}):
        raise MemoryError("cannot allocate 12 GiB")
except MemoryError:
    pass"""
TABLE = "%sm_runs -e {experiment}"
CHART = "%sm_plot validation:loss validation:auc -e {experiment}"
LIVE = """%%sm_run xgb-d8-lr0.05 -e {experiment} -p max_depth=8 -p rate=0.05
train(run, 200, 8, 0.05, pause=0.04)"""


def step_shown(notebook: NotebookPage) -> int:
    """The step that the live card of the last cell names; 0 before it does."""
    found = re.search(r"step ([\d,]+)", notebook.output(3).inner_text())
    return int(found[1].replace(",", "")) if found else 0


def area(notebook: NotebookPage, first: int, last: int) -> FloatRect:
    """The rectangle from the first to the last of some cells."""
    top, bottom = notebook.cell(first).bounding_box(), notebook.cell(last).bounding_box()
    assert top
    assert bottom
    height = bottom["y"] + bottom["height"] - top["y"]
    return {"x": top["x"], "y": top["y"], "width": top["width"], "height": height}


@pytest.mark.parametrize(("theme", "experiment"), [("light", "fraud-detection"), ("dark", "churn")])
def test_pictures(open_notebook, screenshots, theme, experiment):
    notebook = open_notebook(
        f"pictures-{theme}", [LOAD.replace("EXPERIMENT", experiment), TABLE, CHART, LIVE]
    )
    notebook.theme(theme)
    notebook.command("application:toggle-left-area")
    for cell in range(3):
        notebook.run_cell(cell)
    notebook.output(2).locator(".smtw-plot canvas").first.wait_for()
    notebook.start_cell(3)
    notebook.output(3).locator(".smtw-tile-value").first.wait_for()
    until("half of the steps", lambda: step_shown(notebook) >= 100, 30)
    notebook.page.screenshot(path=screenshots / f"notebook-running-{theme}.png")
    notebook.page.screenshot(path=screenshots / f"readme-{theme}.png", clip=area(notebook, 1, 3))
    notebook.finish(3)
    until("the end", lambda: "Completed" in notebook.output(3).inner_text())
    notebook.page.screenshot(path=screenshots / f"notebook-finished-{theme}.png")
