"""The parameter grid while its runs are read again: the focus stays, and what was dragged reaches the kernel."""

from __future__ import annotations

import pytest
from notebook_page import until
from table_page import drag, harness_page, saved, shared

MOUNT = (
    "async () => { window.__smtwHarness.clear(); window.m = await window.__smtwHarness.mount('ParamGrid'); }"
)
AGAIN = """(without) => {
    const { shared } = window.m;
    const header = JSON.parse(JSON.stringify(shared.get("_header")));
    const columns = header.columns.filter((one) => one.name !== without);
    shared.push({ _header: { ...header, columns }, _data: shared.get("_data") });
}"""


@pytest.fixture
def grid(browser):
    with harness_page(browser) as page:
        page.evaluate(MOUNT)
        page.locator(".smtw-chip").first.wait_for()
        yield page


def test_the_focus_stays_on_its_value(grid):
    chip = grid.get_by_role("group", name="params.tree_method").get_by_role("button", name="exact")
    chip.focus()
    grid.evaluate("() => { window.before = document.activeElement; }")
    grid.evaluate(AGAIN, "")
    until("new chips", lambda: grid.evaluate("() => !window.before.isConnected"))
    assert chip.evaluate("(one) => one === document.activeElement")


def test_a_column_that_goes_while_it_is_dragged_leaves_its_filter_with_the_kernel(grid):
    plot = grid.get_by_role("group", name="params.learning_rate").locator(".smtw-param-hist")
    plot.scroll_into_view_if_needed()
    drag(grid, plot, 0.2, 0.7)
    until("a filter", lambda: shared(grid, "filters"))
    assert saved(grid) == 0
    grid.evaluate(AGAIN, "params.learning_rate")
    until("it is told", lambda: saved(grid) == 1)
    grid.mouse.up()
    assert saved(grid) == 1


def test_the_focus_stays_in_the_list_of_columns(grid):
    grid.get_by_role("button", name="Columns").click()
    box = grid.get_by_role("dialog", name="Columns").get_by_role("checkbox").nth(2)
    box.focus()
    grid.evaluate(AGAIN, "")
    assert box.evaluate("(one) => one === document.activeElement")
    count = grid.get_by_role("dialog", name="Columns").get_by_role("checkbox").count()
    grid.evaluate(AGAIN, "params.tree_method")
    assert grid.get_by_role("dialog", name="Columns").get_by_role("checkbox").count() == count - 1


def test_a_key_that_is_held_down_is_one_gesture(grid):
    handle = grid.get_by_role("slider", name="learning_rate, lowest")
    handle.focus()
    for _ in range(6):
        grid.keyboard.press("ArrowRight")
    assert (len(shared(grid, "filters")), saved(grid)) == (1, 0)
    until("it is told", lambda: saved(grid) == 1)
    grid.keyboard.press("ArrowRight")
    grid.evaluate("() => window.m.unmount()")
    assert saved(grid) == 2
