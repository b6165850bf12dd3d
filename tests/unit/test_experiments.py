"""`experiments`: the list, how many runs each has, and what happens when some of it cannot be had."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from run_home import DENIED

from sm_track_widgets._errors import ServiceRefusedError
from sm_track_widgets.connection import Connection
from sm_track_widgets.reading import experiments as module
from sm_track_widgets.reading.experiments import EXPERIMENT_COLUMNS, UNASSIGNED, experiments
from sm_track_widgets.reading.verbs import runs

HOSTILE = "<img src=x onerror=alert(1)> \"'\u202e\u200f עברית"
REFUSED = {"Code": "ValidationException", "Message": "no such <b>property</b>"}


def fill(place: Connection, counts: dict[str, int]) -> Any:
    client = place.client("sagemaker")
    for name, count in counts.items():
        client.create_experiment(ExperimentName=name, Description=f"{name} {HOSTILE}")
        client.create_trial(ExperimentName=name, TrialName=f"group-{name}")
        for number in range(count):
            component = f"{name.lower()}-r{number}"
            client.create_trial_component(TrialComponentName=component)
            client.associate_trial_component(TrialComponentName=component, TrialName=f"group-{name}")
    return client


def test_there_is_none_yet(place: Connection) -> None:
    frame = experiments(connection=place)
    assert tuple(frame.columns) == EXPERIMENT_COLUMNS
    assert len(frame) == 0
    assert [str(kind) for kind in frame.dtypes][1:4] == [
        "Int64",
        "datetime64[ns, UTC]",
        "datetime64[ns, UTC]",
    ]


def test_each_is_a_row_the_newest_first_with_as_many_runs_as_are_listed(place: Connection) -> None:
    client = fill(place, {"one": 1, "none": 0, "Three": 3})
    arn = client.describe_trial_component(TrialComponentName="three-r0")["TrialComponentArn"]
    client.add_tags(ResourceArn=arn, Tags=[{"Key": "sm_track:archived", "Value": "true"}])
    arn = client.describe_trial_component(TrialComponentName="three-r1")["TrialComponentArn"]
    client.add_tags(ResourceArn=arn, Tags=[{"Key": "sm_track:archived", "Value": "false"}])
    frame = experiments(connection=place)
    assert frame["experiment"].tolist() == ["Three", "none", "one"]
    assert frame["runs"].tolist() == [2, 0, 1]
    assert [len(runs(name, connection=place)) for name in frame["experiment"]] == [2, 0, 1]
    assert frame["description"].tolist() == [f"{name} {HOSTILE}" for name in ("Three", "none", "one")]
    told = client.describe_experiment(ExperimentName="one")
    assert abs(frame["created"].iloc[2].timestamp() - told["CreationTime"].timestamp()) < 1e-3
    assert frame.attrs["missing"] == ""


def test_runs_of_no_experiment_have_the_last_row(place: Connection) -> None:
    client = fill(place, {"one": 1})
    client.create_trial_component(TrialComponentName="alone")
    client.create_trial_component(TrialComponentName="other")
    tags = [{"Key": "sm_track:archived", "Value": "true"}]
    client.create_trial_component(TrialComponentName="old", Tags=tags)
    frame = experiments(counts=False, connection=place)
    assert frame["experiment"].tolist() == ["one", UNASSIGNED]
    assert frame["runs"].isna().tolist() == [True, False]
    assert frame["runs"].iloc[1] == len(runs(unassigned=True, connection=place)) == 2
    assert frame["created"].isna().tolist() == [False, True]


def test_pages_are_joined_and_counting_is_a_call_each(
    place: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {f"e{number:03}": 0 for number in range(230)}
    fill(place, names)
    before = place.calls["Search"]
    frame = experiments(connection=place)
    assert sorted(frame["experiment"]) == sorted(names)
    counted = place.home == "embedded"
    assert place.calls["Search"] - before == 3 + 1 + counted * len(names)
    assert frame["runs"].isna().all() != counted
    monkeypatch.setattr(module, "COUNTED", 230)
    assert experiments(connection=place)["runs"].tolist() == [0] * 230


def test_what_cannot_be_counted_is_told(place: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(place, {"one": 1})
    asked = module.ask

    def refuse(*args: Any, **options: Any) -> Any:
        if options.get("size") == 1:
            raise ClientError({"Error": REFUSED}, "Search")
        return asked(*args, **options)

    monkeypatch.setattr(module, "ask", refuse)
    frame = experiments(connection=place)
    assert frame["experiment"].tolist() == ["one"]
    assert frame["runs"].isna().all()
    assert frame.attrs["missing"] == (
        "Not all runs could be counted. Cannot count runs: ValidationException: no such <b>property</b>"
    )


def test_without_the_permission_it_says_so(place: Connection) -> None:
    def denied(**_: Any) -> None:
        raise ClientError({"Error": {"Code": DENIED[0], "Message": DENIED[1]}}, "Search")

    place.single("sagemaker").meta.events.register("provide-client-params.sagemaker.Search", denied)
    with pytest.raises(ServiceRefusedError, match="Cannot list experiments: AccessDenied"):
        experiments(connection=place)
