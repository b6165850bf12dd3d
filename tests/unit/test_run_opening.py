"""Openings that are interrupted, refused half-way or raced for: nothing is left in progress, nothing is mixed."""

from __future__ import annotations

import itertools
import linecache
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import run_home
from botocore.exceptions import ConnectionClosedError
from run_home import DENIED, component, components, fault, stored, told_points, until

from sm_track_widgets._errors import NotFoundError, ServiceRefusedError, UsageError
from sm_track_widgets.connection import Connection
from sm_track_widgets.tracking import opening
from sm_track_widgets.tracking.run import Run, open_runs

PACKAGE = str(Path(opening.__file__).parent)
LOST = ConnectionClosedError(endpoint_url="https://x")


class InterruptAt:
    """Raises KeyboardInterrupt before the `number`-th line of our own code that this thread comes to."""

    def __init__(self, number: int) -> None:
        self.left, self.raised = number, False

    def __call__(self, frame: FrameType, event: str, _: Any) -> Any:
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        # Tracing can raise between the end of a `with` block and the release of its lock; a signal cannot.
        source = linecache.getline(frame.f_code.co_filename, frame.f_lineno).lstrip()
        if event == "line" and not self.raised and not source.startswith("with "):
            self.left -= 1
            if self.left <= 0:
                self.raised = True
                raise KeyboardInterrupt
        return self


def interrupted(number: int, home: Connection, **asked: Any) -> bool:
    """Open a run, interrupted at line `number`; False when it is open before that line is reached."""
    trace = InterruptAt(number)
    sys.settrace(trace)
    try:
        run = Run("exp", connection=home, **asked)
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(None)
    run.close()
    return trace.raised


def lines(step: int) -> itertools.count[int]:
    return itertools.count(1, step)


def test_an_interrupt_anywhere_in_the_opening_leaves_nothing_in_progress(place: Connection) -> None:
    Run("exp", "first", connection=place).close()
    number = next(number for number in lines(11) if not interrupted(number, place, run_name="r"))
    assert number > 300  # the opening has been gone through
    assert open_runs() == []
    until(lambda: "InProgress" not in components(place).values())
    assert set(components(place).values()) <= {"Completed", "Stopped"}


def test_an_interrupt_of_a_run_nobody_named(place: Connection) -> None:
    Run("exp", "first", connection=place).close()
    for number in lines(23):
        if not interrupted(number, place):
            break
    assert open_runs() == []
    until(lambda: "InProgress" not in components(place).values())


def test_an_interrupt_while_continuing_gives_the_status_back(place: Connection) -> None:
    Run("exp", "r", connection=place).close("Failed", "as it was")
    for number in lines(19):
        if not interrupted(number, place, run_name="r", resume="must"):
            break
        assert components(place) == {"exp-r": "Failed"}
    assert components(place) == {"exp-r": "Completed"}


@pytest.mark.parametrize("operation", ["CreateTrialComponent", "AssociateTrialComponent", "CreateTrial"])
def test_an_interrupt_of_each_call(place: Connection, operation: str) -> None:
    with fault(place, operation, KeyboardInterrupt(), times=1), pytest.raises(KeyboardInterrupt):
        Run("exp", "r", connection=place)
    assert components(place) == {}
    with Run("exp", "r", connection=place) as run:  # the name is free
        pass
    assert run.run_name == "r"


@pytest.mark.parametrize("operation", ["AssociateTrialComponent", "CreateTrial", "CreateExperiment"])
def test_a_run_that_is_refused_half_way_goes_on_under_its_name(place: Connection, operation: str) -> None:
    throttled = ("ThrottlingException", "slow")
    with fault(place, operation, throttled, times=2):
        with Run("exp", "r", connection=place) as run:
            run.log_metric("m", 1.0, step=0)
        until(lambda: run.progress().done)
    assert components(place) == {"exp-r": "Completed"}
    assert told_points(run, "m") == [(0, 1.0)]
    trials = place.client("sagemaker").list_trials(TrialComponentName="exp-r")["TrialSummaries"]
    assert [trial["TrialName"] for trial in trials] == [run.run_group_name]


@pytest.mark.parametrize("resume", ["never", "allow"])
def test_a_refusal_half_way_where_the_answer_was_needed(place: Connection, resume: Any) -> None:
    with fault(place, "AssociateTrialComponent", DENIED):
        if resume == "never":
            with pytest.raises(ServiceRefusedError):
                Run("exp", "r", resume=resume, connection=place)
            assert components(place) == {}
            return
        run = Run("exp", "r", resume=resume, connection=place)
        run.close(timeout=0.1)
    assert set(components(place)) == {"exp-r"}


class ReplyLost:
    """Lets an operation do its work and then lose the reply, as a connection that is reset."""

    def __init__(self, home: Connection, operation: str, error: Exception | None) -> None:
        self.operation, self.error = operation, error
        self.client = home.client("sagemaker", patient=False)
        self.real = getattr(self.client, operation)

    def __enter__(self) -> None:
        def call(**params: Any) -> Any:
            self.real(**params)
            setattr(self.client, self.operation, self.real)
            if self.error is not None:
                raise self.error
            return self.real(**params)  # what botocore does by itself

        setattr(self.client, self.operation, call)

    def __exit__(self, *_: object) -> None:
        setattr(self.client, self.operation, self.real)


@pytest.mark.parametrize("resume", [None, "never", "allow"])
def test_a_repeated_create_is_not_taken_for_somebody_elses_run(place: Connection, resume: Any) -> None:
    with ReplyLost(place, "create_trial_component", None):
        run = Run("exp", "r", resume=resume, connection=place)
    run.close()
    assert run.run_name == "r"
    assert run.warnings == []
    assert components(place) == {"exp-r": "Completed"}


def test_a_create_whose_reply_never_came_leaves_nothing_in_progress(place: Connection) -> None:
    with ReplyLost(place, "create_trial_component", LOST):
        run = Run("exp", "r", connection=place)
    with run:
        run.log_metric("m", 1.0, step=0)
    until(lambda: run.progress().done)
    assert run.run_name.startswith("r-")
    assert components(place) == {run.ref.component: "Completed"}
    assert told_points(run, "m") == [(0, 1.0)]


def race(home: Connection, count: int, **asked: Any) -> list[Run | Exception]:
    """Open the same run in several kernels at once: connections of their own stand for them."""
    together = threading.Barrier(count)

    def open_one(connection: Connection) -> Run | Exception:
        together.wait(30)
        try:
            return Run("exp", "r", connection=connection, **asked)
        except (UsageError, NotFoundError) as error:
            return error

    places = [home] + [type(home)(home.settings, home.boto_session()) for _ in range(count - 1)]
    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(open_one, places))


def test_a_race_for_a_name(place: Connection) -> None:
    found = race(place, 5)
    runs = [each for each in found if isinstance(each, Run)]
    for run in runs:
        run.close()
    assert sorted(run.run_name for run in runs) == ["r", "r-2", "r-3", "r-4", "r-5"]
    assert set(components(place).values()) == {"Completed"}


def test_a_race_for_a_name_that_must_not_exist(place: Connection) -> None:
    found = race(place, 5, resume="never")
    (run,) = [each for each in found if isinstance(each, Run)]
    run.close()
    assert [type(each) for each in found].count(UsageError) == 4
    assert components(place) == {"exp-r": "Completed"}


def test_a_race_in_one_process_to_continue_a_run(place: Connection) -> None:
    for resume in ("allow", "must"):
        found = race(place, 5, resume=resume)
        (run,) = [each for each in found if isinstance(each, Run)]
        run.close()
        assert [type(each) for each in found].count(UsageError) == 4
    assert components(place) == {"exp-r": "Completed"}


def test_a_race_of_kernels_to_continue_a_run_that_is_just_being_made(place: Connection) -> None:
    """Between the calls of one kernel another one looks: the component is there, its group is not."""
    client = place.client("sagemaker", patient=False)
    real = client.create_trial_component

    def faster(**params: Any) -> Any:
        client.create_trial_component = real
        real(**{**params, "MetadataProperties": {"GeneratedBy": "another kernel"}})
        return real(**params)

    client.create_trial_component = faster
    with Run("exp", "r", params={"p": 1}, resume="allow", connection=place) as run:
        pass
    assert run.run_name == "r"
    assert components(place) == {"exp-r": "Completed"}
    assert component(place, "exp-r")["Parameters"]["p"] == 1.0
    assert client.list_trials(ExperimentName="exp", TrialComponentName="exp-r")["TrialSummaries"]


def test_a_run_whose_kernel_died_between_the_calls_is_continued(place: Connection) -> None:
    place.client("sagemaker").create_trial_component(
        TrialComponentName="exp-r", DisplayName="r", Status={"PrimaryStatus": "InProgress"}
    )
    with Run("exp", "r", resume="must", connection=place) as run:
        run.log_metric("m", 1.0, step=0)
    assert stored(run)["Status"]["PrimaryStatus"] == "Completed"
    trials = place.client("sagemaker").list_trials(ExperimentName="exp", TrialComponentName="exp-r")
    assert [trial["TrialName"] for trial in trials["TrialSummaries"]] == [run.run_group_name]


def test_never_means_a_run_of_this_experiment(place: Connection) -> None:
    Run("a-b", "c", connection=place).close()
    with Run("a", "b-c", resume="never", connection=place) as run:
        pass
    assert run.run_name == "b-c-2"
    with pytest.raises(UsageError, match="exists"):
        Run("a-b", "c", resume="never", connection=place)


def test_a_journal_that_cannot_be_made_takes_the_run_back(tmp_path: Path) -> None:
    home = run_home.embedded(tmp_path / "home")
    Run("exp", "first", connection=home).close()
    fresh = run_home.embedded(home.settings.path)
    folder = home.settings.path / "journals"
    folder.rename(home.settings.path / "kept")
    folder.write_text("a file where the folder should be")
    with pytest.raises(Exception, match="annot"):
        Run("exp", "second", connection=fresh)
    assert components(fresh)["exp-second"] == "Failed"
    assert open_runs() == []
