"""System metrics of runs: sampled at once, in turn, and once more at the end, whatever happens to the sensors."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest
from run_home import until

from sm_track_widgets._errors import UsageError
from sm_track_widgets.tracking.run import Run
from sm_track_widgets.tracking.system import sampler as system
from sm_track_widgets.tracking.system.sampler import sample_system

LEVELS = {"memory_mb", "memory_percent", "machine_memory_percent", "disk_percent"}
RATES = {"cpu_percent", "machine_cpu_percent"}


def logged(run) -> set[str]:
    return {name.removeprefix("system/") for name in run.live.names() if name.startswith("system/")}


def sizes(run, name="memory_mb") -> int:
    return run.live.size(f"system/{name}")


def sensor_pids() -> list[int]:
    return _children("sensor_process")


def _children(word: str) -> list[int]:
    return [child.pid for child in psutil.Process().children() if word in " ".join(_command(child))]


def _command(process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "sm-track-system"]


@pytest.fixture(autouse=True)
def _nothing_stays():
    yield
    until(lambda: not threads() and not sensor_pids())


def test_the_first_sample_is_taken_at_once_and_its_rates_follow(home):
    with Run("e", "r", connection=home, log_system_metrics=600) as run:
        until(lambda: logged(run) >= LEVELS)
        until(lambda: logged(run) >= RATES)
        assert {run.live.last(name)[1] for name in run.live.names()} == {0}
        assert run.live.last("system/memory_mb")[0] > 10
    assert run.warnings == []


def test_steps_count_the_samples(home):
    with Run("e", "r", connection=home, log_system_metrics=0.1) as run:
        until(lambda: sizes(run) >= 5)
    count = sizes(run)
    assert list(run.live.envelope("system/memory_mb")[0]) == list(range(count))
    assert run.live.last("system/cpu_percent")[1] == count - 1


def test_even_the_shortest_run_has_a_sample_when_it_is_closed(home):
    with Run("e", "r", connection=home) as run:
        sample_system(run, 10)
    assert logged(run) >= LEVELS
    assert sizes(run) == 1


def test_a_closing_run_is_sampled_once_more(home):
    with Run("e", "r", connection=home, log_system_metrics=600) as run:
        until(lambda: logged(run) >= RATES)
        start = time.monotonic()
        until(lambda: time.monotonic() - start > system.LAST_WINDOW)
    assert sizes(run) == 2
    assert run.live.last("system/cpu_percent")[1] == 1


def test_the_metrics_reach_the_service(place):
    with Run("e", "r", connection=place, log_system_metrics=10) as run:
        until(lambda: logged(run) >= RATES)
    (found,) = place.read_series([(run.ref.component, "system/cpu_percent")])
    assert found.steps[0] == 0


def test_all_runs_share_one_thread_and_one_process(home):
    with (
        Run("e", "a", connection=home, log_system_metrics=0.1) as one,
        Run("e", "b", connection=home, log_system_metrics=0.2) as two,
    ):
        until(lambda: sizes(one) > 4 and sizes(two) > 2)
        assert len(threads()) == 1
        assert len(sensor_pids()) == 1
    assert sizes(one) > sizes(two)


def test_a_second_call_changes_the_period(home):
    with Run("e", "r", connection=home, log_system_metrics=600) as run:
        until(lambda: sizes(run) == 1)
        sample_system(run, 0.1)
        until(lambda: sizes(run) > 3)
        assert len(threads()) == 1
    assert list(run.live.envelope("system/memory_mb")[0]) == list(range(sizes(run)))


def test_nothing_is_logged_after_the_end(home):
    with Run("e", "a", connection=home, log_system_metrics=0.1) as ended:
        until(lambda: sizes(ended) > 1)
    count = sizes(ended)
    with Run("e", "b", connection=home, log_system_metrics=0.1) as other:
        until(lambda: sizes(other) > 3)
    assert sizes(ended) == count
    assert ended.warnings == []


def test_a_continued_run_goes_on_counting(home):
    with Run("e", "r", connection=home, log_system_metrics=0.1) as run:
        until(lambda: sizes(run) > 3)
    last = run.live.last("system/memory_mb")[1]
    with Run("e", "r", connection=home, resume="must", log_system_metrics=0.1) as again:
        until(lambda: sizes(again) > 0)
    assert again.live.envelope("system/memory_mb")[0][0] > last


def test_killed_sensors_come_back(home):
    with Run("e", "r", connection=home, log_system_metrics=0.1) as run:
        until(lambda: sizes(run) > 1)
        (pid,) = sensor_pids()
        os.kill(pid, signal.SIGKILL)
        count = sizes(run)
        until(lambda: sizes(run) > count + 2)
        assert sensor_pids() != [pid]
    assert run.warnings == []


def test_sensors_that_keep_dying_are_given_up_in_one_line(home, monkeypatch):
    monkeypatch.setattr("sm_track_widgets.tracking.system.sensors.BOOT", "raise SystemExit")
    with Run("e", "r", connection=home, log_system_metrics=0.1) as run:
        until(lambda: run.warnings)
        run.log_metric("loss", 1.0, step=0)
    assert run.warnings == ["System metrics are not logged: the process that reads them ended 3 times."]
    assert run.status == "Completed"


def test_sensors_that_hang_hold_up_closing_for_a_moment_only(home, monkeypatch):
    monkeypatch.setattr("sm_track_widgets.tracking.system.sensors.BOOT", "import sys; sys.stdin.read()")
    monkeypatch.setattr(system, "GIVE_UP", 0.2)
    with Run("e", "r", connection=home, log_system_metrics=10) as run:
        until(threads)
        start = time.monotonic()
    assert time.monotonic() - start < 5
    assert run.warnings == []
    (pid,) = until(lambda: _children("sys.stdin.read"))
    os.kill(pid, signal.SIGKILL)  # as its parent's end would; then the thread gives up
    until(
        lambda: [os.kill(pid, signal.SIGKILL) for pid in _children("sys.stdin.read")] == [] and not threads()
    )


def test_a_python_that_cannot_be_started_is_said_in_one_line(home, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with Run("e", "r", connection=home, log_system_metrics=1) as run:
        until(lambda: run.warnings)
    assert "cannot be started" in run.warnings[0]
    assert len(run.warnings) == 1


@pytest.mark.parametrize("wrong", [0, -1, 0.01, "often", float("nan"), float("inf"), [10]])
def test_an_impossible_period_is_refused_before_a_run_is_open(home, wrong):
    with pytest.raises(UsageError, match="such as 10"):
        Run("e", "r", connection=home, log_system_metrics=wrong)


def test_true_is_ten_seconds_and_false_is_never():
    assert [system.period(asked) for asked in (True, False, None, "2.5")] == [10.0, None, None, 2.5]


def test_a_closed_run_is_not_sampled(home):
    with Run("e", "r", connection=home) as run:
        pass
    with pytest.raises(UsageError, match="closed"):
        sample_system(run)


PROGRAM = """
import sys, time
from sm_track_widgets.connection import connect
from sm_track_widgets.tracking.run import Run
run = Run("e", "r", connection=connect("embedded", path=sys.argv[1]), log_system_metrics=0.1)
while run.live.size("system/cpu_percent") < 1:
    time.sleep(0.01)
if len(sys.argv) > 2:
    import os
    if os.fork() == 0:
        other = Run("e", "child", connection=connect("embedded", path=sys.argv[1]), log_system_metrics=0.1)
        while other.live.size("system/cpu_percent") < 2:
            time.sleep(0.01)
        other.close()
        os._exit(0)
    _, status = os.wait()
    assert status == 0
    run.close()
    print("psutil" in sys.modules, flush=True)
else:
    print("ready", flush=True)
    time.sleep(60)
"""


def test_the_sensors_end_when_their_kernel_is_killed(tmp_path):
    code = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    with subprocess.Popen(code, stdout=subprocess.PIPE, text=True) as kernel:
        assert kernel.stdout.readline() == "ready\n"
        children = psutil.Process(kernel.pid).children()
        (sensors,) = [child for child in children if "sensor_process" in " ".join(_command(child))]
        kernel.kill()
    until(lambda: not sensors.is_running() or sensors.status() == psutil.STATUS_ZOMBIE)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_samples_its_own_run_and_the_kernel_never_loads_psutil(tmp_path):
    code = [sys.executable, "-c", PROGRAM, str(tmp_path), "fork"]
    done = subprocess.run(code, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.returncode) == ("False\n", 0), done.stderr
