"""Model package groups, their policies and tags, through boto3."""

from __future__ import annotations

import pytest
from embedded_home import pages, refused

PREFIX = "arn:aws:sagemaker:us-east-1:000000000000:"


def group(sagemaker, name="Churn", **more) -> str:
    return sagemaker.create_model_package_group(ModelPackageGroupName=name, **more)["ModelPackageGroupArn"]


@pytest.mark.shows(
    "CreateModelPackageGroup", "takes a description and tags; any text may stand in a description"
)
@pytest.mark.shows("DescribeModelPackageGroup", "finds a group by name in any case, or by ARN")
def test_create_and_describe(sagemaker):
    arn = group(sagemaker, ModelPackageGroupDescription="Näxt ☃", Tags=[{"Key": "team", "Value": "x"}])
    assert arn == PREFIX + "model-package-group/Churn"
    for name in ("Churn", "churn", arn):
        found = sagemaker.describe_model_package_group(ModelPackageGroupName=name)
        assert (found["ModelPackageGroupName"], found["ModelPackageGroupArn"]) == ("Churn", arn)
        assert (found["ModelPackageGroupDescription"], found["ModelPackageGroupStatus"]) == (
            "Näxt ☃",
            "Completed",
        )
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "x"}]


@pytest.mark.shows("CreateModelPackageGroup", "names are unique without regard to case")
def test_a_name_is_taken_once(sagemaker):
    arn = group(sagemaker)
    with refused(
        "ValidationException", f"Model Package Group already exists: {PREFIX}model-package-group/CHURN"
    ):
        group(sagemaker, "CHURN")
    sagemaker.delete_model_package_group(ModelPackageGroupName=arn)
    group(sagemaker, "CHURN")


@pytest.mark.shows("CreateModelPackageGroup", "names and descriptions keep to the model's patterns")
def test_limits(sagemaker):
    group(sagemaker, "a" * 63)
    for name in ("a" * 64, "a_b", "-a"):
        with refused("ValidationException", "modelPackageGroupName"):
            group(sagemaker, name)
    with refused("ValidationException", "modelPackageGroupDescription"):
        group(sagemaker, "b", ModelPackageGroupDescription="x" * 1025)


@pytest.mark.shows("DescribeModelPackageGroup", "what does not exist is a ValidationException with the ARN")
@pytest.mark.shows("DescribeModelPackageGroup", "an ARN of another region is refused")
def test_what_is_not_there(sagemaker):
    with refused(
        "ValidationException", f"ModelPackageGroup {PREFIX}model-package-group/none does not exist."
    ):
        sagemaker.describe_model_package_group(ModelPackageGroupName="none")
    group(sagemaker)
    with refused("ValidationException", "ARN should be scoped to correct region: us-east-1"):
        sagemaker.describe_model_package_group(
            ModelPackageGroupName="arn:aws:sagemaker:eu-west-1:000000000000:model-package-group/Churn"
        )
    for other in (
        PREFIX.replace("0000", "1111") + "model-package-group/Churn",
        PREFIX + "model-package/Churn",
    ):
        with refused("ValidationException", "does not exist"):
            sagemaker.describe_model_package_group(ModelPackageGroupName=other)


@pytest.mark.shows(
    "ListModelPackageGroups", "oldest first, or by name; by part of the name and time; in pages"
)
def test_list(sagemaker):
    for name in ("b-Model", "a-model", "other"):
        group(sagemaker, name)

    def names(size=2, **filters):
        found = pages(sagemaker, "list_model_package_groups", "ModelPackageGroupSummaryList", size, **filters)
        return [entry["ModelPackageGroupName"] for entry in found]

    assert names() == names(1) == ["b-Model", "a-model", "other"]
    assert names(SortOrder="Descending") == ["other", "a-model", "b-Model"]
    assert names(SortBy="Name") == ["a-model", "b-Model", "other"]
    assert names(NameContains="model") == ["b-Model", "a-model"]
    assert names(NameContains="none") == names(CrossAccountFilterOption="CrossAccount") == []
    middle = sagemaker.describe_model_package_group(ModelPackageGroupName="a-model")["CreationTime"]
    assert names(CreationTimeAfter=middle) == ["other"]
    assert names(CreationTimeBefore=middle) == ["b-Model"]


@pytest.mark.shows("DeleteModelPackageGroup", "a group that has versions is refused with ConflictException")
@pytest.mark.shows("DeleteModelPackageGroup", "its tags go with it")
def test_delete(sagemaker):
    arn = group(sagemaker, Tags=[{"Key": "k", "Value": "v"}])
    version = sagemaker.create_model_package(ModelPackageGroupName="Churn")["ModelPackageArn"]
    with refused("ConflictException", "versions first"):
        sagemaker.delete_model_package_group(ModelPackageGroupName="Churn")
    sagemaker.delete_model_package(ModelPackageName=version)
    sagemaker.delete_model_package_group(ModelPackageGroupName="Churn")
    with refused("ValidationException", "does not exist"):
        sagemaker.delete_model_package_group(ModelPackageGroupName="Churn")
    group(sagemaker)
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == []


@pytest.mark.shows("PutModelPackageGroupPolicy", "keeps one policy per group")
@pytest.mark.shows(
    "GetModelPackageGroupPolicy", "a group, or a policy, that is not there is a ValidationException"
)
@pytest.mark.shows("DeleteModelPackageGroupPolicy", "forgets it")
def test_policies(sagemaker):
    arn = group(sagemaker)
    with refused("ValidationException", f"Cannot find resource policy for: {arn}"):
        sagemaker.get_model_package_group_policy(ModelPackageGroupName="Churn")
    for text in ('{"a": 1}', '{"b": 2}'):
        put = sagemaker.put_model_package_group_policy(ModelPackageGroupName="Churn", ResourcePolicy=text)
        assert put["ModelPackageGroupArn"] == arn
        found = sagemaker.get_model_package_group_policy(ModelPackageGroupName="Churn")
        assert found["ResourcePolicy"] == text
    sagemaker.delete_model_package_group_policy(ModelPackageGroupName="Churn")
    for call in (sagemaker.get_model_package_group_policy, sagemaker.delete_model_package_group_policy):
        with refused("ValidationException", "Cannot find resource policy"):
            call(ModelPackageGroupName="Churn")
        with refused("ValidationException", "Cannot find Model Package Group"):
            call(ModelPackageGroupName="none")
    with refused("ValidationException", "Cannot find Model Package Group"):
        sagemaker.put_model_package_group_policy(ModelPackageGroupName="none", ResourcePolicy="{}")


@pytest.mark.shows("AddTags", "groups and unversioned packages take tags; versions do not")
def test_tags(sagemaker):
    arn = group(sagemaker)
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}])
    assert sagemaker.list_tags(ResourceArn=arn.lower())["Tags"] == [{"Key": "a", "Value": "1"}]
    version = sagemaker.create_model_package(ModelPackageGroupName="Churn")["ModelPackageArn"]
    with refused("ValidationException", "Tags are not supported in Model Package versions"):
        sagemaker.add_tags(ResourceArn=version, Tags=[{"Key": "a", "Value": "1"}])
    assert sagemaker.list_tags(ResourceArn=version)["Tags"] == []
    alone = sagemaker.create_model_package(ModelPackageName="alone", Tags=[{"Key": "a", "Value": "1"}])
    assert sagemaker.list_tags(ResourceArn=alone["ModelPackageArn"])["Tags"] == [{"Key": "a", "Value": "1"}]
