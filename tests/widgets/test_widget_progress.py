"""How far a run is, on its card: told by the run, read off tqdm, or told by a parameter and the steps."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
import time
import timeit

import numpy as np
import pytest
from run_home import until
from tqdm import tqdm
from tqdm.auto import trange

from sm_track_widgets._errors import UsageError
from sm_track_widgets.tracking import work
from sm_track_widgets.tracking.outbox.progress import Progress
from sm_track_widgets.tracking.run import Run
from sm_track_widgets.widgets import live_run
from sm_track_widgets.widgets.live_run import LiveRun
from sm_track_widgets.widgets.live_state import card_state, chosen
from sm_track_widgets.widgets.pump import Pump


def progress(run):
    """What the card shows: (done, total, label), or None."""
    told = card_state(run, 0.0)[0]["progress"]
    return told and (told["done"], told["total"], told["label"])


def quiet(*what, **more):
    return tqdm(*what, file=io.StringIO(), mininterval=0, miniters=1, **more)


def test_what_the_run_tells_is_shown_and_asking_still_gives_the_delivery(home):
    with Run("e", "a", params={"epochs": 10}) as run:
        run.log_metric("loss", 1.0, step=0)
        assert progress(run) == (1, 10, "step")
        assert run.progress(3, 200) is None
        assert progress(run) == (3, 200, "step")
        run.progress(np.int64(4))
        assert progress(run) == (4, 200, "step")
        run.progress(4.5, 5.0)
        assert progress(run) == (4.5, 5.0, "step")
        assert isinstance(run.progress(), Progress)
    with pytest.raises(UsageError, match="is closed"):
        run.progress(5)


def test_the_pace_is_counted_from_the_first_report(home):
    with Run("e", "a") as run:
        run.progress(10, 100)
        run.progress(20, 100)
        told = card_state(run, 0.0)[0]["progress"]
        assert (told["first"], told["done"]) == (10, 20)
        assert told["began"] <= told["at"]
        run.progress(1, 50)
        assert card_state(run, 0.0)[0]["progress"]["first"] == 1


@pytest.mark.parametrize(
    ("done", "total"),
    [("3", 10), (-1, 10), (float("nan"), 10), (float("inf"), None), (1, -2), (1, "x"), (True, 2), ([1], 2)],
)
def test_what_is_no_number_is_refused_and_nothing_changes(home, done, total):
    with Run("e", "a") as run:
        run.progress(1, 2)
        with pytest.raises(UsageError, match="a number from 0"):
            run.progress(done, total)
        assert progress(run) == (1, 2, "step")


def test_telling_costs_microseconds_and_sends_nothing(home, tap):
    with Run("e", "a") as run:
        card = LiveRun(run)
        before = len(tap.updates(card))
        cost = min(timeit.repeat(lambda: run.progress(1, 100_000), number=2_000, repeat=5)) / 2_000
        assert cost < 20e-6
        assert len(tap.updates(card)) <= before + 8, "the pump alone sends, four times a second"


def test_the_card_moves_while_the_loop_runs(home, tap, monkeypatch):
    monkeypatch.setattr(live_run, "PUMP", Pump(interval=0.02))
    with Run("e", "a") as run:
        card = LiveRun(run)
        run.progress(1, 3)
        until(lambda: (card._state["progress"] or {}).get("done") == 1, 5)
        run.progress(2)
        until(lambda: card._state["progress"]["done"] == 2, 5)
    until(lambda: card._state["progress"] is None, 5)
    assert card._state["stopped"] == ""


@pytest.mark.parametrize(("status", "said"), [("Completed", ""), ("Failed", "stopped at 1,240 of 2,000")])
def test_the_static_card_says_only_where_a_run_stopped_early(home, status, said):
    run = Run("e", "a")
    run.progress(1240, 2000)
    card = LiveRun(run)
    run.close(status)
    assert card_state(run, 0.0)[0]["stopped"] == said
    assert ("stopped at" in card.static_html()) is bool(said)
    assert ("1,240" in card.static_text()) is bool(said)


def test_a_run_that_came_to_its_end_and_failed_later_did_not_stop_early(home):
    run = Run("e", "a")
    run.progress(200, 200)
    run.close("Failed")
    assert card_state(run, 0.0)[0]["stopped"] == ""


def test_the_outermost_bar_that_the_run_began_tells_and_the_run_s_own_word_wins(home):
    with quiet(range(9), desc="all runs") as around, Run("e", "a") as run:
        around.update(2)
        assert progress(run) is None
        with quiet(range(5), desc="epoch: ") as epochs:
            epochs.update(2)
            with quiet(total=70) as batches:
                batches.update(60)
                assert progress(run) == (2, 5, "epoch")
        assert progress(run) is None, "the bar is gone"
        with quiet(total=None) as endless:
            endless.update(7)
            assert progress(run) == (7, None, "step")
            run.progress(1, 2)
            assert progress(run) == (1, 2, "step")


def test_bars_of_any_kind_count_and_a_silenced_one_does_not(home):
    with Run("e", "a") as run:
        for step in trange(4, mininterval=0, miniters=1):
            if step == 2:
                assert progress(run) == (2, 4, "step")
        for _ in tqdm(range(4), disable=True):
            assert progress(run) is None


def test_of_runs_in_each_other_the_inner_one_has_the_bar_that_began_in_it(home):
    with Run("e", "outer") as outer:
        with quiet(range(3), desc="points") as points:
            points.update(1)
            with Run("e", "inner") as inner, quiet(range(8), desc="steps") as steps:
                steps.update(4)
                assert progress(inner) == (4, 8, "steps")
                assert progress(outer) == (1, 3, "points")
        with Run("e", "inner-2") as inner, quiet(range(8)) as steps:
            steps.update(4)
            assert progress(outer) is None


def test_with_runs_of_several_threads_no_bar_is_anybody_s(home):
    done, opened = threading.Event(), threading.Event()

    def other():
        with Run("e", "b"):
            opened.set()
            done.wait(10)

    thread = threading.Thread(target=other)
    with Run("e", "a") as run, quiet(range(8)):
        assert progress(run) == (0, 8, "step")
        thread.start()
        assert opened.wait(10)
        assert progress(run) is None
        done.set()
        thread.join()
        assert progress(run) == (0, 8, "step")


def test_a_bar_that_an_error_has_closed_tells_where_the_run_stopped(home):
    runs = []

    def train():
        with Run("e", "a") as run, quiet(range(200)) as bar:
            runs.append(run)
            for step in bar:
                if step == 100:
                    assert progress(run) == (100, 200, "step"), "as the pump does four times a second"
                if step == 124:
                    raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        train()
    assert card_state(runs[0], 0.0)[0]["stopped"] == "stopped at 124 of 200"


@pytest.mark.parametrize(("last", "said"), [(60, "stopped at about 50 of 100"), (None, "")])
def test_a_bar_that_an_error_took_away_tells_where_it_was_last_seen(home, last, said):
    runs = []

    def train():
        with Run("e", "a") as run:
            runs.append(run)
            for step in quiet(range(100)):
                time.sleep(0.02)
                if step in {0, 50} or (last is None and step == 95):
                    progress(run)
                if step == last:
                    raise ZeroDivisionError
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        train()
    assert card_state(runs[0], 0.0)[0]["stopped"] == said


def test_a_loop_that_was_left_long_before_the_end_says_nothing(home, monkeypatch):
    monkeypatch.setattr(work, "JUST_NOW", 0.0)
    run = Run("e", "a")
    for step in quiet(range(100)):
        progress(run)
        if step == 50:
            break
    run.close("Failed")
    assert card_state(run, 0.0)[0]["stopped"] == ""


def test_hostile_descriptions_are_text_of_limited_length(home):
    with Run("e", "a") as run, quiet(range(3), desc="<img src=x onerror=alert(1)>" * 20):
        label = progress(run)[2]
        assert len(label) <= 24


def test_tqdm_is_neither_imported_nor_changed(tmp_path):
    code = (
        "import sys\nimport sm_track_widgets as sm\n"
        "from sm_track_widgets.widgets.live_state import card_state\n"
        f"home = sm.connect('embedded', path={str(tmp_path)!r})\n"
        "with sm.Run('e', 'a') as run:\n"
        "    card_state(run, 0.0)\n    assert 'tqdm' not in sys.modules\n"
        "    import tqdm\n    bars = tqdm.std.tqdm\n    before = {n: v for n, v in vars(bars).items() if callable(v)}\n"
        "    with tqdm.tqdm(total=3) as bar:\n        assert card_state(run, 0.0)[0]['progress']['total'] == 3\n"
        "    assert all(vars(bars)[name] is value for name, value in before.items())\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr


def test_metrics_that_are_asked_for_come_first_also_on_the_static_card(home, tap):
    with Run("e", "a") as run:
        for name in ("val:auc", "loss", "lr", "grad", "val:loss", "system/cpu_percent"):
            run.log_metric(name, 0.5, step=1)
        card = LiveRun(run, metrics=["lr", "nothing", "val:l*", "system/cpu_percent"])
        shown = [metric["name"] for metric in card._state["metrics"]]
        assert shown[:3] == ["lr", "val:loss", "system/cpu_percent"]
        assert set(shown[3:]) == {"val:auc", "loss", "grad"}
        assert card._state["first"] == 3
    assert "lr" in card.static_text()
    assert "auc" not in card.static_text()
    assert LiveRun(run, metrics="loss")._state["metrics"][0]["name"] == "loss"


def test_a_name_goes_before_a_pattern():
    assert chosen(["a*", "ab", "b"], ["a*"]) == ["a*"]
    assert chosen(["ab", "a", "b"], ["b", "a*", "ab"]) == ["b", "ab", "a"]
