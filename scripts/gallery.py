"""Take the pictures of docs/explorer.md: each widget in the harness page, light and dark, in as few colours as do."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
TO = ROOT / "docs" / "images" / "explorer"
VIEWS = {
    "dashboard": "Dashboard",
    "table": "RunTableBaseline",
    "parameters": "ParamGridFiltered",
    "chart": "MetricChartPicked",
    "band": "MetricChartBand",
    "parallel": "ParallelCoordsBrushed",
    "scatter": "ScatterBrushed",
    "importance": "Importance",
    "compare": "CompareMetrics",
    "run": "RunDetailMetrics",
    "sweep": "SweepBoard",
    "live": "LiveRun",
}
WIDTH = 1000
COLOURS = 96
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
MOUNT = "async ([view, theme]) => { window.__smtwHarness.clear(); await window.__smtwHarness.mount(view, theme); }"


def picture(page: Page, view: str, theme: str) -> bytes:
    """Return a PNG of one view."""
    page.evaluate(MOUNT, [view, theme])
    page.wait_for_timeout(900)
    return page.locator("[data-view]").first.screenshot()


def main() -> None:
    """Write all of them."""
    subprocess.run(["node", "build.mjs", "--harness"], cwd=ROOT / "js", check=True, stdin=subprocess.DEVNULL)
    TO.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=OPTIONS)
        page = chromium.new_page(viewport={"width": WIDTH, "height": 900})
        page.goto(f"{(ROOT / 'js' / 'harness' / 'index.html').as_uri()}?view=none")
        page.wait_for_function("() => !!window.__smtwHarness")
        for name, view in VIEWS.items():
            for theme in ("light", "dark"):
                taken = Image.open(io.BytesIO(picture(page, view, theme))).convert("RGB")
                taken.quantize(COLOURS).save(TO / f"{name}-{theme}.png", optimize=True)
        chromium.close()


if __name__ == "__main__":
    main()
