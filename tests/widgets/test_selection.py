"""`Selection`: one state for all views, from the page to Python and back."""

from __future__ import annotations

import json
import threading

import pandas as pd
import pytest
from wire_tap import change, say

import sm_track_widgets as sm
from sm_track_widgets import reading
from sm_track_widgets._errors import NotFoundError, UsageError
from sm_track_widgets.tracking.run import Run
from sm_track_widgets.widgets.run_table import RunTable
from sm_track_widgets.widgets.selection.selection import Selection


@pytest.fixture
def forest(home):
    for depth in (2, 4, 6):
        with Run(
            "forest", f"depth{depth}", params={"depth": depth, "kind": "a" if depth < 6 else "b"}
        ) as run:
            run.log_metric("auc", 0.9 + depth / 100, step=0)
    return home


def test_views_of_one_selection_follow_each_other(forest):
    selection = Selection("forest")
    one, other = RunTable(selection, sort="params.depth"), RunTable(selection)
    change(selection, filters=[{"column": "params.depth", "low": 3, "high": None}])
    assert one.filters == other.filters == [{"column": "params.depth", "low": 3.0, "high": None}]
    assert list(one.df["run"]) == ["depth4", "depth6"]
    assert one.query == other.query == "params.depth >= 3"
    other.selected = ["depth4"]
    assert (one.selected, list(selection.df["run"])) == (["depth4"], ["depth4"])
    one.baseline = "depth2"
    assert other.baseline == "depth2"
    assert RunTable(one).selection is selection


def test_observers_are_called_once_for_each_gesture(forest):
    table = RunTable("forest")
    calls = []
    table.observe(lambda seen: calls.append((seen["name"], seen["new"])), ["selected", "query", "filters"])
    change(table.selection, selected=["depth2"])
    change(table.selection, filters=[{"column": "params.kind", "values": ["a"]}])
    assert sorted(name for name, _ in calls) == ["filters", "query", "selected"]
    assert ("query", "params.kind = 'a'") in calls


def test_the_query_says_all_of_it_and_comes_back(forest):
    table = RunTable("forest", query="metrics.auc > 0.5 OR params.x IS NULL", filter="depth")
    change(table.selection, filters=[{"column": "params.depth", "low": 3, "high": None}])
    whole = "(metrics.auc > 0.5 OR params.x IS NULL) AND params.depth >= 3 AND name ILIKE '%depth%'"
    assert table.query == whole
    again = RunTable("forest", query=table.query)
    assert list(again.df["run"]) == list(table.df["run"]) == ["depth6", "depth4"]
    assert list(reading.runs("forest", table.query)["run"]) == ["depth6", "depth4"]
    text = table.query
    table.query = "params.depth < 3"
    assert (table.filter, list(table.df["run"])) == ("", ["depth2"])
    table.query = text
    assert list(table.df["run"]) == ["depth6", "depth4"]


@pytest.mark.parametrize("kind", ["python", "pandas", "altair"])
def test_the_code_finds_the_same_runs(forest, kind):
    table = RunTable("forest", query="metrics.auc IS NOT NULL", filter="depth")
    table.filters = [
        {"column": "params.depth", "low": 3, "high": 6},
        {"column": "params.kind", "values": ["a", None]},
    ]
    names: dict[str, object] = {}
    exec(table.to_code(kind), names)
    frame = names["df"]
    assert isinstance(frame, pd.DataFrame)
    if kind == "altair":
        spec = names["chart"].to_dict()
        assert [one["filter"] for one in spec["transform"]] == [
            'isValid(datum["params.depth"]) && datum["params.depth"] >= 3 && datum["params.depth"] <= 6',
            'datum["params.kind"] === "a" || !isValid(datum["params.kind"])',
        ]
        assert spec["encoding"]["x"]["field"] == "params\\.depth"
    else:
        assert list(frame["run"]) == list(table.df["run"]) == ["depth4"]


def test_code_of_other_kinds(forest):
    table = RunTable("forest", filters=[{"column": "params.depth", "low": 3, "high": None}])
    assert table.to_code("query") == "params.depth >= 3"
    assert json.loads(table.to_code("search")) == sm.to_search_expression("params.depth >= 3")
    with pytest.raises(UsageError, match=r"no code of kind 'panda'\. Did you mean 'pandas'"):
        table.to_code("panda")
    frame = pd.DataFrame({"run": ["a", "b"], "when": pd.to_datetime([0, 9000], unit="s", utc=True)})
    own = RunTable(frame, filters=[{"column": "when", "low": 3600, "high": 9000}])
    names = {"df": frame}
    exec(own.to_code("pandas"), names)
    assert list(names["df"]["run"]) == list(own.df["run"]) == ["b"]


def test_a_search_expression_that_finds_more_says_so():
    selection = Selection(pd.DataFrame({"run": ["x"], "params.depth": [4.0], "tags.team": ["a\n\nb"]}))
    told = []
    selection.send = lambda content, *_: told.append(content)
    selection.query = "params.depth != 4 AND name = 'x' AND tags.team = 'a\n\nb'"
    note, _, expression = selection.to_code("search").partition("\n")
    assert note.startswith("# Finds these runs and others: Search cannot be asked for ")
    assert "params.depth != 4" in note
    assert json.loads(expression) == sm.to_search_expression(selection.query)
    selection._received(selection, {"type": "code", "kind": "search"}, [])
    assert "params.depth != 4" in told[-1]["left"]
    selection.query = "params.depth = 4"
    assert json.loads(selection.to_code("search"))
    selection._received(selection, {"type": "code", "kind": "search"}, [])
    assert told[-1]["left"] == ""


def test_the_page_asks_for_code(forest, tap):
    table = RunTable("forest")
    say(table.selection, type="code", kind="pandas")
    content = tap.custom(table.selection)[-1][0]
    assert (content["type"], content["kind"], content["error"]) == ("code", "pandas", "")
    assert 'sm.runs("forest")' in content["code"]
    say(table.selection, type="code", kind="cobol")
    assert "no code of kind 'cobol'" in tap.custom(table.selection)[-1][0]["error"]


def test_what_cannot_be_set_changes_nothing(forest):
    table = RunTable("forest", filters=[{"column": "params.depth", "low": 3, "high": None}])
    with pytest.raises(UsageError, match=r"no column 'params\.dept' to filter by"):
        table.filters = [{"column": "params.dept", "low": 3}]
    with pytest.raises(NotFoundError):
        table.query = "params.dept = 1"
    assert (table.query, len(table.df)) == ("params.depth >= 3", 2)
    with pytest.raises(UsageError, match="query belongs to the selection"):
        RunTable(table.selection, query="params.depth = 1")
    with pytest.raises(UsageError, match=r"Selection has no argument 'querry'\. Did you mean 'query'"):
        Selection("forest", querry="x")


def test_a_filter_stays_when_its_column_goes_away(forest):
    table = RunTable("forest", filters=[{"column": "params.kind", "values": ["b"]}])
    table.selection._source = RunTable(pd.DataFrame({"run": ["x"], "params.depth": [1.0]})).selection.source
    table.refresh()
    assert (len(table.df), table.query) == (0, "params.kind = 'b'")
    change(table.selection, filters=[*table.filters, {"column": "params.depth", "low": 1, "high": 1}])
    assert table.query == "params.kind = 'b' AND params.depth = 1"


def test_runs_of_one_name_are_told_apart(home):
    frame = pd.DataFrame({"run": ["a", "a", "b"], "params.x": [1.0, 2.0, 3.0]})
    table = RunTable(frame, selected=["a (2)"])
    assert list(table.df["params.x"]) == [2.0]


def test_a_query_is_taken_in_one_step(forest):
    selection = Selection("forest", filters=[{"column": "params.depth", "low": 3}], filter="depth")
    seen = []
    selection.observe(lambda told: seen.append((told["new"], list(selection.passing["run"]))), "query")
    states = set()
    names = ["filters", "filter", "_scope", "_header"]
    selection.observe(
        lambda _: states.add((selection._scope, selection.filter, len(selection.filters))), names
    )
    selection.query = "params.kind != 'b' AND metrics.auc < 0.93"
    assert seen == [("params.kind != 'b' AND metrics.auc < 0.93", ["depth2"])]
    assert states == {("params.kind != 'b'", "", 1)}


def test_a_slow_refresh_does_not_bring_back_the_runs_of_another_query():
    frame = pd.DataFrame({"run": ["a", "b"], "params.kind": ["x", "y"]})
    begun, go_on = threading.Event(), threading.Event()

    def read():
        if threading.current_thread() is not threading.main_thread():
            begun.set()
            go_on.wait(10)
        return frame

    selection = Selection(read)
    slow = threading.Thread(target=selection.refresh)
    slow.start()
    assert begun.wait(10)
    selection.query = "params.kind != 'y'"
    go_on.set()
    slow.join(10)
    assert list(selection.runs["run"]) == ["a"]


def test_code_of_runs_without_columns_is_told_as_well(tap):
    selection = Selection(pd.DataFrame({"run": ["a"]}))
    for kind in ("python", "pandas", "altair", "query"):
        say(selection, type="code", kind=kind)
        assert tap.custom(selection)[-1][0]["kind"] == kind


def test_a_source_that_fails_is_told_and_read_again(tap):
    frame = pd.DataFrame({"run": ["a"], "params.depth": [2]})
    broken = [False]

    def read():
        if broken[0]:
            raise OSError("disk on fire")
        return frame

    selection = Selection(read, refresh=1)
    broken[0] = True
    say(selection, type="refresh")
    say(selection, type="query", text="params.depth != 3")
    told = [message["error"] for message, _ in tap.custom(selection)]
    assert told == ["OSError: disk on fire"] * 2
    assert selection.tick(selection._next + 1) is True
    broken[0] = False
    say(selection, type="query", text="params.depth != 3")
    assert (tap.custom(selection)[-1][0]["error"], selection.query) == ("", "params.depth != 3")
    selection.close()


def test_what_is_filtered_during_a_refresh_stays(monkeypatch):
    frame = pd.DataFrame({"run": ["a", "b"], "params.depth": [2, 4]})
    selection = Selection(lambda: frame)
    wanted = [{"column": "params.depth", "low": 3.0, "high": None}]
    whole = selection._whole
    gestures = [lambda: change(selection, filters=wanted)]

    def say_whole() -> str:
        text = whole()
        if gestures:
            page = threading.Thread(target=gestures.pop())
            page.start()
            page.join()
        return text

    monkeypatch.setattr(selection, "_whole", say_whole)
    selection.refresh()
    assert (selection.filters, selection.query) == (wanted, "params.depth >= 3")
