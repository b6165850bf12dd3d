"""Model packages, versioned and alone, through boto3."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from embedded_home import pages, refused

PREFIX = "arn:aws:sagemaker:us-east-1:000000000000:"
CONTAINER = {
    "Image": "1.dkr.ecr.us-east-1.amazonaws.com/xgb:1",
    "ModelDataUrl": "s3://bucket/model.tar.gz",
    "Environment": {"SAGEMAKER_PROGRAM": "inference.py"},
    "Framework": "XGBOOST",
    "FrameworkVersion": "1.7-1",
}
INFERENCE = {
    "Containers": [CONTAINER],
    "SupportedTransformInstanceTypes": ["ml.m5.large"],
    "SupportedRealtimeInferenceInstanceTypes": ["ml.m5.large", "ml.t2.medium"],
    "SupportedContentTypes": ["text/csv"],
    "SupportedResponseMIMETypes": ["text/csv"],
}
REPORT = {"ContentType": "application/json", "S3Uri": "s3://bucket/report.json"}
EVERYTHING = {
    "ModelPackageDescription": "first — ü",
    "ModelPackageRegistrationType": "Registered",
    "InferenceSpecification": INFERENCE,
    "MetadataProperties": {"CommitId": "abc", "GeneratedBy": "notebook"},
    "ModelMetrics": {"ModelQuality": {"Statistics": REPORT}, "Bias": {"Report": REPORT}},
    "DriftCheckBaselines": {"ModelQuality": {"Constraints": REPORT}},
    "CustomerMetadataProperties": {"run": "exp-run-1", "auc": "0.91"},
    "AdditionalInferenceSpecifications": [{"Name": "neo", "Containers": [CONTAINER]}],
    "Domain": "MACHINE_LEARNING",
    "Task": "CLASSIFICATION",
    "SamplePayloadUrl": "s3://bucket/payload.tar.gz",
    "SkipModelValidation": "All",
    "ModelLifeCycle": {"Stage": "dev", "StageStatus": "ready"},
    "ModelCard": {"ModelCardContent": "{}", "ModelCardStatus": "Draft"},
    "SecurityConfig": {"KmsKeyId": "key"},
}


@pytest.fixture
def group(sagemaker) -> str:
    return sagemaker.create_model_package_group(ModelPackageGroupName="Churn")["ModelPackageGroupArn"]


def version(sagemaker, **more) -> str:
    return sagemaker.create_model_package(ModelPackageGroupName="Churn", **more)["ModelPackageArn"]


def described(sagemaker, name, **more):
    found = sagemaker.describe_model_package(ModelPackageName=name, **more)
    del found["ResponseMetadata"]
    return found


@pytest.mark.shows(
    "CreateModelPackage", "in a group: versions 1, 2, ...; ARN model-package/<group>/<version>"
)
@pytest.mark.shows("CreateModelPackage", "ModelApprovalStatus is PendingManualApproval unless given")
@pytest.mark.shows("DescribeModelPackage", "a version has group and number, and no ModelPackageName")
def test_versions(sagemaker, group):
    first, second = version(sagemaker), version(sagemaker, ModelApprovalStatus="Approved")
    assert first == PREFIX + "model-package/Churn/1"
    assert second == PREFIX + "model-package/Churn/2"
    found = described(sagemaker, first)
    assert found == {
        "ModelPackageGroupName": "Churn",
        "ModelPackageVersion": 1,
        "ModelPackageArn": first,
        "CreationTime": found["CreationTime"],
        "CreatedBy": {},
        "LastModifiedTime": found["CreationTime"],
        "LastModifiedBy": {},
        "CertifyForMarketplace": False,
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []},
        "ModelApprovalStatus": "PendingManualApproval",
    }
    assert described(sagemaker, second)["ModelApprovalStatus"] == "Approved"
    assert described(sagemaker, "churn/2")["ModelPackageVersion"] == 2
    by_arn = sagemaker.create_model_package(ModelPackageGroupName=group)["ModelPackageArn"]
    assert by_arn.endswith("/Churn/3")


@pytest.mark.shows("CreateModelPackage", "the number of a deleted version is not used again")
def test_numbers_are_not_used_again(sagemaker, group):
    sagemaker.delete_model_package(ModelPackageName=version(sagemaker))
    assert version(sagemaker).endswith("/2")


@pytest.mark.shows("CreateModelPackage", "every member that Describe knows comes back as it was given")
def test_everything_is_echoed(sagemaker, group):
    found = described(sagemaker, version(sagemaker, **EVERYTHING))
    assert {name: found[name] for name in EVERYTHING} == EVERYTHING


@pytest.mark.shows(
    "CreateModelPackage", "without a group: ARN model-package/<name>, no approval status, tags"
)
@pytest.mark.shows("CreateModelPackage", "names of unversioned packages are unique without regard to case")
def test_unversioned(sagemaker):
    made = sagemaker.create_model_package(ModelPackageName="Alone", ModelApprovalStatus="Approved")
    arn = made["ModelPackageArn"]
    assert arn == PREFIX + "model-package/Alone"
    found = described(sagemaker, "alone")
    assert found["ModelPackageName"] == "Alone"
    assert not {"ModelPackageGroupName", "ModelPackageVersion", "ModelApprovalStatus"} & set(found)
    with refused("ValidationException", "already exists"):
        sagemaker.create_model_package(ModelPackageName="ALONE")
    sagemaker.delete_model_package(ModelPackageName=arn)
    with refused("ValidationException", f"ModelPackage {arn} does not exist."):
        sagemaker.describe_model_package(ModelPackageName=arn)


@pytest.mark.shows("CreateModelPackage", "needs ModelPackageName or ModelPackageGroupName, not both")
@pytest.mark.shows("CreateModelPackage", "needs an existing group")
@pytest.mark.shows("CreateModelPackage", "no tags on versions, no environment on unversioned packages")
@pytest.mark.shows("CreateModelPackage", "SourceUri or InferenceSpecification, not both")
@pytest.mark.shows("CreateModelPackage", "a validation would have to run jobs: UnsupportedOperation")
def test_what_create_refuses(sagemaker, group):
    create = sagemaker.create_model_package
    with refused("ValidationException", "Cannot determine which one to use."):
        create(ModelPackageName="a", ModelPackageGroupName="Churn")
    with refused("ValidationException", "Missing ARN"):
        create(InferenceSpecification=INFERENCE)
    with refused("ValidationException", "ModelPackageGroup"):
        create(ModelPackageGroupName="none")
    with refused("ValidationException", "Tags are not supported in Model Package versions"):
        create(ModelPackageGroupName="Churn", Tags=[{"Key": "a", "Value": "b"}])
    with refused("ValidationException", "Environment variable map cannot be specified"):
        create(ModelPackageName="a", InferenceSpecification=INFERENCE)
    with refused("ValidationException", "cannot be specified together"):
        create(ModelPackageGroupName="Churn", SourceUri="s3://b/x", InferenceSpecification=INFERENCE)
    with refused("ValidationException", "does not exist"):
        algorithm = {"SourceAlgorithms": [{"AlgorithmName": "mine"}]}
        create(ModelPackageName="a", SourceAlgorithmSpecification=algorithm)
    with refused("UnsupportedOperation", "SkipModelValidation"):
        role = "arn:aws:iam::000000000000:role/r"
        create(
            ModelPackageName="a", ValidationSpecification={"ValidationRole": role, "ValidationProfiles": []}
        )
    assert version(sagemaker).endswith("/1"), "a refused call takes no number"


@pytest.mark.shows("CreateModelPackage", "limits, enums and patterns of the model hold")
@pytest.mark.parametrize(
    ("params", "member"),
    [
        ({"ModelPackageDescription": "x" * 1025}, "modelPackageDescription"),
        ({"ModelApprovalStatus": "Maybe"}, "modelApprovalStatus"),
        ({"CustomerMetadataProperties": {f"k{n}": "v" for n in range(51)}}, "customerMetadataProperties"),
        ({"CustomerMetadataProperties": {"k": "x" * 257}}, "customerMetadataProperties"),
        ({"CustomerMetadataProperties": {"k": "<b>"}}, "customerMetadataProperties"),
        ({"InferenceSpecification": {"Containers": [{"Image": "a b"}]}}, "image"),
        ({"InferenceSpecification": {"Containers": [{"ModelDataUrl": "file://x"}]}}, "modelDataUrl"),
    ],
)
def test_limits(sagemaker, group, params, member):
    with refused("ValidationException", member):
        version(sagemaker, **params)


@pytest.mark.shows("CreateModelPackage", "the same ClientToken again makes nothing new")
def test_idempotent(sagemaker, group):
    assert version(sagemaker, ClientToken="t-1") == version(sagemaker, ClientToken="t-1")
    assert version(sagemaker).endswith("/2")


@pytest.mark.shows(
    "CreateModelPackage", "SourceUri of a model or model package takes over its inference specification"
)
def test_source_uri(sagemaker, group, s3):
    first = version(sagemaker, InferenceSpecification=INFERENCE)
    clone = described(sagemaker, version(sagemaker, SourceUri=first))
    assert (clone["SourceUri"], clone["InferenceSpecification"]) == (first, INFERENCE)
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="model.tar.gz", Body=b"x")
    container = {name: CONTAINER[name] for name in ("Image", "ModelDataUrl", "Environment")}
    model = sagemaker.create_model(ModelName="m", PrimaryContainer=container)["ModelArn"]
    found = described(sagemaker, version(sagemaker, SourceUri=model))
    assert found["InferenceSpecification"] == {"Containers": [container]}
    sagemaker.update_model_package(ModelPackageArn=first, ModelApprovalStatus="Approved")
    packaged = sagemaker.create_model(ModelName="p", Containers=[{"ModelPackageName": first}])["ModelArn"]
    found = described(sagemaker, version(sagemaker, SourceUri=packaged))
    assert found["InferenceSpecification"] == {"Containers": [CONTAINER]}
    for missing in ("model/none", "model-package/Churn/99"):
        with refused("ValidationException"):
            version(sagemaker, SourceUri=PREFIX + missing)


@pytest.mark.shows("DescribeModelPackage", "what does not exist is a ValidationException with the ARN")
@pytest.mark.shows("DescribeModelPackage", "MetadataOnly leaves only some of a model card's content")
def test_describe(sagemaker, group):
    with refused("ValidationException", f"ModelPackage {PREFIX}model-package/Churn/1 does not exist."):
        sagemaker.describe_model_package(ModelPackageName=PREFIX + "model-package/Churn/1")
    with refused("ValidationException", f"ModelPackage {PREFIX}model-package/none does not exist."):
        sagemaker.describe_model_package(ModelPackageName="none")
    content = json.dumps(
        {"intended_uses": {"risk_rating": "Low", "purpose": "secret"}, "business_details": {"x": "y"}}
    )
    arn = version(sagemaker, ModelCard={"ModelCardContent": content, "ModelCardStatus": "Draft"})
    assert described(sagemaker, arn)["ModelCard"]["ModelCardContent"] == content
    card = described(sagemaker, arn, IncludedData="MetadataOnly")["ModelCard"]
    assert json.loads(card["ModelCardContent"]) == {"intended_uses": {"risk_rating": "Low"}}
    assert card["ModelCardStatus"] == "Draft"


@pytest.mark.shows("BatchDescribeModelPackage", "answers what is there and names what is not")
def test_batch_describe(sagemaker, group):
    arn = version(sagemaker, InferenceSpecification=INFERENCE)
    missing = PREFIX + "model-package/Churn/9"
    found = sagemaker.batch_describe_model_package(ModelPackageArnList=[arn, missing])
    assert list(found["ModelPackageSummaries"]) == [arn]
    assert found["ModelPackageSummaries"][arn]["InferenceSpecification"] == INFERENCE
    assert found["BatchDescribeModelPackageErrorMap"] == {
        missing: {
            "ErrorCode": "ValidationException",
            "ErrorResponse": f"ModelPackage {missing} does not exist.",
        }
    }


@pytest.mark.shows("ListModelPackages", "unversioned packages unless a type or a group is given")
@pytest.mark.shows(
    "ListModelPackages", "by group, approval status, part of the name, time; by name or time; in pages"
)
def test_list(sagemaker, group):
    for status in ("Approved", "Rejected", "Approved"):
        version(sagemaker, ModelApprovalStatus=status)
    sagemaker.create_model_package_group(ModelPackageGroupName="empty")
    for name in ("b-alone", "A-alone"):
        sagemaker.create_model_package(ModelPackageName=name)

    def names(size=2, **filters):
        found = pages(sagemaker, "list_model_packages", "ModelPackageSummaryList", size, **filters)
        return [entry["ModelPackageArn"].partition("/")[2] for entry in found]

    assert names() == names(1) == ["b-alone", "A-alone"]
    assert names(SortBy="Name") == ["A-alone", "b-alone"]
    assert names(ModelPackageGroupName="Churn") == ["Churn/1", "Churn/2", "Churn/3"]
    assert names(ModelPackageGroupName=group, SortOrder="Descending") == ["Churn/3", "Churn/2", "Churn/1"]
    assert names(ModelPackageGroupName="churn", ModelApprovalStatus="Approved") == ["Churn/1", "Churn/3"]
    assert (
        names(ModelPackageGroupName="Churn", SortBy="Name", SortOrder="Descending", MaxResults=2)[0]
        == "Churn/3"
    )
    assert names(ModelPackageGroupName="empty") == names(ModelPackageGroupName="none") == []
    assert names(ModelPackageType="Versioned") == ["Churn/1", "Churn/2", "Churn/3"]
    assert names(3, ModelPackageType="Both") == ["Churn/1", "Churn/2", "Churn/3", "b-alone", "A-alone"]
    assert names(ModelPackageGroupName="Churn", ModelPackageType="Unversioned") == []
    assert names(NameContains="ALONE") == ["b-alone", "A-alone"]
    assert names(NameContains="1", ModelPackageType="Both") == []
    second = described(sagemaker, "Churn/2")["CreationTime"]
    assert names(ModelPackageGroupName="Churn", CreationTimeAfter=second) == ["Churn/3"]
    assert names(ModelPackageGroupName="Churn", CreationTimeBefore=second) == ["Churn/1"]


@pytest.mark.shows("ListModelPackages", "a summary of a version has no ModelPackageName")
def test_summary(sagemaker, group):
    version(sagemaker, **EVERYTHING)
    (found,) = sagemaker.list_model_packages(ModelPackageGroupName="Churn")["ModelPackageSummaryList"]
    assert set(found) == {
        "ModelPackageGroupName",
        "ModelPackageVersion",
        "ModelPackageArn",
        "ModelPackageDescription",
        "CreationTime",
        "ModelPackageStatus",
        "ModelApprovalStatus",
        "ModelLifeCycle",
        "ModelPackageRegistrationType",
    }


@pytest.mark.shows(
    "UpdateModelPackage", "approval, its description, source, life cycle and specification are replaced"
)
@pytest.mark.shows(
    "UpdateModelPackage", "metadata merges, then CustomerMetadataPropertiesToRemove applies; 50 at most"
)
@pytest.mark.shows("UpdateModelPackage", "moves LastModifiedTime")
def test_update(sagemaker, group):
    arn = version(
        sagemaker, InferenceSpecification=INFERENCE, CustomerMetadataProperties={"a": "1", "b": "2"}
    )
    sagemaker.update_model_package(
        ModelPackageArn=arn, ModelApprovalStatus="Approved", ApprovalDescription="looks fine"
    )
    found = described(sagemaker, arn)
    assert (found["ModelApprovalStatus"], found["ApprovalDescription"]) == ("Approved", "looks fine")
    assert found["LastModifiedTime"] > found["CreationTime"]
    assert found["CustomerMetadataProperties"] == {"a": "1", "b": "2"}
    approved = sagemaker.list_model_packages(ModelPackageGroupName="Churn", ModelApprovalStatus="Approved")
    assert len(approved["ModelPackageSummaryList"]) == 1
    sagemaker.update_model_package(
        ModelPackageArn=arn,
        CustomerMetadataProperties={"b": "3", "c": "4"},
        CustomerMetadataPropertiesToRemove=["a", "none"],
        SourceUri="s3://b/x",
        ModelLifeCycle={"Stage": "prod", "StageStatus": "live"},
    )
    found = described(sagemaker, arn)
    assert found["CustomerMetadataProperties"] == {"b": "3", "c": "4"}
    assert (found["SourceUri"], found["ModelLifeCycle"]["Stage"]) == ("s3://b/x", "prod")
    assert found["InferenceSpecification"] == INFERENCE
    with refused("ValidationException", "52 metadata properties"):
        many = {f"k{number}": "v" for number in range(50)}
        sagemaker.update_model_package(ModelPackageArn=arn, CustomerMetadataProperties=many)
    sagemaker.update_model_package(ModelPackageArn=arn, CustomerMetadataPropertiesToRemove=["b", "c"])
    assert "CustomerMetadataProperties" not in described(sagemaker, arn)


@pytest.mark.shows(
    "UpdateModelPackage", "adds inference specifications up to 15; updates a model card member by member"
)
def test_update_adds(sagemaker, group):
    arn = version(sagemaker, ModelCard={"ModelCardContent": "{}", "ModelCardStatus": "Draft"})

    def added(count, start=0):
        return [{"Name": f"n{start + number}", "Containers": [CONTAINER]} for number in range(count)]

    sagemaker.update_model_package(ModelPackageArn=arn, AdditionalInferenceSpecificationsToAdd=added(10))
    with refused("ValidationException", "can not exceed 15"):
        sagemaker.update_model_package(
            ModelPackageArn=arn, AdditionalInferenceSpecificationsToAdd=added(6, 10)
        )
    sagemaker.update_model_package(ModelPackageArn=arn, AdditionalInferenceSpecificationsToAdd=added(5, 10))
    assert len(described(sagemaker, arn)["AdditionalInferenceSpecifications"]) == 15
    sagemaker.update_model_package(ModelPackageArn=arn, ModelCard={"ModelCardStatus": "Approved"})
    assert described(sagemaker, arn)["ModelCard"] == {"ModelCardContent": "{}", "ModelCardStatus": "Approved"}


@pytest.mark.shows(
    "UpdateModelPackage", "only versions, only what exists, not SourceUri with InferenceSpecification"
)
def test_what_update_refuses(sagemaker, group):
    alone = sagemaker.create_model_package(ModelPackageName="alone")["ModelPackageArn"]
    with refused("ValidationException", "not versioned"):
        sagemaker.update_model_package(ModelPackageArn=alone, ModelApprovalStatus="Approved")
    with refused("ValidationException", "does not exist"):
        sagemaker.update_model_package(ModelPackageArn=PREFIX + "model-package/Churn/1")
    with refused("ValidationException", "cannot be specified together"):
        sagemaker.update_model_package(
            ModelPackageArn=version(sagemaker), SourceUri="s3://b/x", InferenceSpecification=INFERENCE
        )


@pytest.mark.shows(
    "DeleteModelPackage", "a version by ARN or group/number; a missing one is a ValidationException"
)
def test_delete(sagemaker, group):
    first, second = version(sagemaker), version(sagemaker)
    sagemaker.delete_model_package(ModelPackageName=first)
    sagemaker.delete_model_package(ModelPackageName="Churn/2")
    for gone in (first, second, "none"):
        with refused("ValidationException", "does not exist"):
            sagemaker.delete_model_package(ModelPackageName=gone)


@pytest.mark.shows("CreateModelPackage", "callers at the same time get numbers of their own")
def test_versions_made_at_the_same_time(sagemaker, group):
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: version(sagemaker), range(40)))
    assert sorted(int(arn.rpartition("/")[2]) for arn in made) == list(range(1, 41))
