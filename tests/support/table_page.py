"""A table in the harness's page: what it shows, and what the kernel would have of it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from notebook_page import OFF_LOOPBACK, until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

JS = Path(__file__).parents[2] / "js"
HARNESS = JS / "harness" / "index.html"
MOUNT = "async (view) => { window.__smtwHarness.clear(); window.m = await window.__smtwHarness.mount(view); }"


@contextmanager
def harness_page(browser: Browser) -> Iterator[Page]:
    """The harness, built anew; nothing is asked of any host, and no error is left to itself."""
    subprocess.run(["node", "build.mjs", "--harness"], cwd=JS, check=True, stdin=subprocess.DEVNULL)
    external: list[str] = []
    faults: list[str] = []
    context = browser.new_context(viewport={"width": 1130, "height": 900}, accept_downloads=True)

    def cut(route: Any) -> None:
        external.append(route.request.url)
        route.abort()

    context.route(OFF_LOOPBACK, cut)
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{HARNESS.as_uri()}?view=none")
    until("the harness", lambda: page.evaluate("() => !!window.__smtwHarness"))
    yield page
    context.close()
    assert (external, faults) == ([], [])


def mounting(page: Page) -> Callable[..., Locator]:
    """Return what shows one table in place of all others; what is remembered is forgotten first."""
    page.evaluate("() => localStorage.clear()")

    def show(view: str = "RunTable") -> Locator:
        page.evaluate(MOUNT, view)
        table = page.locator(f"[data-view={view}]")
        table.get_by_role("rowheader").first.wait_for()
        return table

    return show


def shared(page: Page, name: str) -> Any:
    """A trait of the selection as the kernel would have it."""
    return json.loads(page.evaluate("(name) => JSON.stringify(window.m.shared.get(name))", name))


def own(page: Page, name: str) -> Any:
    """A trait of the table."""
    return json.loads(page.evaluate("(name) => JSON.stringify(window.m.model.get(name))", name))


def sent(page: Page) -> list[dict[str, Any]]:
    """Messages of the table to the kernel."""
    return json.loads(page.evaluate("() => JSON.stringify(window.m.model.sent)"))


def saved(page: Page) -> int:
    """How often the selection was sent to the kernel."""
    return page.evaluate("() => window.m.shared.saved.length")


def head(table: Locator, name: str) -> Locator:
    return table.get_by_role("columnheader", name=name).first


def headings(table: Locator) -> list[str]:
    return [text.split("\n")[0].rstrip(" ↓↑") for text in table.get_by_role("columnheader").all_inner_texts()]


def names(table: Locator) -> list[str]:
    return [row.inner_text() for row in table.get_by_role("rowheader").all() if row.is_visible()]


def passing(table: Locator) -> int:
    """How many runs the bar says are shown."""
    words = table.locator(".smtw-bar .smtw-num").inner_text().split()
    return int(words[0].replace(",", ""))


def drag(page: Page, plot: Locator, start: float, end: float, steps: int = 6) -> None:
    """Press on the plot at a share of its width, move; the button stays down."""
    box = plot.bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * start, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * end, y, steps=steps)


def faults_of(page: Page) -> list[str]:
    """Return what axe finds wrong with what is shown."""
    if not page.evaluate("() => !!window.axe"):
        page.add_script_tag(path=JS / "node_modules" / "axe-core" / "axe.min.js")
    tags = ["wcag2a", "wcag21a", "wcag2aa", "wcag21aa", "wcag22aa"]
    return page.evaluate(
        "async (values) => (await axe.run('#stage', { runOnly: { type: 'tag', values } })).violations"
        ".flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 160)}`))",
        tags,
    )
