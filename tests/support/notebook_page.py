"""One notebook open in JupyterLab: run cells, wait for the kernel, look at outputs."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import nbformat
from lab import TOKEN, Lab

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

# JupyterLab's own, where its kernel is gone before its debugger has asked for a state.
NOT_OURS = "Could not restore the debugger state"

T = TypeVar("T")
OFF_LOOPBACK = re.compile(r"^(https?|wss?)://(?!127\.0\.0\.1[:/]|localhost[:/])")
KERNEL = "window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel"


def until(what: str, probe: Callable[[], T], seconds: float = 30) -> T:
    """Ask `probe` until it gives something true, and return it; `what` names it in the failure."""
    deadline = time.monotonic() + seconds
    while True:
        answer = probe()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.05)


class NotebookPage:
    """A notebook of `cells` (source texts) in its own browser context; every request off loopback is cut and kept."""

    def __init__(self, lab: Lab, browser: Browser, name: str, cells: Sequence[str]) -> None:
        self.lab = lab
        self.name = name
        self.external: list[str] = []
        self.console: list[str] = []
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
        notebook.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        nbformat.write(notebook, lab.root / f"{name}.ipynb")
        self.context: BrowserContext = browser.new_context(viewport={"width": 1180, "height": 1500})
        self.context.route(OFF_LOOPBACK, self._cut)
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda message: self.console.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.console.append(f"error: {error}"))
        self.load()

    def _cut(self, route: Any) -> None:
        self.external.append(route.request.url)
        route.abort()

    # -- the page ------------------------------------------------------------------------------------------------

    def load(self, *, idle: bool = True) -> None:
        """Open or reopen the notebook; the kernel of an open session is found again."""
        self.page.goto(f"{self.lab.url}/lab/tree/{self.name}.ipynb?token={TOKEN}&reset")
        self.page.wait_for_selector(".jp-Notebook", timeout=60_000)
        self.page.wait_for_function(f"() => {KERNEL}?.connectionStatus === 'connected'", timeout=60_000)
        if idle:
            self.wait_idle()

    def reload(self) -> None:
        """Save, then load the page anew, as a person presses F5; does not wait for a busy kernel."""
        self.command("docmanager:save")
        self.load(idle=False)

    def theme(self, name: str) -> None:
        """Switch Lab to ``light`` or ``dark``."""
        self.command("apputils:change-theme", {"theme": f"JupyterLab {name.title()}"})
        dark = "false" if name == "dark" else "true"
        self.page.wait_for_selector(f"body[data-jp-theme-light={dark}]", state="attached")

    def command(self, name: str, arguments: dict[str, Any] | None = None) -> None:
        """Execute one of Lab's commands and wait for it."""
        self.page.evaluate(
            "([name, args]) => window.jupyterapp.commands.execute(name, args).then(() => null)",
            [name, arguments or {}],
        )

    # -- the kernel ----------------------------------------------------------------------------------------------

    def wait_idle(self, seconds: float = 60) -> None:
        """Wait for a kernel that says it is idle; one that runs a cell may say so too, after answering elsewhere."""
        self.page.wait_for_function(f"() => {KERNEL}?.status === 'idle'", timeout=seconds * 1000)

    def run_all(self) -> None:
        """Start all cells; does not wait for them."""
        self.page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")

    def start_cell(self, index: int) -> None:
        """Start one cell; does not wait for it."""
        self.page.evaluate(
            """(index) => {
                const { content } = window.jupyterapp.shell.currentWidget;
                content.activeCellIndex = index;
                content.widgets[index].model.executionCount = null;
                window.jupyterapp.commands.execute('notebook:run-cell');
            }""",
            index,
        )

    def run_cell(self, index: int, seconds: float = 60) -> None:
        """Run one cell and wait for its end."""
        self.start_cell(index)
        self.finish(index, seconds)

    def finish(self, index: int, seconds: float = 60) -> None:
        """Wait for the end of a cell that was started."""
        until(f"cell {index} done", lambda: not self.running(index) and self.execution_count(index), seconds)

    def running(self, index: int) -> bool:
        """Whether the cell runs or waits to run."""
        return bool(
            self.page.evaluate(
                "(i) => window.jupyterapp.shell.currentWidget.content.widgets[i].model.executionState !== 'idle'",
                index,
            )
        )

    def execution_count(self, index: int) -> int | None:
        """Number of the cell's last finished execution; None while it runs or before it ran."""
        return self.page.evaluate(
            "(i) => window.jupyterapp.shell.currentWidget.content.widgets[i].model.executionCount ?? null",
            index,
        )

    # -- what is shown -------------------------------------------------------------------------------------------

    def cell(self, index: int) -> Locator:
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index)

    def output(self, index: int) -> Locator:
        """The output area of one cell."""
        return self.cell(index).locator(".jp-Cell-outputArea")

    def outputs_json(self, index: int) -> str:
        """The cell's outputs as the notebook would save them."""
        return json.dumps(
            self.page.evaluate(
                "(i) => window.jupyterapp.shell.currentWidget.content.widgets[i].model.outputs.toJSON()",
                index,
            )
        )

    def close(self) -> None:
        """End the kernel and the browser context; no request may have left it, no script may have failed."""
        try:
            self.page.evaluate(f"() => {KERNEL}?.shutdown().then(() => null)")
        finally:
            self.context.close()
        assert not self.external, f"requests off loopback: {self.external}"
        errors = [line for line in self.console if line.startswith("error:") and NOT_OURS not in line]
        assert not errors, f"errors in the page: {errors}"
