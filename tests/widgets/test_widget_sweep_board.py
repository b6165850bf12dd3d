"""`SweepBoard` on Python's side, with the page simulated."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from wire_tap import change

import sm_track_widgets as sm
from sm_track_widgets._errors import UsageError
from sm_track_widgets.charts.sweep import about
from sm_track_widgets.tracking.run import Run
from sm_track_widgets.widgets.chart_live import forget
from sm_track_widgets.widgets.run_table import RunTable
from sm_track_widgets.widgets.sweep_board import EVERY, SweepBoard

ATTACK = "<img src=x onerror=alert(1)>"
START = pd.Timestamp("2026-01-01T00:00:00", tz="UTC")


def frame(**more):
    """Five points; the third to end is the best, the last to start is under way."""
    rows = {
        "run": ["late", "early", "running", "failed", "stopped"],
        "status": ["Completed", "Completed", "InProgress", "Failed", "Stopped"],
        "message": ["", "", "", f"{ATTACK} went wrong\nat line 2", ""],
        "group": ["a", "a", "a", "b", "a"],
        "started": [START + pd.Timedelta(seconds=s) for s in (30, 0, 50, 10, 20)],
        "duration_s": [15.0, 20.0, None, 5.0, 10.0],
        "params.lr": [0.1, 0.2, 0.3, 0.4, 0.5],
        "params.kind": ["x", ATTACK, "x", "x", "x"],
        "params.same": [1, 1, 1, 1, 1],
        "metrics.loss.last": [0.5, 0.9, 0.1, None, 0.2],
        "metrics.acc.last": [0.5, 0.9, 0.1, None, 0.2],
    }
    return pd.DataFrame({**rows, **more})


def test_best_and_counts_follow_metric_goal_group_and_filters(home):
    board = SweepBoard(frame(), metric="loss")
    assert (board.metric, board.best) == ("metrics.loss.last", "late")
    assert board.counts == {"done": 2, "running": 1, "stopped": 1, "failed": 1}
    board.goal = "max"
    assert board.best == "early"
    board.goal, board.metric = "", "acc"
    assert (board.metric, board.best) == ("metrics.acc.last", "early")
    change(board.selection, filters=[{"column": "params.lr", "low": None, "high": 0.15}])
    assert board.best == "late"
    board.filters = []
    board.group = "b"
    assert (board.counts["failed"], board.counts["done"], board.best) == (1, 0, None)
    assert sm.SweepBoard is SweepBoard


def test_it_is_one_of_the_linked_views(home):
    board = SweepBoard(frame(), title="sweep")
    table = RunTable(board)
    change(board.selection, selected=["early"])
    assert (list(table.df["run"]), board.selected) == (["early"], ["early"])
    change(board, metric="metrics.acc.last", log_y=True)
    assert (board.metric, board.log_y) == ("metrics.acc.last", True)


def test_the_total_is_given_or_told_by_the_runs_or_unknown(home):
    board = SweepBoard(frame())
    assert board._total == 0
    assert "4 points so far, 1 running, 1 failed, 1 stopped" in board.static_text()
    board.total = 12
    assert board._total == 12
    assert "4 of 12 points" in board.static_text()
    told = SweepBoard(frame(**{"tags.sweep_total": ["20", None, "no", "20", ""]}))
    assert told._total == 20
    told.total = 7
    assert told._total == 7
    told.total = None
    assert told._total == 20
    assert SweepBoard(frame(**{"params.sweep_total": [5, 5, 5, 9, 5]}), group="a")._total == 5


def test_the_time_left_needs_starts_and_a_total(home):
    now = pd.Timestamp.now("UTC")
    started = [now - pd.Timedelta(seconds=s) for s in (400, 300, 200, 100, 50)]
    board = SweepBoard(frame(started=started), total=8)
    assert board.static_text().splitlines()[0].endswith("about 7 min left")
    started[1] = pd.NaT
    assert "about 7 min left" in SweepBoard(frame(started=started), total=8).static_text()
    assert "left" not in SweepBoard(frame().drop(columns="started"), total=8).static_text()
    assert "left" not in SweepBoard(frame(started=started)).static_text()


def test_what_it_does_not_have_is_refused(home):
    with pytest.raises(UsageError, match=r"SweepBoard has no argument 'metrc'\. Did you mean 'metric'"):
        SweepBoard(frame(), metrc="loss")
    with pytest.raises(UsageError, match="There is no column 'los'"):
        SweepBoard(frame(), metric="los")
    with pytest.raises(UsageError, match="'kind' is not one column of numbers"):
        SweepBoard(frame(), metric="kind")
    board = SweepBoard(frame())
    with pytest.raises(UsageError, match=r"There is no goal 'most'"):
        board.goal = "most"
    with pytest.raises(UsageError, match="no total of -1"):
        board.total = -1
    assert (board.goal, board.total) == ("", None)


def test_the_static_form_tells_all_and_escapes_it(home):
    board = SweepBoard(frame(), metric="loss", total=10, baseline="early", title=ATTACK)
    html, text = board.static_html(), board.static_text()
    assert "<img" not in html
    assert html.count("<svg") == 2
    assert "4 of 10 points, 1 running, 1 failed, 1 stopped" in html
    assert "\N{MINUS SIGN}0.4, better than the baseline early" in html
    assert "params.same" not in html
    assert f"failed failed  {ATTACK} went wrong" in text
    assert "best loss 0.5  late" in text
    assert "lr 0.1, kind x" in text


def test_without_points_and_with_failed_ones_alone_it_says_so(home):
    empty = SweepBoard(frame().iloc[:0], metric="auc", total=3)
    assert (empty.metric, empty.best) == ("metrics.auc.last", None)
    assert "0 of 3 points" in empty.static_text()
    failed = SweepBoard(frame().assign(status="Failed"))
    assert failed.best is None
    assert "No point has completed yet" in failed.static_html()
    assert "best" not in failed.static_text()
    assert SweepBoard(pd.DataFrame({"run": ["a"]})).metric == ""


def test_many_points_make_a_small_picture(home):
    many = pd.DataFrame(
        {"run": [f"r{i}" for i in range(5000)], "metrics.loss.last": [1 / (i + 1) for i in range(5000)]}
    )
    board = SweepBoard(many)
    assert board.best == "r4999"
    assert len(board.static_html()) < 150_000


def test_it_reads_again_while_runs_are_open_here(home):
    with Run("live-sweep", "first") as run:
        run.log_metric("loss", 0.5, step=0)
    board = SweepBoard("live-sweep", total=2)
    forget(board)  # the background's rounds; these are played here
    assert board.counts["done"] == 1
    with Run("live-sweep", "second"):
        forget(board)
        assert board.tick(1000.0)
        assert board.counts["running"] == 1
        assert board._next == 1000.0 + EVERY
        before = board.selection.header
        assert board.tick(1001.0)
        assert board.selection.header is before
    assert not board.tick(1001.5)
    assert board.counts == {"done": 2, "running": 0, "stopped": 0, "failed": 0}
    board.close()


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (12, "about 20 s left"),
        (200, "about 3 min left"),
        (7000, "about 2 h left"),
        (200_000, "about 2 d left"),
        (math.nan, ""),
    ],
)
def test_time_left_is_said_in_round_numbers(seconds, told):
    assert about(seconds) == told
