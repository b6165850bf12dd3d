"""Notebook 7: views render, linked ones follow each other, and a restart is told."""

from __future__ import annotations

import re

import nbformat
from notebook_page import until

SEED = """%load_ext sm_track_widgets
import sm_track_widgets as sm
import pandas as pd
frame = pd.DataFrame({
    "run": [f"run-{i}" for i in range(400)],
    "params.tree": [["hist", "approx", "exact", None][i % 4] for i in range(400)],
    "metrics.auc.last": [0.8 + (i % 37) / 370 for i in range(400)],
})
with sm.Run("nb7", "only", params={"depth": 3}) as run:
    for step in range(60):
        run.log_metric("loss", 1.0 / (1 + step), step=step)"""
CELLS = [SEED, "grid = sm.ParamGrid(frame)\ngrid", "sm.RunTable(grid, height=160)", "sm.Dashboard('nb7')"]
SERVER = [
    "notebook", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port={port}", "--ServerApp.port_retries=0",
    "--IdentityProvider.token=t",
]  # fmt: skip


def test_views_render_and_follow_each_other(serve, page, tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, tmp_path / "x.ipynb")
    page.goto(f"{serve(SERVER, '/api/status?token=t')}/notebooks/x.ipynb?token=t")
    page.locator(".jp-Notebook .jp-Cell").nth(3).wait_for(timeout=60_000)
    page.locator("[title^='Kernel status: Idle'], [data-status=idle]").first.wait_for(timeout=60_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.locator(".smtw-dash .smtw-plot canvas").first.wait_for(timeout=90_000)
    grid, table = page.locator(".smtw-grid").first, page.locator(".smtw-table").first
    grid.get_by_role("button", name="hist").click()
    until("the table follows", lambda: "100 of 400 runs" in table.inner_text())
    assert page.locator("[class*=sm-static-]:visible").count() == 0
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Restart Kernel")).first.click()
    page.locator(".jp-Dialog").get_by_role("button", name="Confirm Kernel Restart").click()
    page.locator(".smtw-lost").nth(2).wait_for()
    assert "The kernel was restarted" in page.locator(".smtw-lost").nth(2).inner_text()
