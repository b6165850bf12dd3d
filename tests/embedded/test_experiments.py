"""Experiments through boto3, and the paging that all lists share."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from embedded_home import CheckedHome, pages, refused

ARN = "arn:aws:sagemaker:us-east-1:000000000000:experiment/"


def test_create_and_describe(sagemaker):
    made = sagemaker.create_experiment(ExperimentName="Churn", Description="who leaves")
    assert made["ExperimentArn"] == ARN + "Churn"
    found = sagemaker.describe_experiment(ExperimentName="Churn")
    assert found["ExperimentName"] == found["DisplayName"] == "Churn"
    assert found["Description"] == "who leaves"
    assert found["CreationTime"] == found["LastModifiedTime"]
    assert found["CreationTime"].tzinfo is not None
    assert "Source" not in found


def test_names_are_unique_and_found_whatever_their_case(sagemaker):
    sagemaker.create_experiment(ExperimentName="Churn")
    with refused("ValidationException", "already exists") as _:
        sagemaker.create_experiment(ExperimentName="cHURN")
    with refused("ValidationException", "must be unique"):
        sagemaker.create_experiment(ExperimentName="Churn")
    assert sagemaker.describe_experiment(ExperimentName="CHURN")["ExperimentName"] == "Churn"


def test_a_missing_one_is_not_found(sagemaker):
    with pytest.raises(sagemaker.exceptions.ResourceNotFound, match="does not exist"):
        sagemaker.describe_experiment(ExperimentName="none")
    with refused("ResourceNotFound"):
        sagemaker.update_experiment(ExperimentName="none", Description="x")
    with refused("ResourceNotFound"):
        sagemaker.delete_experiment(ExperimentName="none")


def test_update_changes_what_is_given(sagemaker):
    sagemaker.create_experiment(ExperimentName="churn", DisplayName="Shown", Description="old")
    sagemaker.update_experiment(ExperimentName="CHURN", Description="new")
    found = sagemaker.describe_experiment(ExperimentName="churn")
    assert (found["DisplayName"], found["Description"]) == ("Shown", "new")
    assert found["LastModifiedTime"] > found["CreationTime"]
    sagemaker.update_experiment(ExperimentName="churn", DisplayName="Other")
    assert sagemaker.describe_experiment(ExperimentName="churn")["DisplayName"] == "Other"


def test_delete_only_without_trials(sagemaker):
    sagemaker.create_experiment(ExperimentName="churn", Tags=[{"Key": "team", "Value": "red"}])
    sagemaker.create_trial(ExperimentName="churn", TrialName="group")
    with refused("ValidationException", "cannot be deleted"):
        sagemaker.delete_experiment(ExperimentName="churn")
    sagemaker.delete_trial(TrialName="group")
    assert sagemaker.delete_experiment(ExperimentName="churn")["ExperimentArn"] == ARN + "churn"
    sagemaker.create_experiment(ExperimentName="churn")
    assert sagemaker.list_tags(ResourceArn=ARN + "churn")["Tags"] == []


def test_list_is_newest_first_and_ten_a_page(sagemaker):
    for number in range(12):
        sagemaker.create_experiment(ExperimentName=f"e{number}")
    first = sagemaker.list_experiments()
    assert [entry["ExperimentName"] for entry in first["ExperimentSummaries"]] == [
        f"e{n}" for n in range(11, 1, -1)
    ]
    rest = sagemaker.list_experiments(NextToken=first["NextToken"])
    assert [entry["ExperimentName"] for entry in rest["ExperimentSummaries"]] == ["e1", "e0"]
    assert "NextToken" not in rest


@pytest.mark.parametrize("order", ["Ascending", "Descending"])
@pytest.mark.parametrize("by", ["Name", "CreationTime"])
def test_list_order(sagemaker, by, order):
    for name in ("b", "C", "a", "D"):
        sagemaker.create_experiment(ExperimentName=name)
    found = pages(sagemaker, "list_experiments", "ExperimentSummaries", 3, SortBy=by, SortOrder=order)
    names = [entry["ExperimentName"] for entry in found]
    expected = ["a", "b", "C", "D"] if by == "Name" else ["b", "C", "a", "D"]
    assert names == (expected if order == "Ascending" else expected[::-1])


def test_pages_survive_inserts_and_deletes(sagemaker):
    for number in range(6):
        sagemaker.create_experiment(ExperimentName=f"e{number}")
    first = sagemaker.list_experiments(MaxResults=3)
    sagemaker.create_experiment(ExperimentName="newer")
    sagemaker.delete_experiment(ExperimentName="e3")
    rest = sagemaker.list_experiments(MaxResults=3, NextToken=first["NextToken"])
    assert [entry["ExperimentName"] for entry in rest["ExperimentSummaries"]] == ["e2", "e1", "e0"]


def test_a_foreign_token_is_refused(sagemaker):
    for number in range(3):
        sagemaker.create_experiment(ExperimentName=f"e{number}")
    token = sagemaker.list_experiments(MaxResults=1)["NextToken"]
    for wrong in ("nonsense", token[:-4], "W10="):
        with refused("ValidationException", "NextToken"):
            sagemaker.list_experiments(MaxResults=1, NextToken=wrong)
    with refused("ValidationException", "NextToken"):
        sagemaker.list_experiments(SortOrder="Ascending", NextToken=token)


def test_created_between(sagemaker):
    for number in range(4):
        sagemaker.create_experiment(ExperimentName=f"e{number}")
    times = {
        entry["ExperimentName"]: entry["CreationTime"]
        for entry in sagemaker.list_experiments()["ExperimentSummaries"]
    }
    between = sagemaker.list_experiments(CreatedAfter=times["e0"], CreatedBefore=times["e3"])
    assert [entry["ExperimentName"] for entry in between["ExperimentSummaries"]] == ["e2", "e1"]
    utc = times["e2"].astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert len(sagemaker.list_experiments(CreatedAfter=utc)["ExperimentSummaries"]) == 1
    assert (
        sagemaker.list_experiments(CreatedAfter=datetime(2100, 1, 1, tzinfo=timezone.utc))[
            "ExperimentSummaries"
        ]
        == []
    )


def test_region_and_account(tmp_path):
    home = CheckedHome(tmp_path, region="eu-west-1", account_id="123456789012")
    client = home.boto_session().client("sagemaker")
    assert client.meta.region_name == "eu-west-1"
    arn = client.create_experiment(ExperimentName="e")["ExperimentArn"]
    assert arn == "arn:aws:sagemaker:eu-west-1:123456789012:experiment/e"
    home.close()
