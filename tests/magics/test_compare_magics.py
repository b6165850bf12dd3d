"""%sm_compare and %sm_importance in a real kernel."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def sweep(kernel):
    """A kernel with thirty runs of which a rate decides."""
    made = kernel.run(
        "import sm_track_widgets as sm\n"
        "for place in range(30):\n"
        "    params = {'rate': place / 30, 'kind': 'ab'[place % 2], 'same': 1}\n"
        "    with sm.Run('Exp', f'r{place}', params=params) as run:\n"
        "        run.log_metric('auc', place / 30 + (place % 2) / 50, step=0)\n"
        "best = 'r29'"
    )
    assert made.status == "ok", made.traceback
    return kernel


def test_compare_shows_runs_side_by_side(sweep):
    cell = sweep.run("%sm_compare r1 {best} -e Exp --baseline r29 --diff-only")
    assert cell.status == "ok", cell.traceback
    assert "Baseline: r29" in cell.plain
    assert "rate" in cell.plain
    assert "same" not in cell.plain
    assert "higher is better" in cell.plain
    assert "Environment" in cell.html


def test_code_and_environment_come_first_when_asked_for(sweep):
    for name, value in (("one", 1), ("two", 2)):
        assert sweep.run(f"%%sm_run {name} -e Exp\nx = {value}\nrun.log_metric('auc', x)").status == "ok"
    cell = sweep.run("%sm_compare one two -e Exp --code")
    assert "-x = 1" in cell.plain
    assert "+x = 2" in cell.plain
    assert "Python" in sweep.run("%sm_compare one two -e Exp --env").plain
    assert sweep.run("c = %sm_compare one two -e Exp --env\nc.tab").result == "'env'"


def test_importance_finds_what_moves_the_metric(sweep):
    cell = sweep.run("%sm_importance --target auc -e Exp name LIKE 'r%'")
    assert cell.status == "ok", cell.traceback
    lines = cell.plain.splitlines()
    assert "what moves auc" in lines[0]
    assert "30 runs" in lines[0]
    assert lines[1].split()[0] == "rate"
    assert "same" not in cell.plain
    found = sweep.run("f = %sm_importance -e Exp --target auc --stat max\nf.df['parameter'][0], f.stat")
    assert found.result == "('rate', 'max')"


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("%sm_compare r1 -e Exp", "UsageError: Compare shows 2 to 12 runs, not one run."),
        ("%sm_compare r1 r2 -e Exp --code --env", "UsageError: --code and --env exclude each other."),
        (
            "%sm_compare r1 r31 -e Exp",
            "NotFoundError: There is no run 'r31' in experiment 'Exp'. Did you mean",
        ),
        ("%sm_compare r1 r2 -e Exp --baseline r3", "UsageError: The baseline 'r3' is not among the runs."),
        (
            "%sm_importance --target acu -e Exp",
            "NotFoundError: No run has a metric 'acu'. Did you mean 'auc'?",
        ),
        ("%sm_importance --target auc -e Exq", "NotFoundError: There is no experiment 'Exq'."),
        ("%sm_importance --target auc --stat lst", "UsageError"),
        ("%sm_importance auc -e Exp", "UsageError: 'auc' is no condition."),
    ],
)
def test_mistakes_are_one_line(sweep, line, error):
    cell = sweep.run(line)
    assert len(cell.traceback) == 1
    assert error in cell.traceback[0]
