"""Conditions of alerts, and runs that are open when one is set."""

from __future__ import annotations

import math
import statistics

import pytest

from sm_track_widgets._errors import NotFoundError, RunStopped, UsageError
from sm_track_widgets.actions.alerts.condition import Watched, read
from sm_track_widgets.actions.alerts.watching import alert, alerts, clear_alerts
from sm_track_widgets.connection import Connection
from sm_track_widgets.tracking.run import Run


@pytest.fixture(autouse=True)
def _none_left():
    yield
    clear_alerts()


def watched(*values: float) -> Watched:
    made = Watched()
    for value in values:
        made.add(value)
    return made


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("loss > 2", True),
        ("metrics.loss > 2", True),
        ("metrics.loss.last > 3", False),
        ("loss.min < 2 AND loss.max >= 3", True),
        ("loss.count = 3 and loss.avg between 1.9 and 2.1", True),
        ("loss.std > 0.8 AND loss.std < 0.82", True),
        ("loss IN (3, 4)", True),
        ("loss NOT IN (3, 4)", False),
        ("NOT loss > 2", False),
        ("acc > 0", False),
        ("NOT acc > 0", False),
        ("acc < 1 OR loss > 2", True),
        ("acc IS NAN", True),
        ("acc IS NOT NAN", False),
        ("loss IS NAN", False),
        ("nothing IS NAN", False),
        ("metrics.`a b` = 7", True),
        ("status > 0", True),
    ],
)
def test_what_holds(text: str, expected: bool) -> None:
    values = {
        "loss": watched(1, 2, 3), "acc": watched(math.nan), "a b": watched(7), "status": watched(1)
    }  # fmt: skip
    assert read(text).holds(values) is expected


def test_statistics_are_those_of_all_values() -> None:
    values = [0.5, -3.0, 8.25, 2.0, 2.0]
    made = watched(*values, math.nan)
    assert made.statistic("avg") == pytest.approx(statistics.fmean(values))
    assert made.statistic("std") == pytest.approx(statistics.pstdev(values))
    assert [made.statistic(name) for name in ("last", "min", "max", "count")] == [2.0, -3.0, 8.25, 5]
    assert Watched().statistic("last") is None


@pytest.mark.parametrize(
    "text", ["", "loss", "loss = 'x'", "tags.a = 'x'", "loss IS NULL", "loss LIKE 'a'", "a > 1 AND b"]
)
def test_what_is_no_condition(text: str) -> None:
    with pytest.raises(UsageError):
        read(text)


def test_a_run_that_is_open_already_is_looked_at_from_now_on(home: Connection) -> None:
    with Run("e", "r", connection=home) as run:
        run.log_metric("loss", 5, step=0)
        made = alert("loss > 2 AND loss.count > 1")
        run.log_metric("loss", 4, step=1)
        assert made.raised == []
        run.log_metric("loss", 3, step=2)
        run.log_metric("loss", 3, step=3)
        assert made.raised == ["r: loss 3 at step 2"]
    assert run.status == "Completed"


def test_a_loop_that_catches_it_is_told_at_each_point(home: Connection) -> None:
    alert("loss > 2", stop=True)
    run = Run("e", "r", connection=home)
    for step in range(3):
        run.log_metric("loss", step, step=step)
    for step in (3, 4):
        with pytest.raises(RunStopped, match="loss 3 at step 3"):
            run.log_metric("loss", 6 - step, step=step)
    run.log_metric("other", 1)
    run.close()


def test_one_alert_is_taken_out_by_its_text(home: Connection) -> None:
    alert("loss > 2", stop=True)
    kept = alert("loss > 3")
    assert clear_alerts(" loss > 2 ") == 1
    assert alerts() == [kept]
    with Run("e", "r", connection=home) as run:
        run.log_metric("loss", 4)
    assert kept.raised == ["r: loss 4"]
    with pytest.raises(NotFoundError, match="There are: 'loss > 3'"):
        clear_alerts("loss > 2")
