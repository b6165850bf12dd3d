"""What users of ExperimentAnalytics and list_runs suffer from (SDK 2.x and 3.x alike) does not happen with `runs()`."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import run_home

from sm_track_widgets import config
from sm_track_widgets.connection import Connection
from sm_track_widgets.reading import runs
from sm_track_widgets.tracking.run import Run

FIXED = ["run", "experiment", "group", "status", "started", "ended", "duration_s"]


@pytest.fixture
def searches(home: Connection) -> list[dict[str, Any]]:
    """The requests of Search, as they leave."""
    seen: list[dict[str, Any]] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        seen.append(copy.deepcopy(params))

    home.single("sagemaker").meta.events.register("provide-client-params.sagemaker.Search", note)
    return seen


def without_values(asked: Any) -> Any:
    """A request but for what its filters compare with: a refresh asks from a later moment on each time."""
    if isinstance(asked, dict):
        return {name: without_values(value) for name, value in asked.items() if name != "Value"}
    return [without_values(one) for one in asked] if isinstance(asked, list) else asked


def test_b3_refreshing_adds_no_filter(home: Connection, searches: list[dict[str, Any]]) -> None:
    with Run("exp", "r", connection=home) as run:
        run.log_metric("loss", 0.5, step=0)
    for _ in range(25):  # the SDK's 21st refresh has more filters than Search takes
        assert len(runs("exp", connection=home)) == 1
    first, *refreshes = [request for request in searches if request["MaxResults"] == 100]
    counts = [request for request in searches if request["MaxResults"] == 1]
    assert (len(refreshes), len(counts)) == (24, 24)
    assert first["SearchExpression"] == {
        "Filters": [{"Name": "Parents.ExperimentName", "Operator": "Equals", "Value": "exp"}]
    }
    assert all(without_values(request) == without_values(refreshes[0]) for request in refreshes)
    assert all(request == counts[0] for request in counts)


def test_b3_twenty_three_runs_cost_one_call_of_a_full_page(
    home: Connection, searches: list[dict[str, Any]]
) -> None:
    for number in range(23):
        Run("exp", f"r{number}", connection=home).close()
    before = sum(home.calls.values())
    assert len(runs("exp", connection=home)) == 23
    assert sum(home.calls.values()) - before == 1
    assert [request["MaxResults"] for request in searches] == [100]


def test_b3_names_of_parameters_overwrite_nothing(home: Connection) -> None:
    odd = {"TrialComponentName": "mine", "m - Last": 7, "run": "me", "status": "fine"}
    with Run("exp", "r", params=odd, connection=home) as run:
        run.log_metric("m", 1.0, step=0)
    (row,) = runs("exp", connection=home).to_dict("records")
    assert {name: row[f"params.{name}"] for name in odd} == odd
    assert (row["run"], row["status"], row["metrics.m.last"]) == ("r", "Completed", 1.0)


def test_b3_status_times_and_tags_are_columns(home: Connection) -> None:
    with pytest.raises(ZeroDivisionError), Run("exp", "r", tags={"team": "x"}, connection=home):
        _ = 1 / 0
    run_home.until(lambda: runs("exp", connection=home)["status"].tolist() == ["Failed"])
    (row,) = runs("exp", connection=home).to_dict("records")
    assert row["tags.team"] == "x"
    assert row["started"] <= row["ended"]
    assert row["duration_s"] >= 0


def test_b3_an_experiment_without_runs_has_its_columns(home: Connection) -> None:
    home.client("sagemaker").create_experiment(ExperimentName="empty")
    frame = runs("empty", connection=home)
    assert len(frame) == 0
    assert set(FIXED) <= set(frame.columns)


def test_b3_more_than_ten_thousand_are_all_there(tmp_path: Path) -> None:
    many = 10_050
    home = Connection(config.resolve({"backend": "embedded", "path": tmp_path}))
    call = home.embedded.engine.call  # past boto3: only what is read is under test
    call("sagemaker", "CreateExperiment", {"ExperimentName": "many"})
    call("sagemaker", "CreateTrial", {"TrialName": "all", "ExperimentName": "many"})
    tags = [{"Key": "sagemaker:trial-component-source", "Value": "run"}]
    for number in range(many):
        name = f"many-{number}"
        call("sagemaker", "CreateTrialComponent", {"TrialComponentName": name, "Tags": tags})
        call("sagemaker", "AssociateTrialComponent", {"TrialComponentName": name, "TrialName": "all"})
    assert runs("many", connection=home)["run"].nunique() == many
