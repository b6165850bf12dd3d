"""Sweeps in this process: points, runs, ends, going on."""

from __future__ import annotations

import math

import numpy as np
import pytest
import run_home

import sm_track_widgets as sm
from sm_track_widgets import _progress
from sm_track_widgets._errors import NotFoundError, PointStopped, RunStopped, UsageError
from sm_track_widgets.actions.cleanup.archive import restore_runs
from sm_track_widgets.connection import Connection
from sm_track_widgets.reading import runs
from sm_track_widgets.tracking.run import Run, open_runs

GRID = {"lr": [0.1, 0.2], "depth": "int(1, 3)"}


def train(lr, depth, run):
    for step in range(3):
        run.log_metric("val_loss", lr * depth / (step + 1), step=step)


async def waits(lr, depth):
    return lr * depth


@pytest.fixture
def swept(home: Connection):
    """Sweep in a home of its own."""

    def run(fn=train, space=GRID, name="s", **more):
        return sm.sweep(fn, space, name, connection=home, **{"goal": "min:val_loss", **more})

    return run


def test_every_point_is_a_run_of_one_group_and_a_child_of_the_sweeps_run(swept, home):
    result = swept(tags={"team": "x"}, notes="a note", experiment="exp")
    frame = result.df
    assert len(frame) == 6
    assert set(frame["group"]) == {"s"}
    assert set(frame["status"]) == {"Completed"}
    assert set(frame["tags.team"]) == {"x"}
    children = runs("exp", "parent = 'exp-s'", connection=home)
    assert set(children["run"]) == {f"s-p{number}" for number in range(1, 7)}
    own = run_home.component(home, "exp-s")
    assert own["Status"]["PrimaryStatus"] == "Completed"
    assert (
        own["Parameters"]
        | {
            "sweep.method": "grid",
            "sweep.space": "lr=0.1,0.2 depth=int(1,3)",
            "sweep.points": 6.0,
            "sweep.goal": "min:val_loss",
            "sweep.best_run": "s-p1",
            "sweep.best_params": '{"lr": 0.1, "depth": 1}',
            "sweep.completed": 6.0,
        }
        == own["Parameters"]
    )
    assert (result.best.run, result.best_params) == ("s-p1", {"lr": 0.1, "depth": 1})
    assert frame["run"][0] == "s-p1", "the best first"
    assert frame["params.depth"].tolist()[0] == 1
    assert repr(result).startswith("Sweep 's' in 'exp': Completed, 6 of 6 points, ")
    assert "best val_loss: 0.0333333  s-p1  lr=0.1, depth=1" in repr(result)


def test_functions_are_called_with_what_they_take(swept):
    seen = []
    swept(lambda lr, depth: seen.append((lr, depth)) or lr * depth, name="plain")
    assert len(seen) == 6
    result = swept(lambda params: {"val_loss": params["lr"], "auc": 0.5}, name="dict")
    assert result.best.value == 0.1
    assert set(result.df["metrics.auc.last"]) == {0.5}
    result = swept(lambda **given: given["run"].log_metric("val_loss", given["lr"]), name="open")
    assert result.counts["completed"] == 6


@pytest.mark.parametrize(
    ("fn", "told"),
    [
        (lambda lr: lr, "takes no argument 'depth'. It takes: lr"),
        (lambda lr, dept: lr, "takes no argument 'depth'. Did you mean 'dept'"),
        (lambda lr, depth, other: lr, "needs 'other', which the space does not have"),
        (3, "A sweep runs a function, and 3 is none"),
        (waits, "waits.. does not run when it is called: it is async"),
    ],
)
def test_a_function_that_does_not_fit_is_told_before_anything_runs(swept, home, fn, told):
    with pytest.raises(UsageError, match=told):
        swept(fn)
    assert run_home.components(home) == {}


def test_a_name_of_some_points_only_needs_a_default(swept):
    space = {"kind": ["tree", "linear"], "depth": "int(1,2) if kind=tree"}
    with pytest.raises(UsageError, match="needs 'depth', which only some points have"):
        swept(lambda kind, depth: 1, space)
    result = swept(lambda kind, depth=0: depth, space)
    assert sorted(point.params.get("depth", 0) for point in result.points) == [0, 1, 2]


def test_a_failure_ends_the_sweep_and_is_raised_at_its_end(swept, home):
    def bad(lr, depth):
        return 1 / (depth - 2)

    with pytest.raises(ZeroDivisionError) as caught:
        swept(bad)
    result = caught.value.sweep_result
    assert result.counts == {"completed": 1, "pruned": 0, "failed": 1, "stopped": 0}
    assert (result.status, "ZeroDivisionError" in result.message) == ("Failed", True)
    found = run_home.components(home)
    assert found == {"default-s": "Failed", "default-s-p1": "Completed", "default-s-p2": "Failed"}


def test_continue_on_error_and_max_failures(swept, home):
    def bad(lr, depth):
        return 1 / (depth - 2)

    result = swept(bad, continue_on_error=True)
    assert (result.counts["completed"], result.counts["failed"]) == (4, 2)
    assert (result.status, result.message) == ("Completed", "2 of 6 points failed")
    result = swept(lambda lr, depth: 1 / 0, name="t", continue_on_error=True, max_failures=3)
    assert (result.counts["failed"], result.status) == (3, "Failed")
    with pytest.raises(ZeroDivisionError):
        swept(lambda lr, depth: 1 / 0, name="u", max_failures=2)
    assert len(runs("default", "parent = 'default-u'", connection=home)) == 2


def test_resume_leaves_finished_points_and_tries_the_others_again(swept, home):
    seen = []

    def fails_once(lr, depth):
        seen.append((lr, depth))
        if len(seen) in {2, 4}:
            raise ValueError("once")
        return lr * depth

    result = swept(fails_once, continue_on_error=True)
    assert result.counts["failed"] == 2
    result = swept(fails_once, {"depth": [3, 2, 1], "lr": (0.1, 0.2, 0.3)}, resume=True)
    assert len(seen) == 6 + 2 + 3
    assert (result.found, result.counts["completed"], len(result.df)) == (4, 9, 9)
    assert result.best_params == {"depth": 1, "lr": 0.1}
    assert "9 of 9 points, 4 found finished" in repr(result)
    statuses = runs("default", "parent = 'default-s'", connection=home, archived=True)["status"]
    assert sorted(statuses) == ["Completed"] * 9 + ["Failed"] * 2, "earlier attempts are archived, not lost"
    assert restore_runs(experiment="default", connection=home).runs == (), "what stands for them is there"
    swept(fails_once, resume=True)
    assert len(seen) == 11, "nothing is left to do"


def test_resume_needs_a_name_and_begins_where_there_is_nothing(swept):
    with pytest.raises(UsageError, match="Which sweep is to go on"):
        swept(name=None, resume=True)
    assert swept(resume=True).counts["completed"] == 6


def test_a_second_sweep_of_the_name_gets_a_number(swept):
    swept()
    result = swept()
    assert (result.run, result.group) == ("s-2", "s-2")
    assert set(result.df["run"]) == {f"s-2-p{number}" for number in range(1, 7)}


def test_an_interrupt_stops_the_point_and_the_sweep(swept, home):
    def interrupted(lr, depth, run):
        run.log_metric("val_loss", 1.0)
        if depth == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        swept(interrupted)
    assert run_home.components(home) == {
        "default-s": "Stopped",
        "default-s-p1": "Completed",
        "default-s-p2": "Stopped",
    }
    assert open_runs() == []
    assert caught.value.sweep_result.counts["stopped"] == 1
    result = swept(resume=True)
    assert (result.found, result.counts["completed"]) == (1, 6)


@pytest.mark.parametrize("method", ["random", "bayes"])
def test_chosen_points_repeat_with_the_seed_and_go_on(swept, method):
    space = {"lr": "log(1e-3, 1)", "depth": "int(1, 9)", "kind": ["a", "b"], "width": "float(0,1) if kind=b"}

    def fn(lr, depth, kind, width=0.0):
        return lr * depth + width

    one, other = (swept(fn, space, name, method=method, n=6, seed=3) for name in ("one", "other"))
    assert [point.params for point in one.points] == [point.params for point in other.points]
    assert all(("width" in point.params) == (point.params["kind"] == "b") for point in one.points)
    longer = swept(fn, space, "one", method=method, n=9, seed=3, resume=True)
    assert (longer.found, longer.counts["completed"]) == (6, 9)
    assert len({str(sorted(point.params.items())) for point in longer.points}) == 9


def test_a_failed_random_point_is_tried_again(swept):
    seen = []

    def fn(lr):
        seen.append(lr)
        if len(seen) == 2:
            raise ValueError("once")
        return lr

    swept(fn, {"lr": "float(0, 1)"}, method="random", n=4, continue_on_error=True)
    result = swept(fn, {"lr": "float(0, 1)"}, method="random", n=4, resume=True)
    assert len(seen) == 5
    assert seen[4] == pytest.approx(seen[1])
    assert result.counts["completed"] == 4


def test_a_finite_space_ends_by_itself(swept):
    result = swept(lambda a: a, {"a": [1, 2, 3]}, method="random", n=50, seed=0)
    assert sorted(point.params["a"] for point in result.points) == [1, 2, 3]
    assert "The space has no further points." in result.notes


@pytest.mark.parametrize("early_stop", ["median", "asha"])
def test_early_stop_ends_bad_points_as_pruned(swept, home, early_stop):
    reached = {}

    def fn(lr, run):
        for step in range(8):
            reached[lr] = step
            run.report("val_loss", lr + 1 / (step + 1), step)

    result = swept(fn, {"lr": [0.1, 0.2, 0.3, 0.1001, 0.2001, 5.0, 6.0, 7.0]}, early_stop=early_stop)
    pruned = [point for point in result.points if point.pruned]
    assert {5.0, 6.0, 7.0} <= {point.params["lr"] for point in pruned}
    assert reached[7.0] < 7, "it was stopped in the middle"
    state = run_home.component(home, pruned[-1].component)["Status"]
    assert state["PrimaryStatus"] == "Stopped"
    assert state["Message"].startswith("pruned: val_loss ")
    assert result.best_params == {"lr": 0.1}
    assert swept(fn, {"lr": [0.1, 0.2, 0.3, 0.1001, 0.2001, 5.0, 6.0, 7.0]}, resume=True).found == 8


def test_log_metric_of_the_goal_stops_too_and_of_others_does_not(swept):
    def fn(lr, run):
        for step in range(5):
            run.log_metric("other", lr, step=step)
            run.log_metrics({"val_loss": lr}, step=step)

    result = swept(fn, {"lr": [1, 1.1, 1.2, 1.3, 1.4, 9.0]}, early_stop="median")
    assert result.points[-1].pruned
    assert not result.points[0].pruned


def test_a_value_that_is_no_number_is_pruned(swept):
    result = swept(
        lambda lr, run: [run.report("val_loss", lr, step) for step in range(3)],
        {"lr": [1, 2, 3, 4, 5, math.nan]},
        early_stop="median",
    )
    assert result.points[-1].pruned


def test_report_outside_a_sweep_logs(home):
    with Run("exp", "r", connection=home) as run:
        for step in range(3):
            run.report("loss", 1.0, step)
    assert run_home.points(run, "loss") == [(0, 1.0), (1, 1.0), (2, 1.0)]
    with pytest.raises(PointStopped), Run("exp", "q", connection=home) as run:
        raise PointStopped("")
    assert run_home.component(home, "exp-q")["Status"] == {"PrimaryStatus": "Stopped", "Message": "pruned"}


def test_limits_of_number_and_time(swept):
    assert len(swept(n=4).points) == 4
    result = swept(name="short", time_limit=1e-6)
    assert (len(result.points), result.status) == (0, "Completed")
    assert result.notes == ["It ended early: the time limit of 1e-06 s was reached."]


def test_without_a_value_nothing_is_the_best(swept):
    result = swept(lambda lr, depth, run: run.log_metric("val_los", 1.0))
    assert result.best is None
    assert result.notes == ["6 completed points logged no 'val_loss'. Did you mean 'val_los'?"]
    with pytest.raises(NotFoundError, match="Did you mean 'val_los'"):
        _ = result.best_params
    result = swept(name="aimless", goal=None)
    with pytest.raises(UsageError, match="has no goal"):
        _ = result.best
    assert len(result.df) == 6


def test_parameters_keep_their_values(swept):
    space = [{"a": "1", "b": None}, {"a": True, "b": (1, 2)}, {"a": "<b>x</b>", "b": {"k": [1]}}]
    seen = []
    swept(lambda a, b: seen.append({"a": a, "b": b}), space)
    assert seen == space
    assert swept(lambda a, b: 1, space, resume=True).found == 3


def test_a_bar_tells_how_far_it_is(swept):
    told = []

    class Bar:
        def show(self, done, total, note=""):
            told.append((done, total, note))

        def clear(self):
            told.append("cleared")

    _progress.install(lambda doing: told.append(doing) or Bar())
    try:
        swept()
    finally:
        _progress.uninstall()
    assert (told[0], told[1], told[-1]) == ("Sweeping", (0, 6, ""), "cleared")
    assert told[-2] == (6, 6, "best 0.033333")
    done, total, note = told[3]
    assert (done, total) == (2, 6)
    assert note.startswith("about ")
    assert note.endswith(" s left, best 0.033333")


def test_a_run_that_is_told_to_end_is_stopped_and_the_sweep_goes_on(swept, home):
    def fn(lr, depth, run):
        if depth == 2:
            raise RunStopped("val_loss > 2")
        run.log_metric("val_loss", lr)

    result = swept(fn)
    assert result.counts == {"completed": 4, "pruned": 0, "failed": 0, "stopped": 2}
    assert run_home.component(home, "default-s-p2")["Status"] == {
        "PrimaryStatus": "Stopped",
        "Message": "val_loss > 2",
    }


def test_what_a_point_prints_is_kept_with_it(swept, capsys):
    result = swept(lambda lr, depth: print("depth", depth))
    assert result.points[1].output.strip() == "depth 2"


def test_both_homes_keep_and_resume_a_sweep(place):
    seen = []

    def fn(lr, run):
        seen.append(lr)
        if len(seen) == 2:
            raise ValueError("once")
        run.log_metric("val_loss", lr, step=0)

    with pytest.raises(ValueError, match="once"):
        sm.sweep(fn, {"lr": [0.1, 0.2, 0.3]}, "s", goal="min:val_loss", connection=place)
    result = sm.sweep(fn, {"lr": [0.1, 0.2, 0.3]}, "s", goal="min:val_loss", connection=place, resume=True)
    assert (result.found, result.counts["completed"], seen) == (1, 3, [0.1, 0.2, 0.2, 0.3])
    assert result.df["metrics.val_loss.last"].tolist() == [0.1, 0.2, 0.3]
    states = run_home.components(place)
    assert states.pop("default-s-p2") == "Failed"
    assert set(states.values()) == {"Completed"}


def test_a_group_of_another_experiment_is_not_mixed_with(swept):
    swept(experiment="one")
    result = swept(experiment="two")
    assert (result.group, len(result.df)) == ("two-s", 6)


def test_a_training_that_autolog_logs_is_stopped_early(swept):
    xgboost = pytest.importorskip("xgboost")
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 4))
    data = xgboost.DMatrix(x, x[:, 0] > 0)

    def fn(eta, run):
        from sm_track_widgets.tracking.autolog import autolog_while

        autolog_while(run, ("xgboost",))
        settings = {"eta": eta, "objective": "binary:logistic", "nthread": 1}
        xgboost.train(settings, data, 10, evals=[(data, "train")], verbose_eval=False)

    result = swept(
        fn, {"eta": [0.3, 0.31, 0.32, 0.33, 0.34, 1e-5]}, goal="min:train-logloss", early_stop="median"
    )
    last = result.points[-1]
    assert last.pruned, (last.status, last.message, last.metrics)
    (series,) = result.connection.read_series([(last.component, "train-logloss")])
    assert len(series.values) < 10
