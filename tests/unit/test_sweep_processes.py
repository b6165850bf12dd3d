"""Sweeps in other processes: two workers with one journal of Optuna, workers that die, kernels that are killed."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import psutil
import pytest
import run_home

import sm_track_widgets as sm
from sm_track_widgets import _sdk
from sm_track_widgets import connection as connections
from sm_track_widgets._errors import ConfigError, UsageError
from sm_track_widgets.actions.sweep import packing, pool, repair
from sm_track_widgets.connection import Connection
from sm_track_widgets.reading import runs

once = pytest.mark.skipif((_sdk.version() or (0,))[0] >= 3, reason="no matter of the SDK: runs with 2.x")


@pytest.fixture
def place(tmp_path):
    """A home that another process can open."""
    made = connections.connect("embedded", path=tmp_path / "place")
    yield made
    connections.reset()


def swept(place, fn, space, name="s", **more):
    return sm.sweep(fn, space, name, connection=place, **{"goal": "min:loss", **more})


def workers() -> list[psutil.Process]:
    """The sweep's own; joblib, which scikit-learn trains with, keeps others of its loky."""
    return [one for one in psutil.Process().children() if "loky.backend.popen_loky_posix" in command(one)]


def command(process: psutil.Process) -> list[str]:
    """The command line of a process; none of one that has ended meanwhile."""
    try:
        return process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []


def test_two_workers_share_one_journal_and_prune(place):
    """Both report to it, and ask it what others have reported."""

    def fn(lr, run):
        import os
        import time

        run.log_parameter("pid", os.getpid())
        print("say hush123")
        for step in range(6):
            run.report("loss", lr + 0.1 / (step + 1), step)
            time.sleep(0.02)

    place.settings = dataclasses.replace(place.settings, redact=("hush[0-9]+",))
    space = {"lr": [1, 2, 3, 4, 5, 6, 90, 91, 92, 93]}
    result = swept(place, fn, space, jobs=2, early_stop="median")
    assert {point.params["lr"] for point in result.points if point.pruned} >= {90, 91, 92, 93}
    frame = result.df
    assert frame["params.pid"].nunique() == 2
    assert os.getpid() not in set(frame["params.pid"])
    assert set(frame["group"]) == {"s"}
    import optuna

    storage = optuna.storages.JournalStorage(
        optuna.storages.journal.JournalFileBackend(str(place.settings.path / "sweeps" / "default-s.journal"))
    )
    states = [trial.state.name for trial in optuna.load_study(study_name="default-s", storage=storage).trials]
    assert (states.count("COMPLETE"), states.count("PRUNED")) == (
        result.counts["completed"],
        result.counts["pruned"],
    )
    assert workers() == []
    said = {point.output for point in result.points}
    assert all(text.startswith("say ") and "hush123" not in text for text in said), "patterns go along"


@once
def test_autolog_goes_along(place):
    pytest.importorskip("sklearn")

    def fn(c):
        from sklearn.linear_model import LogisticRegression

        LogisticRegression(C=c).fit([[0.0], [1.0]], [0, 1])

    sm.autolog("sklearn")
    try:
        result = swept(place, fn, {"c": [0.5]}, jobs=2)
    finally:
        sm.autolog("sklearn", on=False)
    assert result.df.loc[0, "params.C"] == 0.5


@once
def test_a_worker_that_dies_is_a_failed_point_and_resume_finishes(place, tmp_path):
    """It says why; the other points are not harmed, and the next call does what is missing."""
    marker = tmp_path / "died"

    def fn(lr, run):
        import os
        from pathlib import Path

        run.log_metric("loss", lr)
        if lr == 2 and not Path(marker).exists():
            Path(marker).touch()
            os._exit(3)

    with sm.Run("default", "s-p2", connection=place):  # the point cannot have this name
        result = swept(place, fn, {"lr": [1, 2, 3, 4]}, jobs=2, continue_on_error=True)
        assert result.counts == {"completed": 3, "pruned": 0, "failed": 1, "stopped": 0}
        assert run_home.component(place, "default-s-p2")["Status"]["PrimaryStatus"] == "InProgress"
    state = run_home.component(place, "default-s-p2-2")["Status"]
    assert (state["PrimaryStatus"], state["Message"]) == (
        "Failed",
        "Its worker gave no answer: its process ended (EXIT(3))",
    )
    (series,) = place.read_series([("default-s-p2-2", "loss")])
    assert list(series.values) == [2.0], "what it had logged is there"
    result = swept(place, fn, {"lr": [1, 2, 3, 4]}, jobs=2, resume=True)
    assert (result.found, result.counts["completed"]) == (3, 4)


@once
def test_an_error_in_a_worker_is_raised_here_with_its_traceback(place):
    def fn(lr):
        class OwnError(Exception):
            def __reduce__(self):
                raise TypeError("stays")

        raise OwnError("here") if lr == 2 else LookupError(f"no {lr}")

    with pytest.raises(LookupError, match="no 1") as caught:
        swept(place, fn, {"lr": [1]}, jobs=2)
    shown = str(caught.value.__cause__)
    assert "in fn" in shown
    assert "one_point" not in shown, "what of ours has called it is left out"
    assert run_home.component(place, "default-s-p1")["Status"]["Message"] == "LookupError: no 1"
    with pytest.raises(sm.TrackError, match="Point 't-p1' failed: OwnError: here"):  # it cannot travel
        swept(place, fn, {"lr": [2]}, "t", jobs=2)


KILLED = """
    import os, sys, time
    import sm_track_widgets as sm
    sm.connect("embedded", path=sys.argv[1])
    def fn(lr, run):
        run.log_metric("loss", lr)
        with open(sys.argv[2], "a") as file:
            file.write(f"{lr}\\n")
        if lr == 3 and sys.argv[3] == "hang":
            time.sleep(600)
    result = sm.sweep(fn, {"lr": [1, 2, 3, 4, 5]}, "s", goal="min:loss", resume=True, jobs=int(sys.argv[4]))
    print(result.found, result.counts["completed"], len(result.df), result.best_params)
"""


@once
@pytest.mark.parametrize(("jobs", "whole"), [("1", False), ("2", True)])
def test_a_killed_sweep_goes_on_without_repeating_a_finished_point(tmp_path, monkeypatch, jobs, whole):
    """kill -9 of the process alone, whose sender ends its runs, and of all its processes, where nobody does.

    While it lives, nobody else goes on with it.
    """
    seen, home = tmp_path / "seen", tmp_path / "home"
    seen.touch()

    def command(how):
        return [sys.executable, "-c", textwrap.dedent(KILLED), str(home), str(seen), how, jobs]

    killed = subprocess.Popen(command("hang"), start_new_session=True)
    run_home.until(lambda: "3" in seen.read_text().split(), 60)
    if jobs == "2":
        run_home.until(lambda: len(seen.read_text().split()) == 5, 60)
    place = connections.Connection.rebuild(connections.connect("embedded", path=home).describe())
    connections.reset()
    if jobs == "1":
        monkeypatch.setattr(repair, "PATIENCE", 0.3)
        with pytest.raises(UsageError, match=f"Sweep 's' is going on in process {killed.pid}: 2 of its"):
            swept(place, lambda lr: lr, {"lr": [1]}, resume=True)
    children = psutil.Process(killed.pid).children(recursive=True)
    killed.kill()
    if whole:
        for child in children:
            child.kill()
    killed.wait()
    before = seen.read_text().split()
    done = subprocess.run(command("go"), capture_output=True, text=True, timeout=120, check=False)
    found = len(before) - 1
    assert done.stdout.strip() == f"{found} 5 5 {{'lr': 1}}", done.stderr
    after = seen.read_text().split()[len(before) :]
    assert sorted(after) == sorted({"1", "2", "3", "4", "5"} - (set(before) - {"3"}))
    frame = runs("default", "parent = 'default-s'", archived=True, connection=place)
    assert sorted(frame["status"]) == ["Completed"] * 5 + ["Stopped"]
    assert run_home.component(place, "default-s")["Status"]["PrimaryStatus"] == "Completed"


def test_an_executor_of_threads_keeps_the_connection(home: Connection):
    with concurrent.futures.ThreadPoolExecutor(3) as threads:
        result = swept(
            home, lambda lr, run: run.log_metric("loss", lr), {"lr": [1, 2, 3, 4]}, executor=threads
        )
        assert result.counts["completed"] == 4
        assert threads.submit(int).result() == 0, "it is the user's, and not shut down"


def test_an_interrupt_reaches_threads(home: Connection):
    with concurrent.futures.ThreadPoolExecutor(2) as threads, pytest.raises(KeyboardInterrupt):
        swept(home, Endless(), {"lr": [1, 2, 3]}, executor=threads)
    assert set(run_home.components(home).values()) == {"Stopped"}


class Endless:
    """Ends by an interrupt only."""

    def __call__(self, lr, run):
        if lr == 2:
            os.kill(os.getpid(), signal.SIGINT)
        while True:
            time.sleep(0.01)


def test_what_cannot_be_sent_is_named(place):
    lock = threading.Lock()
    with pytest.raises(
        UsageError, match=r"The variable 'lock' \(_thread.lock\) cannot be sent.*Make lock inside"
    ):
        swept(place, lambda lr: lock, {"lr": [1]}, jobs=2)
    assert run_home.components(place) == {}


def test_a_connection_that_others_cannot_make_is_told(home: Connection):
    with pytest.raises(UsageError, match="Another process cannot make this connection"):
        swept(home, lambda lr: lr, {"lr": [1]}, jobs=2)


@pytest.mark.parametrize(
    ("asked", "told"),
    [({"jobs": 0}, "jobs is a whole number from 1"), ({"executor": 3}, "executor has no submit")],
)
def test_a_mistake_is_one_line(place, asked, told):
    with pytest.raises(UsageError, match=told):
        swept(place, lambda lr: lr, {"lr": [1]}, **asked)


@pytest.mark.parametrize(("module", "what"), [(pool, "loky"), (packing, "cloudpickle")])
def test_what_is_not_installed_is_told(place, monkeypatch, module, what):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(module.importlib, "import_module", missing)
    with pytest.raises(
        ConfigError, match=r"not installed. Install it: %pip install 'sm-track-widgets\[sweep\]'"
    ):
        module._dumps() if what == "cloudpickle" else module.loky()


@once
def test_dask_runs_points_on_a_local_cluster(place):
    distributed = pytest.importorskip("distributed")
    import dask

    def fn(lr, run):
        import os

        run.log_parameter("pid", os.getpid())
        run.log_metric("loss", lr)
        if lr == 3:
            raise ValueError("three")

    with (
        dask.config.set({"distributed.worker.daemon": True}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        result = swept(
            place, fn, {"lr": [1, 2, 3, 4]}, executor=client.get_executor(), jobs=2, continue_on_error=True
        )
    assert result.counts == {"completed": 3, "pruned": 0, "failed": 1, "stopped": 0}
    assert result.best_params == {"lr": 1}
    assert os.getpid() not in set(result.df["params.pid"])
    assert run_home.component(place, "default-s-p3")["Status"]["Message"] == "ValueError: three"
