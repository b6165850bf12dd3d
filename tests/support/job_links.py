"""Requests for jobs of each kind, as their operation gets them in the end, whether or not the home offers it."""

from __future__ import annotations

import gc
from contextlib import suppress
from typing import Any

import botocore
from botocore.exceptions import ClientError
from botocore.hooks import HierarchicalEmitter
from job_requests import BUCKET, IMAGE, ROLE

CLUSTER = {"InstanceCount": 1, "InstanceType": "ml.m5.large"}
REQUESTS: dict[str, dict[str, Any]] = {
    "CreateTrainingJob": {
        "TrainingJobName": "train",
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        "RoleArn": ROLE,
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/out"},
        "ResourceConfig": {**CLUSTER, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    },
    "CreateProcessingJob": {
        "ProcessingJobName": "process",
        "AppSpecification": {"ImageUri": IMAGE},
        "ProcessingResources": {"ClusterConfig": {**CLUSTER, "VolumeSizeInGB": 30}},
        "RoleArn": ROLE,
    },
    "CreateTransformJob": {
        "TransformJobName": "transform",
        "ModelName": "model",
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/in"}}
        },
        "TransformOutput": {"S3OutputPath": f"s3://{BUCKET}/out"},
        "TransformResources": CLUSTER,
    },
}
METHODS = {
    "CreateTrainingJob": "create_training_job",
    "CreateProcessingJob": "create_processing_job",
    "CreateTransformJob": "create_transform_job",
}


class Requests:
    """Collects the job requests of clients, and of all that are made from sessions, as they are when the call is over.

    No home offers all three operations. Where none answers, they are answered here: nothing goes to the network.
    """

    def __init__(self, *handlers: Any) -> None:
        self.seen: list[dict[str, Any]] = []
        for events in handlers:
            events.register("before-parameter-build.sagemaker", self._keep)
            for operation in METHODS:
                events.register_last(f"before-call.sagemaker.{operation}", _answer)

    def _keep(self, params: Any, model: Any, **_: Any) -> None:
        if model.name in METHODS:
            self.seen.append(params)  # not a copy: other handlers of this event may come later

    @property
    def config(self) -> Any:
        """The ExperimentConfig of the one request since the last look; None when it had none."""
        [request] = self.seen
        self.seen.clear()
        return request.get("ExperimentConfig")


def _answer(model: Any, **_: Any) -> Any:
    name = model.name.removeprefix("Create")
    http = type("Http", (), {"status_code": 200, "headers": {}, "content": b"", "raw": None})()
    told = {f"{name}Arn": f"arn:aws:sagemaker:us-east-1:000000000000:{name.lower()}/x"}
    return http, {**told, "ResponseMetadata": {"HTTPStatusCode": 200}}


def create(client: Any, operation: str = "CreateTrainingJob", **changes: Any) -> Any:
    """Create a job through a client."""
    with suppress(ClientError):  # the embedded service offers training jobs only
        return getattr(client, METHODS[operation])(**{**REQUESTS[operation], **changes})


def emitters() -> list[HierarchicalEmitter]:
    """What holds the handlers of each botocore session and client that is alive."""
    return [found for found in gc.get_objects() if type(found) is HierarchicalEmitter]


def handlers(events: Any) -> set[str]:
    """Identify the handlers of a session or client: names of functions and classes, with their modules."""
    emitter = getattr(events, "_emitter", events)
    found: set[str] = set()
    nodes = [emitter._handlers._root]
    while nodes:
        node = nodes.pop()
        nodes.extend(node["children"].values())
        for handler in (one for section in node["values"] or () for one in section):
            kind = handler if hasattr(handler, "__qualname__") else type(handler)
            found.add(f"{kind.__module__}.{kind.__qualname__}")
    return found | set(emitter._unique_id_handlers)


def initializers() -> list[Any]:
    """What botocore calls with each new session."""
    return list(botocore._INITIALIZERS)
