"""`save("x.html")` on Python's side: the page is whole, its state is JSON, and nothing in it is a user's markup."""

from __future__ import annotations

import base64
import gzip
import json
import re

import pandas as pd
import pytest
from page_parts import EVIL, Elements, state_of

import sm_track_widgets as sm
from sm_track_widgets._errors import UsageError
from sm_track_widgets.tracking.run import Run
from sm_track_widgets.widgets import assets
from sm_track_widgets.widgets.base import SmWidget
from sm_track_widgets.widgets.kept_answers import Room
from sm_track_widgets.widgets.save_html import page, script_json


def frame() -> pd.DataFrame:
    return pd.DataFrame({
        "run": [EVIL, "b", "c"],
        "params.kind": ["x", EVIL, "x"],
        "params.depth": [1, 2, 3],
        f"params.{EVIL}": [1.0, 2.0, None],
        "metrics.auc.last": [0.1, float("inf"), None],
    })  # fmt: skip


@pytest.fixture
def sweep(home):
    for depth in range(3):
        with Run("sweep", f"d{depth}", params={"depth": depth, "note": "</script>"}) as run:
            for step in range(3):
                run.log_metric("loss", 1.0 / (1 + depth + step), step=step)
    return home


def saved(widget, tmp_path, **how) -> Elements:
    return Elements(widget.save(tmp_path / "x.html", **how).read_text("utf-8"))


@pytest.mark.parametrize("kind", [sm.RunTable, sm.ParamGrid])
def test_hostile_names_stay_text(tmp_path, kind):
    found = saved(kind(frame(), title=EVIL), tmp_path)
    assert "img" not in found.tags
    assert found.tags.count("script") == 4
    assert found.tags.count("noscript") == 1
    told = state_of(found)
    selection = next(state for state in told["models"].values() if "_header" in state)
    assert selection["_header"]["runs"][0] == EVIL
    assert "<" not in found.scripts["smtw-state"]


def test_views_and_what_they_refer_to_are_there_with_their_bytes(tmp_path):
    view = sm.RunTable(frame(), title="sweep", sort="-params.depth", selected=["b"])
    found = saved(view, tmp_path, theme="dark")
    told = state_of(found)
    assert set(told["models"]) == {view.model_id, view.selection.model_id}
    assert found.places == [view.model_id]
    root, selection = told["models"][view.model_id], told["models"][view.selection.model_id]
    assert root["_selection"] == f"IPY_MODEL_{view.selection.model_id}"
    assert root["sort"] == [{"column": "params.depth", "descending": True}]
    assert root["_theme"] == "dark"
    assert root["_writable"] is False
    assert not {"_esm", "_css", "layout", "_view_module"} & set(root)
    assert told["binary"][view.selection.model_id] == ["_data"]
    assert base64.b64decode(selection["_data"]) == view.selection._data
    assert selection["selected"] == ["b"]
    assert selection["_header"] == {**view.selection.header, "again": False}


def test_the_bundle_is_there_and_vega_only_for_charts(tmp_path, sweep):
    table, chart = saved(sm.RunTable("sweep"), tmp_path), saved(sm.MetricChart("loss"), tmp_path)
    code = gzip.decompress(base64.b64decode(table.scripts["smtw-code"])).decode()
    assert code == assets.esm("explorer")
    assert table.scripts["smtw-vega"] == ""
    assert base64.b64decode(chart.scripts["smtw-vega"]) == assets.chunk()
    assert "unsafe-eval" not in table.policy
    assert "unsafe-eval" in chart.policy
    for found in (table, chart):
        assert "default-src 'none'" in found.policy
        assert "connect-src" not in found.policy  # falls back to 'none'
    only = next(iter(state_of(chart)["models"].values()))
    assert only["_chunk"] == ""  # not once for each chart


def test_every_widget_is_saved(tmp_path, sweep):
    board = sm.Dashboard("sweep", tab="importance")
    widgets = [
        sm.RunTable("sweep"),
        sm.ParamGrid("sweep"),
        sm.ParallelCoords("sweep"),
        sm.Scatter("sweep"),
        sm.MetricChart("loss", experiment="sweep"),
        board,
        sm.Compare(["d0", "d1"], "sweep"),
        sm.Importance("sweep", "loss", method="correlation"),
        sm.RunDetail("d1", "sweep"),
    ]
    for widget in widgets:
        found = saved(widget, tmp_path)
        told = state_of(found)
        assert told["models"][widget.model_id]["_view"] == widget.view
        assert "noscript" in found.tags
        text = (tmp_path / "x.html").read_text("utf-8")
        heading = re.search(r"<h1[^>]*>([^<]*)</h1>", text)
        assert heading
        assert "sweep" in heading[1]
        assert re.search(r"saved \d{4}-\d\d-\d\d \d\d:\d\d UTC", text)


def test_a_dashboard_has_its_charts_and_says_which_tabs_it_has_not(tmp_path, sweep):
    board = sm.Dashboard("sweep", tab="importance")
    told = state_of(saved(board, tmp_path))
    root = told["models"][board.model_id]
    assert set(root["_parts"]) == {"table", "importance", "charts", "parallel", "scatter"}
    views = {state.get("_view") for state in told["models"].values()}
    assert {"Dashboard", "RunTable", "MetricChart", "Importance", "ParallelCoords", "Scatter"} <= views
    assert set(root["_trouble"]) == {"compare"}
    assert "had not been opened" in root["_trouble"]["compare"]
    assert board._trouble == {}


def test_other_endings_and_themes_are_refused_in_one_line(tmp_path, sweep):
    table, chart = sm.RunTable(frame()), sm.MetricChart("loss")
    with pytest.raises(UsageError, match=re.escape("A RunTable is saved as .html, not 'x.pdf'.")):
        table.save(tmp_path / "x.pdf")
    with pytest.raises(UsageError, match=re.escape("saved as .html or .svg or .json, not 'x.png'.")):
        chart.save(tmp_path / "x.png")
    with pytest.raises(UsageError, match=r"There is no theme 'drak'\. Did you mean 'dark'"):
        table.save(tmp_path / "x.html", theme="drak")
    assert list(tmp_path.glob("x.*")) == []
    assert chart.save(tmp_path / "x.svg").read_text("utf-8").startswith("<svg")
    assert "$schema" in json.loads(chart.save(tmp_path / "x.json").read_text("utf-8"))


def test_json_in_a_script_ends_nothing_and_is_read_back():
    value = {"a": [EVIL, None, True, 1.5], EVIL: {"n": float("nan"), "i": [float("inf"), 2]}}
    told = script_json(value)
    assert not re.search(r"<|\u2028|\u2029", told)
    assert json.loads(told) == {"a": [EVIL, None, True, 1.5], EVIL: {"n": None, "i": [None, 2]}}
    assert told.isascii()


def test_the_title_can_be_given_and_the_moment_is_said():
    source = page(sm.RunTable(frame()), theme="auto", title="<b>", now=0.0)
    assert "<title>&lt;b&gt;</title>" in source
    assert "saved 1970-01-01 00:00 UTC" in source
    assert 'data-theme="auto"' in source


def test_all_widgets_share_one_way_of_saving():
    for kind in (
        sm.RunTable,
        sm.ParamGrid,
        sm.Dashboard,
        sm.Compare,
        sm.Importance,
        sm.RunDetail,
        sm.MetricChart,
    ):
        assert kind.save is SmWidget.save


# -- what the page can still answer ------------------------------------------------------------------------------
def answers(found: Elements) -> dict[tuple[str, ...], list]:
    kept = state_of(found)["answers"]
    return {tuple(key): [content, *data] for of in kept.values() for key, content, data in of}


def test_the_curves_of_a_table_are_kept(sweep, tmp_path):
    found = saved(sm.RunTable("sweep", sparklines=["loss"], sort="params.depth"), tmp_path)
    content, data = answers(found)["sparks", "loss", "", ""]
    assert content["runs"] == ["d0", "d1", "d2"]
    assert content["counts"] == [3, 3, 3]
    assert len(base64.b64decode(data)) == 3 * 2 * 3 * 8
    assert "reads no new data.</p>" in (tmp_path / "x.html").read_text("utf-8")


def test_what_has_no_room_is_said(sweep):
    room = Room(2 * 1920)
    [kept] = sm.RunTable("sweep", sparklines=["loss"], sort="params.depth").kept_answers(room)
    assert kept.content["runs"] == ["d0", "d1"]
    assert room.told() == " Left out of it: curves of loss of 1 run."


def test_previews_of_files_are_kept_within_the_room(home, tmp_path):
    evil = EVIL.encode("utf-8", "ignore").decode()
    files = [tmp_path / "a.txt", tmp_path / "large.txt"]
    files[0].write_text(evil, encoding="utf-8")
    files[1].write_text("x" * 3000, encoding="utf-8")
    with Run("sweep", "files") as run:
        for file in files:
            run.log_file(file, name=f"{evil[:20]} {file.name}")
    detail = sm.RunDetail("files", "sweep")
    told = answers(saved(detail, tmp_path))
    assert sorted(told["sizes", "", "", ""][0]["sizes"]) == sorted(one.stat().st_size for one in files)
    previews = [content["preview"] for key, (content, *_) in told.items() if key[0] == "preview"]
    assert {one["kind"] for one in previews} == {"text"}
    assert any(evil[:40] in one["text"] for one in previews)
    for size, words in ((1, "Left out when this page was saved: "), (0, "it has enough of them.")):
        room = Room(size)
        kept = [one.content["preview"]["text"] for one in list(detail.kept_answers(room))[1:]]
        assert [words in one for one in kept] == [True, True]
        assert room.told() == " Left out of it: previews of 2 files."


@pytest.mark.parametrize("name", ["x.html", "x.svg"])
def test_a_folder_that_is_not_there_is_one_line(sweep, tmp_path, name):
    chart = sm.MetricChart("loss", experiment="sweep")
    with pytest.raises(UsageError, match=r"The folder '.*none' does not exist. Make it first, or choose"):
        chart.save(tmp_path / "none" / name)
    assert not (tmp_path / "none").exists()
    assert chart.save(tmp_path / name).stat().st_size > 500
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(UsageError, match=r"is a folder\. Name a file in it, for example runs\.html"):
        chart.save(tmp_path / "folder.html")
