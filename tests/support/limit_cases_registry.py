"""Further rows of docs/limits.md: lineage, the model registry, training jobs."""

from __future__ import annotations

from typing import Any

from limit_rows import ARN, OURS, World, limit

URI = {"SourceUri": "s3://b/k"}

# -- lineage -----------------------------------------------------------------------------------------------------


def _artifact(world: World, uri: str = "s3://b/k") -> str:
    made = world.sagemaker.create_artifact(Source={"SourceUri": uri}, ArtifactType="Graph")
    return str(made["ArtifactArn"])


@limit(
    "CreateArtifact",
    rule="one artifact for a source URI",
    text="Artifact with SourceUri 's3://b/k' already exists: ...",
    source="[M] the rule; `already exists` is what the SDK looks for; the text [inf]",
)
def _same_source(world: World) -> None:
    _artifact(world)
    _artifact(world)


@limit(
    "CreateAction",
    "CreateContext",
    rule="names are unique in an account and region, whatever their case",
    text="Action names must be unique within an AWS account and region. Action with name (A) already exists.",
    source="[M] the rule; the text [inf], as of experiments",
)
def _same_action(world: World) -> None:
    for name in "aA":
        world.sagemaker.create_action(ActionName=name, Source=URI, ActionType="t")


@limit(
    "DescribeArtifact",
    "UpdateArtifact",
    "DeleteArtifact",
    rule="the artifact exists; likewise actions and contexts",
    code="ResourceNotFound",
    text=f"Artifact '{ARN}artifact/{'0' * 32}' does not exist.",
    source="[M] the code; the text [inf], as of trials",
)
def _no_artifact(world: World) -> None:
    world.sagemaker.describe_artifact(ArtifactArn=f"{ARN}artifact/{'0' * 32}")


@limit(
    "DeleteArtifact",
    rule="exactly one of ArtifactArn and Source",
    text="Exactly one of ArtifactArn and Source must be specified.",
    source="[M] the rule; the text [inf]",
)
def _neither(world: World) -> None:
    world.sagemaker.delete_artifact()


@limit(
    "DeleteArtifact",
    "DeleteAction",
    "DeleteContext",
    rule="an entity that has associations stays",
    text=f"Artifact '{ARN}artifact/...' is linked to 1 or more associations and cannot be deleted.",
    source=OURS,
)
def _associated(world: World) -> None:
    arn = _artifact(world)
    world.sagemaker.add_association(SourceArn=arn, DestinationArn=ARN + "experiment-trial-component/c")
    world.sagemaker.delete_artifact(ArtifactArn=arn)


@limit(
    "AddAssociation",
    rule="a pair is associated once",
    text="Association between '...' and '...' already exists.",
    source="[M] the rule; the text [inf]",
)
def _associated_twice(world: World) -> None:
    ends = {"SourceArn": _artifact(world), "DestinationArn": _artifact(world, "s3://b/other")}
    for _ in range(2):
        world.sagemaker.add_association(**ends)


@limit(
    "AddAssociation",
    rule="not between two of experiment, trial and component",
    text="Associations between two experiment entities are not allowed.",
    source="sagemaker-experiments#157 the rule; the text [inf]",
)
def _two_entities(world: World) -> None:
    ends = {"SourceArn": ARN + "experiment/e", "DestinationArn": ARN + "experiment-trial-component/c"}
    world.sagemaker.add_association(**ends)


@limit(
    "AddAssociation",
    "DeleteAssociation",
    "ListAssociations",
    rule="both ends exist",
    code="ResourceNotFound",
    text=f"Entity '{ARN}context/none' does not exist.",
    source="[M] the code; the text [inf]",
)
def _no_end(world: World) -> None:
    world.sagemaker.add_association(SourceArn=_artifact(world), DestinationArn=ARN + "context/none")


@limit(
    "DeleteAssociation",
    rule="the association exists",
    code="ResourceNotFound",
    text="Association '... -> ...' does not exist.",
    source="[M] the code; the text [inf]",
)
def _no_association(world: World) -> None:
    ends = {"SourceArn": _artifact(world), "DestinationArn": ARN + "experiment-trial-component/c"}
    world.sagemaker.delete_association(**ends)


# -- registry ----------------------------------------------------------------------------------------------------


def _version(world: World, **more: Any) -> Any:
    return world.sagemaker.create_model_package(ModelPackageGroupName="g", **more)


def _group(world: World) -> None:
    world.sagemaker.create_model_package_group(ModelPackageGroupName="g")


@limit(
    "CreateModelPackageGroup",
    rule="names are unique in an account and region",
    text=f"Model Package Group already exists: {ARN}model-package-group/g",
    source="terraform-provider-aws",
)
def _same_group(world: World) -> None:
    _group(world)
    _group(world)


@limit(
    "DescribeModelPackageGroup",
    "CreateModelPackage",
    rule="the group exists",
    text=f"ModelPackageGroup {ARN}model-package-group/g does not exist.",
    source="a public notebook",
)
def _no_group(world: World) -> None:
    world.sagemaker.describe_model_package_group(ModelPackageGroupName="g")


@limit(
    "DescribeModelPackage",
    "UpdateModelPackage",
    "DeleteModelPackage",
    rule="the version exists",
    text=f"ModelPackage {ARN}model-package/g/1 does not exist.",
    source="a public notebook",
)
def _no_version(world: World) -> None:
    world.sagemaker.describe_model_package(ModelPackageName=ARN + "model-package/g/1")


@limit(
    "every operation of the registry with an ARN",
    rule="the ARN is of this region",
    text="ARN should be scoped to correct region: us-east-1",
    source="amazon-sagemaker-examples#1438",
)
def _other_region(world: World) -> None:
    arn = "arn:aws:sagemaker:eu-west-1:000000000000:model-package/g/1"
    world.sagemaker.describe_model_package(ModelPackageName=arn)


@limit(
    "DeleteModelPackageGroup",
    rule="a group that holds versions stays",
    code="ConflictException",
    text=f"Model Package Group {ARN}model-package-group/g cannot be deleted: delete its model package versions first.",
    source="[M] the code; the text [inf]",
)
def _full_group(world: World) -> None:
    _group(world)
    _version(world)
    world.sagemaker.delete_model_package_group(ModelPackageGroupName="g")


@limit(
    "CreateModelPackage",
    rule="a name or a group, not both",
    text="Both ModelPackageName and ModelPackageGroupName are provided in the input. "
    "Cannot determine which one to use.",
    source="moto",
)
def _name_and_group(world: World) -> None:
    _group(world)
    _version(world, ModelPackageName="m")


@limit("CreateModelPackage", rule="a name or a group, one of them", text="Missing ARN.", source="moto")
def _no_name(world: World) -> None:
    world.sagemaker.create_model_package()


@limit(
    "AddTags",
    "CreateModelPackage",
    rule="versions carry no tags",
    text="Tags are not supported in Model Package versions. Please add them to the Model Package Group",
    source="aws-cdk#33699",
)
def _tagged_version(world: World) -> None:
    _group(world)
    _version(world, Tags=[{"Key": "k", "Value": "v"}])


@limit(
    "UpdateModelPackage",
    rule="50 metadata properties in all, after merging",
    text="Model package would have 51 metadata properties; the limit is 50.",
    source="[M] the number; that it holds for the sum, and the text [inf]",
)
def _metadata(world: World) -> None:
    _group(world)
    arn = _version(world, CustomerMetadataProperties={f"k{n}": "v" for n in range(50)})["ModelPackageArn"]
    world.sagemaker.update_model_package(ModelPackageArn=arn, CustomerMetadataProperties={"more": "v"})


# -- training jobs -----------------------------------------------------------------------------------------------


def _job(world: World) -> None:
    world.sagemaker.create_training_job(
        TrainingJobName="j",
        AlgorithmSpecification={"TrainingImage": "my-own-image:1", "TrainingInputMode": "File"},
        RoleArn="arn:aws:iam::000000000000:role/service-role/name",
        OutputDataConfig={"S3OutputPath": "s3://bucket/out"},
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
        StoppingCondition={"MaxRuntimeInSeconds": 60},
    )


@limit(
    "CreateTrainingJob",
    rule="names are unique in an account and region",
    code="ResourceInUse",
    text="Training job names must be unique within an AWS account and region, and a training job with this name "
    f"already exists ({ARN}training-job/j)",
    source="amazon-sagemaker-examples#3109",
)
def _same_job(world: World) -> None:
    world.home.engine.service.store.connection().execute(
        "INSERT INTO training_jobs (name, key, status, phase, python, record, created, modified) "
        "VALUES ('j', 'j', 'Completed', 'ended', '', '{}', 0, 0)"
    )
    _job(world)


@limit(
    "CreateTrainingJob",
    rule="only what this machine can run: a script; see jobs.md",
    text="The embedded SageMaker service cannot run this job: ...",
    source="ours",
)
def _own_image(world: World) -> None:
    _job(world)


@limit(
    "CreateHyperParameterTuningJob",
    rule="not run here",
    text="The embedded SageMaker service cannot run this job: it does not run tuning jobs. ...",
    source="ours",
)
def _tuning(world: World) -> None:
    world.sagemaker.create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName="t",
        HyperParameterTuningJobConfig={
            "Strategy": "Random",
            "ResourceLimits": {"MaxParallelTrainingJobs": 1},
        },
    )


@limit(
    "DescribeTrainingJob",
    "StopTrainingJob",
    rule="the job exists",
    text="Requested resource not found.",
    source="aws-sdk#165, amazon-sagemaker-examples#2360",
)
def _no_job(world: World) -> None:
    world.sagemaker.describe_training_job(TrainingJobName="none")
