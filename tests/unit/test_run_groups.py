"""Groups that are full are followed by the next; experiments that are full say what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import run_home
from run_home import components, stored, told_points, until

from sm_track_widgets import config, reading
from sm_track_widgets._names import MAX_NAME
from sm_track_widgets.connection import Connection
from sm_track_widgets.embedded import EmbeddedSageMaker, Rules
from sm_track_widgets.tracking import groups
from sm_track_widgets.tracking.run import Run

Make = Callable[..., Connection]


@pytest.fixture(params=["embedded", "aws"])
def limited(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Return what makes a connection, as a new kernel has it, to a place with AWS's quotas."""

    def make(**limits: int) -> Connection:
        rules = Rules(quotas="aws", **limits)
        settings = config.resolve({"backend": request.param, "path": tmp_path / "data"})
        if request.param == "embedded":
            return Connection(settings, rules=rules, clock=run_home.time.time)
        session = EmbeddedSageMaker(tmp_path / "store", rules=rules).boto_session()
        return Connection(settings, session)

    return make


def held(home: Connection, experiment: str) -> dict[str, int]:
    """Return how many components each group of an experiment holds."""
    client = home.client("sagemaker")
    names = [told["TrialName"] for told in client.list_trials(ExperimentName=experiment)["TrialSummaries"]]
    pages = client.get_paginator("list_trial_components")
    return {
        name: sum(len(page["TrialComponentSummaries"]) for page in pages.paginate(TrialName=name))
        for name in names
    }


def test_sixty_runs_in_one_experiment(limited: Make) -> None:
    home = limited()
    notes: list[str] = []
    for number in range(60):
        with Run("exp", f"r{number}", connection=home) as run:
            run.log_metric("m", float(number), step=0)
        notes += run.warnings
    assert held(home, "exp") == {"Default-Run-Group-exp": 50, "Default-Run-Group-exp-2": 10}
    assert set(components(home).values()) == {"Completed"}
    assert told_points(run, "m") == [(0, 59.0)]
    assert notes == ["Group 'Default-Run-Group-exp' is full; this run is in group 'Default-Run-Group-exp-2'."]
    frame = reading.runs("exp", connection=home)
    assert Counter(frame["group"]) == {"": 50, "Default-Run-Group-exp-2": 10}
    assert run.experiment_config["TrialName"] == "Default-Run-Group-exp-2"


def test_a_full_group_costs_its_calls_once(limited: Make) -> None:
    home = limited(max_components_per_trial=2)
    for number in range(3):
        Run("exp", f"r{number}", group="sweep", connection=home).close()
    home.calls.clear()
    Run("exp", "r3", group="Sweep", connection=home).close()
    assert home.calls["CreateTrialComponent"] == home.calls["AssociateTrialComponent"] == 1
    assert not home.calls["ListTrials"]
    # A kernel that comes later goes to the newest of them, however many there are.
    for number in range(4, 9):
        Run("exp", f"r{number}", group="sweep", connection=home).close()
    later = limited(max_components_per_trial=2)
    Run("exp", "r9", group="sweep", connection=later).close()
    assert later.calls["AssociateTrialComponent"] <= 2
    assert later.calls["ListTrials"] == 1
    assert held(home, "exp") == {"sweep": 2, "sweep-2": 2, "sweep-3": 2, "sweep-4": 2, "sweep-5": 2}


def test_groups_of_others_are_passed_over(limited: Make) -> None:
    home = limited(max_components_per_trial=1)
    Run("other", "r", group="sweep-2", connection=home).close()
    Run("exp", "r", group="sweep-3", connection=home).close()  # the user's own, of that name
    for number in range(3):
        Run("exp", f"r{number}", group="sweep", connection=home).close()
    assert held(home, "exp") == {"sweep": 1, "sweep-3": 1, "sweep-4": 1, "sweep-5": 1}
    assert held(home, "other") == {"sweep-2": 1}


def test_an_experiment_named_as_what_follows_another(limited: Make) -> None:
    home = limited(max_components_per_trial=1)
    for number in range(2):
        Run("exp", f"r{number}", connection=home).close()
    with Run("exp-2", "r", connection=home) as run:
        pass
    client = home.client("sagemaker")
    assert client.describe_trial(TrialName="Default-Run-Group-exp-2")["ExperimentName"] == "exp"
    assert client.describe_trial(TrialName=run.run_group_name)["ExperimentName"] == "exp-2"
    assert "belongs to experiment 'exp'" in run.warnings[0]


def test_many_kernels_at_once(limited: Make) -> None:
    homes = [limited(max_components_per_trial=3) for _ in range(4)]
    Run("exp", "first", connection=homes[0]).close()

    def work(number: int) -> None:
        Run("exp", f"r{number}", connection=homes[number % 4]).close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(19)))
    counts = held(homes[0], "exp")
    assert sum(counts.values()) == 20
    assert max(counts.values()) <= 3
    assert len(components(homes[0])) == 20
    assert set(components(homes[0]).values()) == {"Completed"}


def test_a_run_nobody_named_knows_its_group(limited: Make) -> None:
    home = limited(max_components_per_trial=1)
    Run("exp", "r", connection=home).close()
    with Run("exp", connection=home) as run:
        run.log_metric("m", 1.0, step=0)
        until(lambda: run.progress().done)
        assert run.run_group_name == run.experiment_config["TrialName"] == "Default-Run-Group-exp-2"
    assert stored(run)["Status"]["PrimaryStatus"] == "Completed"


def test_a_full_experiment_says_what_to_do_and_goes_on(limited: Make) -> None:
    home = limited(max_trials_per_experiment=2)
    for group in ("a", "b"):
        Run("exp", group, group=group, connection=home).close()
    with Run("exp", "third", group="c", connection=home) as run:
        run.log_metric("m", 1.0, step=0)
        run.close(timeout=0.2)
    note = run.warnings[0]
    assert "300" in note or "2 Trials" in note
    assert "\n" not in note
    assert "another experiment" in note
    assert "goes on as 'third'" in note  # the component is there already: no second one
    assert set(components(home)) == {"exp-a", "exp-b", "exp-third"}
    until(lambda: run.progress().blocked)


def test_the_names_of_what_follows_fit() -> None:
    assert groups.follower_name("sweep", 2) == "sweep-2"
    assert len(groups.follower_name("x" * MAX_NAME, 12)) == MAX_NAME
    assert groups.follower_name("x" * 117 + "-yy", 2) == "x" * 117 + "-2"
