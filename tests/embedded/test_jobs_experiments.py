"""Jobs beside runs: their component, trial and experiment; and jobs in Search."""

from __future__ import annotations

import time

import pytest
from embedded_home import CheckedHome, refused
from job_requests import BUCKET, Jobs

from sm_track_widgets.embedded import Rules

GROUP = "Default-Run-Group-exp"


@pytest.fixture
def clock():
    return time.time


@pytest.fixture
def jobs(clients):
    return Jobs(clients)


@pytest.fixture
def run(jobs):
    """What the SDK's Run makes: experiment, trial and component, and what it adds to a job's request."""
    sagemaker = jobs.sagemaker
    sagemaker.create_experiment(ExperimentName="exp")
    sagemaker.create_trial(TrialName=GROUP, ExperimentName="exp")
    sagemaker.create_trial_component(TrialComponentName="exp-run")
    sagemaker.associate_trial_component(TrialName=GROUP, TrialComponentName="exp-run")
    return {"ExperimentName": "exp", "TrialName": GROUP, "RunName": "exp-run"}


def linked(jobs, trial: str) -> list[str]:
    found = jobs.sagemaker.list_trial_components(TrialName=trial, SortBy="Name", SortOrder="Ascending")
    return [entry["TrialComponentName"] for entry in found["TrialComponentSummaries"]]


@pytest.mark.shows(
    "CreateTrainingJob", "ExperimentConfig puts the job's component beside the run, in its trial"
)
@pytest.mark.shows(
    "DescribeTrainingJob", "repeats ExperimentConfig, by which load_run finds its run inside a job"
)
@pytest.mark.shows("DescribeTrialComponent", "a run names in Sources the jobs that were started under it")
def test_a_job_under_a_run(jobs, run):
    config = {**run, "TrialComponentDisplayName": "Training-1"}
    done = jobs.run(jobs.request("job", "", ExperimentConfig=config))
    assert done["ExperimentConfig"] == config
    assert linked(jobs, GROUP) == ["exp-run", "job-aws-training-job"]
    assert jobs.component("job")["DisplayName"] == "Training-1"
    source = {"SourceArn": done["TrainingJobArn"], "SourceType": "SageMakerTrainingJob"}
    assert jobs.component("job")["Sources"] == [source]
    of_run = jobs.sagemaker.describe_trial_component(TrialComponentName="exp-run")
    assert of_run["Sources"] == [source]
    assert "Source" not in of_run
    assert "Status" not in of_run  # the run's own status is its own
    by_source = jobs.sagemaker.list_trial_components(SourceArn=done["TrainingJobArn"].lower())
    assert [entry["TrialComponentName"] for entry in by_source["TrialComponentSummaries"]] == [
        "job-aws-training-job"
    ]


@pytest.mark.shows("CreateTrainingJob", "with an experiment but no trial, a trial is made")
@pytest.mark.shows("CreateTrainingJob", "without ExperimentConfig its component belongs to no trial")
def test_other_configurations(jobs, run):
    jobs.run(jobs.request("alone", ""))
    assert jobs.sagemaker.list_trials(TrialComponentName="alone-aws-training-job")["TrialSummaries"] == []
    jobs.run(jobs.request("loose", "", ExperimentConfig={"ExperimentName": "exp"}))
    made = jobs.sagemaker.list_trials(TrialComponentName="loose-aws-training-job")["TrialSummaries"]
    assert [entry["TrialName"] for entry in made] == ["loose-aws-trial"]
    assert jobs.sagemaker.describe_trial(TrialName="loose-aws-trial")["ExperimentName"] == "exp"


@pytest.mark.shows(
    "CreateTrainingJob", "an experiment or a trial that does not exist is not found; no job is made"
)
def test_configurations_that_are_wrong(jobs, run):
    jobs.sagemaker.create_experiment(ExperimentName="other")
    for config, code in (
        ({"ExperimentName": "nobody"}, "ResourceNotFound"),
        ({"ExperimentName": "exp", "TrialName": "nobody"}, "ResourceNotFound"),
        ({"ExperimentName": "other", "TrialName": GROUP}, "ValidationException"),
    ):
        with refused(code):
            jobs.start(jobs.request("wrong", "", ExperimentConfig=config))
    assert jobs.sagemaker.list_training_jobs()["TrainingJobSummaries"] == []
    assert linked(jobs, GROUP) == ["exp-run"]


def test_a_component_that_is_deleted_meanwhile(jobs):
    script = """
        import boto3
        boto3.client("sagemaker").delete_trial_component(TrialComponentName="job-aws-training-job")
        print("loss=1")
    """
    done = jobs.run(jobs.request("job", script, metrics={"loss": "loss=(.*)"}))
    assert done["TrainingJobStatus"] == "Completed", done
    assert done["FinalMetricDataList"][0]["Value"] == 1


def test_without_sources(tmp_path, shared_clients):
    home = CheckedHome(tmp_path / "home", rules=Rules(runs_name_their_jobs=False))
    shared_clients.switch.target = home.engine
    jobs = Jobs(shared_clients)
    jobs.sagemaker.create_experiment(ExperimentName="exp")
    jobs.sagemaker.create_trial_component(TrialComponentName="exp-run")
    jobs.run(jobs.request("job", "", ExperimentConfig={"ExperimentName": "exp", "RunName": "exp-run"}))
    assert "Sources" not in jobs.sagemaker.describe_trial_component(TrialComponentName="exp-run")


@pytest.fixture
def three(jobs):
    """Three finished jobs, and a function that searches and tells the numbers of those found."""
    jobs.put("data/a.csv", "1")
    for number, rate in enumerate((0.05, 0.5, 1.5)):
        request = jobs.request(
            f"job-{number}",
            f"print('train:auc=0.{number + 5}')",
            hyperparameters={"learning_rate": rate, "optimizer": "adam" if number else "sgd"},
            channels={"train" if number else "test": f"s3://{BUCKET}/data"},
            metrics={"train:auc": "train:auc=(.*)"},
            Tags=[{"Key": "team", "Value": "red" if number else "blue"}],
        )
        jobs.run(request)

    def found(*filters, nested=(), sort="TrainingJobName"):
        expression = {"Filters": [condition(*entry) for entry in filters]}
        if nested:
            expression["NestedFilters"] = [
                {"NestedPropertyName": "InputDataConfig", "Filters": [condition(*entry) for entry in nested]}
            ]
        answer = jobs.sagemaker.search(
            Resource="TrainingJob", SearchExpression=expression, SortBy=sort, SortOrder="Ascending"
        )
        return [entry["TrainingJob"]["TrainingJobName"][-1] for entry in answer["Results"]]

    return found


def condition(name: str, operator: str, value: str) -> dict[str, str]:
    return {"Name": name, "Operator": operator, "Value": value}


@pytest.mark.shows("Search", "TrainingJob: by hyperparameters, metrics, status, tags, channels and times")
@pytest.mark.shows("Search", "HyperParameters: an integer Value compares decimals as integers")
def test_search(jobs, three):
    assert three(("HyperParameters.learning_rate", "LessThan", "0.5")) == ["0"]
    assert three(("hyperparameters.LEARNING_RATE", "LessThan", "1")) == ["0", "1"]
    assert three(("HyperParameters.learning_rate", "LessThanOrEqualTo", "1")) == [
        "0",
        "1",
        "2",
    ]  # 1.5 counts as 1
    assert three(("HyperParameters.optimizer", "Contains", "adam")) == ["1", "2"]
    assert three(("Metrics.train:auc", "GreaterThan", "0.55")) == ["1", "2"]
    assert three(("TrainingJobStatus", "Equals", "Completed"), sort="Metrics.train:auc") == ["0", "1", "2"]
    assert three(("Tags.team", "Equals", "red")) == ["1", "2"]
    large = ("ResourceConfig.InstanceType", "Equals", "ml.m5.large")
    assert three(large, ("SecondaryStatus", "Equals", "Failed")) == []
    start = jobs.describe("job-1")["TrainingStartTime"].strftime("%Y-%m-%dT%H:%M:%S")
    assert "2" in three(("TrainingStartTime", "GreaterThanOrEqualTo", start))
    uri = "InputDataConfig.DataSource.S3DataSource.S3Uri"
    channel = ("InputDataConfig.ChannelName", "Equals", "test")
    assert three(("TrainingJobName", "Contains", "job"), nested=[channel, (uri, "Contains", "data")]) == ["0"]
    with refused("ValidationException", "Unknown property name: Colour"):
        three(("Colour", "Equals", "red"))
