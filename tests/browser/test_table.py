"""The table: its selection is Python's, its static form steps aside, names are text."""

from __future__ import annotations

from notebook_page import until

LOAD = "%load_ext sm_track_widgets\nimport sm_track_widgets as sm"
SEED = """
for depth in (2, 4, 6):
    with sm.Run(experiment, f"depth{depth}", params={"depth": depth}) as run:
        run.log_metric("auc", 0.9 + depth / 100, step=0)
"""
SHOW = "table = sm.RunTable(experiment)\ntable"
ATTACK = '<img src=x onerror="window.attacked=1">'
HOSTILE = f"{ATTACK} ' \u202e\u05e9\u05dc\u05d5\u05dd \U0001f389 " + "w" * 240
"""Markup, quotes, text from the right, an emoji, and 300 characters of it."""


def seed(experiment: str) -> str:
    """A cell that makes three runs; the tests share one store, so each has an experiment of its own."""
    return f"{LOAD}\nexperiment = {experiment!r}{SEED}"


def test_the_selection_reaches_python(open_notebook):
    notebook = open_notebook("table", [seed("selects"), SHOW, "print(sorted(table.selected))"])
    notebook.run_cell(0)
    notebook.run_cell(1)
    table = notebook.output(1).locator(".smtw-table")
    table.get_by_role("rowheader", name="depth4").click()
    table.get_by_role("rowheader", name="depth6").click(modifiers=["Control"])
    until("two selected", lambda: "2 selected" in table.inner_text())

    # ipywidgets holds back a second change until the kernel has answered the first.
    def seen_by_python() -> bool:
        notebook.run_cell(2)
        return notebook.output(2).inner_text().strip() == "['depth4', 'depth6']"

    until("both in Python", seen_by_python, 10)


def test_it_filters_and_sorts_in_the_page(open_notebook):
    notebook = open_notebook("filters", [seed("filters"), SHOW])
    notebook.run_cell(0)
    notebook.run_cell(1)
    table = notebook.output(1).locator(".smtw-table")
    names = table.get_by_role("rowheader")
    names.first.wait_for()
    table.get_by_role("columnheader", name="depth").first.click()
    until(
        "sorted upwards",
        lambda: shown(names) in (["depth2", "depth4", "depth6"], ["depth6", "depth4", "depth2"]),
    )
    table.get_by_role("searchbox").fill("depth4")
    until("one row", lambda: shown(names) == ["depth4"])
    assert "1 of 3 runs" in table.inner_text()


def shown(names) -> list[str]:
    return [text for name in names.all() if name.is_visible() and (text := name.inner_text().strip())]


def test_the_static_form_is_hidden_while_the_widget_is_there(open_notebook):
    notebook = open_notebook("static", [seed("static"), SHOW])
    notebook.run_cell(0)
    notebook.run_cell(1)
    notebook.output(1).locator(".smtw-table").wait_for()
    static = notebook.output(1).locator("[class*=sm-static-]")
    assert static.count() == 1
    assert static.first.is_hidden()
    assert notebook.output(1).inner_text().count("depth4") == 1


WRITE = f"""hostile = {HOSTILE!r}
with sm.Run("written", hostile, params={{hostile: hostile, "kind": hostile}}, tags={{"team": hostile}}) as run:
    run.log_metric(hostile[:250], 1.0, step=0)
    run.log_artifact(hostile[:120], hostile)
with sm.Run("written", "plain", params={{"kind": "b"}}, tags={{"team": "b"}}) as run:
    run.log_metric("auc", 1.0, step=0)
"""
TELL = "print(set(sm.runs('written')['notes']) == {hostile + '\\n2', ''}, sorted(sm.runs('written')['tags.team'])[0])"
STATIC = """from IPython.display import HTML
HTML(table.static_html() + sm.RunTable("written", group_by="params.kind", baseline=hostile).static_html())"""


def test_hostile_texts_are_edited_grouped_and_kept_as_they_are(open_notebook):
    columns = "columns = ['tags.team', 'notes', 'params.kind']"
    show = f"{columns}\ntable = sm.RunTable('written', columns=columns)\ntable"
    notebook = open_notebook(
        "written", [f"{LOAD}\n{WRITE}", show, TELL, STATIC, "sm.RunDetail(hostile, 'written')"]
    )
    notebook.run_cell(0)
    notebook.run_cell(1)
    page, table = notebook.page, notebook.output(1).locator(".smtw-table")
    table.get_by_role("rowheader").first.wait_for()
    row = table.locator(".smtw-rows .smtw-row:visible", has_text="<img").first
    row.locator("[aria-colindex='3']").dblclick()
    page.keyboard.insert_text(HOSTILE)
    page.keyboard.press("Enter")
    page.keyboard.insert_text("2")
    page.keyboard.press("Control+Enter")
    until("the notes", lambda: "Saved" in table.inner_text())
    plain = table.locator(".smtw-rows .smtw-row:visible", has_text="plain").first
    plain.locator("[aria-colindex='2']").dblclick()
    page.keyboard.insert_text(ATTACK)
    page.keyboard.press("Enter")
    until("what the tag became", lambda: "was stored as" in table.inner_text())
    notebook.run_cell(2)
    stored = "_img src=x onerror=_window.attacked=1__"
    until("both in the store", lambda: notebook.output(2).inner_text().strip() == f"True {stored}")
    table.get_by_role("combobox", name="Group by").select_option("params.kind")
    until("groups", lambda: table.get_by_role("row", expanded=False).count() == 2)
    for cell in (3, 4):
        notebook.run_cell(cell)
    until("the detail", lambda: "onerror" in notebook.output(4).inner_text())
    assert notebook.output(3).inner_text().count("onerror") >= 4
    assert page.locator(".jp-Cell-outputArea img").count() == 0
    assert page.evaluate("window.attacked") is None


def test_names_are_text_wherever_they_are_shown(open_notebook):
    cell = f"%%sm_run '{ATTACK}' -e hostile -p 'text={ATTACK}'\nrun.log_metric('{ATTACK}', 1.0, step=0)"
    plot = f"sm.MetricChart([{ATTACK!r}], experiment='hostile')"
    notebook = open_notebook("hostile", [LOAD, cell, "%sm_runs -e hostile", plot])
    notebook.run_all()
    until("the last cell", lambda: notebook.execution_count(3), 60)
    notebook.output(2).locator(".smtw-table").wait_for()
    notebook.output(3).locator(".smtw-chart").wait_for()
    assert notebook.page.evaluate("window.attacked") is None
    assert notebook.page.locator(".jp-Cell-outputArea img").count() == 0
    assert "onerror" in notebook.output(1).inner_text()
    assert "onerror" in notebook.output(2).inner_text()
