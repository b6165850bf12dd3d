"""Columns, picking, copying and editing in the table, in the page alone: the harness's model plays the kernel."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from notebook_page import until
from table_page import faults_of, harness_page, head, headings, mounting, names, own, passing, sent, shared


@pytest.fixture(scope="module")
def page(browser):
    with harness_page(browser) as opened:
        yield opened


@pytest.fixture
def mount(page):
    return mounting(page)


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
    chooser.get_by_role("button", name="Pin max_depth at the left").click()
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


def test_notes_are_written_over_the_table_and_never_lost(page, mount):
    table = mount()
    page.evaluate("() => window.m.model.push({ columns: ['notes', 'status'] })")
    cells = table.locator(".smtw-rows .smtw-row:visible [aria-colindex='2']")
    until("an empty column", lambda: table.get_by_role("columnheader", name="notes").count() == 1)
    run, text = names(table)[0], '<img src=x onerror="window.hit=1">\n\n\u05e9\u05dc\u05d5\u05dd 🎉'
    editor = table.get_by_role("dialog", name=f"Notes of {run}")
    field = editor.get_by_role("textbox")

    def answer(error: str) -> None:
        page.evaluate("(told) => window.m.model.message(told)", {"type": "noted", "run": run, "error": error})

    cells.first.dblclick()
    field.fill(f"{text}{'x' * 2500}")
    assert "2,54" in editor.inner_text()
    field.fill(text)
    field.press("Control+Enter")
    note = {"type": "note", "run": run, "text": text}
    until("sent", lambda: sent(page) == [note])
    until("shown on one line", lambda: cells.first.inner_text() == text.replace("\n\n", " "))
    answer("AccessDenied: no")
    until("the reason", lambda: "Not saved: AccessDenied: no" in table.inner_text())
    until("the old text", lambda: cells.first.inner_text() == "")
    table.get_by_role("button", name="Try again").click()
    until("sent again", lambda: sent(page) == [note] * 2)
    answer("AccessDenied: still not")
    until("the reason again", lambda: "still not" in table.inner_text())
    table.get_by_role("rowheader").first.click(position={"x": 60, "y": 8})
    page.keyboard.press("n")
    assert field.input_value() == text
    field.type("!")
    field.press("Escape")
    until("not lost", lambda: "The notes are not saved." in table.inner_text())
    table.get_by_role("button", name="Save", exact=True).click()
    until("the third", lambda: len(sent(page)) == 3 and "!" in sent(page)[2]["text"])
    answer("")
    until("saved", lambda: "Saved" in table.inner_text())
    table.get_by_role("button", name="Undo").click()
    until("undone", lambda: sent(page)[3:] == [{"type": "note", "run": run, "text": ""}])
    assert page.evaluate("() => window.hit") is None


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


# -- accessibility -----------------------------------------------------------------------------------------------
def open_columns(page, table):
    table.get_by_role("button", name="Columns").click()


def open_values(page, table):
    head(table, "tree_method").click(button="right")


def open_range(page, table):
    head(table, "learning_rate").click(button="right")


def open_group(page, table):
    table.get_by_label("Group by").select_option("status")
    until("groups", lambda: table.get_by_role("treegrid").count() == 1)
    table.locator(".smtw-rows .smtw-row:visible").first.click()


def edit_tag(page, table):
    page.evaluate("() => window.m.model.push({ columns: ['tags.team'] })")
    until("the column", lambda: headings(table) == ["run", "team"])
    table.locator(".smtw-rows .smtw-row:visible [aria-colindex='2']").first.dblclick()
    table.get_by_role("textbox").wait_for()


def write_notes(page, table):
    table.get_by_role("rowheader").first.click(position={"x": 60, "y": 8})
    page.keyboard.press("n")
    table.get_by_role("textbox", name="Notes of").fill("x" * 2600)


STATES = [open_columns, open_values, open_range, open_group, edit_tag, write_notes]


@pytest.mark.parametrize("state", STATES)
def test_what_opens_is_accessible(page, mount, state):
    state(page, mount("RunTableRemembered"))
    assert faults_of(page) == []
