"""`RunDetail` on Python's side: what the page gets, what it asks for, and an open run that goes on."""

from __future__ import annotations

import json

import numpy as np
import pytest
from run_home import until
from wire_tap import change, say

from sm_track_widgets import RunDetail, run_details
from sm_track_widgets._errors import NotFoundError, UsageError
from sm_track_widgets.charts.static_details import TABS
from sm_track_widgets.tracking.media import images
from sm_track_widgets.tracking.run import Run
from sm_track_widgets.widgets import detail_state, run_detail
from sm_track_widgets.widgets.pump import Pump

EVIL = "<img src=x onerror=alert(1)>"
ROWS = [[["1", True], ["x", False]], [["2", True], ["y", False]]]
PNG = images.png(np.zeros((3, 5, 3), np.uint8))


@pytest.fixture
def still(monkeypatch):
    """A pump whose thread never runs: the test ticks."""
    pump = Pump()
    monkeypatch.setattr(pump, "add", lambda _: None)
    monkeypatch.setattr(run_detail, "PUMP", pump)
    return pump


def fill(run, folder):
    run.log_parameters({"depth": 4, "note": EVIL, "lr": 0.05})
    run.set_tag("team", "red")
    for step in range(40):
        run.log_metric("val:loss", 1 / (step + 1), step=step)
        run.log_metric("train:loss", 1.5 / (step + 1), step=step)
        run.log_metric("system/cpu_percent", 40 + step)
    for name, data in {
        "plot.png": PNG,
        "liar.png": b"<script>",
        "rows.csv": b"a,b\n1,x\n2,y\n",
        "notes.txt": f"{EVIL}\n".encode() * 40,
        "told.json": json.dumps({"columns": ["a"], "data": [[1]]}).encode(),
        "weights.bin": bytes(100),
    }.items():
        (folder / name).write_bytes(data)
        run.log_file(folder / name)
    run.log_artifact("where", "s4://elsewhere", is_output=False)


@pytest.fixture
def stored(home, tmp_path):
    """A run with something for every tab."""
    with Run("Exp", f"Run {EVIL}", group="sweep", notes=EVIL) as run:
        run.capture(f"x = rate  # {EVIL}\n", output=True, namespace={"rate": 1}, environment=True, git=False)
        fill(run, tmp_path)
        print("first line\nlast line")
    return run.ref.component


def test_everything_but_files_is_sent_at_once(stored, tap):
    widget = RunDetail(stored, tab="metrics")
    state = widget._state
    assert (state["name"], state["status"], state["group"]) == (f"Run {EVIL}", "Completed", "sweep")
    assert state["parameters"] == [["depth", "4", True], ["lr", "0.05", True], ["note", EVIL, False]]
    assert state["tags"] == [["team", "red"]]
    first = state["metrics"][0]
    assert [one["name"] for one in state["metrics"]] == ["val:loss", "train:loss", "system/cpu_percent"]
    values = [1 / (step + 1) for step in range(40)]
    assert first["mean"] == pytest.approx(np.mean(values))
    assert first["std"] == pytest.approx(np.std(values))
    assert (first["last"], first["min"], first["max"], first["count"], first["best"]) == (
        0.025, 0.025, 1.0, 40, "min",
    )  # fmt: skip
    assert state["code"]["source"].startswith("x = rate")
    assert state["code"]["inputs"][0][0] == "rate"
    assert "first line" in state["logs"]["output"]
    assert any(name == "Python" for name, _ in state["system"])
    assert state["packages"]
    assert [one["direction"] for one in state["artifacts"]].count("input") == 1
    header = widget._series[0]
    points = np.frombuffer(widget._points, "<f8")
    lows = points[header["offset"] // 8 :][2 * header["n"] : 3 * header["n"]]
    assert lows.tolist() == values
    assert not tap.custom(widget)
    json.dumps(state, allow_nan=False)


def test_it_has_all_that_run_details_has(stored):
    widget, details = RunDetail(stored), run_details(stored)
    for name in (
        "name",
        "experiment",
        "status",
        "started",
        "ended",
        "parameters",
        "tags",
        "metrics",
        "artifacts",
    ):
        assert getattr(widget, name) == getattr(details, name)
    assert widget.capture == details.capture
    assert widget.text() == details.text()
    assert widget.html() == details.html()
    assert repr(widget) == f"<RunDetail 'Run {EVIL}' of 'exp': Completed>"


@pytest.mark.parametrize("tab", TABS)
def test_the_static_form_is_the_tab_s_html(stored, tab):
    widget = RunDetail(stored, tab=tab)
    assert widget.static_html() == run_details(stored, tab=tab).html()
    assert "<img src=x" not in widget.static_html()
    change(widget, tab="params")
    assert widget.tab == "params"
    assert "depth" in widget.static_text()


@pytest.mark.parametrize(
    ("name", "kind", "more"),
    [
        ("rows.csv", "table", {"header": ["a", "b"], "rows": ROWS}),
        ("told.json", "table", {"header": ["a"]}),
        ("notes.txt", "text", {"more": "and 10 more lines"}),
        ("weights.bin", "note", {}),
        ("liar.png", "note", {}),
        ("where", "note", {"text": "Not a file."}),
        ("nothing", "note", {"text": "Not a file."}),
    ],
)  # fmt: skip
def test_a_file_is_looked_at_when_the_page_asks(stored, tap, name, kind, more):
    widget = RunDetail(stored, tab="artifacts")
    say(widget, type="preview", name=name, direction="output" if name != "where" else "input")
    ((content, buffers),) = tap.custom(widget)
    assert (content["type"], content["name"], content["preview"]["kind"]) == ("preview", name, kind)
    assert {key: content["preview"][key] for key in more} == more
    assert buffers == []


def test_an_image_comes_as_bytes_of_a_checked_type(stored, tap):
    widget = RunDetail(stored)
    say(widget, type="preview", name="plot.png", direction="output")
    ((content, buffers),) = tap.custom(widget)
    assert content["preview"] == {"kind": "image", "type": "image/png", "size": len(PNG)}
    assert buffers == [PNG]


def test_sizes_come_when_asked_for(stored, tap):
    widget = RunDetail(stored)
    say(widget, type="sizes")
    ((content, _),) = tap.custom(widget)
    told = dict(zip([one.name for one in widget.artifacts], content["sizes"], strict=True))
    assert (told["plot.png"], told["weights.bin"], told["where"]) == (len(PNG), 100, None)


def test_a_file_that_is_gone_is_said(stored, tap, home):
    widget = RunDetail(stored)
    value = next(one.value for one in widget.artifacts if one.name == "rows.csv")
    bucket, _, key = value.removeprefix("s3://").partition("/")
    home.client("s3").delete_object(Bucket=bucket, Key=key)
    say(widget, type="preview", name="rows.csv", direction="output")
    ((content, _),) = tap.custom(widget)
    assert content["preview"]["kind"] == "error"
    assert content["preview"]["text"].startswith("It cannot be read.")


def test_an_open_run_goes_on_and_its_end_is_shown(home, still, tap, tmp_path):
    with Run("Exp", "open") as run:
        run.capture(None, output=True)
        widget = RunDetail("open")
        assert widget._state["live"]
        run.log_metric("loss", 2.0, step=0)
        print("so far")
        assert widget.tick(run.started + 10)
        update = tap.updates(widget)[-1]
        assert update["_state"]["metrics"][0]["last"] == 2.0
        assert "so far" in update["_state"]["logs"]["output"]
        assert update["_series"][0]["n"] == 1
        before = len(tap.updates(widget))
        assert widget.tick(run.started + 10.1), "once a second"
        assert widget.tick(run.started + 20)
        assert len(tap.updates(widget)) == before, "nothing new, nothing sent"
        assert RunDetail(run_details("open"))._state["live"]
    assert not widget.tick(run.started + 30)
    final = tap.updates(widget)[-1]["_state"]
    assert (final["status"], final["live"]) == ("Completed", False)
    assert widget.status == "Completed"
    assert "Completed" in widget.static_text()


def test_a_real_pump_pushes_while_this_thread_is_busy(home, monkeypatch):
    pump = Pump(interval=0.02)
    monkeypatch.setattr(run_detail, "PUMP", pump)
    monkeypatch.setattr(run_detail, "LIVE_EVERY", 0.05)
    with Run("Exp", "busy") as run:
        widget = RunDetail("busy")
        run.log_metric("loss", 2.0, step=0)
        until(lambda: [one["last"] for one in widget._state["metrics"]] == [2.0], 5)
    until(lambda: not pump.running, 5)
    assert widget._state["status"] == "Completed"


def test_closing_it_ends_its_updates(home, monkeypatch):
    pump = Pump(interval=0.02)
    monkeypatch.setattr(run_detail, "PUMP", pump)
    with Run("Exp", "closing"):
        widget = RunDetail()
        assert pump.running
        widget.close()
        until(lambda: not pump.running, 5)


def test_refresh_reads_again_also_when_the_page_asks(home, tap):
    with Run("Exp", "again") as run:
        run.log_metric("loss", 1.0, step=0)
    widget = RunDetail("again", "Exp")
    with Run("Exp", "again", resume="must") as run:
        run.log_metric("loss", 0.5, step=1)
    say(widget, type="refresh")
    assert widget.metrics[0].count == 2
    assert widget._series[0]["n"] == 2
    assert tap.custom(widget)[-1][0] == {"type": "refreshed", "error": ""}


def test_many_metrics_are_all_listed_and_the_first_of_them_drawn(home):
    with Run("Exp", "many") as run:
        for place in range(90):
            run.log_metric(f"m{place}", 1.0, step=0)
    widget = RunDetail("many", "Exp")
    assert len(widget._state["metrics"]) == 90
    assert len(widget._series) == detail_state.OWN


def test_a_run_with_nothing_has_every_tab(home):
    with Run("Exp", "bare"):
        pass
    widget = RunDetail("bare", "Exp")
    state = widget._state
    assert (state["metrics"], state["parameters"], state["artifacts"], widget._series) == ([], [], [], [])
    assert state["code"]["nothing"].startswith("Nothing was kept")
    assert (state["logs"]["output"], state["logs"]["error"]) == ("", "")


def test_mistakes_are_one_line(home):
    with Run("Exp", "one"):
        pass
    with pytest.raises(UsageError, match=r"There is no tab 'metric'. Did you mean 'metrics'"):
        RunDetail("one", tab="metric")
    with pytest.raises(UsageError, match="RunDetail has no argument 'tabs'"):
        RunDetail("one", tabs="logs")
    with pytest.raises(NotFoundError, match="There is no run 'two'"):
        RunDetail("two")
    with pytest.raises(UsageError, match="No run is open here"):
        RunDetail()
