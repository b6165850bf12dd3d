"""%sm_rm, %sm_archive and %sm_gc in a real kernel: the plan, the question, the answer."""

from __future__ import annotations

import pytest

HOSTILE = "<img src=x onerror=alert(1)> עברית"


@pytest.fixture(autouse=True)
def _runs(kernel, stored):
    """Three runs, of which one has a name of markup."""
    cell = kernel.run(
        f"hostile = {HOSTILE!r}\n"
        "for n, name in enumerate(('a', 'b', hostile)):\n"
        "    with __import__('sm_track_widgets').Run('e', name) as run:\n"
        "        run.log_parameter('n', n)\n"
    )
    assert cell.status == "ok", cell.traceback
    yield
    kernel.run("%sm_rm -e e --yes --artifacts --force")
    assert stored.names() == set()


def answered(kernel, line, answer):
    """Run a cell whose question is answered; return the cell and what was asked."""
    message = kernel.client.execute(line, allow_stdin=True)
    asked = kernel.client.get_stdin_msg(timeout=60)["content"]["prompt"]
    kernel.client.input(answer)
    return kernel.collect(message), asked


def names(kernel):
    return eval(kernel.value("sorted(__import__('sm_track_widgets').runs('e')['run'])"))


def test_it_shows_the_plan_and_asks(kernel):
    kernel.run("least = 1")
    cell, asked = answered(kernel, "%sm_rm -e e params.n < 1", "n")
    assert asked == "Delete 1 run? [y/N] "
    assert "Nothing was deleted." in cell.text
    assert len(names(kernel)) == 3
    cell, asked = answered(kernel, "%sm_rm -e e params.n >= {least} --artifacts", "y")
    assert asked.startswith("Delete 2 runs")
    assert "Deleted: 2 runs" in cell.text
    assert "&lt;img src=x" in cell.html
    assert "<img" not in cell.html
    assert names(kernel) == ["a"]


def test_without_stdin_it_says_yes_and_does_nothing(kernel):
    cell = kernel.run("%sm_rm -e e")
    assert cell.status == "error"
    assert cell.traceback == [
        "UsageError: Nothing was deleted: nobody can be asked here. Add --yes when you have seen the plan."
    ]
    assert "3 runs" in cell.html  # the plan was seen
    assert len(names(kernel)) == 3


def test_a_dry_run_shows_or_gives_the_plan_and_a_report_is_assigned(kernel):
    cell = kernel.run("%sm_rm -e e --dry-run")
    assert "Delete 3 runs, 1 group, 1 experiment" in cell.plain
    assert cell.text == ""
    assert kernel.run("plan = %sm_rm -e e --dry-run").outputs == []
    assert kernel.value("plan.counts['runs'], plan.experiments") == "(3, ('e',))"
    assert kernel.run("report = %sm_rm -e e params.n = 0 --yes").outputs == []
    assert kernel.value("report.complete, report.done['runs']") == "(True, 1)"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%sm_rm", "names no runs"),
        ("%sm_rm -e e '' --yes", "names no runs: the query is empty"),
        ("%sm_rm a", "'a' is no condition. An experiment is named by -e: %sm_rm -e a"),
        ("%sm_rm -e nobody --yes", "There is no experiment 'nobody'"),
        ("%sm_rm -e e --artefacts", "Did you mean '--artifacts'?"),
        ("%sm_archive", "names no runs"),
        ("%sm_gc --older soon", "--older takes a number from 0"),
    ],
)
def test_mistakes_are_one_line(kernel, line, said):
    cell = kernel.run(line)
    assert cell.status == "error"
    assert len(cell.traceback) == 1
    assert said in cell.traceback[0]


def test_archive_and_back(kernel):
    assert "Archived: 1 run: a" in kernel.run("%sm_archive -e e params.n = 0").text
    assert "a" not in names(kernel)
    kernel.run("name = 'a'")
    assert "Brought back: 1 run: a" in kernel.run("%sm_archive -e e name = '{name}' --undo").text
    assert "a" in names(kernel)
    assert kernel.run("told = %sm_archive -e e --dry-run").outputs == []
    assert kernel.value("len(told.runs)") == "3"


def test_gc(kernel, stored):
    stored.client.create_experiment(ExperimentName="hollow")
    assert "Nothing to delete" in kernel.run("%sm_gc --yes").plain
    cell, asked = answered(kernel, "%sm_gc --older 0", "yes")
    assert asked == "Delete 1 experiment? [y/N] "
    assert "Deleted: 1 experiment." in cell.text
