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


OTHERS = """() => {
    const { shared } = window.m;
    const header = JSON.parse(JSON.stringify(shared.get("_header")));
    const bytes = new DataView(shared.get("_data").buffer.slice(0));
    const { offset, length } = header.columns.find((one) => one.name === "params.learning_rate");
    for (let row = 0; row < length; row += 1) bytes.setFloat64(offset + 8 * row, 1000 + row, true);
    shared.push({ _header: header, _data: bytes });
}"""


def test_bins_stay_under_the_hand_and_are_the_new_ones_when_it_lets_go(grid):
    plot = grid.get_by_role("group", name="params.learning_rate").locator(".smtw-param-hist")
    plot.scroll_into_view_if_needed()
    drag(grid, plot, 0.2, 0.5)
    (before,) = until("a filter", lambda: shared(grid, "filters"))
    grid.evaluate(OTHERS)
    box = plot.bounding_box()
    grid.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 5, steps=3)
    (meant,) = until("it goes on", lambda: shared(grid, "filters"))
    assert meant["low"] == before["low"]
    assert before["high"] < meant["high"] < 1
    grid.mouse.up()
    high = grid.get_by_role("slider", name="learning_rate, highest")
    until("the new bins", lambda: float(high.get_attribute("aria-valuemin")) >= 1000)
    assert saved(grid) == 1


def test_the_menu_says_that_a_search_expression_finds_more(grid):
    grid.context.grant_permissions(["clipboard-read", "clipboard-write"])
    told = "() => window.m.shared.sent.map((one) => `${one.type} ${one.kind}`)"
    answer = """([left, code]) => window.m.shared.message({ type: "code", kind: "search", code, error: "", left })"""
    grid.get_by_role("button", name="Copy as").click()
    assert grid.evaluate(told) == ["code search"]
    item = grid.get_by_role("menuitem", name="SearchExpression")
    assert item.inner_text() == "SearchExpression"
    grid.evaluate(answer, ["params.depth != 4", "{}"])
    until("the note", lambda: "finds more runs" in item.inner_text())
    assert "params.depth != 4" in item.locator("small").get_attribute("title")
    item.click()
    until("it is asked", lambda: len(grid.evaluate(told)) == 2)
    until("the kernel is late", lambda: grid.get_by_role("button", name="Kernel is busy").count())
    grid.evaluate(answer, ["params.depth != 4", "# more"])
    until("said again", lambda: grid.get_by_role("button", name="Copied: finds more").count())
    until("its own word", lambda: grid.get_by_role("button", name="Copy as").count())
    grid.get_by_role("button", name="Copy as").click()
    grid.evaluate(answer, ["", "{}"])
    assert item.inner_text() == "SearchExpression"
