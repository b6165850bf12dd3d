"""Training jobs that run: from the request of SDK 2.x to model.tar.gz, log, metrics and component."""

from __future__ import annotations

import json
import platform
import time

import pytest
from embedded_home import CheckedHome, refused
from job_requests import BUCKET, IMAGE, Jobs, until

EVERYTHING = """
    import argparse, json, os, sys
    from pathlib import Path
    import helper

    parser = argparse.ArgumentParser()
    parser.add_argument("--depth", type=int)
    parser.add_argument("--learning-rate", type=float)
    parser.add_argument("--flag")
    parser.add_argument("--name")
    parser.add_argument("-b")
    args = parser.parse_args()
    data = Path(os.environ["SM_CHANNEL_TRAIN"])
    print("files", sorted(str(path.relative_to(data)) for path in data.rglob("*") if path.is_file()))
    (data / "a.csv").write_text("spoilt")
    for epoch in range(3):
        print(f"[{epoch}] train-loss={1 / (epoch + 1):.4f}; validation:auc=0.{epoch + 7}", flush=True)
    print("a warning", file=sys.stderr)
    told = {"args": vars(args), "argv": sys.argv[1:], "env": dict(os.environ), "cwd": os.getcwd(), "main": __name__}
    told |= {"helper": helper.VALUE, "config": {p.name: json.loads(p.read_text()) for p in
             Path(os.environ["SM_INPUT_CONFIG_DIR"]).iterdir()}}
    Path(os.environ["SM_MODEL_DIR"], "told.json").write_text(json.dumps(told))
    Path(os.environ["SM_OUTPUT_DATA_DIR"], "plots").mkdir()
    Path(os.environ["SM_OUTPUT_DATA_DIR"], "plots", "roc.txt").write_text("roc")
"""


@pytest.fixture
def clock():
    """Jobs are other processes, which go by the machine's clock."""
    return time.time


@pytest.fixture
def jobs(clients):
    return Jobs(clients)


@pytest.fixture(scope="module")
def finished(tmp_path_factory, shared_clients):
    """A home with one job that looked at all it was given, started beside settings for AWS and for a kernel."""
    home = CheckedHome(tmp_path_factory.mktemp("jobs"))
    shared_clients.switch.target = home.engine
    jobs = Jobs(shared_clients)
    jobs.put("data/train/a.csv", "1,2")
    jobs.put("data/train/deep/b.csv", "3,4")
    request = jobs.request(
        "all-of-it",
        {"train.py": EVERYTHING, "helper.py": "VALUE = 3\n"},
        hyperparameters={"depth": 4, "learning-rate": 0.1, "flag": True, "name": "a b", "b": [1, 2]},
        channels={"train": f"s3://{BUCKET}/data/train"},
        metrics={"train:loss": r"train-loss=([0-9.]+)", "validation:auc": r"validation:auc=([0-9.]+)"},
        Environment={"GREETING": "hello", "AWS_MAX_ATTEMPTS": "2"},
        Tags=[{"Key": "team", "Value": "red"}],
    )
    with pytest.MonkeyPatch.context() as machine:
        for name in (
            "AWS_PROFILE",
            "AWS_ACCESS_KEY_ID",
            "AWS_ENDPOINT_URL",
            "SM_TRACK_EXPERIMENT",
            "JPY_PARENT_PID",
        ):
            machine.setenv(name, "of-the-machine")
        machine.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
        jobs.run(request)
    yield home.engine
    home.close()


@pytest.fixture
def everything(finished, jobs, shared_clients):
    """What Describe says of that job."""
    shared_clients.switch.target = finished
    return jobs.describe("all-of-it")


@pytest.mark.shows(
    "CreateTrainingJob", "runs the script of a script-mode request as a process of this Python"
)
@pytest.mark.shows(
    "CreateTrainingJob", "gives the script the variables and arguments of sagemaker-training-toolkit"
)
@pytest.mark.shows("CreateTrainingJob", "nothing of this machine's AWS configuration reaches the script")
def test_what_a_script_is_given(jobs, everything):
    told = json.loads(jobs.packed("all-of-it")["told.json"])
    assert told["args"] == {"depth": 4, "learning_rate": 0.1, "flag": "True", "name": "a b", "b": "[1, 2]"}
    assert told["argv"][:4] == ["-b", "[1, 2]", "--depth", "4"]  # sorted by name, as the toolkit does
    assert (told["main"], told["helper"]) == ("__main__", 3)
    env = told["env"]
    root = env["SM_MODEL_DIR"].removesuffix("/model")
    assert env["SM_CHANNEL_TRAIN"] == f"{root}/input/data/train"
    assert told["cwd"] == f"{root}/code"
    assert json.loads(env["SM_CHANNELS"]) == ["train"]
    assert json.loads(env["SM_HPS"])["learning-rate"] == 0.1
    assert (env["SM_HP_DEPTH"], env["SM_HP_LEARNING-RATE"], env["SM_HP_NAME"]) == ("4", "0.1", "a b")
    assert json.loads(env["SM_USER_ARGS"]) == told["argv"]
    assert json.loads(env["SM_HOSTS"]) == ["algo-1"]
    assert (env["SM_CURRENT_HOST"], env["SM_MODULE_NAME"], env["SM_LOG_LEVEL"]) == ("algo-1", "train", "20")
    assert int(env["SM_NUM_CPUS"]) >= 1
    assert env["SM_MODULE_DIR"].endswith("/sourcedir.tar.gz")
    assert env["SM_CURRENT_INSTANCE_TYPE"] == "ml.m5.large"
    together = json.loads(env["SM_TRAINING_ENV"])
    assert together["channel_input_dirs"] == {"train": env["SM_CHANNEL_TRAIN"]}
    assert together["job_name"] == env["TRAINING_JOB_NAME"] == "all-of-it"
    assert together["hyperparameters"]["depth"] == 4
    assert env["TRAINING_JOB_ARN"] == everything["TrainingJobArn"]
    assert (env["GREETING"], env["AWS_MAX_ATTEMPTS"]) == ("hello", "2")
    assert env["AWS_REGION"] == "us-east-1"
    assert "of-the-machine" not in env.values()
    assert env["MPLBACKEND"] == "Agg"
    config = told["config"]
    assert config["hyperparameters.json"]["depth"] == "4"
    assert config["inputdataconfig.json"]["train"]["TrainingInputMode"] == "File"
    assert config["resourceconfig.json"]["hosts"] == ["algo-1"]


@pytest.mark.shows("DescribeTrainingJob", "tells every secondary status the job went through, and its times")
@pytest.mark.shows("DescribeTrainingJob", "says that image and instance type were not used")
@pytest.mark.shows(
    "CreateTrainingJob", "finds MetricDefinitions in the log; FinalMetricDataList has the last values"
)
@pytest.mark.shows("CreateTrainingJob", "a script that writes to its channel does not change the store")
@pytest.mark.shows("ListTags", "training jobs have tags")
def test_what_a_job_leaves(jobs, everything):
    assert (everything["TrainingJobStatus"], everything["SecondaryStatus"]) == ("Completed", "Completed")
    passed = [entry["Status"] for entry in everything["SecondaryStatusTransitions"]]
    assert passed == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    label = (
        f"ran on this machine with Python {platform.python_version()}; "
        f"image {IMAGE} and instance type ml.m5.large were not used"
    )
    assert label in everything["SecondaryStatusTransitions"][2]["StatusMessage"]
    assert everything["CreationTime"] <= everything["TrainingStartTime"] < everything["TrainingEndTime"]
    assert everything["TrainingTimeInSeconds"] == everything["BillableTimeInSeconds"] == 1
    model = "out/all-of-it/output/model.tar.gz"
    assert everything["ModelArtifacts"] == {"S3ModelArtifacts": f"s3://{BUCKET}/{model}"}
    assert jobs.keys("out/") == [model, "out/all-of-it/output/output.tar.gz"]
    assert jobs.packed("all-of-it", "output.tar.gz") == {"plots/roc.txt": b"roc"}
    assert jobs.get("data/train/a.csv") == b"1,2"
    final = {entry["MetricName"]: entry["Value"] for entry in everything["FinalMetricDataList"]}
    assert final == {"train:loss": 0.3333, "validation:auc": 0.9}
    log = jobs.log("all-of-it")
    assert log[0] == label
    assert "files ['a.csv', 'deep/b.csv']" in log
    assert "a warning" in log
    tags = jobs.sagemaker.list_tags(ResourceArn=everything["TrainingJobArn"])["Tags"]
    assert tags == [{"Key": "team", "Value": "red"}]


@pytest.mark.shows("CreateTrainingJob", "makes the component <job>-aws-training-job, which follows the job")
def test_the_jobs_own_component(jobs, everything):
    component = jobs.component("all-of-it")
    assert component["Source"] == {
        "SourceArn": everything["TrainingJobArn"],
        "SourceType": "SageMakerTrainingJob",
    }
    assert component["Status"] == {"PrimaryStatus": "Completed"}
    assert component["StartTime"] == everything["TrainingStartTime"]
    assert component["EndTime"] == everything["TrainingEndTime"]
    parameters = component["Parameters"]
    assert parameters["depth"] == {"NumberValue": 4.0}
    assert parameters["flag"] == {"StringValue": "true"}
    assert parameters["SageMaker.InstanceType"] == {"StringValue": "ml.m5.large"}
    assert parameters["SageMaker.InstanceCount"] == {"NumberValue": 1.0}
    assert component["InputArtifacts"]["train"] == {"Value": f"s3://{BUCKET}/data/train"}
    assert component["InputArtifacts"]["SageMaker.ImageUri"] == {"Value": IMAGE}
    model = everything["ModelArtifacts"]["S3ModelArtifacts"]
    assert component["OutputArtifacts"] == {"SageMaker.ModelArtifact": {"Value": model}}
    found = {
        entry["MetricName"]: (entry["Count"], entry["Max"], entry["Last"]) for entry in component["Metrics"]
    }
    assert found == {"train:loss": (3, 1.0, 0.3333), "validation:auc": (3, 0.9, 0.9)}


@pytest.mark.shows("CreateTrainingJob", "runs ModelTrainer's entry script with its channels, values as JSON")
@pytest.mark.shows("CreateTrainingJob", "runs the command of a SourceCode")
def test_what_model_trainer_sends(jobs):
    script = """
        import json, os, sys
        print(json.dumps({"argv": sys.argv[1:], "rate": os.environ.get("SM_HP_LEARNING_RATE"), "cwd": os.getcwd()}))
        print(os.environ["SM_SOURCE_DIR"], os.environ["SM_ENTRY_SCRIPT"], os.path.exists("/opt/ml/model"))
        open(os.path.join(os.environ["SM_MODEL_DIR"], "m"), "w").close()
    """
    source = {"source_dir": "src", "entry_script": "sub/train.py", "command": None, "requirements": None}
    values = {"learning-rate": "0.1", "flag": "true", "name": "x"}
    request = jobs.trainer_request("trainer", {"sub/train.py": script}, source, hyperparameters=values)
    assert jobs.run(request)["TrainingJobStatus"] == "Completed", jobs.log("trainer")
    told = json.loads(next(line for line in jobs.log("trainer") if line.startswith("{")))
    assert told["argv"] == ["--learning-rate", "0.1", "--flag", "true", "--name", "x"]
    assert told["rate"] == "0.1"
    assert told["cwd"].endswith("/input/data/code")
    assert list(jobs.packed("trainer")) == ["m"]
    command = {
        **source,
        "entry_script": None,
        "command": "echo $HOSTNAME-x && python sub/train.py",
        "args": ["a b"],
    }
    request = jobs.trainer_request("command", {"sub/train.py": script}, command)
    assert jobs.run(request)["TrainingJobStatus"] == "Completed", jobs.log("command")
    assert '"argv": ["a b"]' in "\n".join(jobs.log("command"))


@pytest.mark.shows("CreateTrainingJob", "a shell script and a package are started as the toolkit starts them")
def test_other_kinds_of_entry_point(jobs):
    shell = "#!/bin/sh\necho shell $1 $2\n"
    request = jobs.request("shell", shell, program="run.sh", hyperparameters={"depth": 4})
    assert jobs.run(request)["TrainingJobStatus"] == "Completed", jobs.log("shell")
    assert "shell --depth 4" in jobs.log("shell")
    package = {
        "setup.py": "",
        "pack/__init__.py": "",
        "pack/other.py": "WORD = 'relative'\n",
        "pack/train.py": "from .other import WORD\nprint(WORD)\n",
    }
    request = jobs.request("package", package, program="pack/train.py")
    assert jobs.run(request)["TrainingJobStatus"] == "Completed", jobs.log("package")
    assert "relative" in jobs.log("package")


@pytest.mark.shows("CreateTrainingJob", "channels may be manifests; checkpoints go to S3 and come back")
@pytest.mark.shows("CreateTrainingJob", "an output without compression is kept file by file")
def test_manifests_checkpoints_and_plain_output(jobs):
    for name in ("one.csv", "two.csv", "three.csv"):
        jobs.put(f"raw/{name}", name)
    manifest = jobs.put(
        "raw.manifest", json.dumps([{"prefix": f"s3://{BUCKET}/raw/"}, "one.csv", "three.csv"])
    )
    script = """
        import os
        from pathlib import Path
        print("files", sorted(os.listdir(os.environ["SM_CHANNEL_TRAIN"])))
        state = Path(os.environ["SM_CHECKPOINT_DIR"], "epoch.txt")
        done = int(state.read_text()) if state.exists() else 0
        state.write_text(str(done + 1))
        Path(os.environ["SM_MODEL_DIR"], "deep").mkdir()
        Path(os.environ["SM_MODEL_DIR"], "deep", "model.bin").write_text(str(done))
    """
    for number, name in enumerate(("first", "second")):
        request = jobs.request(
            name,
            script,
            channels={"train": manifest},
            CheckpointConfig={"S3Uri": f"s3://{BUCKET}/checkpoints"},
            OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/out/", "CompressionType": "NONE"},
        )
        request["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3DataType"] = "ManifestFile"
        done = jobs.run(request)
        assert done["TrainingJobStatus"] == "Completed", jobs.log(name)
        assert "files ['one.csv', 'three.csv']" in jobs.log(name)
        assert done["ModelArtifacts"]["S3ModelArtifacts"] == f"s3://{BUCKET}/out/{name}/output/model/"
        assert jobs.get(f"out/{name}/output/model/deep/model.bin") == str(number).encode()
        assert jobs.get("checkpoints/epoch.txt") == str(number + 1).encode()


@pytest.mark.shows("CreateTrainingJob", "requirements are installed only where that was asked for")
def test_requirements_are_left_alone(jobs):
    request = jobs.request("req", {"train.py": "", "requirements.txt": "no-such-package-of-ours==9\n"})
    assert jobs.run(request)["TrainingJobStatus"] == "Completed"
    said = next(line for line in jobs.log("req") if "requirements.txt" in line)
    assert "was not installed" in said
    assert "install_requirements=True" in said


def test_requirements_are_installed_on_request(tmp_path, shared_clients):
    home = CheckedHome(tmp_path / "home", install_requirements=True)
    shared_clients.switch.target = home.engine
    jobs = Jobs(shared_clients)
    source = {"train.py": "print('trained')", "requirements.txt": "./no-such-file.whl\n"}
    failed = jobs.run(jobs.request("bad", source))
    assert failed["FailureReason"].startswith("AlgorithmError: InstallRequirementsError:\nExitCode 1\n")
    assert "no-such-file.whl" in failed["FailureReason"]
    assert "trained" not in jobs.log("bad")


@pytest.mark.shows(
    "CreateTrainingJob", "an entry point that is not in the source fails the job with the reason"
)
def test_source_that_is_not_there(jobs):
    request = jobs.request("lost", "", program="train.py")
    request["HyperParameters"]["sagemaker_program"] = '"other.py"'
    failed = jobs.run(request)
    assert failed["TrainingJobStatus"] == "Failed"
    assert failed["FailureReason"] == "ClientError: the entry point other.py is not in the source code"
    assert "TrainingEndTime" in failed


@pytest.mark.shows("ListTrainingJobs", "filters by name, status and times; sorts by name, status and time")
@pytest.mark.shows(
    "DeleteTrainingJob", "a finished job is gone, its component and its model stay; the name is free"
)
@pytest.mark.shows("CreateTrainingJob", "a name that is taken is refused as in use")
@pytest.mark.shows("DescribeTrainingJob", "an unknown name is a ValidationException")
def test_lists_and_names(jobs):
    sagemaker = jobs.sagemaker
    for name in ("b-good", "A-good", "c-bad"):
        jobs.start(jobs.request(name, "import sys; sys.exit(3)" if name == "c-bad" else ""))
    until(lambda: all(jobs.status(name) != "InProgress" for name in ("b-good", "A-good", "c-bad")))

    def names(**asked):
        return [
            entry["TrainingJobName"]
            for entry in sagemaker.list_training_jobs(**asked)["TrainingJobSummaries"]
        ]

    assert names() == ["c-bad", "A-good", "b-good"]
    assert names(SortBy="Name", SortOrder="Ascending") == ["A-good", "b-good", "c-bad"]
    assert names(StatusEquals="Failed") == ["c-bad"]
    assert names(NameContains="GOOD", SortOrder="Ascending") == ["b-good", "A-good"]
    assert names(SortBy="Status")[0] == "c-bad"
    middle = jobs.describe("A-good")["CreationTime"]
    assert names(CreationTimeAfter=middle) == ["c-bad"]
    assert names(CreationTimeBefore=middle) == ["b-good"]
    assert names(LastModifiedTimeAfter=jobs.describe("c-bad")["LastModifiedTime"]) == []
    assert names(WarmPoolStatusEquals="Available") == []
    assert len(names(MaxResults=2)) == 2
    with refused("ValidationException", "Requested resource not found."):
        jobs.describe("nobody")
    with refused("ResourceInUse", "names must be unique within an AWS account and region"):
        jobs.start(jobs.request("a-good", ""))
    sagemaker.delete_training_job(TrainingJobName="A-good")
    assert names(SortOrder="Ascending") == ["b-good", "c-bad"]
    assert jobs.component("A-good")["Status"] == {"PrimaryStatus": "Completed"}
    jobs.run(jobs.request("A-good", ""))
    assert sagemaker.describe_trial_component(TrialComponentName="A-good-aws-training-job-2")
