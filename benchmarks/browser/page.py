"""A headless Chromium with the benchmark's page, and what it tells of its memory."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

JS = Path(__file__).parents[2] / "js"
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--js-flags=--expose-gc",
]


def build() -> None:
    """Build the page's script, minified as the bundles are, and the harness for its style sheet."""
    for target in ("--harness", "--bench"):
        subprocess.run(
            ["node", "build.mjs", target],
            cwd=JS,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run Chromium."""
    found = shutil.which("chromium")
    if not found:
        raise SystemExit("chromium is not on the PATH; make test-browser installs it where it may.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=OPTIONS)
        yield browser
        browser.close()


@contextmanager
def fresh(browser: Browser) -> Iterator[Page]:
    """Open the page anew, so that no measurement finds what another has left."""
    context = browser.new_context(viewport={"width": 1130, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(600_000)
    problems: list[str] = []
    page.on("pageerror", lambda problem: problems.append(str(problem)))
    page.goto(f"{(JS / 'harness' / 'index.html').as_uri()}?view=none")
    page.add_script_tag(path=JS / "build" / "bench.js")
    yield page
    context.close()
    if problems:
        raise SystemExit(f"The page has failed: {problems[0]}")


def ask(page: Page, name: str, *arguments: Any) -> Any:
    """Call a function of ``js/harness/bench.ts``."""
    return page.evaluate("([name, args]) => window.__smtwBench[name](...args)", [name, list(arguments)])


def memory(page: Page) -> dict[str, float]:
    """Return listeners, nodes and heap after a garbage collection."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
        page.wait_for_timeout(100)
    told = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return {name: told[name] for name in ("JSEventListeners", "Nodes", "JSHeapUsedSize")}
