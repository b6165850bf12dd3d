"""%sm_experiments in a real kernel."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from sm_track_widgets.magics.experiments_magic import SHOWN, shown

HOSTILE = "<img src=x onerror=alert(1)> \"'\u202e\x1b[2J\x00 עברית"
HINT = "Runs of no experiment: %sm_runs --unassigned"


@pytest.fixture(scope="module", autouse=True)
def _two_experiments(kernel, stored):
    empty = kernel.run("%sm_experiments")
    assert "%%sm_run first-run -e NAME" in empty.plain, empty.traceback
    for name in ("one", "two"):
        assert kernel.run(f"%%sm_run r-{name} -e {name} --quiet\nrun.log_metric('m', 1)").status == "ok"
    stored.client.update_experiment(ExperimentName="one", Description="<img src=x onerror=alert(1)>")


def test_they_are_shown_as_a_static_table(kernel):
    cell = kernel.run("%sm_experiments")
    (output,) = cell.outputs
    assert set(output["data"]) == {"text/html", "text/plain"}
    lines = cell.plain.splitlines()
    assert lines[0] == "2 experiments"
    assert re.split(r" {2,}", lines[1]) == ["experiment", "runs", "created", "last modified", "description"]
    assert [line.split()[:2] for line in lines[2:]] == [["two", "1"], ["one", "1"]]
    assert "<table" in cell.html
    assert "<img" not in cell.html
    assert "&lt;img src=x onerror=alert(1)&gt;" in cell.html
    assert "unassigned" not in cell.html


def test_assigned_they_are_a_dataframe_and_nothing_is_shown(kernel):
    cell = kernel.run("found = %sm_experiments --no-counts")
    assert (cell.status, cell.outputs) == ("ok", [])
    assert (
        kernel.value("list(found['experiment']), found['runs'].isna().all()") == "(['two', 'one'], np.True_)"
    )
    kernel.run("found = %sm_experiments --counts")
    assert kernel.value("[int(count) for count in found['runs']]") == "[1, 1]"


def test_runs_of_no_experiment_are_told_with_the_way_to_them(kernel, stored):
    stored.client.create_trial_component(TrialComponentName="alone")
    cell = kernel.run("%sm_experiments")
    assert cell.plain.splitlines()[-2:] == ["(unassigned)     1", HINT]
    assert HINT in cell.html
    kernel.run("rest = %sm_runs --unassigned")
    assert kernel.value("rest['run'].tolist()") == "['alone']"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("%sm_experiments --counts --no-counts", "exclude each other"),
        ("%sm_experiments fraud", "one word too many"),
        ("%sm_experiments --count", "Did you mean '--counts'?"),
    ],
)
def test_a_mistake_is_one_line(kernel, line, told):
    cell = kernel.run(line)
    assert cell.errors == ["UsageError"]
    (message,) = cell.traceback
    assert told in message


def frame_of(count: int, name: str = "e{}") -> pd.DataFrame:
    time = pd.Timestamp("2026-01-02 03:04", tz="UTC")
    return pd.DataFrame(
        {
            "experiment": [name.format(number) for number in range(count)],
            "runs": pd.array([3] * count, dtype="Int64"),
            "created": [time] * count,
            "modified": [time] * count,
            "description": [HOSTILE] * count,
        }
    )


def test_names_and_descriptions_are_text_only():
    frame = frame_of(2, HOSTILE + "{}")
    frame.attrs["missing"] = HOSTILE
    told = shown(frame)
    for value in told.values():
        assert "\x1b" not in value
        assert "\x00" not in value
    assert "<img" not in told["text/html"]
    assert "עברית" in told["text/plain"]


def test_of_very_many_the_first_are_shown_and_the_unassigned():
    frame = frame_of(SHOWN + 51)
    last = frame.index[-1]
    frame.loc[last, "experiment"], frame.loc[last, "runs"], frame.loc[last, "description"] = (
        "(unassigned)",
        7,
        "",
    )
    frame.loc[last, ["created", "modified"]] = pd.NaT
    lines = shown(frame)["text/plain"].splitlines()
    assert lines[0] == "150 experiments"
    assert len(lines) == 2 + SHOWN + 2
    assert lines[-3:] == ["(unassigned)     7", "and 51 more", HINT]
