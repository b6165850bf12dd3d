"""Opening a run: how many calls, which names, what when something is missing, taken or refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import run_home
from botocore.exceptions import ClientError

from sm_track_widgets._errors import NotFoundError, UsageError
from sm_track_widgets.connection import Connection
from sm_track_widgets.tracking import naming, opening
from sm_track_widgets.tracking.opening import OpenRequest


@pytest.fixture
def home(tmp_path: Path) -> Connection:
    return run_home.embedded(tmp_path)


def request_for(experiment: str, run: str, group: str | None = None, **fields: object) -> OpenRequest:
    names = naming.choose(experiment, run, group, now=0.0)
    return OpenRequest(names.ref, names.experiment_display, names.run_display, 1_790_000_000.0, **fields)  # type: ignore[arg-type]


def test_a_known_experiment_takes_two_calls(home: Connection) -> None:
    opening.open_now(home, request_for("Exp", "first"))
    home.calls.clear()
    opened = opening.open_now(
        home, request_for("Exp", "second", parameters={"lr": 0.1, "kind": "x"}, tags={"a": "b"})
    )
    assert dict(home.calls) == {"CreateTrialComponent": 1, "AssociateTrialComponent": 1}
    told = run_home.component(home, "exp-second")
    assert told["Parameters"] == {"lr": 0.1, "kind": "x"}
    assert told["Status"]["PrimaryStatus"] == "InProgress"
    assert told["StartTime"].timestamp() == 1_790_000_000.0
    assert told["InputArtifacts"] == told["OutputArtifacts"] == {}
    tags = home.client("sagemaker").list_tags(ResourceArn=opened.arn)["Tags"]
    assert tags == [{"Key": "sagemaker:trial-component-source", "Value": "run"}, {"Key": "a", "Value": "b"}]


def test_the_first_run_makes_experiment_and_group(home: Connection) -> None:
    opening.open_now(home, request_for("My Exp", "r"))
    assert home.calls.total() == 5
    client = home.client("sagemaker")
    assert client.describe_experiment(ExperimentName="my-exp")["DisplayName"] == "My-Exp"
    assert client.describe_trial(TrialName="Default-Run-Group-my-exp")["ExperimentName"] == "my-exp"


def test_a_new_kernel_finds_the_experiment_with_two_calls(home: Connection, tmp_path: Path) -> None:
    opening.open_now(home, request_for("exp", "first"))
    fresh = run_home.embedded(tmp_path)
    opening.open_now(fresh, request_for("exp", "second"))
    assert fresh.calls.total() == 2


def test_an_experiment_deleted_meanwhile_is_made_again(home: Connection) -> None:
    opening.open_now(home, request_for("exp", "first"))
    client = home.client("sagemaker")
    group = "Default-Run-Group-exp"
    client.disassociate_trial_component(TrialComponentName="exp-first", TrialName=group)
    client.delete_trial(TrialName=group)
    client.delete_experiment(ExperimentName="exp")
    opening.open_now(home, request_for("exp", "second"))
    assert client.list_trials(TrialComponentName="exp-second")["TrialSummaries"][0]["TrialName"] == group


def test_a_taken_name_gets_a_number(home: Connection) -> None:
    opened = [opening.open_now(home, request_for("exp", "Run")) for _ in range(4)]
    assert [each.ref.run for each in opened] == ["run", "run-2", "run-3", "run-4"]
    assert opened[0].notes == ()
    assert "resume='allow'" in opened[1].notes[0]
    assert run_home.component(home, "exp-run-2")["DisplayName"] == "Run-2"


@pytest.mark.parametrize(
    "wording", ["already exists.", "names must be unique within an AWS account and region."]
)
def test_both_wordings_of_a_taken_name_are_understood(home: Connection, wording: str) -> None:
    with run_home.fault(home, "CreateTrialComponent", ("ValidationException", wording), times=1):
        assert opening.open_now(home, request_for("exp", "run")).ref.run == "run-2"


def test_many_taken_names_end_in_a_random_one(home: Connection) -> None:
    for _ in range(opening.NUMBERS_TRIED):
        opening.open_now(home, request_for("exp", "run"))
    assert len(opening.open_now(home, request_for("exp", "run")).ref.run) == len("run-xxxx")


def test_two_experiments_whose_runs_share_a_component_name(home: Connection) -> None:
    first = opening.open_now(home, request_for("a-b", "c"))
    for resume in (None, "allow"):
        second = opening.open_now(home, request_for("a", "b-c"), resume)
        assert second.ref.component != first.ref.component
        assert second.ref.experiment == "a"
        assert "'a-b-c'" in second.notes[0]
    with pytest.raises(NotFoundError, match="'b-c'"):
        opening.open_now(home, request_for("a", "b-c"), "must")


def test_resume(home: Connection) -> None:
    with pytest.raises(NotFoundError, match="no run 'r'"):
        opening.open_now(home, request_for("exp", "r"), "must")
    created = opening.open_now(home, request_for("exp", "r", "sweep", parameters={"a": 1, "t": "x"}), "allow")
    assert created.found is None
    with pytest.raises(UsageError, match="exists"):
        opening.open_now(home, request_for("exp", "r"), "never")
    client = home.client("sagemaker")
    client.update_trial_component(
        TrialComponentName="exp-r",
        Status={"PrimaryStatus": "Completed"},
        OutputArtifacts={"model": {"Value": "s3://b/k"}},
    )
    for resume in ("allow", "must"):
        held = opening.open_now(home, request_for("exp", "r"), resume)
        assert held.found is not None
        assert held.found.parameters == {"a": 1, "t": "x"}
        assert held.found.outputs == {"model": "s3://b/k"}
        assert held.found.started == 1_790_000_000.0
        assert held.ref.group == "sweep"
        assert run_home.component(home, "exp-r")["Status"]["PrimaryStatus"] == "InProgress"
    assert opening.open_now(home, request_for("exp", "new"), "never").ref.run == "new"


def test_a_group_of_another_experiment_is_left_alone(home: Connection) -> None:
    opening.open_now(home, request_for("one", "r", "Sweep"))
    opened = opening.open_now(home, request_for("two", "r", "Sweep"))
    assert opened.ref.group == "two-Sweep"
    assert "belongs to experiment 'one'" in opened.notes[0]
    assert opening.open_now(home, request_for("one", "r2", "sweep")).ref.group == "Sweep"


def test_a_refusal_comes_out_as_it_is(home: Connection) -> None:
    denied = ("AccessDeniedException", "no")
    for operation in ("CreateTrialComponent", "AssociateTrialComponent", "CreateTrial"):
        with run_home.fault(home, operation, denied), pytest.raises(ClientError):
            opening.open_now(home, request_for("exp", f"run-{operation}"))


def test_the_sender_opens_from_the_record_and_can_repeat_it(home: Connection) -> None:
    request = request_for("exp", "behind", "g", parameters={"a": 1.5}, tags={"k": "v"})
    payload = json.loads(json.dumps({**request.to_json(), "opened": False, "arn": ""}))
    assert OpenRequest.from_json(payload) == request
    with run_home.fault(home, "AssociateTrialComponent", ("ThrottlingException", "slow"), times=1):
        with pytest.raises(ClientError):
            opening.open_run(home, payload)
        first = opening.open_run(home, payload)
    assert opening.open_run(home, payload).arn == first.arn
    trials = home.client("sagemaker").list_trials(TrialComponentName="exp-behind")["TrialSummaries"]
    assert [trial["TrialName"] for trial in trials] == ["g"]
