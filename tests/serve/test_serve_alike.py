"""Every operation, in process and over HTTP: the same parameters, the same outputs and the same errors."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from embedded_home import CheckedHome

from sm_track_widgets.embedded.engine import OPERATIONS
from sm_track_widgets.serve import Server
from sm_track_widgets.serve.routing import service_model

NOW = 1_760_000_000.0
MOMENT = datetime(2025, 10, 9, 8, 53, 20, tzinfo=timezone.utc)
BUCKET = "alike-bucket"
ARN = "arn:aws:sagemaker:us-east-1:000000000000"
RANDOM = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""Identifiers that two homes do not share."""
Answers = dict[str, Any]

FULL = {
    "DisplayName": "shown",
    "Status": {"PrimaryStatus": "InProgress", "Message": 'two\nlines, <tag> & "ü" 日本'},
    "StartTime": MOMENT,
    "Parameters": {"lr": {"NumberValue": 0.1}, "opt<&>": {"StringValue": "adam"}, "n": {"NumberValue": 3}},
    "InputArtifacts": {"in": {"MediaType": "text/csv", "Value": "s3://b/k"}},
    "MetadataProperties": {"CommitId": "abc"},
    "Tags": [{"Key": "team", "Value": "rot + blau"}],
}


def query(**change: Any) -> dict[str, Any]:
    made = {
        "MetricName": "loss",
        "ResourceArn": f"{ARN}:experiment-trial-component/c",
        "MetricStat": "Last",
        "Period": "IterationNumber",
        "XAxisType": "IterationNumber",
    }
    return {**made, **change}


def points(*values: float) -> list[dict[str, Any]]:
    return [
        {"MetricName": "loss", "Value": value, "Step": step, "Timestamp": MOMENT}
        for step, value in enumerate(values)
    ]


def upload(answers: Answers) -> dict[str, Any]:
    return {"Bucket": BUCKET, "Key": "m", "UploadId": answers["create_multipart_upload"]["UploadId"]}


STEPS: list[tuple[str, str, dict[str, Any] | Callable[[Answers], dict[str, Any]]]] = [
    ("sts", "get_caller_identity", {}),
    ("sagemaker", "create_experiment", {"ExperimentName": "e", "Description": "d", "Tags": FULL["Tags"]}),
    ("sagemaker", "create_experiment", {"ExperimentName": "E"}),
    ("sagemaker", "create_trial", {"ExperimentName": "e", "TrialName": "t"}),
    ("sagemaker", "create_trial_component", {"TrialComponentName": "c", **FULL}),
    ("sagemaker", "create_trial_component", {"TrialComponentName": "c2"}),
    ("sagemaker", "associate_trial_component", {"TrialName": "t", "TrialComponentName": "c"}),
    ("sagemaker", "update_experiment", {"ExperimentName": "e", "DisplayName": "new"}),
    ("sagemaker", "update_trial", {"TrialName": "t", "DisplayName": "new"}),
    ("sagemaker", "update_trial_component", {"TrialComponentName": "c", "EndTime": MOMENT}),
    ("sagemaker-metrics", "batch_put_metrics", {"TrialComponentName": "c", "MetricData": points(1.0, 0.5)}),
    ("sagemaker-metrics", "batch_put_metrics", {"TrialComponentName": "none", "MetricData": points(1.0)}),
    ("sagemaker-metrics", "batch_put_metrics", {"TrialComponentName": "UPPER", "MetricData": points(1.0)}),
    ("sagemaker-metrics", "batch_get_metrics", {"MetricQueries": [query(), query(MetricStat="Avg")]}),
    ("sagemaker-metrics", "batch_get_metrics", {"MetricQueries": [query(Period="OneMinute")]}),
    ("sagemaker", "describe_experiment", {"ExperimentName": "e"}),
    ("sagemaker", "describe_trial", {"TrialName": "t"}),
    ("sagemaker", "describe_trial_component", {"TrialComponentName": "c"}),
    ("sagemaker", "describe_trial_component", {"TrialComponentName": "none"}),
    ("sagemaker", "list_experiments", {"MaxResults": 1, "CreatedAfter": MOMENT, "SortBy": "Name"}),
    ("sagemaker", "list_trials", {"ExperimentName": "e"}),
    ("sagemaker", "list_trial_components", {"MaxResults": 1}),
    ("sagemaker", "search", {"Resource": "ExperimentTrialComponent", "SortBy": "TrialComponentName"}),
    ("sagemaker", "search", {"Resource": "Experiment"}),
    ("sagemaker", "search", {"Resource": "ExperimentTrial", "MaxResults": 1}),
    ("sagemaker", "search", {"Resource": "Experiment", "SearchExpression": {"Filters": [{"Name": "x"}]}}),
    ("sagemaker", "list_tags", {"ResourceArn": f"{ARN}:experiment/e"}),
    ("sagemaker", "add_tags", {"ResourceArn": f"{ARN}:experiment/e", "Tags": [{"Key": "k", "Value": ""}]}),
    ("sagemaker", "delete_tags", {"ResourceArn": f"{ARN}:experiment/e", "TagKeys": ["k"]}),
    ("s3", "create_bucket", {"Bucket": BUCKET}),
    ("s3", "list_buckets", {"Prefix": "alike"}),
    ("s3", "head_bucket", {"Bucket": BUCKET}),
    ("s3", "head_bucket", {"Bucket": "none"}),
    ("s3", "get_bucket_location", {"Bucket": BUCKET}),
    (
        "s3",
        "put_object",
        {
            "Bucket": BUCKET,
            "Key": "a b/ü+&<?#.txt",
            "Body": b"hello",
            "ContentType": "text/plain",
            "ContentEncoding": "gzip",
            "Metadata": {"run": "r 1"},
        },
    ),
    ("s3", "put_object", {"Bucket": BUCKET, "Key": "k", "Body": b"x", "IfMatch": '"other"'}),
    ("s3", "get_object", {"Bucket": BUCKET, "Key": "a b/ü+&<?#.txt"}),
    ("s3", "get_object", {"Bucket": BUCKET, "Key": "a b/ü+&<?#.txt", "Range": "bytes=1-2"}),
    ("s3", "get_object", {"Bucket": BUCKET, "Key": "none"}),
    ("s3", "get_object", {"Bucket": BUCKET, "Key": "a b/ü+&<?#.txt", "IfModifiedSince": MOMENT}),
    ("s3", "head_object", {"Bucket": BUCKET, "Key": "a b/ü+&<?#.txt"}),
    ("s3", "head_object", {"Bucket": BUCKET, "Key": "none"}),
    ("s3", "copy_object", {"Bucket": BUCKET, "Key": "copy", "CopySource": f"{BUCKET}/a b/ü+&<?#.txt"}),
    ("s3", "list_objects", {"Bucket": BUCKET, "Delimiter": "/"}),
    ("s3", "list_objects_v2", {"Bucket": BUCKET, "MaxKeys": 1, "FetchOwner": True}),
    ("s3", "create_multipart_upload", {"Bucket": BUCKET, "Key": "m", "Metadata": {"a": "b"}}),
    ("s3", "list_multipart_uploads", {"Bucket": BUCKET}),
    ("s3", "upload_part", lambda was: {**upload(was), "PartNumber": 1, "Body": b"part"}),
    ("s3", "upload_part_copy", lambda was: {**upload(was), "PartNumber": 2, "CopySource": f"{BUCKET}/copy"}),
    ("s3", "list_parts", upload),
    (
        "s3",
        "complete_multipart_upload",
        lambda was: {
            **upload(was),
            "MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": was["upload_part"]["ETag"]}]},
        },
    ),
    ("s3", "abort_multipart_upload", upload),
    ("s3", "delete_objects", {"Bucket": BUCKET, "Delete": {"Objects": [{"Key": "copy"}, {"Key": "none"}]}}),
    ("s3", "delete_object", {"Bucket": BUCKET, "Key": "m"}),
    ("s3", "delete_bucket", {"Bucket": BUCKET}),
    ("sagemaker", "create_artifact", {"ArtifactType": "x", "Source": {"SourceUri": "s3://b/<&>"}}),
    ("sagemaker", "list_artifacts", {}),
    ("sagemaker", "describe_artifact", lambda was: {"ArtifactArn": was["create_artifact"]["ArtifactArn"]}),
    (
        "sagemaker",
        "add_association",
        lambda was: {
            "SourceArn": was["create_artifact"]["ArtifactArn"],
            "DestinationArn": f"{ARN}:experiment-trial-component/c",
            "AssociationType": "ContributedTo",
        },
    ),
    ("sagemaker", "list_associations", {}),
    (
        "sagemaker",
        "delete_association",
        lambda was: {
            "SourceArn": was["create_artifact"]["ArtifactArn"],
            "DestinationArn": f"{ARN}:experiment-trial-component/c",
        },
    ),
    ("sagemaker", "delete_artifact", lambda was: {"ArtifactArn": was["create_artifact"]["ArtifactArn"]}),
    ("sagemaker", "delete_trial_component", {"TrialComponentName": "c"}),
    ("sagemaker", "disassociate_trial_component", {"TrialName": "t", "TrialComponentName": "c"}),
    ("sagemaker", "delete_trial_component", {"TrialComponentName": "c"}),
    ("sagemaker", "delete_trial", {"TrialName": "t"}),
    ("sagemaker", "delete_experiment", {"ExperimentName": "e"}),
]


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """Clients in process on one home and over HTTP on another, of the same age."""
    homes = [
        CheckedHome(tmp_path_factory.mktemp("alike") / name, clock=lambda: NOW) for name in ("in", "over")
    ]
    with Server(homes[1]) as server:
        sessions = [homes[0].boto_session(), server.boto_session()]
        yield [{service: session.client(service) for service in OPERATIONS} for session in sessions]
    for home in homes:
        home.close()


def told(client: Any, method: str, params: dict[str, Any]) -> Any:
    """The output, or the error; without what only HTTP knows."""
    try:
        found = getattr(client, method)(**params)
    except ClientError as error:
        return {
            "Error": {name: error.response["Error"].get(name) for name in ("Code", "Message")},
            "Status": error.response["ResponseMetadata"]["HTTPStatusCode"],
        }
    del found["ResponseMetadata"]
    if hasattr(found.get("Body"), "read"):
        found["Body"] = found["Body"].read()
    return found


def plain(value: Any) -> Any:
    """Replace identifiers that are random."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return RANDOM.sub("-", value) if isinstance(value, str) else value


def test_a_day_of_work_is_the_same(both):
    memories: list[Answers] = [{}, {}]
    for service, method, given in STEPS:
        results = []
        for clients, memory in zip(both, memories, strict=True):
            params = given(memory) if callable(given) else given
            found = told(clients[service], method, params)
            memory.setdefault(method, found)
            results.append(plain(found))
        assert results[0] == results[1], (method, given)


def least(shape: Any) -> Any:
    """The least value of a shape: required members only, of a length that is allowed."""
    kind = shape.type_name
    if kind == "structure":
        return {name: least(shape.members[name]) for name in shape.required_members}
    if kind == "list":
        return [least(shape.member)] * max(1, shape.metadata.get("min", 0))
    if kind == "string":
        return shape.enum[0] if shape.enum else "a" * max(3, shape.metadata.get("min", 0))
    return {"map": {}, "timestamp": MOMENT, "boolean": True, "blob": b"x"}.get(
        kind, max(1, shape.metadata.get("min", 1))
    )


ALL = [(service, operation) for service, table in OPERATIONS.items() for operation in table]


@pytest.mark.parametrize(("service", "operation"), ALL, ids=lambda word: word)
def test_every_operation_takes_its_least_and_wrong_parameters_alike(both, service, operation):
    shape = service_model(service).operation_model(operation).input_shape
    params = {} if shape is None else least(shape)
    texts = [name for name, value in params.items() if isinstance(value, str) and name != "Bucket"]
    wrong = [{**params, name: "~" * 300} for name in texts[:2]]
    for given in [params, *wrong]:
        results = [plain(told(clients[service], xform_name(operation), given)) for clients in both]
        assert results[0] == results[1], given
