"""Search over model packages and their groups, through boto3."""

from __future__ import annotations

import pytest
from embedded_home import pages, refused

IMAGE = "1.dkr.ecr.us-east-1.amazonaws.com/"
REPORT = {"ContentType": "application/json", "S3Uri": "s3://b/report.json"}


@pytest.fixture
def registry(sagemaker):
    """Two groups, three versions in the first, and one package of its own."""
    for name, team in (("Churn", "growth"), ("Fraud", "risk")):
        sagemaker.create_model_package_group(
            ModelPackageGroupName=name,
            ModelPackageGroupDescription=f"all about {name}",
            Tags=[{"Key": "Team", "Value": team}],
        )
    for number, status in enumerate(("Rejected", "Approved", "PendingManualApproval"), start=1):
        containers = [{"Image": f"{IMAGE}xgb:{number}", "ModelDataUrl": f"s3://b/{number}.tar.gz"}]
        if number == 3:
            containers.append({"Image": f"{IMAGE}pre:1", "ModelDataUrl": "s3://b/pre.tar.gz"})
        sagemaker.create_model_package(
            ModelPackageGroupName="Churn",
            ModelApprovalStatus=status,
            ModelPackageDescription=f"number {number}",
            CustomerMetadataProperties={"Run": f"exp-run-{number}", "auc": f"0.{number}"},
            ModelMetrics={"ModelQuality": {"Statistics": REPORT}},
            InferenceSpecification={"Containers": containers, "SupportedContentTypes": ["text/csv"]},
            SkipModelValidation="All",
        )
    sagemaker.create_model_package(ModelPackageName="Alone", Tags=[{"Key": "team", "Value": "none"}])
    return sagemaker


@pytest.fixture
def ask(registry):
    """Search and return what the packages, or groups, are called in their ARNs."""

    def search(*filters, resource="ModelPackage", expression=None, **more):
        asked = {**(expression or {})}
        if filters:
            asked["Filters"] = [
                dict(zip(("Name", "Operator", "Value"), each, strict=False)) for each in filters
            ]
        found = registry.search(Resource=resource, SearchExpression=asked, **more)["Results"]
        return [entry[resource][f"{resource}Arn"].partition("/")[2] for entry in found]

    return search


@pytest.mark.shows("Search", "ModelPackageGroup: by name, description, status, tags and times")
def test_groups(ask, registry):
    def groups(*filters, **more):
        return ask(*filters, resource="ModelPackageGroup", **more)

    assert groups(("ModelPackageGroupName", "Equals", "Churn")) == ["Churn"]
    assert groups(("modelpackagegroupname", "Contains", "u")) == ["Fraud", "Churn"]
    assert groups(("ModelPackageGroupDescription", "Contains", "Fraud")) == ["Fraud"]
    assert groups(("ModelPackageGroupStatus", "Equals", "Completed")) == ["Fraud", "Churn"]
    assert groups(("tags.TEAM", "Equals", "risk")) == ["Fraud"]
    assert groups(SortBy="ModelPackageGroupName", SortOrder="Ascending") == ["Churn", "Fraud"]
    arn = registry.describe_model_package_group(ModelPackageGroupName="Churn")["ModelPackageGroupArn"]
    assert groups(("ModelPackageGroupArn", "Equals", arn.lower())) == ["Churn"]
    record = registry.search(Resource="ModelPackageGroup")["Results"][1]["ModelPackageGroup"]
    assert (record["ModelPackageGroupName"], record["Tags"]) == (
        "Churn",
        [{"Key": "Team", "Value": "growth"}],
    )


@pytest.mark.shows(
    "Search", "ModelPackage: by group, version, approval and what CustomerMetadataProperties hold"
)
def test_packages(ask):
    assert ask(("ModelPackageGroupName", "Equals", "Churn"), SortBy="ModelPackageVersion") == [
        "Churn/3",
        "Churn/2",
        "Churn/1",
    ]
    assert ask(("modelapprovalstatus", "Equals", "Approved")) == ["Churn/2"]
    assert ask(("ModelPackageVersion", "GreaterThan", "1"), ("ModelPackageVersion", "LessThan", "3")) == [
        "Churn/2"
    ]
    assert ask(("CustomerMetadataProperties.run", "Equals", "exp-run-3")) == ["Churn/3"]
    assert ask(("customermetadataproperties.AUC", "GreaterThan", "0.15"), SortOrder="Ascending") == [
        "Churn/2",
        "Churn/3",
    ]
    assert ask(("CustomerMetadataProperties.none", "Exists")) == []
    assert ask(SortBy="CustomerMetadataProperties.auc") == ["Churn/3", "Churn/2", "Churn/1", "Alone"]
    assert ask(("ModelPackageName", "Exists")) == ask(("ModelPackageGroupName", "NotExists")) == ["Alone"]
    assert ask(("ModelMetrics.ModelQuality.Statistics.S3Uri", "Contains", "report")) == [
        "Churn/3",
        "Churn/2",
        "Churn/1",
    ]
    assert ask(("ModelCard", "Exists")) == []
    assert ask(("CertifyForMarketplace", "Equals", "false"), ("ModelPackageVersion", "Equals", "1")) == [
        "Churn/1"
    ]


@pytest.mark.shows(
    "Search", "ModelPackage: lists by any of their elements, or by one that meets all nested filters"
)
def test_lists(ask):
    def nested(image, url):
        path = "InferenceSpecification.Containers"
        filters = [
            {"Name": f"{path}.Image", "Operator": "Contains", "Value": image},
            {"Name": f"{path}.ModelDataUrl", "Operator": "Equals", "Value": url},
        ]
        return ask(expression={"NestedFilters": [{"NestedPropertyName": path, "Filters": filters}]})

    assert ask(("InferenceSpecification.Containers.Image", "Equals", f"{IMAGE}pre:1")) == ["Churn/3"]
    assert len(ask(("InferenceSpecification.SupportedContentTypes", "Equals", "text/csv"))) == 3
    assert nested("xgb", "s3://b/3.tar.gz") == ["Churn/3"]
    assert nested("pre", "s3://b/3.tar.gz") == []


@pytest.mark.shows("Search", "ModelPackage: tags of unversioned packages; VisibilityConditions")
def test_tags_and_visibility(ask):
    assert ask(("Tags.Team", "Equals", "none")) == ["Alone"]
    hidden = ask(VisibilityConditions=[{"Key": "Tags.team", "Value": "mine"}])
    assert hidden == ["Churn/3", "Churn/2", "Churn/1"]
    members = [{"Name": "Tags.Key", "Value": "team"}, {"Name": "Tags.Value", "Value": "none"}]
    assert ask(expression={"NestedFilters": [{"NestedPropertyName": "Tags", "Filters": members}]}) == [
        "Alone"
    ]


def test_what_is_not_a_property(ask):
    for name in ("Nothing", "InferenceSpecification.Nothing", "ModelPackageGroupStatus"):
        with refused("ValidationException", "Unknown property name"):
            ask((name, "Equals", "x"))
    with refused("ValidationException"):
        ask(("InferenceSpecification", "Equals", "x"))
    with refused("ValidationException"):
        ask(("ModelPackageVersion", "Contains", "1"))


def test_records_are_what_describe_gives(registry):
    for entry in pages(registry, "search", "Results", 2, Resource="ModelPackage"):
        record = entry["ModelPackage"]
        described = registry.describe_model_package(ModelPackageName=record["ModelPackageArn"])
        del described["ResponseMetadata"], record["Tags"]
        assert record == described


def test_a_deleted_package_is_not_found(ask, registry):
    registry.delete_model_package(ModelPackageName="Churn/2")
    assert ask(("ModelPackageGroupName", "Equals", "Churn")) == ["Churn/3", "Churn/1"]
    registry.update_model_package(
        ModelPackageArn=registry.describe_model_package(ModelPackageName="Churn/1")["ModelPackageArn"],
        CustomerMetadataPropertiesToRemove=["Run"],
    )
    assert ask(("CustomerMetadataProperties.Run", "NotExists")) == ["Churn/1", "Alone"]
