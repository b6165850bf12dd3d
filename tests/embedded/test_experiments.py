"""Experiments through boto3, and the paging that all lists share."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from embedded_home import CheckedHome, pages, refused

ARN = "arn:aws:sagemaker:us-east-1:000000000000:experiment/"


@pytest.mark.shows("CreateExperiment", "the display name is the name unless one is given")
@pytest.mark.shows("DescribeExperiment", "gives back what was set; unset members are left out")
def test_create_and_describe(sagemaker):
    made = sagemaker.create_experiment(ExperimentName="Churn", Description="who leaves")
    assert made["ExperimentArn"] == ARN + "Churn"
    found = sagemaker.describe_experiment(ExperimentName="Churn")
    assert found["ExperimentName"] == found["DisplayName"] == "Churn"
    assert found["Description"] == "who leaves"
    assert found["CreationTime"] == found["LastModifiedTime"]
    assert found["CreationTime"].tzinfo is not None
    assert "Source" not in found


@pytest.mark.shows(
    "CreateExperiment", "names are unique whatever their case, refused in both wordings of AWS"
)
@pytest.mark.shows("DescribeExperiment", "finds a name whatever its case")
def test_names_are_unique_and_found_whatever_their_case(sagemaker):
    sagemaker.create_experiment(ExperimentName="Churn")
    with refused("ValidationException", "already exists") as _:
        sagemaker.create_experiment(ExperimentName="cHURN")
    with refused("ValidationException", "must be unique"):
        sagemaker.create_experiment(ExperimentName="Churn")
    assert sagemaker.describe_experiment(ExperimentName="CHURN")["ExperimentName"] == "Churn"


@pytest.mark.shows("DescribeExperiment", "a missing experiment is ResourceNotFound")
@pytest.mark.shows("UpdateExperiment", "a missing experiment is ResourceNotFound")
@pytest.mark.shows("DeleteExperiment", "a missing experiment is ResourceNotFound")
def test_a_missing_one_is_not_found(sagemaker):
    with pytest.raises(sagemaker.exceptions.ResourceNotFound, match="does not exist"):
        sagemaker.describe_experiment(ExperimentName="none")
    with refused("ResourceNotFound"):
        sagemaker.update_experiment(ExperimentName="none", Description="x")
    with refused("ResourceNotFound"):
        sagemaker.delete_experiment(ExperimentName="none")


@pytest.mark.shows("UpdateExperiment", "changes what is given and moves LastModifiedTime")
def test_update_changes_what_is_given(sagemaker):
    sagemaker.create_experiment(ExperimentName="churn", DisplayName="Shown", Description="old")
    sagemaker.update_experiment(ExperimentName="CHURN", Description="new")
    found = sagemaker.describe_experiment(ExperimentName="churn")
    assert (found["DisplayName"], found["Description"]) == ("Shown", "new")
    assert found["LastModifiedTime"] > found["CreationTime"]
    sagemaker.update_experiment(ExperimentName="churn", DisplayName="Other")
    assert sagemaker.describe_experiment(ExperimentName="churn")["DisplayName"] == "Other"


@pytest.mark.shows("DeleteExperiment", "refused while it has trials")
@pytest.mark.shows("DeleteExperiment", "takes its tags along")
def test_delete_only_without_trials(sagemaker):
    sagemaker.create_experiment(ExperimentName="churn", Tags=[{"Key": "team", "Value": "red"}])
    sagemaker.create_trial(ExperimentName="churn", TrialName="group")
    with refused("ValidationException", "cannot be deleted"):
        sagemaker.delete_experiment(ExperimentName="churn")
    sagemaker.delete_trial(TrialName="group")
    assert sagemaker.delete_experiment(ExperimentName="churn")["ExperimentArn"] == ARN + "churn"
    sagemaker.create_experiment(ExperimentName="churn")
    assert sagemaker.list_tags(ResourceArn=ARN + "churn")["Tags"] == []


@pytest.mark.shows("ListExperiments", "newest first, ten to a page")
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


@pytest.mark.shows("ListExperiments", "by name or time, in either order")
@pytest.mark.parametrize("order", ["Ascending", "Descending"])
@pytest.mark.parametrize("by", ["Name", "CreationTime"])
def test_list_order(sagemaker, by, order):
    for name in ("b", "C", "a", "D"):
        sagemaker.create_experiment(ExperimentName=name)
    found = pages(sagemaker, "list_experiments", "ExperimentSummaries", 3, SortBy=by, SortOrder=order)
    names = [entry["ExperimentName"] for entry in found]
    expected = ["a", "b", "C", "D"] if by == "Name" else ["b", "C", "a", "D"]
    assert names == (expected if order == "Ascending" else expected[::-1])


@pytest.mark.shows("ListExperiments", "pages neither repeat nor lose while others come and go")
def test_pages_survive_inserts_and_deletes(sagemaker):
    for number in range(6):
        sagemaker.create_experiment(ExperimentName=f"e{number}")
    first = sagemaker.list_experiments(MaxResults=3)
    sagemaker.create_experiment(ExperimentName="newer")
    sagemaker.delete_experiment(ExperimentName="e3")
    rest = sagemaker.list_experiments(MaxResults=3, NextToken=first["NextToken"])
    assert [entry["ExperimentName"] for entry in rest["ExperimentSummaries"]] == ["e2", "e1", "e0"]


@pytest.mark.shows("ListExperiments", "a token of another list, or none of ours, is refused")
def test_a_foreign_token_is_refused(sagemaker):
    for number in range(3):
        sagemaker.create_experiment(ExperimentName=f"e{number}")
    token = sagemaker.list_experiments(MaxResults=1)["NextToken"]
    for wrong in ("nonsense", token[:-4], "W10="):
        with refused("ValidationException", "NextToken"):
            sagemaker.list_experiments(MaxResults=1, NextToken=wrong)
    with refused("ValidationException", "NextToken"):
        sagemaker.list_experiments(SortOrder="Ascending", NextToken=token)


@pytest.mark.shows("ListExperiments", "CreatedAfter and CreatedBefore exclude their own moment")
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


@pytest.mark.shows("CreateExperiment", "the ARN names the home's region and account")
def test_region_and_account(tmp_path):
    home = CheckedHome(tmp_path, region="eu-west-1", account_id="123456789012")
    client = home.boto_session().client("sagemaker")
    assert client.meta.region_name == "eu-west-1"
    arn = client.create_experiment(ExperimentName="e")["ExperimentArn"]
    assert arn == "arn:aws:sagemaker:eu-west-1:123456789012:experiment/e"
    home.close()


@pytest.mark.shows("CreateExperiment", "120 characters fit, 121 do not; no look-alikes, no hyphen at an end")
def test_the_edges_of_a_name(sagemaker):
    for name in ("x" * 120, "a" + "-" * 118 + "b", "0"):
        sagemaker.create_experiment(ExperimentName=name)
        assert sagemaker.describe_experiment(ExperimentName=name.upper())["ExperimentName"] == name
    for name in (
        "x" * 121,
        "a-",
        "-a",
        "a--",
        "\uff41",
        "\u0430",
        "K\u212a",
        "\u0130",
        "\u0663",
        "a\u00ad",
        "a\n",
    ):
        with refused("ValidationException", "experimentName"):
            sagemaker.create_experiment(ExperimentName=name)
    assert len(sagemaker.list_experiments()["ExperimentSummaries"]) == 3


@pytest.mark.shows("DescribeExperiment", "an ARN is no name")
@pytest.mark.shows("DescribeTrial", "an ARN is no name")
def test_an_arn_is_no_name(sagemaker):
    sagemaker.create_experiment(ExperimentName="e")
    with refused("ValidationException", "experimentName"):
        sagemaker.describe_experiment(ExperimentName=ARN + "e")
    with refused("ValidationException", "trialName"):
        sagemaker.describe_trial(TrialName=ARN.replace("experiment/", "experiment-trial/") + "t")


@pytest.mark.shows("DeleteExperiment", "a name is free again, in any case")
def test_a_name_is_free_after_deletion(sagemaker):
    sagemaker.create_experiment(ExperimentName="Churn", Description="old", DisplayName="Shown")
    sagemaker.delete_experiment(ExperimentName="CHURN")
    sagemaker.create_experiment(ExperimentName="cHURN")
    found = sagemaker.describe_experiment(ExperimentName="Churn")
    assert (found["ExperimentName"], found["DisplayName"], "Description" in found) == (
        "cHURN",
        "cHURN",
        False,
    )


@pytest.mark.shows("UpdateExperiment", "an empty description is one")
def test_an_empty_description(sagemaker):
    sagemaker.create_experiment(ExperimentName="e", Description="some")
    sagemaker.update_experiment(ExperimentName="e", Description="")
    assert sagemaker.describe_experiment(ExperimentName="e")["Description"] == ""
