"""`RunTable` on Python's side, with the page simulated."""

from __future__ import annotations

import pandas as pd
import pytest
from wire_tap import change, say

from sm_track_widgets import reading
from sm_track_widgets._errors import NotFoundError, UsageError
from sm_track_widgets.reading.query import QueryError
from sm_track_widgets.tracking.run import Run
from sm_track_widgets.widgets.pump import Pump
from sm_track_widgets.widgets.run_table import RunTable


@pytest.fixture
def forest(home):
    for depth in (2, 4, 6):
        with Run(
            "forest", f"depth{depth}", params={"depth": depth, "kind": "a" if depth < 6 else "b"}
        ) as run:
            run.log_metric("auc", 0.9 + depth / 100, step=0)
    return home


def test_what_is_selected_in_the_page_is_there_in_python(forest):
    table = RunTable("forest")
    assert list(table.df["run"]) == ["depth6", "depth4", "depth2"]
    change(table.selection, selected=["depth2", "depth6"])
    assert table.selected == ["depth2", "depth6"]
    assert sorted(table.df["run"]) == ["depth2", "depth6"]
    assert table.df.attrs["components"]["depth2"] == "forest-depth2"


def test_without_a_selection_df_is_what_the_table_shows(forest):
    table = RunTable("forest")
    change(table.selection, filter="DEPTH a")
    change(table, sort=[{"column": "params.depth", "descending": False}])
    assert list(table.df["run"]) == ["depth2", "depth4"]
    change(table.selection, filter="completed")
    assert len(table.df) == 3
    change(table.selection, filter='"no such"')
    assert table.df.empty


def test_running_is_found_by_the_word_shown(home):
    with Run("forest", "one"):
        table = RunTable("forest", filter="running")
        assert list(table.df["run"]) == ["one"]


def test_arguments_reach_the_page_and_are_checked(forest):
    table = RunTable("forest", columns=["params.depth"], sort="-params.depth", filter="x", height=200)
    assert table.columns == ["params.depth"]
    assert table.sort == [{"column": "params.depth", "descending": True}]
    assert (table.filter, table.height) == ("x", 200)
    with pytest.raises(UsageError, match=r"no column 'params\.dept'\. Did you mean 'params\.depth'"):
        RunTable("forest", columns=["params.dept"])
    with pytest.raises(UsageError, match="columns takes a list"):
        RunTable("forest", columns="params.depth")
    with pytest.raises(NotFoundError):
        RunTable("forst")


def test_refresh_sends_header_and_data_in_one_message(forest, tap):
    table = RunTable("forest")
    before = len(tap.updates(table.selection))
    with Run("forest", "late"):
        pass
    table.refresh()
    (update,) = tap.updates(table.selection)[before:]
    assert set(update) == {"_header", "_data"}
    assert update["_header"]["rows"] == 4


def test_the_page_asks_for_a_refresh_and_hears_of_trouble(forest, tap):
    table = RunTable("forest")
    say(table.selection, type="refresh")
    assert tap.custom(table.selection)[-1][0] == {"type": "refreshed", "error": ""}
    forest.single("sagemaker").meta.events.register(
        "provide-client-params.sagemaker.Search",
        lambda **_: (_ for _ in ()).throw(UsageError("No way.", "Wait.")),
    )
    say(table.selection, type="refresh")
    assert tap.custom(table.selection)[-1][0] == {"type": "refreshed", "error": "No way. Wait."}


def test_a_table_that_refreshes_itself_reads_again_when_it_is_time(forest):
    table = RunTable("forest", refresh=5)
    with Run("forest", "late"):
        pass
    begin = table.selection._next
    assert table.selection.tick(begin - 1)
    assert table.selection.header["rows"] == 3
    assert table.selection.tick(begin)
    assert table.selection.header["rows"] == 4
    table.selection.close()


def test_sources_of_other_kinds(forest):
    frame = reading.runs("forest")
    table = RunTable(frame)
    assert (table.selection.header["rows"], table.selection.header["again"]) == (3, False)
    assert RunTable(lambda: frame.head(1)).selection.header["rows"] == 1

    class Analytics:
        """As the SDK's: adds its filter at each read."""

        _experiment_name = "forest"

        def __init__(self) -> None:
            self._search_expression: dict[str, list[str]] = {}
            self._dataframe = None

        def dataframe(self) -> pd.DataFrame:
            self._search_expression.setdefault("Filters", []).append("x")
            assert len(self._search_expression["Filters"]) == 1
            return pd.DataFrame({"TrialComponentName": ["forest-a"], "DisplayName": ["a"], "depth": [1.0]})

    sdk = RunTable(Analytics())
    sdk.refresh()
    assert sdk.selection.header["title"] == "forest"
    assert sdk.selection.header["runs"] == ["a"]
    with pytest.raises(UsageError, match="A table cannot be made from int"):
        RunTable(3)


def test_an_empty_table_says_what_to_type(home):
    home.client("sagemaker").create_experiment(ExperimentName="new")
    table = RunTable("new")
    assert table.selection.header["empty"]["code"] == "%%sm_run first-run"
    assert "%%sm_run first-run" in table.static_text()
    assert "%%sm_run first-run" in table.static_html()


def test_the_static_form_shows_the_first_rows_and_counts_the_rest(home):
    frame = pd.DataFrame({"run": [f"run-{i}" for i in range(30)], "params.x": range(30)})
    table = RunTable(frame, sort="params.x")
    html = table.static_html()
    assert html.count("<tr") == 22
    assert "and 10 more" in html
    assert table.static_text().splitlines()[1].split() == ["run-0", "0"]


def test_closing_takes_it_from_the_pump(forest, monkeypatch):
    from sm_track_widgets.widgets.selection import selection

    pump = Pump(interval=0.01)
    monkeypatch.setattr(selection, "PUMP", pump)
    table = RunTable("forest", refresh=1)
    assert pump.running
    table.selection.close()
    for _ in range(500):
        if not pump.running:
            break
        pump._bell.wait(0.01)
    assert not pump.running


# -- queries -----------------------------------------------------------------------------------------------------
def test_a_query_chooses_the_runs(forest, tap):
    table = RunTable("forest", query=" params.depth >= 4 ")
    assert (table.query, list(table.df["run"])) == ("params.depth >= 4", ["depth6", "depth4"])
    assert table.static_text().startswith("forest · params.depth >= 4")
    table.query = "name LIKE '%2'"
    assert list(table.df["run"]) == ["depth2"]
    assert any(update.get("_header", {}).get("rows") == 1 for update in tap.updates(table.selection))
    table.refresh()
    assert list(table.df["run"]) == ["depth2"]
    table.query = ""
    assert (len(table.df), table.selection.header["rows"]) == (3, 3)


def test_a_query_that_filters_can_say_leaves_the_other_runs_in_sight(forest, tap):
    table = RunTable("forest")
    before = len(tap.updates(table.selection))
    table.query = "params.kind = 'b' AND metrics.auc > 0.5"
    assert list(table.df["run"]) == ["depth6"]
    assert table.selection.header["rows"] == 3
    assert not any("_header" in update for update in tap.updates(table.selection)[before:])
    assert [one["column"] for one in table.filters] == ["params.kind", "metrics.auc.last"]
    assert table.query == "params.kind = 'b' AND metrics.auc > 0.5"
    assert table.static_text().startswith("forest · params.kind = 'b' AND metrics.auc > 0.5")


def test_a_query_that_cannot_be_read_changes_nothing(forest):
    table = RunTable("forest", query="params.depth >= 4")
    with pytest.raises(QueryError, match="column 1: there is no field 'depht'"):
        table.query = "depht = 1"
    with pytest.raises(NotFoundError, match=r"parameter 'dept'\. Did you mean 'depth'"):
        table.query = "params.dept = 1"
    assert (table.query, len(table.df)) == ("params.depth >= 4", 2)
    with pytest.raises(QueryError):
        RunTable("forest", query="params.depth >")


def test_the_page_asks_a_query_and_hears_of_its_errors(forest, tap):
    table = RunTable("forest")
    say(table.selection, type="query", text="params.depth < 6")
    assert tap.custom(table.selection)[-1][0] == {"type": "queried", "error": "", "column": 0}
    assert (table.query, len(table.df)) == ("params.depth < 6", 2)
    say(table.selection, type="query", text="params.depth < 6 AND statsu = 'x'")
    answer = tap.custom(table.selection)[-1][0]
    assert (answer["type"], answer["column"]) == ("queried", 22)
    assert "Did you mean 'status'?" in answer["error"]
    assert (table.query, len(table.df)) == ("params.depth < 6", 2)


def test_a_query_that_finds_nothing_says_so(forest):
    table = RunTable("forest", query="params.depth > 100")
    assert table.df.empty
    assert "No run satisfies the query." in table.static_html()
    assert "No run satisfies the query." in table.static_text()


def test_queries_hold_on_frames_of_all_kinds(forest):
    frame = reading.runs("forest")
    assert list(RunTable(frame, query="metrics.auc.max > 0.93").df["run"]) == ["depth6", "depth4"]
    sdk = RunTable(lambda: reading.analytics("forest"), query="metrics.auc < 0.95 AND params.kind = 'a'")
    assert sorted(sdk.df["TrialComponentName"]) == ["forest-depth2", "forest-depth4"]
    other = pd.DataFrame({"alpha": [1, 2, 3], "kind": ["x", None, "y"]})
    assert list(RunTable(other, query="params.alpha > 1 AND params.kind IS NOT NULL").df["alpha"]) == [3]
