"""What a request must be to run here. All that cannot is refused before there is a job, with the reason and a way out.

A job that reports Completed has run; so nothing is dropped silently that would change what a script computes.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.faults import ServiceError, invalid
from sm_track_widgets.embedded.jobs.script import Script, decoded, find_script
from sm_track_widgets.embedded.jobs.storage import bucket_exists, exists, split_uri
from sm_track_widgets.embedded.service import Service

TO_AWS = "or connect to AWS: %sm_config --backend aws"
SWEEP = "Use a sweep: a loop that starts a job (or a run, without jobs) for each combination, " + TO_AWS
_SINGLE = "Run it on one instance without distribution, " + TO_AWS
_FILES = "Use S3 data in File or FastFile mode, " + TO_AWS
_LEAVE = "Leave it out, " + TO_AWS
_IN_CODE = "Use script mode (entry_point and source_dir, or SourceCode), %%sm_run in the notebook, " + TO_AWS

# sagemaker-training-toolkit's and the SDK's names of what starts several processes [S].
_DISTRIBUTED = re.compile(
    r"sagemaker_(mpi|parameter_server|pytorch_ddp|torch_distributed|pytorch_xla_multi_worker|"
    r"multi_worker_mirrored_strategy|distributed_\w+)_enabled|mp_parameters"
)
_WHOLE: dict[str, tuple[str, str]] = {
    "EnableManagedSpotTraining": (
        "managed spot training was asked for, and there are no spot instances here.",
        _LEAVE,
    ),
    "DebugRuleConfigurations": ("debugger rules need containers of their own.", _LEAVE),
    "TensorBoardOutputConfig": ("TensorBoardOutputConfig is not offered.", _LEAVE),
    "ServerlessJobConfig": (
        "serverless jobs need SageMaker's own code.",
        "Connect to AWS: %sm_config --backend aws",
    ),
    "MlflowConfig": ("MlflowConfig is not offered.", _LEAVE),
    "ModelPackageConfig": ("ModelPackageConfig is not offered.", _LEAVE),
}


def checked(service: Service, params: Params) -> Script:
    """Return what is to be run.

    Raises
    ------
    ServiceError
        ``ValidationException`` that says why this request cannot run here, and the way out.
    """
    script = find_script(service, params)
    for reasons in (_algorithm, _resources, _input):
        for why, way_out in reasons(params, script):
            raise refused(why, way_out)
    for name, (why, way_out) in _WHOLE.items():
        if params.get(name):
            raise refused(why, way_out)
    assert script is not None  # _algorithm
    _check_output(service, params)
    _check_data(service, params)
    return script


def refused(why: str, way_out: str) -> ServiceError:
    """Return the error of a request that cannot run here."""
    return invalid(f"The embedded SageMaker service cannot run this job: {why} {way_out}")


def hyperparameter_tuning(_service: Service, _params: Params) -> Params:
    """CreateHyperParameterTuningJob: always refused, with the way out."""
    raise refused("it does not run tuning jobs.", SWEEP)


Reasons = Iterator[tuple[str, str]]


def _algorithm(params: Params, script: Script | None) -> Reasons:
    specification = params["AlgorithmSpecification"]
    if specification.get("AlgorithmName"):
        yield f"algorithm {specification['AlgorithmName']} needs its container.", _IN_CODE
    if script is None:
        image = specification.get("TrainingImage", "without a name")
        yield f"it runs scripts as processes of this machine, and image {image} needs a container.", _IN_CODE
        return
    if specification.get("ContainerEntrypoint") and script.style == "toolkit":
        yield "ContainerEntrypoint needs a container.", _IN_CODE
    if script.style == "trainer" and script.program and not script.program.endswith((".py", ".sh")):
        yield (
            f"the entry script {script.program} is neither .py nor .sh.",
            "Name a script of one of these kinds.",
        )
    if not sys.executable:
        yield (
            "this process does not know its Python (sys.executable is empty).",
            "Start it from a plain Python.",
        )
    for definition in specification.get("MetricDefinitions", []):
        if error := _pattern_error(definition["Regex"]):
            yield f"the regular expression of metric {definition['Name']} is wrong: {error}.", "Correct it."


def _pattern_error(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        return str(error)
    return ""


def _resources(params: Params, script: Script | None) -> Reasons:
    resources = params.get("ResourceConfig", {})
    if resources.get("InstanceCount", 1) != 1 or resources.get("InstanceGroups"):
        yield "several instances were asked for, and this is one machine.", _SINGLE
    wanted = [
        name
        for name, value in params.get("HyperParameters", {}).items()
        if _DISTRIBUTED.fullmatch(name) and decoded(value) not in {False, "", "{}"}
    ]
    if wanted or (script is not None and script.distributed):
        yield (
            f"distributed training was asked for ({', '.join(wanted) or 'sm_drivers/distributed.json'}).",
            _SINGLE,
        )


def _input(params: Params, _script: Script | None) -> Reasons:
    common = params["AlgorithmSpecification"]["TrainingInputMode"]
    for entry in params.get("InputDataConfig", []):
        name, source = entry["ChannelName"], entry["DataSource"]
        for wrong, why in _CHANNEL_RULES:
            if wrong(entry, source.get("S3DataSource", {}), entry.get("InputMode") or common):
                yield f"channel {name} {why}.", _FILES
    if common == "Pipe" and not params.get("InputDataConfig"):
        yield "Pipe mode was asked for.", _FILES


_CHANNEL_RULES: list[tuple[Callable[[Params, Params, str], bool], str]] = [
    (lambda _entry, _s3, mode: mode == "Pipe", "is in Pipe mode"),
    (lambda entry, _s3, _mode: "S3DataSource" not in entry["DataSource"], "is not in S3"),
    (lambda _entry, s3, _mode: not _is_s3(s3), "is not named by an s3:// URI"),
    (
        lambda _entry, s3, _mode: s3.get("S3DataType") not in {None, "S3Prefix", "ManifestFile"},
        "is neither an S3Prefix nor a ManifestFile",
    ),
    (
        lambda entry, _s3, _mode: entry.get("CompressionType", "None") != "None",
        "is compressed, which needs Pipe mode",
    ),
    (lambda entry, _s3, _mode: entry.get("RecordWrapperType", "None") != "None", "asks for RecordIO"),
    (
        lambda _entry, s3, _mode: "HubAccessConfig" in s3 or "ModelAccessConfig" in s3,
        "comes from a model hub",
    ),
]


def _is_s3(source: Params) -> bool:
    return not source or bool(split_uri(source["S3Uri"])[0])


def _check_output(service: Service, params: Params) -> None:
    uris: list[Any] = [params["OutputDataConfig"]["S3OutputPath"]]
    uris += [params["CheckpointConfig"]["S3Uri"]] if "CheckpointConfig" in params else []
    for uri in uris:
        if not bucket_exists(service, uri):
            # [inf] that AWS looks at create.
            raise invalid(f"The bucket of {uri} does not exist. Make it first: s3.create_bucket(Bucket=...).")


def _check_data(service: Service, params: Params) -> None:
    for entry in params.get("InputDataConfig", []):
        uri = entry["DataSource"]["S3DataSource"]["S3Uri"]
        if not exists(service, uri):
            bucket = split_uri(uri)[0]
            # The exact text: amazon-sagemaker-examples#2489.
            raise invalid(
                f'No S3 objects found under S3 URL "{uri}" given in input data source. Please ensure that the bucket '
                f"exists in the selected region ({service.region}), that objects exist under that S3 prefix, and that "
                f'the role "{params["RoleArn"]}" has "s3:ListBucket" permissions on bucket "{bucket}".'
            )
