"""Registering models with the real SDK, of whichever major is installed, and reading the registry with boto3."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sm_track_widgets import _sdk

IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/xgboost:1.7-1"
ROLE = "arn:aws:iam::000000000000:role/role"
MAJOR = (_sdk.version() or (0,))[0]
only_2 = pytest.mark.skipif(MAJOR != 2, reason="SDK 2.x")
only_3 = pytest.mark.skipif(MAJOR != 3, reason="SDK 3.x")


@pytest.fixture
def model_data(session: Any) -> str:
    """A model in the home's default bucket."""
    session.boto_session.client("s3").put_object(
        Bucket=session.default_bucket(), Key="m/model.tar.gz", Body=b"x"
    )
    return f"s3://{session.default_bucket()}/m/model.tar.gz"


@pytest.fixture
def boto_session(session: Any) -> Any:
    return session.boto_session


@only_2
def test_model_register(session: Any, sagemaker: Any, model_data: str) -> None:
    from sagemaker.drift_check_baselines import DriftCheckBaselines
    from sagemaker.metadata_properties import MetadataProperties
    from sagemaker.model import Model
    from sagemaker.model_metrics import MetricsSource, ModelMetrics

    report = MetricsSource(content_type="application/json", s3_uri="s3://b/report.json")
    model = Model(IMAGE, model_data, role=ROLE, sagemaker_session=session, env={"A": "b"})
    packages = [
        model.register(
            content_types=["text/csv"],
            response_types=["text/csv"],
            inference_instances=["ml.m5.large"],
            transform_instances=["ml.m5.large"],
            model_package_group_name="churn",
            customer_metadata_properties={"run": "exp-run-1"},
            model_metrics=ModelMetrics(model_statistics=report),
            drift_check_baselines=DriftCheckBaselines(model_constraints=report),
            metadata_properties=MetadataProperties(commit_id="abc"),
            description="first",
            domain="MACHINE_LEARNING",
            task="CLASSIFICATION",
        )
        for _ in range(2)
    ]
    assert [package.model_package_arn.rpartition("/")[2] for package in packages] == ["1", "2"]
    found = sagemaker.describe_model_package(ModelPackageName=packages[1].model_package_arn)
    (container,) = found["InferenceSpecification"]["Containers"]
    assert (container["Image"], container["ModelDataUrl"], container["Environment"]) == (
        IMAGE,
        model_data,
        {"A": "b"},
    )
    assert found["ModelApprovalStatus"] == "PendingManualApproval"
    assert found["CustomerMetadataProperties"] == {"run": "exp-run-1"}
    assert found["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"] == "s3://b/report.json"
    assert found["MetadataProperties"] == {"CommitId": "abc"}


@only_2
def test_model_package_of_sdk_2(session: Any, sagemaker: Any, model_data: str) -> None:
    from sagemaker import ModelPackage
    from sagemaker.model import Model

    model = Model(IMAGE, model_data, role=ROLE, sagemaker_session=session)
    arn = model.register(model_package_group_name="churn").model_package_arn
    package = ModelPackage(role=ROLE, model_package_arn=arn, sagemaker_session=session)
    package.update_approval_status("Approved", "fine")
    package.update_customer_metadata({"a": "1", "b": "2"})
    package.remove_customer_metadata_properties(["a"])
    package.add_inference_specification(name="other", image_uris=[IMAGE])
    found = sagemaker.describe_model_package(ModelPackageName=arn)
    assert (found["ModelApprovalStatus"], found["ApprovalDescription"]) == ("Approved", "fine")
    assert found["CustomerMetadataProperties"] == {"b": "2"}
    assert [spec["Name"] for spec in found["AdditionalInferenceSpecifications"]] == ["other"]
    newest = session.get_most_recently_created_approved_model_package("churn")
    assert newest.model_package_arn == arn
    session.wait_for_model_package(arn, poll=0)


@only_2
def test_an_unversioned_package_and_a_model(session: Any, sagemaker: Any, model_data: str) -> None:
    from sagemaker.model import Model

    model = Model(IMAGE, model_data, role=ROLE, name="served", sagemaker_session=session)
    package = model.register(
        model_package_name="alone",
        content_types=["text/csv"],
        response_types=["text/csv"],
        inference_instances=["ml.m5.large"],
        transform_instances=["ml.m5.large"],
    )
    assert package.model_package_arn.endswith(":model-package/alone")
    model.create()
    assert sagemaker.describe_model(ModelName="served")["PrimaryContainer"]["ModelDataUrl"] == model_data
    model.delete_model()
    assert sagemaker.list_models()["Models"] == []


@only_2
def test_estimator_register(session: Any, sagemaker: Any, tmp_path: Path) -> None:
    """What a job trained is registered by its estimator, and by one attached to the job; then made a model."""
    from sagemaker.sklearn import SKLearn

    (tmp_path / "train.py").write_text(
        "import os, pathlib\npathlib.Path(os.environ['SM_MODEL_DIR'], 'm.txt').write_text('x')\n"
    )
    estimator = SKLearn(
        "train.py",
        source_dir=str(tmp_path),
        framework_version="1.2-1",
        instance_type="ml.m5.large",
        role=ROLE,
        sagemaker_session=session,
    )
    estimator.fit(wait=False)
    session.wait_for_job(estimator.latest_training_job.name, poll=0.1)
    attached = SKLearn.attach(estimator.latest_training_job.name, sagemaker_session=session)
    for number, each in enumerate((estimator, attached), start=1):
        package = each.register(
            content_types=["text/csv"], response_types=["text/csv"], model_package_group_name="churn"
        )
        assert package.model_package_arn.endswith(f"/churn/{number}")
        found = sagemaker.describe_model_package(ModelPackageName=package.model_package_arn)
        (container,) = found["InferenceSpecification"]["Containers"]
        assert container["Environment"]["SAGEMAKER_PROGRAM"] == "train.py"
        assert estimator.latest_training_job.name in found["ModelCard"]["ModelCardContent"]
    model = attached.create_model()
    model.create()
    assert sagemaker.describe_model(ModelName=model.name)["ModelName"] == model.name


@only_2
def test_a_source_uri_is_set_after_the_specification(session: Any, sagemaker: Any, model_data: str) -> None:
    from sagemaker.model import Model

    model = Model(IMAGE, model_data, role=ROLE, sagemaker_session=session)
    made = model.register(model_package_group_name="churn", source_uri="s3://b/anything")
    found = sagemaker.describe_model_package(ModelPackageName=made.model_package_arn)
    assert found["SourceUri"] == "s3://b/anything"
    assert found["InferenceSpecification"]["Containers"][0]["Image"] == IMAGE
    clone = model.register(model_package_group_name="churn", source_uri=made.model_package_arn)
    found = sagemaker.describe_model_package(ModelPackageName=clone.model_package_arn)
    assert found["InferenceSpecification"]["Containers"][0]["Image"] == IMAGE


@only_3
def test_resources_of_sdk_3(boto_session: Any, sagemaker: Any) -> None:
    from sagemaker.core.resources import ModelPackage, ModelPackageGroup
    from sagemaker.core.shapes import InferenceSpecification

    group = ModelPackageGroup.create(
        model_package_group_name="churn", model_package_group_description="d", session=boto_session
    )
    assert group.model_package_group_status == "Completed"
    container = {"image": IMAGE, "model_data_url": "s3://b/model.tar.gz"}
    with pytest.raises(KeyError, match="ModelPackageName"):
        # 3.27 reads a member that CreateModelPackage does not answer; the version is there all the same.
        ModelPackage.create(
            model_package_group_name="churn",
            inference_specification=InferenceSpecification(containers=[container]),
            customer_metadata_properties={"run": "exp-run-1"},
            session=boto_session,
        )
    (summary,) = sagemaker.list_model_packages(ModelPackageGroupName="churn")["ModelPackageSummaryList"]
    package = ModelPackage.get(summary["ModelPackageArn"], session=boto_session)
    assert package.model_package_version == 1
    assert package.inference_specification.containers[0].image == IMAGE
    package.update(model_approval_status="Approved", customer_metadata_properties={"auc": "0.9"})
    assert package.refresh().model_approval_status == "Approved"
    assert package.customer_metadata_properties == {"run": "exp-run-1", "auc": "0.9"}
    found = ModelPackage.get_all(model_package_group_name="churn", session=boto_session)
    assert [each.model_package_version for each in found] == [1]
    sagemaker.delete_model_package(ModelPackageName=package.model_package_arn)
    group.delete()
    assert list(ModelPackageGroup.get_all(session=boto_session)) == []


@only_3
def test_model_builder_register(
    session: Any, sagemaker: Any, model_data: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Importing it makes a client of boto3's default session, which needs a region.
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    from sagemaker.serve.model_builder import ModelBuilder

    builder = ModelBuilder(
        image_uri=IMAGE, s3_model_data_url=model_data, role_arn=ROLE, sagemaker_session=session
    )
    builder.register(
        model_package_group_name="churn",
        content_types=["text/csv"],
        response_types=["text/csv"],
        customer_metadata_properties={"run": "exp-run-1"},
    )
    found = sagemaker.describe_model_package(
        ModelPackageName="arn:aws:sagemaker:us-east-1:000000000000:model-package/churn/1"
    )
    (container,) = found["InferenceSpecification"]["Containers"]
    assert (container["Image"], container["ModelDataUrl"]) == (IMAGE, model_data)
    assert found["CustomerMetadataProperties"] == {"run": "exp-run-1"}


def test_lineage_of_the_sdk(session: Any) -> None:
    """Artifacts, contexts, actions and associations through the SDK's own lineage classes, then a query."""
    if MAJOR == 2:
        from sagemaker.lineage import action, artifact, association, context, query
    else:
        from sagemaker.core.lineage import action, artifact, association, context, query

    data = artifact.Artifact.create(
        artifact_name="data", source_uri="s3://b/d", artifact_type="DataSet", sagemaker_session=session
    )
    made = action.Action.create(
        action_name="train", source_uri="s3://b/t", action_type="Training", sagemaker_session=session
    )
    place = context.Context.create(
        context_name="endpoint", source_uri="s3://b/e", context_type="Endpoint", sagemaker_session=session
    )
    for one, other in ((data.artifact_arn, made.action_arn), (made.action_arn, place.context_arn)):
        association.Association.create(
            source_arn=one,
            destination_arn=other,
            association_type="ContributedTo",
            sagemaker_session=session,
        )
    data.properties = {"rows": "10"}
    data.save()
    loaded = artifact.Artifact.load(artifact_arn=data.artifact_arn, sagemaker_session=session)
    assert loaded.properties == {"rows": "10"}
    found = query.LineageQuery(session).query(
        start_arns=[place.context_arn], direction=query.LineageQueryDirectionEnum.ASCENDANTS
    )
    assert [vertex.arn for vertex in found.vertices] == [
        place.context_arn,
        made.action_arn,
        data.artifact_arn,
    ]
    assert len(found.edges) == 2
    listed = association.Association.list(source_arn=data.artifact_arn, sagemaker_session=session)
    assert [each.destination_name for each in listed] == ["train"]
    data.delete(disassociate=True)
    assert list(artifact.Artifact.list(sagemaker_session=session)) == []


def test_plain_boto3(boto_session: Any) -> None:
    """What the article does without the SDK: group, version, approval, the newest approved one, clean-up."""
    client = boto_session.client("sagemaker")
    client.create_model_package_group(ModelPackageGroupName="churn")
    inference = {"Containers": [{"Image": IMAGE, "ModelDataUrl": "s3://b/model.tar.gz"}]}
    for number in range(12):
        arn = client.create_model_package(
            ModelPackageGroupName="churn",
            InferenceSpecification=inference,
            CustomerMetadataProperties={"number": str(number)},
        )["ModelPackageArn"]
        if number % 2:
            client.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
    asked = {"ModelPackageGroupName": "churn", "ModelApprovalStatus": "Approved", "SortOrder": "Descending"}
    pages = client.get_paginator("list_model_packages").paginate(**asked, PaginationConfig={"PageSize": 4})
    approved = [entry["ModelPackageVersion"] for page in pages for entry in page["ModelPackageSummaryList"]]
    assert approved == [12, 10, 8, 6, 4, 2]
    for page in client.get_paginator("list_model_packages").paginate(ModelPackageGroupName="churn"):
        for entry in page["ModelPackageSummaryList"]:
            client.delete_model_package(ModelPackageName=entry["ModelPackageArn"])
    client.delete_model_package_group(ModelPackageGroupName="churn")
    assert client.list_model_package_groups()["ModelPackageGroupSummaryList"] == []
