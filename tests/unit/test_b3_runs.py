"""Weaknesses of the SDK's Run that ours does not have: several runs, and the same one again (numbers 8 to 12).

Results are read back by boto3; tests/sdk/test_b3_by_sdk.py asks the SDK itself.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from run_home import DENIED, components, fault, stored, told_metrics, told_points, until

from sm_track_widgets._errors import ServiceRefusedError, UsageError
from sm_track_widgets.connection import Connection
from sm_track_widgets.tracking.run import Run, current_run, load_run, open_runs


def test_b3_08_a_refused_open_hinders_no_later_run(place: Connection) -> None:
    with fault(place, "CreateTrialComponent", DENIED):
        with pytest.raises(ServiceRefusedError):
            Run("exp", "refused", resume="never", connection=place)
        with Run("exp", "kept", connection=place) as kept:
            kept.log_metric("m", 1.0, step=0)
    assert open_runs() == []
    with Run("exp", "fine", connection=place) as run:
        run.log_metric("m", 1.0, step=0)
    assert stored(run)["Status"]["PrimaryStatus"] == "Completed"
    assert "exp-refused" not in components(place)


def test_b3_09_runs_inside_of_runs(place: Connection) -> None:
    with Run("exp", "outer", connection=place) as outer:
        with Run("exp", "inner", connection=place) as inner:
            inner.log_metric("m", 2.0, step=0)
        outer.log_metric("m", 1.0, step=0)
        assert current_run() is outer
    assert components(place) == {"exp-outer": "Completed", "exp-inner": "Completed"}
    assert (told_points(outer, "m"), told_points(inner, "m")) == ([(0, 1.0)], [(0, 2.0)])


def test_b3_09_runs_in_threads_at_once(place: Connection) -> None:
    together = threading.Barrier(6)

    def train(number: int) -> Run:
        with Run("exp", f"r{number}", connection=place) as run:
            together.wait(30)  # all six are open now
            for step in range(20):
                load_run().log_metric("m", float(number), step=step)
        return run

    with ThreadPoolExecutor(6) as threads:
        runs = list(threads.map(train, range(6)))
    assert components(place) == {f"exp-r{number}": "Completed" for number in range(6)}
    for number, run in enumerate(runs):
        assert told_points(run, "m") == [(step, float(number)) for step in range(20)]


def test_b3_10_load_run_does_not_end_the_run_around_it(place: Connection) -> None:
    with Run("exp", "r", connection=place) as run:
        for loaded in (load_run(), load_run("r", "exp", connection=place)):
            with loaded:
                loaded.log_metric("m", 1.0)
            told = stored(run)
            assert told["Status"]["PrimaryStatus"] == "InProgress"
            assert "EndTime" not in told
        run.log_metric("m", 2.0, step=5)
    assert stored(run)["Status"]["PrimaryStatus"] == "Completed"
    assert told_metrics(run)["m"]["Count"] == 3


def test_b3_10_another_connection_to_the_same_place_finds_it_too(tmp_path, monkeypatch) -> None:
    import run_home

    first, second = run_home.embedded(tmp_path), run_home.embedded(tmp_path)
    with Run("exp", "r", connection=first) as run:
        with load_run("r", "exp", connection=second) as loaded:
            assert loaded is run
        assert stored(run)["Status"]["PrimaryStatus"] == "InProgress"
    elsewhere = run_home.embedded(tmp_path / "elsewhere")
    with Run("exp", "r", connection=first) as run, Run("exp", "r", connection=elsewhere) as other:
        assert load_run("r-2", "exp", connection=second) is run
        assert load_run("r", "exp", connection=elsewhere) is other


def test_b3_10_a_run_that_is_open_here_is_not_opened_twice(place: Connection) -> None:
    with Run("exp", "r", connection=place) as run:
        for resume in ("allow", "must"):
            with pytest.raises(UsageError, match="is open in this process already"):
                Run("exp", "r", resume=resume, connection=place)  # type: ignore[arg-type]
        assert open_runs() == [run]
        assert stored(run)["Status"]["PrimaryStatus"] == "InProgress"
    Run("exp", "r", resume="must", connection=place).close()


def test_b3_11_the_same_name_again_mixes_nothing_and_says_so(place: Connection) -> None:
    runs: list[Run] = []
    for value in (1.0, 2.0):
        with Run("exp", "r", params={f"p{value}": value}, connection=place) as run:
            for step in range(3):
                run.log_metric("m", value, step=step)
        runs.append(run)
    first, second = runs
    assert told_points(first, "m") == [(step, 1.0) for step in range(3)]
    assert told_points(second, "m") == [(step, 2.0) for step in range(3)]
    assert stored(first)["Parameters"] == {"p1.0": 1.0}
    assert stored(second)["Parameters"]["p2.0"] == 2.0
    assert "p1.0" not in stored(second)["Parameters"]
    assert stored(second)["StartTime"] > stored(first)["StartTime"]
    assert "r-2" in second.warnings[0]


def test_b3_12_two_runs_whose_names_join_to_the_same(place: Connection) -> None:
    with Run("a-b", "c", connection=place) as first:
        first.log_metric("m", 1.0, step=0)
    with Run("a", "b-c", connection=place) as second:
        second.log_metric("m", 2.0, step=0)
    for resume in ("allow", "never"):
        with (
            Run("a", f"b-c-{resume}", connection=place),
            Run("a-b", f"c-{resume}", connection=place) as third,
        ):
            assert third.ref.component != f"a-b-c-{resume}"
        with Run("a-b", "c", resume="allow", connection=place) as again:
            assert again.ref.component == first.ref.component
    assert first.ref.component != second.ref.component
    assert told_points(first, "m") == [(0, 1.0)]
    assert told_points(second, "m") == [(0, 2.0)]
    for run in (first, second):
        trials = place.client("sagemaker").list_trials(TrialComponentName=run.ref.component)["TrialSummaries"]
        assert [trial["TrialName"] for trial in trials] == [run.run_group_name]
    until(lambda: set(components(place).values()) == {"Completed"})
