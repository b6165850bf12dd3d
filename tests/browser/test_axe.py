"""Accessibility: structure in JupyterLab, contrast on a plain page; both must notice faults that are planted.

In JupyterLab's page axe's contrast rule reports "inapplicable" whatever the colours are, so contrast is measured where
only our widgets are: in the harness page, with Lab's colours.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from notebook_page import OFF_LOOPBACK, until

JS = Path(__file__).parents[2] / "js"
HARNESS = JS / "harness" / "index.html"
STRUCTURE = ["wcag2a", "wcag21a", "best-practice"]
# Rules about the whole page, which is JupyterLab's and not ours.
PAGE_RULES = [
    "region",
    "page-has-heading-one",
    "landmark-one-main",
    "html-has-lang",
    "document-title",
    "bypass",
]
RUN_AXE = """async ([selector, only, off]) => {
    const rules = Object.fromEntries(off.map((name) => [name, { enabled: false }]));
    const report = await axe.run(selector, { runOnly: only, rules });
    const nodes = (list) => list.flatMap((r) => r.nodes.map((n) => `${r.id}: ${n.html.slice(0, 160)}`));
    return { violations: nodes(report.violations), passes: nodes(report.passes).length };
}"""
FAULTS = """() => {
    const bad = document.createElement("div");
    bad.id = "known-bad";
    bad.style.background = "#fff";
    bad.innerHTML = '<img src="data:,"><input><p style="color: #ddd">hardly there</p>';
    document.body.append(bad);
}"""


@pytest.fixture(scope="session")
def axe_source() -> str:
    return (JS / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


def run_axe(
    page, axe_source: str, selector: str, only: dict[str, object], off: list[str]
) -> dict[str, list[str]]:
    if not page.evaluate("() => !!window.axe"):
        page.add_script_tag(content=axe_source)
    return page.evaluate(RUN_AXE, [selector, only, off])


def test_structure_in_jupyterlab(open_notebook, axe_source):
    train = "for step in range(30):\n    run.log_metric('loss', 1 / (step + 1), step=step)"
    run = f"%%sm_run only -e axe -p depth=3\n{train}"
    notebook = open_notebook(
        "axe", ["%load_ext sm_track_widgets", run, "%sm_runs -e axe", "%sm_plot loss -e axe"]
    )
    for cell in range(4):
        notebook.run_cell(cell)
    notebook.output(2).get_by_role("rowheader", name="only").wait_for()
    notebook.output(3).locator(".smtw-plot canvas").first.wait_for()
    tags = {"type": "tag", "values": STRUCTURE}
    report = run_axe(notebook.page, axe_source, ".smtw-root", tags, PAGE_RULES)
    assert report["violations"] == []
    assert report["passes"] > 10
    notebook.page.evaluate(FAULTS)
    faults = run_axe(notebook.page, axe_source, "#known-bad", tags, PAGE_RULES)["violations"]
    assert {fault.split(":")[0] for fault in faults} >= {"image-alt", "label"}


@pytest.fixture(scope="module")
def harness(browser):
    subprocess.run(["node", "build.mjs", "--harness"], cwd=JS, check=True, stdin=subprocess.DEVNULL)
    external: list[str] = []
    context = browser.new_context(viewport={"width": 1130, "height": 1400})
    context.route(OFF_LOOPBACK, lambda route: (external.append(route.request.url), route.abort()))
    page = context.new_page()
    page.goto(f"{HARNESS.as_uri()}?view=none")
    until("the harness", lambda: page.evaluate("() => !!window.__smtwHarness"))
    yield page
    context.close()
    assert external == []


def views(page) -> list[str]:
    return [name for name in page.evaluate("() => window.__smtwHarness.views") if not name.endswith("Large")]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_contrast_and_structure_of_every_view(harness, axe_source, screenshots, theme):
    harness.evaluate("() => window.__smtwHarness.clear()")
    harness.evaluate(
        "async ([names, theme]) => { for (const name of names) await window.__smtwHarness.mount(name, theme); }",
        [views(harness), theme],
    )
    harness.locator(".smtw-plot canvas").first.wait_for()
    harness.locator("[role=rowheader]").first.wait_for()
    contrast = run_axe(harness, axe_source, "#stage", {"type": "rule", "values": ["color-contrast"]}, [])
    assert contrast["violations"] == []
    assert contrast["passes"] > 20
    tags = {"type": "tag", "values": STRUCTURE}
    assert run_axe(harness, axe_source, "#stage", tags, PAGE_RULES)["violations"] == []
    harness.screenshot(path=screenshots / f"views-{theme}.png", full_page=True)


def test_bad_contrast_is_noticed(harness, axe_source):
    harness.evaluate(FAULTS)
    rule = {"type": "rule", "values": ["color-contrast"]}
    found = run_axe(harness, axe_source, "#known-bad", rule, [])
    assert len(found["violations"]) == 1
