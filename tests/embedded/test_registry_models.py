"""Models through boto3."""

from __future__ import annotations

import pytest
from embedded_home import pages, refused

PREFIX = "arn:aws:sagemaker:us-east-1:000000000000:"
CONTAINER = {"Image": "1.dkr.ecr.us-east-1.amazonaws.com/xgb:1", "Environment": {"A": "b"}}


def model(sagemaker, name="Model", **more) -> str:
    return sagemaker.create_model(ModelName=name, **{"PrimaryContainer": CONTAINER, **more})["ModelArn"]


@pytest.mark.shows("CreateModel", "keeps containers, role and tags; nothing is hosted")
@pytest.mark.shows("DescribeModel", "gives back what was set; a missing one is a ValidationException")
@pytest.mark.shows("DeleteModel", "a missing one is a ValidationException")
def test_create_describe_delete(sagemaker):
    arn = model(
        sagemaker, ExecutionRoleArn="arn:aws:iam::000000000000:role/r", Tags=[{"Key": "a", "Value": "b"}]
    )
    assert arn == PREFIX + "model/Model"
    found = sagemaker.describe_model(ModelName="Model")
    assert (found["ModelArn"], found["PrimaryContainer"]) == (arn, CONTAINER)
    assert found["EnableNetworkIsolation"] is False
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "b"}]
    with refused("ValidationException", f'Cannot create already existing model "{arn}".'):
        model(sagemaker)
    sagemaker.delete_model(ModelName="Model")
    for call in (sagemaker.describe_model, sagemaker.delete_model):
        with refused("ValidationException", f'Could not find model "{arn}".'):
            call(ModelName="Model")


@pytest.mark.shows("ListModels", "newest first, or by name; by part of the name; in pages")
def test_list(sagemaker):
    for name in ("b-x", "a-x", "c"):
        model(sagemaker, name)

    def names(size=2, **filters):
        return [entry["ModelName"] for entry in pages(sagemaker, "list_models", "Models", size, **filters)]

    assert names() == names(1) == ["c", "a-x", "b-x"]
    assert names(SortBy="Name", SortOrder="Ascending") == ["a-x", "b-x", "c"]
    assert names(NameContains="-X") == ["a-x", "b-x"]


@pytest.mark.shows("CreateModel", "model data in S3 must be there")
def test_model_data_must_be_there(sagemaker, s3):
    url = "s3://bucket/deep/model.tar.gz"
    source = {"S3Uri": "s3://bucket/deep/", "S3DataType": "S3Prefix", "CompressionType": "None"}
    containers = (
        {**CONTAINER, "ModelDataUrl": url},
        {**CONTAINER, "ModelDataSource": {"S3DataSource": source}},
    )
    for container in containers:
        with refused("ValidationException", "Could not find model data at s3://bucket/deep/"):
            model(sagemaker, PrimaryContainer=container)
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="deep/model.tar.gz", Body=b"x")
    for number, container in enumerate(containers):
        model(sagemaker, f"m{number}", PrimaryContainer=container)


@pytest.mark.shows("CreateModel", "a version of a model package must exist and be approved")
@pytest.mark.shows("CreateModel", "one PrimaryContainer or Containers, each with an image or a model package")
def test_what_create_refuses(sagemaker):
    sagemaker.create_model_package_group(ModelPackageGroupName="g")
    arn = sagemaker.create_model_package(ModelPackageGroupName="g")["ModelPackageArn"]
    container = {"ModelPackageName": arn}
    with refused("ValidationException", "must be approved"):
        model(sagemaker, PrimaryContainer=container)
    sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
    model(sagemaker, PrimaryContainer=container)
    with refused("ValidationException", "does not exist"):
        model(sagemaker, "n", PrimaryContainer={"ModelPackageName": "none"})
    with refused("ValidationException", "Exactly one"):
        model(sagemaker, "n", Containers=[CONTAINER])
    with refused("ValidationException", "Exactly one"):
        sagemaker.create_model(ModelName="n")
    with refused("ValidationException", "Image"):
        model(sagemaker, "n", PrimaryContainer={"Environment": {"a": "b"}})
