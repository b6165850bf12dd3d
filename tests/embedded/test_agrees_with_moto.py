"""The same calls on the embedded home and on moto: where moto is right they agree; docs/moto.md lists where it is not.

S3's calls on both are in test_objects.py and its kin.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
import moto_cases_more  # noqa: F401  # adds its rows
import pytest
from botocore.exceptions import ClientError
from embedded_home import refused
from moto_cases import DIFFERENCES, outcome

INSTALLED = importlib.util.find_spec("moto") is not None
HOMES = ["embedded", "moto"] if INSTALLED else ["embedded"]
SERVICES = ("sagemaker", "sagemaker-metrics", "sts")
NOW = 1_760_000_000


@pytest.fixture(scope="module")
def moto_clients() -> dict[str, Any]:
    """Clients made after moto was imported; they answer inside ``mock_aws`` only."""
    importlib.import_module("moto")
    session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
    return {name: session.client(name) for name in SERVICES}


@pytest.fixture(params=HOMES)
def homes(request: pytest.FixtureRequest) -> Iterator[Mapping[str, Any]]:
    """The clients of each of the homes, with nothing in it."""
    if request.param == "embedded":
        yield request.getfixturevalue("clients")
        return
    from moto import mock_aws

    made = request.getfixturevalue("moto_clients")
    with mock_aws():
        yield made


@pytest.fixture
def either(homes: Mapping[str, Any]) -> Any:
    return homes["sagemaker"]


def names(entries: list[dict[str, Any]], member: str) -> set[str]:
    return {entry[member] for entry in entries}


@pytest.mark.shows("CreateExperiment", "agrees with moto")
@pytest.mark.shows("DescribeExperiment", "agrees with moto")
@pytest.mark.shows("ListExperiments", "agrees with moto")
@pytest.mark.shows("DeleteExperiment", "agrees with moto")
def test_experiments(either):
    arn = either.create_experiment(ExperimentName="churn")["ExperimentArn"]
    assert arn.endswith(":experiment/churn")
    found = either.describe_experiment(ExperimentName="churn")
    assert (found["ExperimentName"], found["ExperimentArn"]) == ("churn", arn)
    either.create_experiment(ExperimentName="other")
    assert names(either.list_experiments()["ExperimentSummaries"], "ExperimentName") == {"churn", "other"}
    either.delete_experiment(ExperimentName="other")
    assert names(either.list_experiments()["ExperimentSummaries"], "ExperimentName") == {"churn"}


@pytest.mark.shows("CreateTrial", "agrees with moto")
@pytest.mark.shows("DescribeTrial", "agrees with moto")
@pytest.mark.shows("ListTrials", "agrees with moto")
@pytest.mark.shows("DeleteTrial", "agrees with moto")
@pytest.mark.shows("AssociateTrialComponent", "agrees with moto")
@pytest.mark.shows("ListTrialComponents", "agrees with moto")
@pytest.mark.shows("DisassociateTrialComponent", "agrees with moto")
def test_trials_and_their_components(either):
    for name in ("churn", "other"):
        either.create_experiment(ExperimentName=name)
    for name in ("t1", "t2"):
        assert either.create_trial(ExperimentName="churn", TrialName=name)["TrialArn"].endswith(name)
    either.create_trial(ExperimentName="other", TrialName="t3")
    assert either.describe_trial(TrialName="t1")["ExperimentName"] == "churn"
    for name in ("c1", "c2"):
        either.create_trial_component(TrialComponentName=name)
    linked = either.associate_trial_component(TrialName="t1", TrialComponentName="c1")
    assert (linked["TrialArn"][-3:], linked["TrialComponentArn"][-3:]) == ("/t1", "/c1")
    found = either.list_trial_components(TrialName="t1")["TrialComponentSummaries"]
    assert names(found, "TrialComponentName") == {"c1"}
    assert names(either.list_trials(TrialComponentName="c1")["TrialSummaries"], "TrialName") == {"t1"}
    assert names(either.list_trials(ExperimentName="churn")["TrialSummaries"], "TrialName") == {"t1", "t2"}
    assert either.list_trials(ExperimentName="other", TrialComponentName="c1")["TrialSummaries"] == []
    either.disassociate_trial_component(TrialName="t1", TrialComponentName="c1")
    assert either.list_trial_components(TrialName="t1")["TrialComponentSummaries"] == []
    either.delete_trial(TrialName="t1")
    assert names(either.list_trials()["TrialSummaries"], "TrialName") == {"t2", "t3"}


@pytest.mark.shows("ListExperiments", "its pages agree with moto's")
@pytest.mark.shows("ListTrialComponents", "its pages agree with moto's")
@pytest.mark.parametrize("kind", ["Experiment", "TrialComponent"])
def test_pages(either, kind):
    word = "experiment" if kind == "Experiment" else "trial_component"
    for number in range(5):
        getattr(either, f"create_{word}")(**{f"{kind}Name": f"n{number}"})
    pages = list(either.get_paginator(f"list_{word}s").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page[f"{kind}Summaries"]) for page in pages] == [2, 2, 1]
    entries = [entry for page in pages for entry in page[f"{kind}Summaries"]]
    assert names(entries, f"{kind}Name") == {f"n{number}" for number in range(5)}


@pytest.mark.shows("CreateTrialComponent", "agrees with moto")
@pytest.mark.shows("UpdateTrialComponent", "agrees with moto")
@pytest.mark.shows("DescribeTrialComponent", "agrees with moto")
@pytest.mark.shows("DeleteTrialComponent", "agrees with moto")
def test_components(either):
    made = either.create_trial_component(
        TrialComponentName="c",
        DisplayName="Shown",
        Status={"PrimaryStatus": "InProgress"},
        StartTime=NOW,
        Parameters={"lr": {"NumberValue": 0.5}, "opt": {"StringValue": "adam"}},
        InputArtifacts={"data": {"Value": "s3://b/d"}},
        OutputArtifacts={"model": {"MediaType": "text/plain", "Value": "s3://b/k"}},
        MetadataProperties={"CommitId": "abc"},
    )
    updated = either.update_trial_component(
        TrialComponentName="c",
        DisplayName="Later",
        EndTime=NOW + 60,
        Status={"PrimaryStatus": "Completed", "Message": "done"},
        Parameters={"lr": {"NumberValue": 0.25}, "opt": {"StringValue": "adam"}},
        ParametersToRemove=["opt"],
        InputArtifactsToRemove=["data"],
    )
    assert made["TrialComponentArn"] == updated["TrialComponentArn"]
    found = either.describe_trial_component(TrialComponentName="c")
    assert found["DisplayName"] == "Later"
    assert found["Status"] == {"PrimaryStatus": "Completed", "Message": "done"}
    assert (found["StartTime"].timestamp(), found["EndTime"].timestamp()) == (NOW, NOW + 60)
    assert found["Parameters"] == {"lr": {"NumberValue": 0.25}}
    assert found["InputArtifacts"] == {}
    assert found["OutputArtifacts"] == {"model": {"MediaType": "text/plain", "Value": "s3://b/k"}}
    assert found["MetadataProperties"] == {"CommitId": "abc"}
    summary = either.list_trial_components()["TrialComponentSummaries"][0]
    assert summary["TrialComponentArn"] == found["TrialComponentArn"]
    either.delete_trial_component(TrialComponentName="c")
    with pytest.raises(ClientError):
        either.describe_trial_component(TrialComponentName="c")


def a_resource(client: Any, kind: str) -> str:
    """The ARN of a new resource."""
    if kind == "experiment":
        return client.create_experiment(ExperimentName="e")["ExperimentArn"]
    if kind == "trial":
        client.create_experiment(ExperimentName="e")
        return client.create_trial(TrialName="t", ExperimentName="e")["TrialArn"]
    if kind == "component":
        return client.create_trial_component(TrialComponentName="c")["TrialComponentArn"]
    return client.create_model_package_group(ModelPackageGroupName="g")["ModelPackageGroupArn"]


@pytest.mark.shows("AddTags", "agrees with moto")
@pytest.mark.shows("ListTags", "agrees with moto")
@pytest.mark.shows("DeleteTags", "agrees with moto")
@pytest.mark.parametrize("kind", ["experiment", "trial", "component", "group"])
def test_tags(either, kind):
    arn = a_resource(either, kind)
    tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    assert either.add_tags(ResourceArn=arn, Tags=tags)["Tags"] == tags
    assert either.list_tags(ResourceArn=arn)["Tags"] == tags
    either.delete_tags(ResourceArn=arn, TagKeys=["a"])
    assert either.list_tags(ResourceArn=arn)["Tags"] == tags[1:]


@pytest.mark.shows("AssociateTrialComponent", "a missing trial is named by its ARN, as moto does")
def test_what_is_missing(either):
    either.create_trial_component(TrialComponentName="c")
    with refused("ResourceNotFound", "Trial 'arn:aws:sagemaker:us-east-1:"):
        either.associate_trial_component(TrialName="none", TrialComponentName="c")


@pytest.mark.shows("Search", "agrees with moto")
@pytest.mark.parametrize(
    ("name", "operator", "value", "expected"),
    [
        ("TrialComponentName", "Equals", "c1", {"c1"}),
        ("TrialComponentName", "NotEquals", "c1", {"c2", "c3"}),
        ("DisplayName", "Contains", "Sh", {"c1", "c2"}),
        ("Tags.team", "Equals", "red", {"c1"}),
        ("Parents.TrialName", "Equals", "t", {"c2"}),
        ("DisplayName", "Equals", "none", set()),
    ],
)
def test_search(either, name, operator, value, expected):
    for number, shown in enumerate(("Shown", "Shut", "other"), start=1):
        arn = either.create_trial_component(TrialComponentName=f"c{number}", DisplayName=shown)[
            "TrialComponentArn"
        ]
        either.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "red" if number == 1 else "blue"}])
    either.create_experiment(ExperimentName="e")
    either.create_trial(ExperimentName="e", TrialName="t")
    either.associate_trial_component(TrialName="t", TrialComponentName="c2")
    found = either.search(
        Resource="ExperimentTrialComponent",
        SearchExpression={"Filters": [{"Name": name, "Operator": operator, "Value": value}]},
    )["Results"]
    assert names([result["TrialComponent"] for result in found], "TrialComponentName") == expected


@pytest.mark.shows("Search", "an unknown property is named, as moto does")
def test_search_for_what_is_no_property(either):
    either.create_trial_component(TrialComponentName="c")
    with refused("ValidationException", "Unknown property name: Nonsense"):
        either.search(
            Resource="ExperimentTrialComponent",
            SearchExpression={"Filters": [{"Name": "Nonsense", "Operator": "Equals", "Value": "x"}]},
        )


@pytest.mark.shows("Search", "of groups, experiments and trials agrees with moto")
def test_search_of_other_resources(either):
    for number in (1, 2):
        either.create_model_package_group(ModelPackageGroupName=f"g{number}")
        either.create_experiment(ExperimentName=f"e{number}")
        either.create_trial(TrialName=f"t{number}", ExperimentName=f"e{number}")

    def found(resource, **expression):
        results = either.search(Resource=resource, **expression)["Results"]
        member = {"ExperimentTrial": "Trial"}.get(resource, resource)
        return names([result[member] for result in results], f"{member}Name")

    only = {"Filters": [{"Name": "ModelPackageGroupName", "Operator": "Equals", "Value": "g2"}]}
    assert found("ModelPackageGroup", SearchExpression=only) == {"g2"}
    assert found("Experiment") == {"e1", "e2"}
    assert found("ExperimentTrial") == {"t1", "t2"}


@pytest.mark.shows("BatchPutMetrics", "agrees with moto")
def test_metrics(homes):
    homes["sagemaker"].create_trial_component(TrialComponentName="c")
    data = [{"MetricName": "loss", "Timestamp": NOW, "Step": step, "Value": 1.0} for step in range(3)]
    put = homes["sagemaker-metrics"].batch_put_metrics
    assert put(TrialComponentName="c", MetricData=data)["Errors"] == []
    # moto names the first point only
    assert put(TrialComponentName="none", MetricData=data)["Errors"][0] == {
        "Code": "VALIDATION_ERROR",
        "MetricIndex": 0,
    }


@pytest.mark.shows(
    "GetCallerIdentity", "agrees with moto in kind: an account of twelve digits, an ARN of STS in it"
)
def test_identity(homes):
    found = homes["sts"].get_caller_identity()
    assert found["Account"].isdigit()
    assert len(found["Account"]) == 12
    assert found["Arn"].startswith(f"arn:aws:sts::{found['Account']}:")


@pytest.mark.shows("CreateModelPackageGroup", "agrees with moto")
@pytest.mark.shows("DescribeModelPackageGroup", "agrees with moto")
@pytest.mark.shows("ListModelPackageGroups", "agrees with moto")
def test_groups(either):
    tags = [{"Key": "k", "Value": "v"}]
    made = either.create_model_package_group(
        ModelPackageGroupName="g", ModelPackageGroupDescription="what", Tags=tags
    )
    found = either.describe_model_package_group(ModelPackageGroupName="g")
    assert found["ModelPackageGroupArn"] == made["ModelPackageGroupArn"]
    assert (found["ModelPackageGroupName"], found["ModelPackageGroupDescription"]) == ("g", "what")
    assert found["ModelPackageGroupStatus"] == "Completed"
    assert either.list_tags(ResourceArn=made["ModelPackageGroupArn"])["Tags"] == tags
    either.create_model_package_group(ModelPackageGroupName="other")
    summaries = either.list_model_package_groups(NameContains="th")["ModelPackageGroupSummaryList"]
    assert names(summaries, "ModelPackageGroupName") == {"other"}


@pytest.mark.shows("CreateModelPackage", "agrees with moto")
@pytest.mark.shows("DescribeModelPackage", "agrees with moto")
@pytest.mark.shows("ListModelPackages", "agrees with moto")
@pytest.mark.shows("UpdateModelPackage", "agrees with moto")
def test_versions(either):
    either.create_model_package_group(ModelPackageGroupName="g")
    arns = [
        either.create_model_package(
            ModelPackageGroupName="g",
            ModelApprovalStatus="PendingManualApproval",
            ModelPackageDescription=f"number {number}",
            CustomerMetadataProperties={"run": f"r{number}"},
        )["ModelPackageArn"]
        for number in (1, 2)
    ]
    assert [arn.partition(":model-package/")[2] for arn in arns] == ["g/1", "g/2"]
    found = either.describe_model_package(ModelPackageName=arns[1])
    assert (found["ModelPackageGroupName"], found["ModelPackageVersion"]) == ("g", 2)
    assert (found["ModelApprovalStatus"], found["CustomerMetadataProperties"]) == (
        "PendingManualApproval",
        {"run": "r2"},
    )
    either.update_model_package(
        ModelPackageArn=arns[0], ModelApprovalStatus="Approved", ApprovalDescription="good"
    )
    found = either.describe_model_package(ModelPackageName=arns[0])
    assert (found["ModelApprovalStatus"], found["ApprovalDescription"]) == ("Approved", "good")
    approved = either.list_model_packages(ModelPackageGroupName="g", ModelApprovalStatus="Approved")
    assert names(approved["ModelPackageSummaryList"], "ModelPackageArn") == {arns[0]}


@pytest.mark.shows("CreateModelPackage", "a name and a group together, or neither, are refused as moto does")
@pytest.mark.parametrize("given", [{}, {"ModelPackageName": "m", "ModelPackageGroupName": "g"}])
def test_versions_that_are_refused(either, given):
    either.create_model_package_group(ModelPackageGroupName="g")
    with refused(
        "ValidationException", "Missing ARN." if not given else "Cannot determine which one to use."
    ):
        either.create_model_package(**given)


@pytest.mark.skipif(not INSTALLED, reason="moto is not installed")
@pytest.mark.parametrize("row", DIFFERENCES, ids=lambda row: row.run.__name__)
def test_where_moto_is_not_right(row, homes, request):
    expected = {"moto": row.on_moto, "embedded": row.here}[request.node.callspec.params["homes"]]
    assert outcome(lambda: row.run(homes)) == expected
