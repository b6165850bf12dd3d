"""marimo: views render, linked ones follow each other, and Python hears."""

from __future__ import annotations

from pathlib import Path

from notebook_page import until

APP = Path(__file__).with_name("marimo_app.py")
RUN = ["marimo", "run", str(APP), "--headless", "--host", "127.0.0.1", "-p", "{port}", "--no-token"]


def test_views_render_and_follow_each_other(serve, page):
    page.goto(serve(RUN, "/health"))
    grid, table = page.locator(".smtw-grid").first, page.locator(".smtw-table").first
    table.get_by_role("rowheader").first.wait_for(timeout=60_000)
    page.locator(".smtw-dash .smtw-plot canvas").first.wait_for(timeout=60_000)
    page.get_by_text("Python heard nothing: 400").wait_for()
    grid.get_by_role("button", name="hist").click()
    until("the table follows", lambda: "100 of 400 runs" in table.inner_text())
    page.get_by_text("Python heard params.tree = 'hist': 100").wait_for()
    dashboard = page.locator(".smtw-dash")
    assert "1 run" in dashboard.inner_text()
    assert page.locator(".smtw-lost").count() == 0
