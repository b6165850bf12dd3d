"""Weaknesses of the SDK's Run that ours does not have, where the SDK itself has a part in them."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest
import run_home

from sm_track_widgets import _sdk, config
from sm_track_widgets._errors import ServiceRefusedError
from sm_track_widgets.connection import Connection
from sm_track_widgets.embedded import EmbeddedSageMaker, Rules
from sm_track_widgets.tracking.run import Run

sdk = _sdk.run_module()


@pytest.fixture(params=["embedded", "aws"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Connection:
    return getattr(run_home, request.param)(tmp_path / "place")


def sdk_session(place: Connection) -> Any:
    """The SDK's Session on a place, without telemetry."""
    if place.home == "embedded":
        return place.sagemaker_session()
    return EmbeddedSageMaker(place.settings.path).sagemaker_session()


def test_b3_08_a_refused_open_leaves_nothing_in_the_sdks_slot(place: Connection) -> None:
    with (
        run_home.fault(place, "CreateTrialComponent", run_home.DENIED),
        pytest.raises(ServiceRefusedError),
    ):
        Run("exp", "r", resume="never", connection=place)
    assert _sdk.loaded_run_context().get_current_run() is None
    session = sdk_session(place)
    with sdk.Run(experiment_name="exp", run_name="theirs", sagemaker_session=session) as theirs:
        theirs.log_metric("m", 1.0, step=0)
    assert run_home.component(place, "exp-theirs")["Status"]["PrimaryStatus"] == "Completed"


def test_b3_09_runs_inside_of_runs_and_in_threads(place: Connection) -> None:
    seen: list[Any] = []

    def work() -> None:
        with Run("exp", "thread", connection=place) as run:
            seen.append(run)

    with Run("exp", "outer", connection=place) as outer, Run("exp", "inner", connection=place):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join(60)
    assert outer.status == "Completed"
    assert _sdk.loaded_run_context().get_current_run() is None
    assert run_home.components(place) == dict.fromkeys(("exp-outer", "exp-inner", "exp-thread"), "Completed")


def test_b3_10_the_sdks_load_run_does_not_end_our_run(place: Connection) -> None:
    with Run("exp", "r", connection=place) as run:
        for _ in range(2):
            with sdk.load_run() as loaded:
                assert loaded is run
                loaded.log_metric("m", 1.0)
            told = run_home.stored(run)
            assert told["Status"]["PrimaryStatus"] == "InProgress"
            assert "EndTime" not in told
    assert run_home.stored(run)["Status"]["PrimaryStatus"] == "Completed"


def test_b3_what_ours_stores_is_what_the_sdk_reads(place: Connection, tmp_path: Path) -> None:
    """Numbers 1, 2, 12, 14 and names: odd values, files and names come back through the SDK's own classes."""
    for suffix in (".pt", ".xlsx", ".ts"):
        (tmp_path / f"model{suffix}").write_text("1")
    with Run("A-b", "c_0.5 x", connection=place) as first, Run("a", "b-c_0.5 x", connection=place) as second:
        first.log_parameters({"flag": True, "none": None, "long": "x" * 3000})
        first.log_metric("m", 0.5, step=3.0)  # type: ignore[arg-type]  # floats that are whole are taken
        for suffix in (".pt", ".xlsx", ".ts"):
            first.log_file(tmp_path / f"model{suffix}")
        second.log_parameter("mine", 1)
    session = sdk_session(place)
    for run in (first, second):
        loaded = sdk.load_run(
            run_name=run.run_name, experiment_name=run.experiment_name, sagemaker_session=session
        )
        held = loaded._trial_component.parameters
        if run is first:
            assert (held["flag"], held["none"], len(held["long"])) == ("True", "None", 2500)
            assert set(loaded._trial_component.output_artifacts) == {"model.pt", "model.xlsx", "model.ts"}
            assert [metric.metric_name for metric in loaded._trial_component.metrics] == ["m"]
        else:
            assert held["mine"] == 1.0
            assert "flag" not in held
    frame = _sdk.experiment_analytics("a-b", session).dataframe()
    assert list(frame["TrialComponentName"]) == [first.ref.component]


def test_the_sdk_reads_runs_of_a_group_that_was_followed_by_another(tmp_path: Path) -> None:
    """Its list_runs puts each run into the first group again, which is full; its frame has them all."""
    rules = Rules(quotas="aws", max_components_per_trial=2)
    settings = config.resolve({"backend": "embedded", "path": tmp_path})
    home = Connection(settings, rules=rules, clock=time.time)
    for number in range(3):
        Run("exp", f"r{number}", connection=home).close()
    frame = _sdk.experiment_analytics("exp", home.sagemaker_session()).dataframe()
    assert sorted(frame["TrialComponentName"]) == ["exp-r0", "exp-r1", "exp-r2"]
