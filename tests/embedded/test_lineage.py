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


@pytest.mark.shows("CreateArtifact", "takes source, type, properties, metadata and tags")
@pytest.mark.shows("DescribeArtifact", "gives back what was set; a missing one is ResourceNotFound")
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


@pytest.mark.shows("CreateArtifact", "one artifact per source URI")
def test_one_artifact_per_source(sagemaker):
    artifact(sagemaker, "s3://b/k")
    with refused("ValidationException", "already exists"):
        artifact(sagemaker, "s3://b/k")


@pytest.mark.shows("ListArtifacts", "by source URI or type, newest first, in pages")
def test_list_artifacts(sagemaker):
    for number in range(5):
        artifact(sagemaker, f"s3://b/{number}", "Graph" if number % 2 else "Table")
    assert len(pages(sagemaker, "list_artifacts", "ArtifactSummaries", 2)) == 5
    graphs = pages(sagemaker, "list_artifacts", "ArtifactSummaries", 1, ArtifactType="Graph")
    assert [entry["Source"]["SourceUri"] for entry in graphs] == ["s3://b/3", "s3://b/1"]
    assert len(sagemaker.list_artifacts(SourceUri="s3://b/4")["ArtifactSummaries"]) == 1
    assert sagemaker.list_artifacts(SourceUri="s3://b/9")["ArtifactSummaries"] == []


@pytest.mark.shows("UpdateArtifact", "Properties overwrites all, then PropertiesToRemove applies; 30 at most")
def test_update_artifact(sagemaker):
    arn = artifact(sagemaker, "s3://b/k", Properties={"a": "1", "b": "2"})
    sagemaker.update_artifact(ArtifactArn=arn, ArtifactName="new")
    assert sagemaker.describe_artifact(ArtifactArn=arn)["Properties"] == {"a": "1", "b": "2"}
    sagemaker.update_artifact(ArtifactArn=arn, PropertiesToRemove=["a"])
    assert sagemaker.describe_artifact(ArtifactArn=arn)["Properties"] == {"b": "2"}
    sagemaker.update_artifact(ArtifactArn=arn, Properties={"c": "3", "d": "4"}, PropertiesToRemove=["d"])
    found = sagemaker.describe_artifact(ArtifactArn=arn)
    assert (found["ArtifactName"], found["Properties"]) == ("new", {"c": "3"})
    with refused("ValidationException", "properties"):
        sagemaker.update_artifact(ArtifactArn=arn, Properties={f"p{n}": "v" for n in range(31)})


@pytest.mark.shows("DeleteArtifact", "by ARN or by source, exactly one of them")
@pytest.mark.shows("DeleteArtifact", "refused while it has associations")
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


@pytest.mark.shows("AddAssociation", "between an artifact and an experiment entity, either way")
@pytest.mark.shows("ListAssociations", "by either end, by types, in any order, in pages")
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


@pytest.mark.shows("AddAssociation", "once, between what exists, never between two experiment entities")
@pytest.mark.shows("DeleteAssociation", "what is not associated is ResourceNotFound")
def test_an_association_once_and_only_between_what_exists(sagemaker, component):
    arn = artifact(sagemaker, "s3://b/k")
    sagemaker.add_association(SourceArn=component, DestinationArn=arn)
    with refused("ValidationException", "already exists"):
        sagemaker.add_association(SourceArn=component, DestinationArn=arn, AssociationType="Produced")
    experiment = sagemaker.create_experiment(ExperimentName="e")["ExperimentArn"]
    with refused("ValidationException", "experiment entities"):
        sagemaker.add_association(SourceArn=component, DestinationArn=experiment)
    for missing in ("artifact/" + "0" * 32, "experiment-trial-component/none", "context/c", "action/a"):
        with refused("ResourceNotFound"):
            sagemaker.add_association(SourceArn=arn, DestinationArn=PREFIX + missing)
    with refused("ResourceNotFound"):
        sagemaker.delete_association(SourceArn=arn, DestinationArn=component)
    with refused("ValidationException", "sourceArn"):
        sagemaker.add_association(SourceArn=PREFIX + "experiment-trial/t", DestinationArn=arn)


@pytest.mark.shows("DeleteTrialComponent", "takes its lineage associations along")
def test_a_deleted_component_leaves_no_association(sagemaker, component):
    arn = artifact(sagemaker, "s3://b/k")
    sagemaker.add_association(SourceArn=component, DestinationArn=arn)
    sagemaker.delete_trial_component(TrialComponentName="run")
    assert sagemaker.list_associations()["AssociationSummaries"] == []
    sagemaker.delete_artifact(ArtifactArn=arn)


@pytest.mark.shows("CreateArtifact", "names, types, properties and source keep to the model's limits")
@pytest.mark.parametrize(
    ("params", "member"),
    [
        ({"ArtifactName": "a_b"}, "artifactName"),
        ({"ArtifactName": "a" * 121}, "artifactName"),
        ({"ArtifactType": "t" * 257}, "artifactType"),
        ({"Source": {"SourceUri": "u" * 2049}}, "sourceUri"),
        ({"Properties": {f"p{n}": "v" for n in range(31)}}, "properties"),
        ({"Properties": {"p": "v" * 4097}}, "properties"),
        (
            {"Source": {"SourceUri": "u", "SourceTypes": [{"SourceIdType": "X", "Value": "v"}]}},
            "sourceIdType",
        ),
    ],
)
def test_limits_of_artifacts(sagemaker, params, member):
    with refused("ValidationException", member):
        sagemaker.create_artifact(**{"Source": {"SourceUri": "s3://b/k"}, "ArtifactType": "Graph", **params})


@pytest.mark.shows("ListAssociations", "by time; both ends of the window belong to it")
@pytest.mark.shows("ListArtifacts", "by time; both ends of the window belong to it")
def test_windows_of_time(sagemaker, component):
    for number in range(3):
        made = artifact(sagemaker, f"s3://b/{number}")
        sagemaker.add_association(SourceArn=component, DestinationArn=made)
    for operation, member in (
        ("list_artifacts", "ArtifactSummaries"),
        ("list_associations", "AssociationSummaries"),
    ):
        times = [entry["CreationTime"] for entry in pages(sagemaker, operation, member, 5)]
        window = pages(sagemaker, operation, member, 5, CreatedAfter=times[1], CreatedBefore=times[0])
        assert [entry["CreationTime"] for entry in window] == times[:2]


def test_an_artifact_is_found_by_its_arn_in_any_case(sagemaker):
    arn = artifact(sagemaker, "s3://b/k")
    assert (
        sagemaker.describe_artifact(ArtifactArn=arn.replace("artifact/", "ARTIFACT/").lower())["ArtifactArn"]
        == arn
    )


@pytest.mark.shows(
    "AddAssociation", "ends may be experiments, components, artifacts, actions and contexts only"
)
def test_what_associations_join(sagemaker, component):
    source = {"SourceUri": "s3://b/k"}
    action = sagemaker.create_action(ActionName="Deploy", Source=source, ActionType="Deployment")["ActionArn"]
    context = sagemaker.create_context(ContextName="End_Point", Source=source, ContextType="Endpoint")[
        "ContextArn"
    ]
    experiment = sagemaker.create_experiment(ExperimentName="e")["ExperimentArn"]
    for one, other in (
        (component, action),
        (action, context.lower()),
        (context, experiment),
        (action, action),
    ):
        sagemaker.add_association(SourceArn=one, DestinationArn=other, AssociationType="AssociatedWith")
    found = pages(sagemaker, "list_associations", "AssociationSummaries", 2, SortBy="DestinationType")
    assert [(entry["DestinationType"], entry["DestinationName"]) for entry in found] == [
        ("ExperimentExperiment", "e"),
        ("Endpoint", "End_Point"),
        ("Deployment", "Deploy"),
        ("Deployment", "Deploy"),
    ]
    assert len(sagemaker.list_associations(SourceType="Endpoint")["AssociationSummaries"]) == 1
    sagemaker.create_model_package_group(ModelPackageGroupName="g")
    version = sagemaker.create_model_package(ModelPackageGroupName="g")["ModelPackageArn"]
    for other in (version, PREFIX + "training-job/j"):
        with refused("ValidationException", "destinationArn"):
            sagemaker.add_association(SourceArn=action, DestinationArn=other)
