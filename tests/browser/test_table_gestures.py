"""Filtering, comparing and grouping in the table, in the page alone: the kernel is played by the harness's model."""

from __future__ import annotations

import pytest
from notebook_page import until
from table_page import drag, harness_page, head, headings, mounting, names, own, passing, saved, shared


@pytest.fixture(scope="module")
def page(browser):
    with harness_page(browser) as opened:
        yield opened


@pytest.fixture
def mount(page):
    return mounting(page)


# -- header filters ----------------------------------------------------------------------------------------------
def test_dragging_over_a_histogram_filters_at_once_and_tells_the_kernel_once(page, mount):
    table = mount()
    before = saved(page)
    drag(page, head(table, "learning_rate").locator(".smtw-hplot"), 0.3, 0.7)
    until("the preview", lambda: 0 < passing(table) < 400)
    assert saved(page) == before
    page.mouse.up()
    until("the kernel", lambda: saved(page) == before + 1)
    (filter_,) = shared(page, "filters")
    assert filter_["column"] == "params.learning_rate"
    assert filter_["low"] < filter_["high"]
    assert own(page, "sort")[0]["column"] == "metrics.validation:auc.last"
    assert "filtered:" in head(table, "learning_rate").inner_text()
    assert "filtered:" in head(table, "learning_rate").get_attribute("title")
    table.get_by_role("button", name="Clear the filter of learning_rate").click()
    until("all", lambda: passing(table) == 400)
    assert shared(page, "filters") == []


def test_escape_while_dragging_leaves_the_filter_as_it_was(page, mount):
    table = mount()
    drag(page, head(table, "learning_rate").locator(".smtw-hplot"), 0.3, 0.7)
    until("the preview", lambda: passing(table) < 400)
    page.keyboard.press("Escape")
    until("all again", lambda: passing(table) == 400)
    page.mouse.up()
    assert shared(page, "filters") == []


def test_runs_that_arrive_while_dragging_end_the_gesture(page, mount):
    table = mount()
    before = saved(page)
    drag(page, head(table, "learning_rate").locator(".smtw-hplot"), 0.3, 0.7)
    until("the preview", lambda: passing(table) < 400)
    page.evaluate("() => window.m.shared.push({ _header: { ...window.m.shared.get('_header') } })")
    page.mouse.up()
    until("the kernel", lambda: saved(page) == before + 1)
    assert shared(page, "filters")[0]["column"] == "params.learning_rate"


def test_a_click_on_a_bar_takes_it_and_a_double_click_takes_all(page, mount):
    table = mount()
    plot = head(table, "max_depth").locator(".smtw-hplot")
    box = plot.bounding_box()
    plot.click(position={"x": box["width"] * 0.5 / 9, "y": 10})
    until("one bin", lambda: passing(table) < 400)
    assert shared(page, "filters") == [{"column": "params.max_depth", "low": 3, "high": 3}]
    plot.dblclick()
    until("all", lambda: passing(table) == 400)


def test_segments_toggle_values(page, mount):
    table = mount()
    segments = head(table, "tree_method").locator(".smtw-segment")
    assert segments.count() == 4
    segments.nth(0).click()
    until("one value", lambda: passing(table) < 400)
    first = passing(table)
    segments.nth(3).click()
    until("two values", lambda: passing(table) > first)
    values = shared(page, "filters")[0]["values"]
    assert len(values) == 2
    assert values[1] is None
    page.wait_for_timeout(400)  # not a double click
    segments.nth(0).click()
    segments.nth(3).click()
    until("all", lambda: passing(table) == 400)


def test_a_column_is_filtered_by_keys_alone(page, mount):
    table = mount()
    grid = table.get_by_role("grid")
    grid.focus()
    for key in ("ArrowDown", "ArrowUp", *["ArrowRight"] * 5, "f"):
        page.keyboard.press(key)
    menu = table.get_by_role("dialog", name="Column learning_rate")
    menu.get_by_label("Lowest").fill("0.01")
    page.keyboard.press("Tab")
    until("the filter", lambda: shared(page, "filters") != [])
    assert shared(page, "filters") == [{"column": "params.learning_rate", "low": 0.01, "high": None}]
    page.keyboard.press("Escape")
    assert menu.is_hidden()
    until(
        "back in the grid",
        lambda: page.evaluate("() => document.activeElement?.getAttribute('role')") == "grid",
    )
    for key in ("ArrowDown", "ArrowUp", *["ArrowRight"] * 5, "Escape"):
        page.keyboard.press(key)
    until("no filter", lambda: shared(page, "filters") == [])


def test_values_are_checked_with_their_counts(page, mount):
    table = mount()
    head(table, "tree_method").click(button="right")
    menu = table.get_by_role("dialog", name="Column tree_method")
    menu.get_by_label("hist").check()
    until(
        "only hist", lambda: shared(page, "filters") == [{"column": "params.tree_method", "values": ["hist"]}]
    )
    count = int(menu.locator("label", has_text="hist").locator(".smtw-num").inner_text())
    assert passing(table) == count


def test_a_click_on_the_name_still_sorts(page, mount):
    table = mount()
    head(table, "max_depth").locator(".smtw-hlabel").click()
    until("sorted", lambda: own(page, "sort") == [{"column": "params.max_depth", "descending": True}])
    assert head(table, "max_depth").get_attribute("aria-sort") == "descending"


# -- baseline, differing, groups ---------------------------------------------------------------------------------
def test_the_baseline_stays_on_top_with_deltas_beside_the_others(page, mount):
    table = mount()
    grid = table.get_by_role("grid")
    third = names(table)[2]
    grid.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "b"):
        page.keyboard.press(key)
    until("the baseline", lambda: shared(page, "baseline") == third)
    until("its row", lambda: table.locator(".smtw-fixed-rows").inner_text().startswith(third))
    assert "baseline" in table.locator(".smtw-fixed-rows").inner_text()
    rows = table.locator(".smtw-rows .smtw-row:visible")
    better = rows.first.locator(".smtw-delta").first
    assert better.inner_text().startswith("+")
    assert "better" in better.get_attribute("class")
    assert "worse" in rows.nth(5).locator(".smtw-delta").first.get_attribute("class")
    grid.evaluate("(grid) => { grid.scrollTop = 3000; }")
    assert table.locator(".smtw-fixed-rows").is_visible()
    table.get_by_role("button", name="No baseline").click()
    until("none", lambda: shared(page, "baseline") == "")
    until("its row is gone", lambda: table.locator(".smtw-fixed-rows").inner_text() == "")


def test_only_differing_parameters(page, mount):
    table = mount()
    table.get_by_role("button", name="Differing").click()
    until("pressed", lambda: own(page, "differing") is True)
    assert "max_depth" in headings(table)
    page.evaluate(
        "() => { window.m.shared.set('filters', [{ column: 'params.max_depth', low: 5, high: 5 }]); }"
    )
    until("one depth is no difference", lambda: "max_depth" not in headings(table))
    assert "learning_rate" in headings(table)


def test_groups_fold_and_show_aggregates(page, mount):
    table = mount()
    table.get_by_label("Group by").select_option("params.tree_method")
    until("groups", lambda: len(names(table)) == 4)
    row = table.locator(".smtw-rows .smtw-row:visible").first
    assert row.get_attribute("aria-expanded") == "false"
    count = int(row.get_by_role("rowheader").inner_text().split()[-2])
    row.click()
    until("its rows", lambda: len(names(table)) > 4)
    assert table.get_by_role("treegrid").get_attribute("aria-rowcount") == str(4 + count + 1)
    page.keyboard.press("ArrowLeft")
    until("folded", lambda: len(names(table)) == 4)
    assert shared(page, "selected") == ["xgb-d7-lr0.045-0"]
