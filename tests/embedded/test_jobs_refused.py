"""What cannot run here is refused before there is a job, with the reason and the way out."""

from __future__ import annotations

import time

import pytest
from embedded_home import refused
from job_requests import BUCKET, IMAGE, ROLE, Jobs

TO_AWS = "%sm_config --backend aws"


@pytest.fixture
def clock():
    return time.time


@pytest.fixture
def jobs(clients):
    return Jobs(clients)


def with_channel(request, **changes):
    request["InputDataConfig"][0] |= changes


def with_source(request, **changes):
    request["InputDataConfig"][0]["DataSource"]["S3DataSource"] |= changes


def without_script(request):
    request["HyperParameters"] = {"max_depth": "5"}


def in_pipe_mode(request):
    request["AlgorithmSpecification"]["TrainingInputMode"] = "Pipe"


REFUSALS = {
    "an image without a script": (without_script, IMAGE, "needs a container"),
    "an algorithm": (
        lambda r: r["AlgorithmSpecification"].update(AlgorithmName="xgboost"),
        "algorithm xgboost",
    ),
    "an entry point of its own": (
        lambda r: r["AlgorithmSpecification"].update(ContainerEntrypoint=["python"]),
        "ContainerEntrypoint needs a container",
    ),
    "a wrong regular expression": (
        lambda r: r["AlgorithmSpecification"].update(MetricDefinitions=[{"Name": "a", "Regex": "(x"}]),
        "regular expression of metric a is wrong",
    ),
    "several instances": (lambda r: r["ResourceConfig"].update(InstanceCount=2), "several instances", TO_AWS),
    "instance groups": (
        lambda r: r.update(
            ResourceConfig={
                "VolumeSizeInGB": 5,
                "InstanceGroups": [
                    {"InstanceType": "ml.m5.large", "InstanceCount": 1, "InstanceGroupName": "one"},
                ],
            }
        ),
        "several instances",
    ),
    "distribution": (
        lambda r: r["HyperParameters"].update(sagemaker_distributed_dataparallel_enabled="true"),
        "distributed training was asked for (sagemaker_distributed_dataparallel_enabled)",
    ),
    "mpi": (lambda r: r["HyperParameters"].update(sagemaker_mpi_enabled="true"), "sagemaker_mpi_enabled"),
    "spot instances": (lambda r: r.update(EnableManagedSpotTraining=True), "spot", "Leave it out"),
    "debugger rules": (
        lambda r: r.update(
            DebugRuleConfigurations=[{"RuleConfigurationName": "loss", "RuleEvaluatorImage": "image"}]
        ),
        "debugger rules",
    ),
    "pipe mode": (in_pipe_mode, "channel train is in Pipe mode", "FastFile"),
    "pipe mode of a channel": (lambda r: with_channel(r, InputMode="Pipe"), "channel train is in Pipe mode"),
    "a file system": (
        lambda r: with_channel(
            r,
            DataSource={
                "FileSystemDataSource": {
                    "FileSystemId": "fs-12345678",
                    "FileSystemAccessMode": "ro",
                    "FileSystemType": "EFS",
                    "DirectoryPath": "/data",
                }
            },
        ),
        "channel train is not in S3",
    ),
    "an augmented manifest": (
        lambda r: with_source(r, S3DataType="AugmentedManifestFile"),
        "neither an S3Prefix",
    ),
    "compressed data": (lambda r: with_channel(r, CompressionType="Gzip"), "is compressed"),
    "records": (lambda r: with_channel(r, RecordWrapperType="RecordIO"), "RecordIO"),
    "data that is not there": (
        lambda r: with_source(r, S3Uri=f"s3://{BUCKET}/nothing"),
        f'No S3 objects found under S3 URL "s3://{BUCKET}/nothing" given in input data source.',
        f'the role "{ROLE}" has "s3:ListBucket" permissions on bucket "{BUCKET}".',
    ),
    "an output bucket that is not there": (
        lambda r: r.update(OutputDataConfig={"S3OutputPath": "s3://no-such-bucket/x"}),
        "The bucket of s3://no-such-bucket/x does not exist",
    ),
    "a pattern": (lambda r: r.update(TrainingJobName="with_underscore"), "1 validation error detected"),
}


@pytest.mark.shows("CreateTrainingJob", "refuses what cannot run here, with the reason and the way out")
@pytest.mark.shows("CreateTrainingJob", "a channel without objects is refused in AWS's words")
@pytest.mark.parametrize("what", list(REFUSALS))
def test_refused_at_create(jobs, what):
    spoil, *texts = REFUSALS[what]
    jobs.put("data/a.csv", "1")
    request = jobs.request("job", "", channels={"train": f"s3://{BUCKET}/data"})
    spoil(request)
    for text in texts:
        with refused("ValidationException", text):
            jobs.start(request)
    assert jobs.sagemaker.list_training_jobs()["TrainingJobSummaries"] == []
    assert jobs.sagemaker.list_trial_components()["TrialComponentSummaries"] == []


@pytest.mark.shows(
    "CreateTrainingJob", "a GPU instance type and switches that are off are no reason to refuse"
)
def test_what_is_not_refused(jobs):
    request = jobs.request("gpu", "import os; print('gpus', os.environ['SM_NUM_GPUS'])")
    request["ResourceConfig"]["InstanceType"] = "ml.p3.2xlarge"
    request["HyperParameters"]["sagemaker_parameter_server_enabled"] = "false"
    request["VpcConfig"] = {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}
    assert jobs.run(request)["TrainingJobStatus"] == "Completed"
    assert "instance type ml.p3.2xlarge were not used" in jobs.log("gpu")[0]
    assert "not used here: VpcConfig" in jobs.log("gpu")


@pytest.mark.shows(
    "CreateTrainingJob", "distribution of a ModelTrainer, and its scripts of other kinds, are refused"
)
def test_refused_of_model_trainer(jobs):
    source = {"source_dir": "src", "entry_script": "train.py"}
    spread = {"smp": None, "process_count_per_node": 2}
    with refused("ValidationException", "distributed training was asked for (sm_drivers/distributed.json)"):
        jobs.start(jobs.trainer_request("spread", {"train.py": ""}, source, distributed=spread))
    with refused("ValidationException", "the entry script train.jl is neither .py nor .sh"):
        jobs.start(jobs.trainer_request("julia", {"train.jl": ""}, {**source, "entry_script": "train.jl"}))
    with refused("ValidationException", "needs a container"):
        jobs.start(jobs.trainer_request("none", {"train.py": ""}, {}))


@pytest.mark.shows("CreateHyperParameterTuningJob", "is refused; the text names the way out, a sweep")
def test_tuning_is_refused(jobs):
    request = jobs.request("x", "")
    resource = {"MaxNumberOfTrainingJobs": 1, "MaxParallelTrainingJobs": 1}
    with refused("ValidationException", "Use a sweep"):
        jobs.sagemaker.create_hyper_parameter_tuning_job(
            HyperParameterTuningJobName="tune",
            HyperParameterTuningJobConfig={"Strategy": "Random", "ResourceLimits": resource},
            TrainingJobDefinition={
                name: request[name]
                for name in ("AlgorithmSpecification", "RoleArn", "OutputDataConfig", "StoppingCondition")
            },
        )
