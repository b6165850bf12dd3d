"""What `RunTable` does beside showing rows: baseline, groups, tags and the archive."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from wire_tap import change, say

from sm_track_widgets import reading
from sm_track_widgets._errors import UsageError
from sm_track_widgets.tracking.run import Run
from sm_track_widgets.widgets.frame_options import ordered
from sm_track_widgets.widgets.run_table import RunTable

MINUS = "\N{MINUS SIGN}"
ATTACK = '<img src=x onerror="attack()">'


@pytest.fixture
def forest(home):
    for depth in (2, 4, 6):
        params = {"depth": depth, "kind": "tree"}
        with Run("forest", f"depth{depth}", params=params, tags={"team": "a"}) as run:
            run.log_metric("auc", (90 + depth) / 100, step=0)
            run.log_metric("loss", (50 - depth) / 100, step=0)
    return home


def last(tap, widget):
    return tap.custom(widget)[-1][0]


# -- baseline ----------------------------------------------------------------------------------------------------
def test_the_static_form_has_the_baseline_first_and_deltas(forest):
    table = RunTable("forest", baseline="depth4", columns=["metrics.auc.last", "metrics.loss.last"])
    lines = table.static_text().splitlines()
    assert lines[2].split() == ["depth4", "baseline", "0.94", "0.46"]
    assert lines[3].split() == ["depth6", "0.96", "+.02", "0.44", f"{MINUS}.02"]
    assert lines[4].split() == ["depth2", "0.92", f"{MINUS}.02", "0.48", "+.02"]
    html = table.static_html()
    assert html.count('title="better"') == 2
    assert html.count('title="worse"') == 2
    assert html.count("depth4") == 1


def test_a_baseline_that_fails_the_filters_is_shown_all_the_same(forest):
    table = RunTable("forest", baseline="depth4", filter="depth6")
    assert "depth4 baseline" in table.static_text()
    assert "more" not in table.static_text()
    table.baseline = "no such run"
    assert "baseline" not in table.static_text()


def test_the_page_sets_the_baseline_and_views_of_the_selection_follow(forest):
    table = RunTable("forest")
    other = RunTable(table.selection)
    change(table.selection, baseline="depth2")
    assert other.baseline == "depth2"
    assert "depth2 baseline" in " ".join(other.static_text().split())


# -- columns -----------------------------------------------------------------------------------------------------
def test_only_differing_parameters_are_in_the_static_form(forest):
    columns = ["params.depth", "params.kind", "metrics.auc.last"]
    table = RunTable("forest", columns=columns, differing=True)
    assert "kind" not in table.static_text().splitlines()[1]
    change(table, differing=False)
    assert "kind" in table.static_text().splitlines()[1]


def test_pinned_columns_come_first(forest):
    columns = ["params.depth", "metrics.auc.last"]
    table = RunTable("forest", columns=columns, pinned=["metrics.auc.last"])
    assert table.static_text().splitlines()[1].split() == ["run", "auc", "depth"]
    with pytest.raises(UsageError, match="pinned takes a list"):
        RunTable("forest", pinned="params.depth")


def test_the_page_knows_whether_columns_were_chosen(forest):
    table = RunTable("forest")
    assert (table.get_state("_chosen"), table.get_state("_experiment")) == (
        {"_chosen": False},
        {"_experiment": "forest"},
    )
    table.columns = ["params.depth"]
    assert table.get_state("_chosen") == {"_chosen": True}
    assert RunTable("forest", columns=["params.depth"]).get_state("_chosen") == {"_chosen": True}


def test_grouping_is_checked(forest):
    assert RunTable("forest", group_by="params.kind").group_by == "params.kind"
    with pytest.raises(UsageError, match=r"no column 'params\.kin'"):
        RunTable("forest", group_by="params.kin")


def test_groups_show_their_means_and_how_far_they_are_from_the_baseline(forest):
    with Run("forest", "depth4-again", params={"depth": 4, "kind": "<b>bush"}, tags={"team": "b"}) as run:
        run.log_metric("auc", 0.98, step=0)
        run.log_metric("loss", 0.5, step=0)
    columns = ["status", "params.kind", "metrics.auc.last", "metrics.loss.last"]
    table = RunTable("forest", columns=columns, group_by="params.depth", sort="params.depth")
    assert [line.split() for line in table.static_text().splitlines()] == [
        ["forest", "·", "grouped", "by", "depth"],
        ["group", "status", "kind", "auc", "loss"],
        ["2", "1", "run", "Completed", "tree", "0.92", "0.48"],
        ["4", "2", "runs", "Completed", "2", "values", "0.96", "0.48"],
        ["6", "1", "run", "Completed", "tree", "0.96", "0.44"],
    ]
    table.baseline = "depth4"
    lines = [line.split() for line in table.static_text().splitlines()]
    assert lines[2][:2] == ["depth4", "baseline"]
    assert lines[3] == ["2", "1", "run", "Completed", "tree", "0.92", f"{MINUS}.02", "0.48", "+.02"]
    assert lines[4][-4:] == ["0.96", "+.02", "0.48", "+.02"]
    page = table.static_html()
    assert page.count('title="better"') == 3
    assert page.count('title="worse"') == 3
    change(table, group_by="params.kind")
    assert "<b>bush" not in table.static_html()
    assert "&lt;b&gt;bush" in table.static_html()


# -- tags --------------------------------------------------------------------------------------------------------
def test_a_tag_is_written_and_the_table_shows_it(forest, tap):
    table = RunTable("forest")
    say(table, type="tag", run="depth4", key="team", value="b")
    assert last(tap, table) == {"type": "tagged", "run": "depth4", "key": "team", "note": "", "error": ""}
    assert dict(zip(table.df["run"], table.df["tags.team"], strict=True)) == {
        "depth2": "a",
        "depth4": "b",
        "depth6": "a",
    }
    assert set(reading.runs("forest", "tags.team = 'b'")["run"]) == {"depth4"}


def test_an_empty_text_takes_a_tag_away(forest, tap):
    table = RunTable("forest")
    say(table, type="tag", run="depth4", key="team", value="")
    assert last(tap, table)["error"] == ""
    assert list(reading.runs("forest", "tags.team IS NULL")["run"]) == ["depth4"]


def test_what_the_service_refuses_is_said_and_the_old_value_stays(forest, tap):
    table = RunTable("forest")
    say(table, type="tag", run="no such run", key="team", value="b")
    assert "is not in this table" in last(tap, table)["error"]
    say(table, type="tag", run="depth4", key="sm_track:archived", value="true")
    assert "cannot be used" in last(tap, table)["error"]
    assert list(reading.runs("forest")["tags.team"]) == ["a", "a", "a"]


def test_characters_that_tags_do_not_take_are_told(forest, tap):
    table = RunTable("forest")
    say(table, type="tag", run="depth4", key="team", value=ATTACK)
    told = last(tap, table)
    assert told["error"] == ""
    assert "was stored as" in told["note"]
    assert "<img" not in table.static_html()


# -- archive -----------------------------------------------------------------------------------------------------
def test_archived_runs_leave_the_table_and_come_back(forest, tap):
    table = RunTable("forest")
    say(table, type="archive", runs=["depth2", "depth6"], archived=True)
    assert last(tap, table) == {
        "type": "archived",
        "archived": True,
        "done": ["depth2", "depth6"],
        "error": "",
    }
    assert list(table.df["run"]) == ["depth4"]
    assert len(reading.runs("forest", archived=True)) == 3
    say(table, type="archive", runs=["depth2", "depth6"], archived=False)
    assert last(tap, table)["done"] == ["depth2", "depth6"]
    assert len(table.df) == 3


def test_a_run_that_is_gone_is_told_and_the_others_are_archived(forest, tap):
    table = RunTable("forest")
    client = forest.client("sagemaker")
    trial = client.list_trials(ExperimentName="forest")["TrialSummaries"][0]["TrialName"]
    client.disassociate_trial_component(TrialComponentName="forest-depth2", TrialName=trial)
    client.delete_trial_component(TrialComponentName="forest-depth2")
    say(table, type="archive", runs=["depth2", "depth4"], archived=True)
    told = last(tap, table)
    assert told["done"] == ["depth4"]
    assert told["error"].startswith("1 not changed: ")


def test_a_frame_cannot_be_changed(tap):
    table = RunTable(pd.DataFrame({"run": ["a"], "tags.team": ["x"]}))
    assert table.get_state("_writable") == {"_writable": False}
    say(table, type="archive", runs=["a"], archived=True)
    assert "Show an experiment by its name" in last(tap, table)["error"]


# -- curves ------------------------------------------------------------------------------------------------------
def test_curves_are_told_in_few_points(home, tap):
    for name in ("long", "short", "none"):
        with Run("curves", name) as run:
            for step in range({"long": 1000, "short": 3, "none": 0}[name]):
                run.log_metric("loss", 1 / (step + 1), step=step)
    table = RunTable("curves", sparklines=["loss"])
    say(table, type="sparks", metric="loss", runs=["short", "long", "none", "no such run"])
    told, (data,) = tap.custom(table)[-1]
    assert told["counts"][0] == 3
    assert 30 <= told["counts"][1] <= 60
    assert told["counts"][2:] == [0, 0]
    values = np.frombuffer(data)
    assert len(values) == 2 * sum(told["counts"])
    assert list(values[:6]) == [0, 1, 2, 1, 1 / 2, 1 / 3]
    say(table, type="sparks", metric="no such metric", runs=["long"])
    assert tap.custom(table)[-1][0]["counts"] == [0]


def test_metrics_of_curves_are_checked(forest):
    assert RunTable("forest", sparklines=["metrics.auc.last"]).sparklines == ["auc"]
    with pytest.raises(UsageError, match=r"no column 'metrics\.acu\.last'"):
        RunTable("forest", sparklines=["acu"])


@pytest.mark.parametrize("values", [[1, "two", None, 0], [[1], {"a": 1}, None, "b"]])
def test_a_column_of_numbers_and_texts_is_sorted_by_its_texts(values):
    table = RunTable(pd.DataFrame({"run": list("abcd"), "params.x": values}), sort="params.x")
    assert list(table.df["run"])[-1] == "c"
    assert "params.x" in table.static_text() or "x" in table.static_text()
    change(table, sort=[{"column": "params.x", "descending": True}])
    assert list(table.df["run"])[-1] == "c"
    assert list(ordered(table.selection.runs, "-params.x", 4)["run"]) == list(table.df["run"])


# -- notes -------------------------------------------------------------------------------------------------------
def test_notes_are_written_and_the_table_shows_them(forest, tap):
    table = RunTable("forest")
    assert "notes" not in table.columns
    text = f"first line\n\nsecond $\\nabla$ {ATTACK}"
    say(table, type="note", run="depth4", text=text)
    assert last(tap, table) == {"type": "noted", "run": "depth4", "error": ""}
    assert dict(zip(table.df["run"], table.df["notes"], strict=True)) == {
        "depth2": "",
        "depth4": text,
        "depth6": "",
    }
    assert RunTable("forest").columns[-1] == "notes"
    change(table, columns=["notes"])
    assert "first line second" in table.static_text()
    assert "<img" not in table.static_html()
    assert list(reading.runs("forest", "notes LIKE '%second%'")["run"]) == ["depth4"]
    say(table, type="note", run="depth4", text="")
    assert "notes" not in table.df


def test_notes_that_are_refused_change_nothing(forest, tap):
    table = RunTable("forest", columns=["notes"])  # where no run has any yet, they can be shown
    say(table, type="note", run="depth4", text="kept")
    for run, text, error in (
        ("depth4", "x" * 2501, "2,501 characters; SageMaker keeps 2,500"),
        ("no such run", "x", "is not in this table"),
    ):
        say(table, type="note", run=run, text=text)
        assert error in last(tap, table)["error"]
    assert list(reading.runs("forest", "notes = 'kept'")["run"]) == ["depth4"]
    with pytest.raises(UsageError, match="no column 'notes'"):
        RunTable(reading.runs("forest", columns=["params.depth"]), columns=["notes"])


def test_a_run_that_is_open_here_knows_notes_from_the_table(forest, tap):
    with Run("forest", "open", params={"depth": 1}) as run:
        table = RunTable("forest")
        say(table, type="note", run="open", text="while it runs")
        assert last(tap, table)["error"] == ""
        assert run.notes == "while it runs"
    assert dict(zip(table.df["run"], table.df["notes"], strict=True))["open"] == "while it runs"
