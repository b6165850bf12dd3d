"""Requests for training jobs as both SDK majors send them, made by hand; and waiting for what becomes of them."""

from __future__ import annotations

import io
import json
import tarfile
import time
from collections.abc import Callable
from textwrap import dedent
from typing import Any

IMAGE = "141502667606.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
ROLE = "arn:aws:iam::000000000000:role/AmazonSageMaker-ExecutionRole-embedded"
BUCKET = "sagemaker-us-east-1-000000000000"
LOG_GROUP = "/aws/sagemaker/TrainingJobs"
DEADLINE = 60.0


def until(happened: Callable[[], Any], what: str = "it") -> Any:
    """Return the first true answer of `happened`, asked again and again."""
    deadline = time.monotonic() + DEADLINE
    while not (found := happened()):
        assert time.monotonic() < deadline, f"{what} did not happen in {DEADLINE:.0f} s"
        time.sleep(0.02)
    return found


def tar(files: dict[str, str]) -> bytes:
    """A sourcedir.tar.gz of these files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            content = dedent(text).encode()
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


class Jobs:
    """Training jobs of one home."""

    def __init__(self, clients: Any) -> None:
        self.sagemaker = clients["sagemaker"]
        self.s3 = clients["s3"]
        self.logs = clients["logs"]

    def put(self, key: str, body: bytes | str) -> str:
        """Put an object; return its URI."""
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=body)
        return f"s3://{BUCKET}/{key}"

    def get(self, key: str) -> bytes:
        """The bytes of an object."""
        return self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()

    def keys(self, prefix: str) -> list[str]:
        """Keys that begin so."""
        found = self.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix)
        return [entry["Key"] for entry in found.get("Contents", [])]

    def request(
        self, name: str, script: str | dict[str, str] = "", *, program: str = "train.py", **changes: Any
    ) -> dict[str, Any]:
        """What SDK 2.x sends for an estimator with this entry point, `hyperparameters`, `channels` and `metrics`."""
        files = script if isinstance(script, dict) else {program: script}
        source = self.put(f"{name}/source/sourcedir.tar.gz", tar(files))
        own = {"sagemaker_program": program, "sagemaker_submit_directory": source}
        values = {**changes.pop("hyperparameters", {}), **own, "sagemaker_container_log_level": 20}
        made = {
            **_base(name),
            "HyperParameters": {key: json.dumps(value) for key, value in values.items()},
        }
        if channels := changes.pop("channels", {}):
            made["InputDataConfig"] = [_channel(*pair) for pair in channels.items()]
        definitions = changes.pop("metrics", {})
        made["AlgorithmSpecification"]["MetricDefinitions"] = [
            {"Name": metric, "Regex": pattern} for metric, pattern in definitions.items()
        ]
        return {**made, **changes}

    def trainer_request(
        self, name: str, files: dict[str, str], source_code: dict[str, Any], **changes: Any
    ) -> dict[str, Any]:
        """What SDK 3.x's ModelTrainer sends for this SourceCode."""
        for path, text in files.items():
            self.put(f"{name}/input/code/{path}", dedent(text))
        distributed = changes.pop("distributed", {})
        self.put(f"{name}/input/sm_drivers/sourcecode.json", json.dumps(source_code))
        self.put(f"{name}/input/sm_drivers/distributed.json", json.dumps(distributed))
        self.put(f"{name}/input/sm_drivers/sm_train.sh", "exit 1")
        made = {**_base(name), "HyperParameters": changes.pop("hyperparameters", {})}
        made["AlgorithmSpecification"] |= {
            "ContainerEntrypoint": ["/bin/bash"],
            "ContainerArguments": ["-c", "/opt/ml/input/data/sm_drivers/sm_train.sh"],
        }
        prefix = f"s3://{BUCKET}/{name}/input"
        channels = {"code": f"{prefix}/code", "sm_drivers": f"{prefix}/sm_drivers"}
        made["InputDataConfig"] = [_channel(*pair) for pair in channels.items()]
        return {**made, **changes}

    def start(self, request: dict[str, Any]) -> str:
        """Create a job; return its name."""
        self.sagemaker.create_training_job(**request)
        return request["TrainingJobName"]

    def run(self, request: dict[str, Any]) -> dict[str, Any]:
        """Create a job, wait for its end, return what Describe says."""
        return self.ended(self.start(request))

    def describe(self, name: str) -> dict[str, Any]:
        return self.sagemaker.describe_training_job(TrainingJobName=name)

    def status(self, name: str) -> str:
        return self.describe(name)["TrainingJobStatus"]

    def ended(self, name: str) -> dict[str, Any]:
        """Wait for the end of a job; return what Describe says."""
        until(lambda: self.status(name) in {"Completed", "Failed", "Stopped"}, f"the end of {name}")
        return self.describe(name)

    def log(self, name: str) -> list[str]:
        """The lines of a job's log so far."""
        streams = self.logs.describe_log_streams(logGroupName=LOG_GROUP, logStreamNamePrefix=f"{name}/")
        return [
            event["message"]
            for stream in streams["logStreams"]
            for event in self.logs.get_log_events(
                logGroupName=LOG_GROUP, logStreamName=stream["logStreamName"], startFromHead=True
            )["events"]
        ]

    def component(self, name: str) -> dict[str, Any]:
        """The job's own component."""
        return self.sagemaker.describe_trial_component(TrialComponentName=f"{name}-aws-training-job")

    def packed(self, name: str, file: str = "model.tar.gz") -> dict[str, bytes]:
        """Files in what a job packed."""
        with tarfile.open(fileobj=io.BytesIO(self.get(f"out/{name}/output/{file}"))) as archive:
            members = [member for member in archive.getmembers() if member.isfile()]
            return {member.name: archive.extractfile(member).read() for member in members}


def _base(name: str) -> dict[str, Any]:
    return {
        "TrainingJobName": name,
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        "RoleArn": ROLE,
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/out"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
    }


def _channel(name: str, uri: str) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}}
