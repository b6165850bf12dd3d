"""`LiveRun` on Python's side, and the thread that pushes."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from run_home import until

from sm_track_widgets.tracking.outbox.progress import Progress
from sm_track_widgets.tracking.run import Run
from sm_track_widgets.widgets import live_run
from sm_track_widgets.widgets.live_run import LiveRun
from sm_track_widgets.widgets.live_state import card_state, trouble, upload
from sm_track_widgets.widgets.pump import Pump


@pytest.fixture
def still(monkeypatch):
    """A pump whose thread never runs: the test ticks."""
    pump = Pump()
    monkeypatch.setattr(pump, "add", lambda _: None)
    monkeypatch.setattr(live_run, "PUMP", pump)
    return pump


def test_the_card_says_what_people_look_for_first(home):
    with Run("e", "a", params={"epochs": 10}, group="sweep") as run:
        for step in range(4):
            run.log_metric("train:loss", 4.0 - step, step=step)
            run.log_metric("validation:auc", step / 10, step=step)
        state, sparks = card_state(run, run.started + 5)
    assert [metric["name"] for metric in state["metrics"]] == ["validation:auc", "train:loss"]
    assert state["metrics"][1]["best"] == 1.0
    assert (state["progress"]["done"], state["progress"]["total"]) == (4, 10)
    assert (state["group"], state["parameters"], state["home"]) == ("sweep", 1, "embedded")
    (first, second) = state["sparks"]
    values = np.frombuffer(sparks, "<f8")
    assert values[second["offset"] // 8 :][4:].tolist() == [4.0, 3.0, 2.0, 1.0]
    assert first["n"] == 4


@pytest.mark.parametrize(
    ("parameters", "steps"),
    [({}, 3), ({"epochs": 2}, 3), ({"epochs": 10, "n_estimators": 5}, 3), ({"epochs": 10}, 0)],
)
def test_progress_is_shown_only_where_it_is_known(home, parameters, steps):
    with Run("e", "a", params=parameters) as run:
        for step in range(steps):
            run.log_metric("loss", 1.0, step=step)
        assert card_state(run, 0.0)[0]["progress"] is None


def test_the_default_group_is_nobody_s_choice(home):
    with Run("e", "a") as run:
        assert card_state(run, 0.0)[0]["group"] == ""


def test_trouble_is_one_sentence_with_what_it_means_for_the_data():
    assert trouble(Progress(waiting=1204, error="service is throttling.")) == (
        "1,204 points waiting: service is throttling, nothing lost"
    )
    assert trouble(Progress(waiting=3)) == ""
    assert trouble(Progress(refused=1)) == "1 record refused by the service, %sm_status says why"


def test_a_large_file_on_its_way_is_named():
    told = upload(Progress(uploading="models/best.pt", upload_done=45_000_000, upload_total=120_000_000))
    assert told == {
        "text": "sending models/best.pt: 45 MB of 120 MB",
        "done": 45_000_000,
        "total": 120_000_000,
    }
    assert upload(Progress()) is None


def test_it_goes_on_while_a_file_is_on_its_way(home, still, tap, monkeypatch):
    with Run("e", "a") as run:
        card = LiveRun(run)
    sent = Progress(uploading="best.pt", upload_done=5, upload_total=10)
    monkeypatch.setattr(run, "progress", lambda *_: sent)
    assert card.tick(run.started + 1)
    sent = Progress(uploading="best.pt", upload_done=6, upload_total=10)
    assert card.tick(run.started + 2)
    assert tap.updates(card)[-1]["_state"]["upload"]["done"] == 6
    sent = Progress(done=True)
    assert not card.tick(run.started + 3)
    assert tap.updates(card)[-1]["_state"]["upload"] is None


def test_it_pushes_what_changed_and_the_end(home, still, tap):
    with Run("e", "a") as run:
        card = LiveRun(run)
        run.log_metric("loss", 1.0, step=0)
        assert card.tick(run.started + 1)
        (update,) = tap.updates(card)
        assert update["_state"]["metrics"][0]["last"] == 1.0
        assert card.tick(run.started + 2)
        assert len(tap.updates(card)) == 1, "nothing new, nothing sent"
    assert not card.tick(run.started + 3)
    assert tap.updates(card)[-1]["_state"]["status"] == "Completed"
    assert repr(card) == "<LiveRun 'a': Completed>"
    assert "Completed" in card.static_text()


def test_with_a_key_the_static_form_is_someone_else_s(home):
    with Run("e", "a") as run:
        card = LiveRun(run, key="abc")
        with pytest.raises(NotImplementedError):
            card._ipython_display_()
        assert card._key == "abc"
    card.finish()
    assert card._state["status"] == "Completed"


def test_a_real_pump_pushes_while_this_thread_is_busy_and_ends_with_the_run(home, monkeypatch):
    pump = Pump(interval=0.02)
    monkeypatch.setattr(live_run, "PUMP", pump)
    with Run("e", "a") as run:
        card = LiveRun(run)
        for step in range(5):
            run.log_metric("loss", float(step), step=step)
        until(lambda: card._state["metrics"] and card._state["metrics"][0]["n"] == 5, 5)
        assert pump.running
    until(lambda: not pump.running, 5)
    assert card._state["status"] == "Completed"


def test_a_widget_that_fails_does_not_take_the_others_with_it():
    ticks: list[float] = []
    done = threading.Event()

    class Bad:
        def tick(self, now: float) -> bool:
            raise RuntimeError("broken")

    class Good:
        def tick(self, now: float) -> bool:
            ticks.append(now)
            if len(ticks) == 3:
                done.set()
            return len(ticks) < 3

    pump = Pump(interval=0.01, clock=lambda: 7.0)
    bad, good = Bad(), Good()
    pump.add(bad)
    pump.add(good)
    assert done.wait(5)
    until(lambda: not pump.running, 5)
    assert ticks == [7.0, 7.0, 7.0]


def test_flush_does_not_wait_for_the_next_round():
    class Once:
        ticked = 0

        def tick(self, now: float) -> bool:
            self.ticked += 1
            return False

    pump = Pump(interval=60)
    once = Once()
    pump._live.add(once)
    pump.flush()
    pump.flush()
    assert once.ticked == 1
