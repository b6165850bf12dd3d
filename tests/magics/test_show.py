"""%sm_show in a real kernel: stored runs, the open run, mistakes in one line."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def shown(kernel):
    """A kernel with a run that has something for every tab."""
    kernel.run("rate = 0.5")
    kernel.run("import os, tempfile; os.chdir(tempfile.mkdtemp(dir=os.environ['HOME']))")
    cell = kernel.run(
        '%%sm_run "Shown <b>1</b>" -e Exp -p depth=3 -t team=red --notes "a <i>note</i>"\n'
        "open('report.csv', 'w').write('a,b\\n1,2\\n')\n"
        "for step in range(5):\n"
        "    run.log_metric('loss', rate / (step + 1), step=step)\n"
        "    run.log_metric('system/cpu_percent', 50)\n"
        "run.log_file('report.csv')\nprint('password=hunter2 & <out>')"
    )
    assert cell.status == "ok", cell.traceback
    return kernel


@pytest.mark.parametrize(
    ("tab", "words"),
    [
        ("overview", ["a <i>note</i>", "team=red", "depth", "loss", "report.csv", "exp-shown-b-1-b"]),
        ("metrics", ["loss", "0.1"]),
        ("params", ["depth", "3"]),
        ("artifacts", ["report.csv", "text/csv"]),
        ("code", ["rate / (step + 1)", "rate", "0.5", "float", "ipython=="]),
        ("logs", ["password=[redacted] & <out>"]),
        ("system", ["Python", "system/cpu_percent"]),
    ],
)
def test_each_tab(shown, tab, words):
    cell = shown.run(f'%sm_show "Shown <b>1</b>" --tab {tab}')
    assert cell.status == "ok", cell.traceback
    for word in words:
        assert word in cell.plain
    assert "hunter2" not in cell.plain + cell.html
    assert "<b>1</b>" not in cell.html
    assert "<i>note" not in cell.html
    assert "<out>" not in cell.html
    assert "Shown &lt;b&gt;1&lt;/b&gt;" in cell.html


@pytest.mark.parametrize("name", ["shown-b-1-b", "exp-shown-b-1-b", "Shown-b-1-b -e Exp", "Exp/Shown-b-1-b"])
def test_other_names_of_a_run(shown, name):
    assert "depth" in shown.run(f"%sm_show {name} --tab params").plain


def test_the_open_run_is_shown_from_memory(shown):
    cell = shown.run(
        "%%sm_run now -p lr=0.1\nrun.log_metric('loss', 1.5)\nprint('so far')\n%sm_show --tab logs\n"
        "%sm_show now --tab overview\nd = %sm_show\nprint(d.status, d.parameters, d.metrics[0].last)\n"
        "%sm_show now --tab code"
    )
    assert cell.status == "ok", cell.traceback
    assert "so far" in cell.plain
    assert "InProgress {'lr': 0.1} 1.5" in cell.text
    assert "Stored when the run ends" in cell.plain


def test_assigned_it_is_the_widget_with_all_that_is_known(shown):
    cell = shown.run('d = %sm_show "Shown <b>1</b>"\nd.capture["output"], d.parameters, d')
    assert "password=[redacted]" in (cell.result or "")
    assert cell.html == ""
    assert shown.value("type(d).__name__") == "'RunDetail'"


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("%sm_show shown-b-1-c", "NotFoundError: There is no run 'shown-b-1-c'. Did you mean"),
        ("%sm_show x -e nowhere", "NotFoundError: There is no experiment 'nowhere'."),
        ("%sm_show shown-b-1-b --tab cod", "UsageError: There is no tab 'cod'. Did you mean 'code'?"),
        ("%sm_show", "UsageError: No run is open here. Name one; %sm_runs lists them."),
        ("%sm_show a b", "UsageError"),
    ],
)
def test_mistakes_are_one_line(shown, line, error):
    cell = shown.run(line)
    assert len(cell.traceback) == 1
    assert error in cell.traceback[0]
