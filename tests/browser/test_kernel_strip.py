"""What a view says of its kernel, with the kernel played: lost for a while, restarted, ended."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from notebook_page import until

JS = Path(__file__).parents[2] / "js"
MOUNT = """async () => {
    const signal = () => {
        const slots = new Set();
        const connect = (slot) => slots.add(slot);
        const disconnect = (slot) => slots.delete(slot);
        return { slots, connect, disconnect, emit: (value) => { for (const slot of [...slots]) slot(null, value); } };
    };
    window.kernel = {
        status: "idle", connectionStatus: "connected",
        statusChanged: signal(), connectionStatusChanged: signal(), disposed: signal(),
    };
    window.view = await window.__smtwHarness.mount("RunTable", "light", window.kernel);
}"""
SLOTS = """() => [kernel.statusChanged, kernel.connectionStatusChanged, kernel.disposed]
    .reduce((sum, one) => sum + one.slots.size, 0)"""


@pytest.fixture
def view(browser):
    """A table whose kernel is played through ``window.kernel``."""
    subprocess.run(["node", "build.mjs", "--harness"], cwd=JS, check=True, stdin=subprocess.DEVNULL)
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{(JS / 'harness' / 'index.html').as_uri()}?view=none")
    until("the harness", lambda: page.evaluate("() => !!window.__smtwHarness"))
    page.evaluate(MOUNT)
    yield page
    context.close()


def said(page) -> str:
    return " ".join(page.locator(".smtw-lost").all_inner_texts())


def test_a_lost_connection_passes(view):
    assert said(view) == ""
    view.evaluate("() => kernel.connectionStatusChanged.emit('disconnected')")
    assert said(view) == "The kernel cannot be reached. This view goes on when it is back."
    view.evaluate("() => kernel.connectionStatusChanged.emit('connected')")
    assert said(view) == ""
    view.evaluate("() => { view.shared.send = () => { throw new Error('Cannot send'); }; }")
    view.get_by_role("button", name="Refresh").click()
    until("the refusal", lambda: "cannot be reached" in view.locator(".smtw-note").first.inner_text())


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("kernel.statusChanged.emit('restarting')", "The kernel was restarted: run the cell again"),
        ("kernel.statusChanged.emit('autorestarting')", "The kernel was restarted: run the cell again"),
        ("kernel.statusChanged.emit('dead')", "The kernel has ended: start one"),
        ("kernel.disposed.emit()", "The kernel has ended: start one"),
    ],
)
def test_a_kernel_that_is_gone_stays_gone(view, how, told):
    view.evaluate(f"() => {how}")
    assert said(view).startswith(told)
    view.evaluate("() => { kernel.statusChanged.emit('starting'); kernel.statusChanged.emit('idle'); }")
    assert said(view).startswith(told)
    view.get_by_role("button", name="Refresh").click()
    until("the refusal", lambda: told in view.locator(".smtw-note").first.inner_text())
    assert view.evaluate("() => view.shared.sent.length") == 0
    view.get_by_role("searchbox").fill("d7")
    until("it still filters", lambda: "of 400 runs" in view.get_by_role("status").nth(1).inner_text())


def test_a_closed_view_listens_no_more(view):
    assert view.evaluate(SLOTS) == 3
    view.evaluate("() => view.unmount()")
    assert view.evaluate(SLOTS) == 0
