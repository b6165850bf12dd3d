"""%sm_tag and %%sm_note in a real kernel."""

from __future__ import annotations

import pytest

NOTE = """# Why

lr was *too* high: $\\frac{a}{b}$, {not_expanded} <img src=x onerror=alert(1)>
%%sm_run inside"""


def mistake(kernel, cell):
    """The one line of a cell that is refused."""
    (line,) = kernel.run(cell).traceback
    return line


def tags(stored, name):
    arn = stored.run(name)["TrialComponentArn"]
    return {one["Key"]: one["Value"] for one in stored.client.list_tags(ResourceArn=arn)["Tags"]}


def notes(kernel, name):
    return eval(kernel.value(f"__import__('sm_track_widgets').run_details({name!r}).facts.notes"))


@pytest.fixture(scope="module", autouse=True)
def _two_runs(kernel):
    assert (
        mistake(kernel, "%sm_tag team=x")
        == "UsageError: No run was opened here. Name the run: %sm_runs lists them."
    )
    for name in ("a", "b=1"):
        cell = kernel.run(f"%%sm_run {name} -t team=x --quiet\nrun.log_metric('auc', 1, step=0)")
        assert cell.status == "ok", cell.traceback


def test_tags_are_set_and_taken_away(kernel, stored):
    cell = kernel.run("stage = 'prod'\n%sm_tag a stage={stage} note='two words' team=")
    assert (cell.status, cell.text) == ("ok", "a: stage=prod, note=two words, team taken away\n")
    found = tags(stored, "a")
    assert (found["stage"], found["note"], "team" in found) == ("prod", "two words", False)


def test_the_last_run_is_meant_where_none_is_named(kernel, stored):
    cell = kernel.run("%sm_tag odd=a<b")
    assert "was stored as" in cell.text
    assert cell.text.endswith("b=1: odd=a<b\n")
    assert tags(stored, "b-1")["odd"] == "a_b"
    assert kernel.run("%sm_tag --run b=1 -e default odd=").text == "b=1: odd taken away\n"
    assert "odd" not in tags(stored, "b-1")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("a", "UsageError: %sm_tag takes tags. For example: %sm_tag RUN team=fraud"),
        ("a b=1 c", "UsageError: %sm_tag takes name=value, not 'c'. For example: %sm_tag lr=0.1"),
        ("nope team=x", "NotFoundError: There is no run 'nope'. %sm_runs lists them."),
        ("a aws:x=1", "UsageError: Tag 'aws:x' cannot be used."),
        ("a x={missing}", "UsageError: {missing}: the name 'missing' is not defined."),
        ("a x=1 --experimen y", "UsageError: There is no option --experimen."),
    ],
)
def test_mistakes_are_one_line(kernel, line, error):
    assert mistake(kernel, f"%sm_tag {line}").startswith(error)


def test_the_text_of_a_cell_becomes_the_notes(kernel, stored):
    cell = kernel.run(f"%%sm_note a\n{NOTE}\n")
    assert (cell.status, cell.text) == ("ok", f"a: notes kept, {len(NOTE)} characters\n"), cell.traceback
    assert notes(kernel, "a") == NOTE
    assert kernel.run("%%sm_note\nof the last").text == "b=1: notes kept, 11 characters\n"
    assert notes(kernel, "b=1") == "of the last"


def test_notes_of_the_run_that_is_open(kernel, open_runs):
    kernel.run("import sm_track_widgets as sm\nmine = sm.Run('default', 'mine')")
    assert kernel.run("%%sm_note\n  indented\n\nsecond").text == "mine: notes kept, 18 characters\n"
    assert kernel.run("%sm_tag team=y").text == "mine: team=y\n"
    assert eval(kernel.value("(mine.notes, mine.tags)")) == ("  indented\n\nsecond", {"team": "y"})
    kernel.run("mine.close()")
    assert notes(kernel, "mine") == "  indented\n\nsecond"
    assert open_runs() == 0


def test_notes_that_cannot_be_kept_are_one_line(kernel):
    assert mistake(kernel, "%%sm_note a\n \n").startswith(
        "UsageError: The cell has no text. To take notes away"
    )
    long = mistake(kernel, f"%%sm_note a\n{'x' * 2501}")
    assert long.startswith("UsageError: The notes have 2,501 characters; SageMaker keeps 2,500.")
    assert mistake(kernel, "%%sm_note a b\nx").startswith("UsageError: 'b' is one word too many.")
    assert notes(kernel, "a") == NOTE
