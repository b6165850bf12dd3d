"""A model's versions in JupyterLab: picked, compared, decided with a question; jobs of a run stopped with one."""

from __future__ import annotations

from notebook_page import until

SEED = """%load_ext sm_track_widgets
import sm_track_widgets as sm
HOSTILE = "<img src=x onerror=document.title='broken'>"
for name, auc, depth in (("a", 0.8, 4), ("b", 0.9, 8)):
    with sm.Run("models", name, params={"depth": depth}) as run:
        run.log_metric("auc", auc)
        run.log_model([auc])
    sm.register(name, "seen-model", image="x:1", description=HOSTILE, metadata={"team": "red"})
widget = sm.ModelVersions("seen-model")
widget"""
CHECK = (
    "print([one.status for one in widget.versions], [one.note for one in widget.versions], widget.selected)"
)


def test_picked_compared_and_decided_by_keyboard(open_notebook, screenshots):
    notebook = open_notebook("models", [SEED, CHECK])
    notebook.run_cell(0)
    page, view = notebook.page, notebook.output(0)
    first = view.get_by_role("button", name="Version 1", exact=True)
    first.wait_for()
    first.focus()
    page.keyboard.press("Space")
    view.get_by_text("team").wait_for()
    assert "onerror" in view.inner_text()
    view.get_by_role("button", name="Version 2", exact=True).focus()
    page.keyboard.press("Space")
    table = view.get_by_role("table", name="seen-model/1 and seen-model/2")
    table.wait_for()
    assert "▲ +.1 better" in " ".join(table.inner_text().split())
    view.get_by_role("button", name="Show", exact=False).first.click()
    until("what is the same is shown", lambda: "x:1" in table.inner_text())
    # Escape leaves all as it is, and gives the focus back.
    reject = view.get_by_role("button", name="Reject version 2")
    reject.focus()
    page.keyboard.press("Enter")
    note = view.get_by_role("textbox", name="Why")
    note.wait_for()
    page.keyboard.press("Escape")
    note.wait_for(state="hidden")
    assert reject.evaluate("one => one === one.getRootNode().activeElement")
    view.get_by_role("button", name="Approve version 2").focus()
    page.keyboard.press("Enter")
    note.fill("beats it")
    page.keyboard.press("Enter")
    until("it is approved", lambda: "approved: 2" in view.inner_text())
    view.screenshot(path=screenshots / "models.png")
    notebook.run_cell(1)
    told = "['Approved', 'PendingManualApproval'] ['beats it', ''] [1, 2]"
    until("the kernel knows", lambda: told in notebook.output(1).inner_text())
    assert page.evaluate("document.title") != "broken"
