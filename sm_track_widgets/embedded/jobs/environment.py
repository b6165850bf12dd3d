"""The variables and arguments that a script gets: those of sagemaker-training-toolkit and of ModelTrainer's drivers.

Sources: aws/sagemaker-training-toolkit (environment.py, mapping.py, params.py), SDK 3.27 (container_drivers).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from typing import Any

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.jobs.layout import HOST, INTERFACE, Layout, input_data_config, resource_config
from sm_track_widgets.embedded.jobs.script import Script, decoded

_INFO = 20
_OWN = "sagemaker_"
# What the toolkit itself uses up; other names with its prefix are "framework parameters" [S].
_TOOLKIT = frozenset(
    {
        "sagemaker_program",
        "sagemaker_submit_directory",
        "sagemaker_enable_cloudwatch_metrics",
        "sagemaker_region",
        "sagemaker_container_log_level",
        "sagemaker_job_name",
        "default_user_module_name",
        "_tuning_objective_metric",
        "sagemaker_s3_output",
    }
)


def split_hyperparameters(request: Params) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the user's hyperparameters and those meant for the toolkit, each decoded from JSON where it is JSON."""
    values = {name: decoded(text) for name, text in request.get("HyperParameters", {}).items()}
    own = {name for name in values if name.startswith(_OWN) or name in _TOOLKIT}
    return {n: v for n, v in values.items() if n not in own}, {n: v for n, v in values.items() if n in own}


def arguments(script: Script, hyperparameters: Mapping[str, Any]) -> list[str]:
    """Return the script's arguments.

    The toolkit sorts by name and writes Python's text of a value (``True``); the drivers of 3.x keep the order and
    write JSON (``true``).
    """
    if script.style == "trainer":
        return [
            part
            for name, value in hyperparameters.items()
            for part in (f"--{name}", value if isinstance(value, str) else json.dumps(value))
        ]
    found: list[str] = []
    for name in sorted(hyperparameters):
        value = hyperparameters[name]
        found.append(f"--{name}" if len(name) > 1 else f"-{name}")
        if isinstance(value, Mapping):
            found.append(",".join(f"{key}={item}" for key, item in sorted(value.items())))
        else:
            found.append("" if value is None else str(value))
    return found


def script_variables(
    script: Script, request: Params, layout: Layout, job: Mapping[str, str]
) -> dict[str, str]:
    """Return all ``SM_*`` variables and the names of the job; `job` is its ``name`` and ``arn``."""
    hyperparameters, own = split_hyperparameters(request)
    values = {**_places(layout), **_machine(request), **_data(request, layout)}
    values["SM_HPS"] = hyperparameters
    values["SM_LOG_LEVEL"] = own.get("sagemaker_container_log_level", _INFO)
    values["SM_USER_ARGS"] = arguments(script, hyperparameters)
    for name, value in hyperparameters.items():
        key = name.replace("-", "_") if script.style == "trainer" else name
        values[f"SM_HP_{key.upper()}"] = value
    values |= _entry(script, layout, own)
    values["SM_TRAINING_ENV"] = {
        name.removeprefix("SM_").lower(): value for name, value in values.items() if name in _TOLD_TOGETHER
    } | {
        "additional_framework_parameters": values["SM_FRAMEWORK_PARAMS"],
        "channel_input_dirs": {name: str(layout.data / name) for name in values["SM_CHANNELS"]},
        "hyperparameters": hyperparameters,
        "is_master": True,
        "job_name": job["name"],
        "master_hostname": HOST,
    }
    # "=" cannot be part of a variable's name.
    return {name: _text(value) for name, value in values.items() if "=" not in name} | {
        "TRAINING_JOB_NAME": job["name"],
        "TRAINING_JOB_ARN": job["arn"],
        "SAGEMAKER_JOB_NAME": str(own.get("sagemaker_job_name", "")),
        "SAGEMAKER_BASE_DIR": str(layout.root),
        "CURRENT_HOST": HOST,
    }


_TOLD_TOGETHER = frozenset(
    f"SM_{name}"
    for name in (
        "CURRENT_HOST",
        "CURRENT_INSTANCE_TYPE",
        "CURRENT_INSTANCE_GROUP",
        "CURRENT_INSTANCE_GROUP_HOSTS",
        "DISTRIBUTION_INSTANCE_GROUPS",
        "FRAMEWORK_MODULE",
        "HOSTS",
        "INPUT_CONFIG_DIR",
        "INPUT_DATA_CONFIG",
        "INPUT_DATA_DIR",
        "INPUT_DIR",
        "INSTANCE_GROUPS",
        "INSTANCE_GROUPS_DICT",
        "IS_HETERO",
        "LOG_LEVEL",
        "MASTER_ADDR",
        "MASTER_PORT",
        "MODEL_DIR",
        "MODULE_DIR",
        "MODULE_NAME",
        "NETWORK_INTERFACE_NAME",
        "NUM_CPUS",
        "NUM_GPUS",
        "NUM_NEURONS",
        "OUTPUT_DATA_DIR",
        "OUTPUT_DIR",
        "OUTPUT_INTERMEDIATE_DIR",
        "RESOURCE_CONFIG",
        "USER_ENTRY_POINT",
    )
)


def _places(layout: Layout) -> dict[str, Any]:
    return {
        "SM_MODEL_DIR": str(layout.model),
        "SM_INPUT_DIR": str(layout.input),
        "SM_INPUT_DATA_DIR": str(layout.data),
        "SM_INPUT_CONFIG_DIR": str(layout.config),
        "SM_OUTPUT_DIR": str(layout.output),
        "SM_OUTPUT_FAILURE": str(layout.output / "failure"),
        "SM_OUTPUT_DATA_DIR": str(layout.output_data),
        "SM_OUTPUT_INTERMEDIATE_DIR": str(layout.intermediate),
        "SM_CHECKPOINT_DIR": str(layout.checkpoints),
    }


def _machine(request: Params) -> dict[str, Any]:
    resources = resource_config(request)
    group = resources["current_group_name"]
    return {
        "SM_HOSTS": [HOST],
        "SM_CURRENT_HOST": HOST,
        "SM_CURRENT_INSTANCE_TYPE": resources["current_instance_type"],
        "SM_CURRENT_INSTANCE_GROUP": group,
        "SM_CURRENT_INSTANCE_GROUP_HOSTS": [HOST],
        "SM_INSTANCE_GROUPS": [group],
        "SM_INSTANCE_GROUPS_DICT": {group: resources["instance_groups"][0]},
        "SM_DISTRIBUTION_INSTANCE_GROUPS": [],
        "SM_IS_HETERO": False,
        "SM_HOST_COUNT": 1,
        "SM_CURRENT_HOST_RANK": 0,
        "SM_MASTER_ADDR": HOST,
        "SM_MASTER_PORT": 7777,
        "SM_NETWORK_INTERFACE_NAME": INTERFACE,
        "SM_NUM_CPUS": os.cpu_count() or 1,
        "SM_NUM_GPUS": _gpus(),
        "SM_NUM_NEURONS": 0,
        "SM_RESOURCE_CONFIG": resources,
    }


def _data(request: Params, layout: Layout) -> dict[str, Any]:
    channels = input_data_config(request)
    folders = {f"SM_CHANNEL_{name.upper()}": str(layout.data / name) for name in channels}
    return {"SM_CHANNELS": sorted(channels), "SM_INPUT_DATA_CONFIG": channels, **folders}


def _entry(script: Script, layout: Layout, own: Mapping[str, Any]) -> dict[str, Any]:
    framework = {name: value for name, value in own.items() if name not in _TOOLKIT}
    found: dict[str, Any] = {
        "SM_FRAMEWORK_PARAMS": framework,
        "SM_FRAMEWORK_MODULE": "",
        "SM_USER_ENTRY_POINT": script.program,
        "SM_MODULE_NAME": script.program.removesuffix(".py"),
        "SM_MODULE_DIR": script.source,
    }
    if script.style == "trainer":
        found |= {"SM_SOURCE_DIR": str(layout.data / "code"), "SM_ENTRY_SCRIPT": script.program}
    return found


def _gpus() -> int:
    """Return how many GPUs nvidia-smi lists, as the toolkit counts them."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return 0
    told = subprocess.run([tool, "--list-gpus"], capture_output=True, text=True, check=False)  # noqa: S603
    return sum(line.startswith("GPU ") for line in told.stdout.splitlines())


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"))
