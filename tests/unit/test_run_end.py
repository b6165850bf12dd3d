"""How a run ends, and what it keeps of its cell."""

from __future__ import annotations

import asyncio
import gc
import math
import os
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import run_home
from run_home import captured, points, stored

from sm_track_widgets._errors import RunStopped, TrackError, UsageError
from sm_track_widgets.connection import Connection
from sm_track_widgets.tracking import registry
from sm_track_widgets.tracking.run import Run


def ended(home: Connection, error: BaseException, body: Callable[[Run], object]) -> Run:
    """Return a run whose ``with`` block did `body` and then raised `error`, which came out as it was."""
    run = Run("e", connection=home)

    def block() -> None:
        with run:
            body(run)
            raise error

    with pytest.raises(type(error)) as caught:
        block()
    assert caught.value is error
    return run


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (ValueError("x" * 2000), "Failed", "ValueError: " + "x" * 1011 + "…"),
        (ValueError("token=abc123"), "Failed", "ValueError: token=[redacted]"),
        (KeyboardInterrupt(), "Stopped", "KeyboardInterrupt"),
        (asyncio.CancelledError(), "Stopped", "CancelledError"),
        (SystemExit(0), "Completed", ""),
        (SystemExit(2), "Failed", "SystemExit: 2"),
    ],
)
def test_the_end_of_the_body(home: Connection, error: BaseException, status: str, message: str) -> None:
    run = ended(home, error, lambda run: run.log_metric("m", 1.0))
    told = stored(run)["Status"]
    assert told["PrimaryStatus"] == run.status == status
    assert told.get("Message", "") == run.message == message
    assert points(run, "m") == [(-1, 1.0)]


def test_the_users_error_is_never_replaced(home: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    error = KeyError("mine")

    def broken(*_: Any) -> bool:
        raise KeyboardInterrupt

    run = ended(home, error, lambda run: monkeypatch.setattr(run._outbox, "wait", broken))
    assert error.__context__ is None
    assert any("KeyboardInterrupt" in line for line in run.warnings)
    run_home.until(lambda: stored(run)["Status"]["PrimaryStatus"] == "Failed")


def test_closing_twice_and_writing_to_a_closed_run(home: Connection, tmp_path: Path) -> None:
    run = Run("e", "r", connection=home)
    run.log_metric("m", 1.0)
    run.close("Stopped", "enough\nfor today")
    run.close("Failed")
    assert stored(run)["Status"] == {"PrimaryStatus": "Stopped", "Message": "enough for today"}
    for write in (
        lambda: run.log_metric("m", 1.0),
        lambda: run.log_metric("m", math.nan),
        lambda: run.log_metric("new", 1.0),
        lambda: run.log_parameter("p", 1),
        lambda: run.log_artifact("a", "v"),
        lambda: run.log_file(__file__),
        lambda: run.log_confusion_matrix([0], [0]),
        lambda: run.set_tag("a", 1),
        lambda: run.capture("x"),
        run.__enter__,
    ):
        with pytest.raises(UsageError, match="closed"):
            write()
    assert run.parameters == {}
    assert list(run.live.envelope("m")[1]) == [1.0]
    assert "Stopped" in repr(run)


def test_an_impossible_status_leaves_the_run_open(home: Connection) -> None:
    run = Run("e", connection=home)
    with pytest.raises(UsageError, match="'Failed'"):
        run.close("Faild")  # type: ignore[arg-type]
    assert run.status == "InProgress"
    run.close("Failed")


def test_a_body_that_cannot_be_pickled_says_so(home: Connection) -> None:
    with Run("e", connection=home) as run, pytest.raises(UsageError, match="load_run"):
        pickle.dumps(run)


def test_source_output_and_error_are_kept(home: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    before = sys.stdout.write

    def body(run: Run) -> None:
        run.capture('password = "hunter2"', output=True)
        print("epoch 1")
        assert run.log_tail() == "epoch 1"

    run = ended(home, ZeroDivisionError("division by zero"), body)
    assert sys.stdout.write == before
    document = captured(run)
    assert document["source"] == 'password = "[redacted]"'
    assert document["output"] == "epoch 1\n"
    assert document["exception"]["type"] == "ZeroDivisionError"
    assert capsys.readouterr().out == "epoch 1\n"


def test_a_capture_that_cannot_be_written_does_not_hinder_the_end(home: Connection) -> None:
    with Run("e", connection=home) as run:
        run.capture("source")
        spool = home.settings.path / "spool"
        spool.write_text("a file where the folder should be")
    assert stored(run)["Status"]["PrimaryStatus"] == "Completed"
    assert "not kept" in run.warnings[0]


def test_a_forked_child_does_not_write_into_the_run(home: Connection) -> None:
    with Run("e", connection=home) as run:
        run.log_metric("m", 1.0, step=0)
        child = os.fork()
        if child == 0:
            try:
                run.log_metric("m", 2.0, step=1)
            except TrackError:
                os._exit(7)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        run.log_metric("m", 3.0, step=2)
    assert points(run, "m") == [(0, 1.0), (2, 3.0)]


def test_closed_runs_are_let_go(home: Connection) -> None:
    import weakref

    run = Run("e", connection=home)
    run.close()
    held = weakref.ref(run)
    del run
    gc.collect()
    assert held() is None
    assert registry.open_runs() == []


def test_who_watches_the_points_can_end_the_run(home: Connection) -> None:
    seen: list[tuple[str, int | None, float]] = []

    def told(name: str, step: int | None, _: float, value: float) -> None:
        seen.append((name, step, value))
        if value > 1:
            raise RunStopped("loss is over 1")

    run = Run("e", "r", connection=home)
    run.watch(told)

    def body() -> None:
        with run:
            for step in range(10):
                run.log_metric("loss", step / 2, step=step)

    with pytest.raises(RunStopped):
        body()
    assert seen == [("loss", 0, 0.0), ("loss", 1, 0.5), ("loss", 2, 1.0), ("loss", 3, 1.5)]
    assert stored(run)["Status"] == {"PrimaryStatus": "Stopped", "Message": "loss is over 1"}
    assert points(run, "loss")[-1] == (3, 1.5)


def test_gaps_are_seen_too(home: Connection) -> None:
    seen: list[float] = []
    with Run("e", "r", connection=home) as run:
        run.watch(lambda _name, _step, _time, value: seen.append(value))
        run.log_metric("loss", float("inf"), step=0)
        run.log_metric("loss", 1, step=1)
    assert math.isnan(seen[0])
    assert seen[1:] == [1.0]
