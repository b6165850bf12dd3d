"""Every gesture on the table, in the page alone: the kernel is played by the harness's model."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from notebook_page import OFF_LOOPBACK, until

JS = Path(__file__).parents[2] / "js"
HARNESS = JS / "harness" / "index.html"
MOUNT = (
    "async ([view]) => { window.__smtwHarness.clear(); window.m = await window.__smtwHarness.mount(view); }"
)


@pytest.fixture(scope="module")
def page(browser):
    subprocess.run(["node", "build.mjs", "--harness"], cwd=JS, check=True, stdin=subprocess.DEVNULL)
    external: list[str] = []
    faults: list[str] = []
    context = browser.new_context(viewport={"width": 1130, "height": 900}, accept_downloads=True)
    context.route(OFF_LOOPBACK, lambda route: (external.append(route.request.url), route.abort()))
    opened = context.new_page()
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.goto(f"{HARNESS.as_uri()}?view=none")
    until("the harness", lambda: opened.evaluate("() => !!window.__smtwHarness"))
    yield opened
    context.close()
    assert (external, faults) == ([], [])


@pytest.fixture
def mount(page):
    page.evaluate("() => localStorage.clear()")

    def show(view: str = "RunTable"):
        page.evaluate(MOUNT, [view])
        table = page.locator(f"[data-view={view}]")
        table.get_by_role("rowheader").first.wait_for()
        return table

    return show


def shared(page, name: str):
    """A trait of the selection as the kernel would have it."""
    return json.loads(page.evaluate("(name) => JSON.stringify(window.m.shared.get(name))", name))


def own(page, name: str):
    return json.loads(page.evaluate("(name) => JSON.stringify(window.m.model.get(name))", name))


def sent(page) -> list[dict[str, object]]:
    return json.loads(page.evaluate("() => JSON.stringify(window.m.model.sent)"))


def saved(page) -> int:
    return page.evaluate("() => window.m.shared.saved.length")


def head(table, name: str):
    return table.get_by_role("columnheader", name=name).first


def headings(table) -> list[str]:
    return [text.split("\n")[0].rstrip(" ↓↑") for text in table.get_by_role("columnheader").all_inner_texts()]


def names(table) -> list[str]:
    return [row.inner_text() for row in table.get_by_role("rowheader").all() if row.is_visible()]


def passing(table) -> int:
    words = table.locator(".smtw-bar .smtw-num").inner_text().split()
    return int(words[0].replace(",", ""))


def drag(page, plot, start: float, end: float, steps: int = 6) -> None:
    """Press on the plot at a share of its width, move; the button stays down."""
    box = plot.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * start, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * end, y, steps=steps)


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


# -- columns -----------------------------------------------------------------------------------------------------
def test_columns_are_dragged_and_moved_by_keys(page, mount):
    table = mount()
    start, end = head(table, "max_depth"), head(table, "status")
    from_box, to_box = start.bounding_box(), end.bounding_box()
    page.mouse.move(from_box["x"] + from_box["width"] - 20, from_box["y"] + 12)
    page.mouse.down()
    page.mouse.move(to_box["x"] + 10, to_box["y"] + 12, steps=8)
    page.mouse.up()
    until("moved", lambda: headings(table)[:3] == ["run", "max_depth", "status"])
    assert own(page, "columns")[0] == "params.max_depth"
    assert own(page, "sort")[0]["column"] == "metrics.validation:auc.last"
    table.get_by_role("grid").focus()
    for key in ("ArrowDown", "ArrowUp", "ArrowRight", "Alt+ArrowRight"):
        page.keyboard.press(key)
    until("moved back", lambda: headings(table)[:3] == ["run", "status", "max_depth"])


def test_columns_are_made_wider_and_fit_again(page, mount):
    table = mount()
    cell = head(table, "duration")
    before = cell.bounding_box()
    edge = before["x"] + before["width"] - 1
    page.mouse.move(edge, before["y"] + 10)
    page.mouse.down()
    page.mouse.move(edge + 60, before["y"] + 10, steps=5)
    page.mouse.up()
    until("wider", lambda: abs(head(table, "duration").bounding_box()["width"] - before["width"] - 60) < 2)
    box = head(table, "duration").bounding_box()
    page.mouse.dblclick(box["x"] + box["width"] - 1, box["y"] + 10)
    until("as before", lambda: abs(head(table, "duration").bounding_box()["width"] - before["width"]) < 1)
    assert own(page, "sort")[0]["column"] == "metrics.validation:auc.last"


def test_chosen_columns_are_remembered_until_python_chooses(page, mount):
    table = mount("RunTableRemembered")
    table.get_by_role("button", name="Columns").click()
    chooser = table.get_by_role("dialog", name="Columns")
    statistics = chooser.get_by_role("group", name="grad").get_by_role("button")
    assert statistics.all_inner_texts() == ["last", "min", "max", "avg", "std", "count", "Curve"]
    chooser.get_by_role("button", name="grad avg").click()
    chooser.get_by_role("checkbox", name="started").uncheck()
    chooser.get_by_role("button", name="Keep max_depth at the left").click()
    page.keyboard.press("Escape")
    wanted = headings(table)
    assert "grad avg" in wanted
    assert wanted[1] == "max_depth"
    again = mount("RunTableRemembered")
    assert headings(again) == wanted
    assert head(again, "max_depth").evaluate("(cell) => getComputedStyle(cell).position") == "sticky"
    # A table whose columns were given shows these.
    assert "started" not in wanted
    assert "started" in headings(mount("RunTablePinned"))


# -- runs --------------------------------------------------------------------------------------------------------
def test_the_dot_hides_a_run_in_charts(page, mount):
    table = mount()
    first = names(table)[0]
    eye = table.get_by_role("button", name=f"Show {first} in charts")
    assert eye.get_attribute("aria-pressed") == "true"
    eye.click()
    until("hidden", lambda: shared(page, "hidden") == [first])
    until("told", lambda: eye.get_attribute("aria-pressed") == "false")
    assert shared(page, "selected") == ["xgb-d7-lr0.045-0"]
    table.get_by_role("grid").focus()
    for key in ("ArrowDown", "h"):
        page.keyboard.press(key)
    until("shown", lambda: shared(page, "hidden") == [])


def test_rows_are_selected_by_click_ctrl_shift_and_keys(page, mount):
    table = mount()
    rows = table.get_by_role("rowheader")
    order = names(table)
    rows.nth(1).click(position={"x": 60, "y": 8})
    rows.nth(4).click(position={"x": 60, "y": 8}, modifiers=["Shift"])
    until("a range", lambda: shared(page, "selected") == order[1:5])
    rows.nth(2).click(position={"x": 60, "y": 8}, modifiers=["Control"])
    until("less one", lambda: shared(page, "selected") == [order[1], order[3], order[4]])
    page.keyboard.press("Control+a")
    until("all", lambda: len(shared(page, "selected")) == 400)
    page.keyboard.press("Escape")
    until("none", lambda: shared(page, "selected") == [])
    page.evaluate("() => { window.m.shared.set('filter', 'hist'); }")
    until("filtered", lambda: passing(table) < 400)
    table.get_by_role("button", name="Select all shown").click()
    until("those shown", lambda: len(shared(page, "selected")) == passing(table))


def test_copy_and_export(page, mount):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    table = mount()
    table.get_by_role("grid").focus()
    for key in ("Escape", "ArrowDown", "Enter", "Control+c"):
        page.keyboard.press(key)
    until("copied", lambda: "1 run copied" in table.inner_text())
    lines = page.evaluate("() => navigator.clipboard.readText()").rstrip("\n").split("\n")
    assert len(lines) == 2
    assert lines[0].split("\t")[:2] == ["run", "status"]
    table.get_by_role("button", name="Export").click()
    for kind in ("CSV", "JSON"):
        with page.expect_download() as caught:
            table.get_by_role("button", name=kind, exact=True).click()
        text = Path(caught.value.path()).read_text("utf-8-sig")
        assert caught.value.suggested_filename == f"fraud-detection.{kind.lower()}"
        found = json.loads(text) if kind == "JSON" else text.strip().splitlines()[1:]
        assert len(found) == 1


def test_a_tag_is_edited_in_its_cell(page, mount):
    table = mount()
    page.evaluate("() => window.m.model.push({ columns: ['tags.team', 'status'] })")
    cells = table.locator(".smtw-rows .smtw-row:visible [aria-colindex='2']")
    until("the column", lambda: cells.first.inner_text() in ("fraud", "<img src=x onerror=alert(1)>"))
    before, run = cells.first.inner_text(), names(table)[0]
    cells.first.dblclick()
    field = table.get_by_role("textbox", name=f"team of {run}")
    field.fill("new team")
    field.press("Enter")
    until(
        "sent", lambda: sent(page)[-1:] == [{"type": "tag", "run": run, "key": "team", "value": "new team"}]
    )
    until("shown", lambda: cells.first.inner_text() == "new team")
    page.evaluate(
        "(run) => window.m.model.message({ type: 'tagged', run, key: 'team', error: 'AccessDenied: no', note: '' })",
        run,
    )
    until("the old value", lambda: cells.first.inner_text() == before)
    assert "Not saved: AccessDenied" in table.inner_text()
    cells.nth(1).dblclick()
    page.keyboard.press("Escape")
    assert len(sent(page)) == 1


def test_runs_are_archived_and_brought_back(page, mount):
    table = mount()
    table.get_by_role("button", name="Archive").click()
    runs = ["xgb-d7-lr0.045-0"]
    until("sent", lambda: sent(page) == [{"type": "archive", "runs": runs, "archived": True}])
    until("busy", lambda: "Kernel is busy" in table.inner_text())
    page.evaluate(
        "(runs) => window.m.model.message({ type: 'archived', archived: true, done: runs, error: '' })", runs
    )
    until("told", lambda: "1 run archived" in table.inner_text())
    assert shared(page, "selected") == []
    table.get_by_role("button", name="Undo").click()
    until("undone", lambda: sent(page)[-1] == {"type": "archive", "runs": runs, "archived": False})


ANSWER = """({ metric, runs }) => {
    const values = runs.flatMap((_, i) => [0, 1, 2, 3, 4, i, 2, 1, 3, 5]);
    const data = new DataView(Float64Array.from(values).buffer);
    window.m.model.message({ type: "sparks", metric, runs, counts: runs.map(() => 5) }, [data]);
}"""


def test_curves_are_asked_for_the_rows_in_view(page, mount):
    table = mount()
    page.evaluate("() => window.m.model.push({ sparklines: ['validation:auc'] })")
    until("asked", lambda: sent(page))
    (asked,) = sent(page)
    assert (asked["type"], asked["metric"]) == ("sparks", "validation:auc")
    assert asked["runs"][:3] == names(table)[:3]
    assert len(asked["runs"]) < 40
    page.evaluate(ANSWER, asked)
    curves = table.locator(".smtw-rows .smtw-row:visible .smtw-trend path")
    until("drawn", lambda: (curves.first.get_attribute("d") or "").startswith("M"))
    table.get_by_role("grid").evaluate("(grid) => { grid.scrollTop = 4000; }")
    until("asked for more", lambda: len(sent(page)) == 2)
    assert not set(sent(page)[1]["runs"]) & set(asked["runs"])
