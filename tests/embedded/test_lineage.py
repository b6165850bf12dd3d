"""Artifacts and associations through boto3."""

from __future__ import annotations

import pytest
from embedded_home import pages, refused

PREFIX = "arn:aws:sagemaker:us-east-1:000000000000:"


def artifact(sagemaker, uri: str, kind: str = "Graph", **more) -> str:
    return sagemaker.create_artifact(Source={"SourceUri": uri}, ArtifactType=kind, **more)["ArtifactArn"]


@pytest.fixture
def component(sagemaker) -> str:
    return sagemaker.create_trial_component(TrialComponentName="Run")["TrialComponentArn"]


def test_create_and_describe(sagemaker):
    source = {"SourceUri": "s3://b/k", "SourceTypes": [{"SourceIdType": "S3ETag", "Value": "abc"}]}
    arn = sagemaker.create_artifact(
        ArtifactName="curve",
        Source=source,
        ArtifactType="ROCCurve",
        Properties={"a": "1"},
        MetadataProperties={"CommitId": "abc"},
        Tags=[{"Key": "k", "Value": "v"}],
    )["ArtifactArn"]
    assert arn.startswith(PREFIX + "artifact/")
    found = sagemaker.describe_artifact(ArtifactArn=arn)
    assert found["Source"] == source
    assert (found["ArtifactName"], found["ArtifactType"], found["Properties"]) == (
        "curve",
        "ROCCurve",
        {"a": "1"},
    )
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "k", "Value": "v"}]
    with refused("ResourceNotFound"):
        sagemaker.describe_artifact(ArtifactArn=PREFIX + "artifact/" + "0" * 32)


def test_one_artifact_per_source(sagemaker):
    artifact(sagemaker, "s3://b/k")
    with refused("ValidationException", "already exists"):
        artifact(sagemaker, "s3://b/k")


def test_list_artifacts(sagemaker):
    for number in range(5):
        artifact(sagemaker, f"s3://b/{number}", "Graph" if number % 2 else "Table")
    assert len(pages(sagemaker, "list_artifacts", "ArtifactSummaries", 2)) == 5
    graphs = pages(sagemaker, "list_artifacts", "ArtifactSummaries", 1, ArtifactType="Graph")
    assert [entry["Source"]["SourceUri"] for entry in graphs] == ["s3://b/3", "s3://b/1"]
    assert len(sagemaker.list_artifacts(SourceUri="s3://b/4")["ArtifactSummaries"]) == 1
    assert sagemaker.list_artifacts(SourceUri="s3://b/9")["ArtifactSummaries"] == []


def test_update_artifact(sagemaker):
    arn = artifact(sagemaker, "s3://b/k", Properties={"a": "1", "b": "2"})
    sagemaker.update_artifact(
        ArtifactArn=arn, ArtifactName="new", Properties={"b": "3", "c": "4"}, PropertiesToRemove=["a"]
    )
    found = sagemaker.describe_artifact(ArtifactArn=arn)
    assert (found["ArtifactName"], found["Properties"]) == ("new", {"b": "3", "c": "4"})
    with refused("ValidationException", "30"):
        sagemaker.update_artifact(ArtifactArn=arn, Properties={f"p{n}": "v" for n in range(30)})


def test_delete_artifact(sagemaker, component):
    first, second = artifact(sagemaker, "s3://b/1"), artifact(sagemaker, "s3://b/2")
    sagemaker.add_association(SourceArn=component, DestinationArn=first, AssociationType="Produced")
    with refused("ValidationException", "cannot be deleted"):
        sagemaker.delete_artifact(ArtifactArn=first)
    sagemaker.delete_association(SourceArn=component, DestinationArn=first)
    assert sagemaker.delete_artifact(ArtifactArn=first)["ArtifactArn"] == first
    assert sagemaker.delete_artifact(Source={"SourceUri": "s3://b/2"})["ArtifactArn"] == second
    for missing in ({"ArtifactArn": first}, {"Source": {"SourceUri": "s3://b/2"}}):
        with refused("ResourceNotFound"):
            sagemaker.delete_artifact(**missing)
    with refused("ValidationException", "Exactly one"):
        sagemaker.delete_artifact()


def test_associations(sagemaker, component):
    made, used = artifact(sagemaker, "s3://b/out", "Model"), artifact(sagemaker, "s3://b/in", "Dataset")
    sagemaker.add_association(SourceArn=component, DestinationArn=made, AssociationType="Produced")
    sagemaker.add_association(
        SourceArn=used, DestinationArn=component.lower(), AssociationType="ContributedTo"
    )
    found = pages(sagemaker, "list_associations", "AssociationSummaries", 1, SortOrder="Ascending")
    assert [(entry["SourceArn"], entry["DestinationArn"]) for entry in found] == [
        (component, made),
        (used, component),
    ]
    assert (found[0]["SourceName"], found[0]["DestinationType"]) == ("Run", "Model")

    def count(**filters):
        return len(sagemaker.list_associations(**filters)["AssociationSummaries"])

    assert count(SourceArn=component) == count(DestinationArn=component) == 1
    assert (
        count(AssociationType="Produced")
        == count(SourceType="Dataset")
        == count(DestinationType="Model")
        == 1
    )
    assert count(SourceArn=component, AssociationType="ContributedTo") == 0
    for order in ("SourceArn", "DestinationArn", "SourceType", "DestinationType"):
        assert len(pages(sagemaker, "list_associations", "AssociationSummaries", 1, SortBy=order)) == 2


def test_an_association_once_and_only_between_what_exists(sagemaker, component):
    arn = artifact(sagemaker, "s3://b/k")
    sagemaker.add_association(SourceArn=component, DestinationArn=arn)
    with refused("ValidationException", "already exists"):
        sagemaker.add_association(SourceArn=component, DestinationArn=arn, AssociationType="Produced")
    experiment = sagemaker.create_experiment(ExperimentName="e")["ExperimentArn"]
    with refused("ValidationException", "experiment entities"):
        sagemaker.add_association(SourceArn=component, DestinationArn=experiment)
    for missing in ("artifact/" + "0" * 32, "experiment-trial-component/none", "context/c"):
        with refused("ResourceNotFound"):
            sagemaker.add_association(SourceArn=arn, DestinationArn=PREFIX + missing)
    with refused("ResourceNotFound"):
        sagemaker.delete_association(SourceArn=arn, DestinationArn=component)
    with refused("ValidationException", "sourceArn"):
        sagemaker.add_association(SourceArn=PREFIX + "experiment-trial/t", DestinationArn=arn)


def test_a_deleted_component_leaves_no_association(sagemaker, component):
    arn = artifact(sagemaker, "s3://b/k")
    sagemaker.add_association(SourceArn=component, DestinationArn=arn)
    sagemaker.delete_trial_component(TrialComponentName="run")
    assert sagemaker.list_associations()["AssociationSummaries"] == []
    sagemaker.delete_artifact(ArtifactArn=arn)
