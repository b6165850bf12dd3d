"""The same calls on the embedded home and on moto, where moto is right.

Left out, since moto differs from the service's model there: tags given to CreateExperiment, components by ARN, the code
of a missing component, the order and pages of lists, deletion of what is still linked.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from embedded_home import refused

HOMES = ["embedded", "moto"] if importlib.util.find_spec("moto") else ["embedded"]


@pytest.fixture(params=HOMES)
def either(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A SageMaker client on each of the homes."""
    if request.param == "embedded":
        yield request.getfixturevalue("sagemaker")
        return
    from moto import mock_aws

    with mock_aws():
        session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
        yield session.client("sagemaker")


def names(entries: list[dict[str, Any]], member: str) -> set[str]:
    return {entry[member] for entry in entries}


def test_experiments(either):
    arn = either.create_experiment(ExperimentName="churn")["ExperimentArn"]
    assert arn.endswith(":experiment/churn")
    found = either.describe_experiment(ExperimentName="churn")
    assert (found["ExperimentName"], found["ExperimentArn"]) == ("churn", arn)
    either.create_experiment(ExperimentName="other")
    assert names(either.list_experiments()["ExperimentSummaries"], "ExperimentName") == {"churn", "other"}
    either.delete_experiment(ExperimentName="other")
    assert names(either.list_experiments()["ExperimentSummaries"], "ExperimentName") == {"churn"}


def test_trials_and_their_components(either):
    either.create_experiment(ExperimentName="churn")
    for name in ("t1", "t2"):
        assert either.create_trial(ExperimentName="churn", TrialName=name)["TrialArn"].endswith(name)
    assert either.describe_trial(TrialName="t1")["ExperimentName"] == "churn"
    for name in ("c1", "c2"):
        either.create_trial_component(TrialComponentName=name)
    either.associate_trial_component(TrialName="t1", TrialComponentName="c1")
    linked = either.list_trial_components(TrialName="t1")["TrialComponentSummaries"]
    assert names(linked, "TrialComponentName") == {"c1"}
    found = either.list_trials(TrialComponentName="c1")["TrialSummaries"]
    assert names(found, "TrialName") == {"t1"}
    either.disassociate_trial_component(TrialName="t1", TrialComponentName="c1")
    assert either.list_trial_components(TrialName="t1")["TrialComponentSummaries"] == []


def test_components(either):
    either.create_trial_component(
        TrialComponentName="c",
        DisplayName="Shown",
        Status={"PrimaryStatus": "InProgress"},
        Parameters={"lr": {"NumberValue": 0.5}, "opt": {"StringValue": "adam"}},
        OutputArtifacts={"model": {"MediaType": "text/plain", "Value": "s3://b/k"}},
    )
    either.update_trial_component(
        TrialComponentName="c",
        Status={"PrimaryStatus": "Completed", "Message": "done"},
        Parameters={"lr": {"NumberValue": 0.25}, "opt": {"StringValue": "adam"}},
    )
    found = either.describe_trial_component(TrialComponentName="c")
    assert found["DisplayName"] == "Shown"
    assert found["Status"] == {"PrimaryStatus": "Completed", "Message": "done"}
    assert found["Parameters"] == {"lr": {"NumberValue": 0.25}, "opt": {"StringValue": "adam"}}
    assert found["OutputArtifacts"] == {"model": {"MediaType": "text/plain", "Value": "s3://b/k"}}
    either.delete_trial_component(TrialComponentName="c")
    with pytest.raises(ClientError):
        either.describe_trial_component(TrialComponentName="c")


def test_tags(either):
    arn = either.create_trial_component(TrialComponentName="c")["TrialComponentArn"]
    either.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    assert either.list_tags(ResourceArn=arn)["Tags"] == [
        {"Key": "a", "Value": "1"},
        {"Key": "b", "Value": "2"},
    ]
    either.delete_tags(ResourceArn=arn, TagKeys=["a"])
    assert either.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]


def test_what_is_missing(either):
    either.create_trial_component(TrialComponentName="c")
    with refused("ResourceNotFound", "Trial 'arn:aws:sagemaker:us-east-1:"):
        either.associate_trial_component(TrialName="none", TrialComponentName="c")
