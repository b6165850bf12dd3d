"""The command line and the environment of a script."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from pathlib import Path

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.jobs.environment import arguments, script_variables, split_hyperparameters
from sm_track_widgets.embedded.jobs.layout import Layout
from sm_track_widgets.embedded.jobs.processes import FOLDER_VARIABLE, MACHINE_VARIABLE, runner_environment
from sm_track_widgets.embedded.jobs.script import CONTAINER_ROOT, Script
from sm_track_widgets.embedded.jobs.settings import SETTINGS_VARIABLE, settings_of
from sm_track_widgets.embedded.service import Service

SITE = Path(__file__).parent / "site"
"""Holds ``sitecustomize.py``, by which every Python of the job is answered by its store."""
PACKAGE_ROOT = Path(__file__).parents[3]
PACKAGE_VARIABLE = "SM_TRACK_JOB_PACKAGE"
# SDK 3.x sends telemetry at each Run, SDK 2.x at each fit; neither belongs into a job that runs offline.
NO_TELEMETRY = "SchemaVersion: '1.0'\nSageMaker:\n  PythonSDK:\n    Modules:\n      TelemetryOptOut: true\n"


def command_of(script: Script, request: Params, layout: Layout, folder: Path) -> list[str]:
    """Return the command that runs `script` in `folder`, as toolkit and drivers build it."""
    if script.command:
        shell = shutil.which("bash") or "/bin/sh"
        return [shell, "-c", script.command.replace(CONTAINER_ROOT, str(layout.root))]
    given = arguments(script, split_hyperparameters(request)[0])
    if script.style == "toolkit" and (folder / "setup.py").is_file() and not script.program.endswith(".sh"):
        return [sys.executable, "-m", script.program.removesuffix(".py").replace("/", "."), *given]
    if script.program.endswith(".py"):
        return [sys.executable, script.program, *given]
    program = folder / script.program
    program.chmod(program.stat().st_mode | 0o111)
    return ["/bin/sh", "-c", shlex.join([f"./{script.program}", *given])]


def environment_of(
    service: Service, script: Script, request: Params, layout: Layout, folder: Path
) -> dict[str, str]:
    """Return all variables of the script: this machine's, the request's, SageMaker's, and those that keep it here."""
    machine = runner_environment(os.environ)
    asked = {str(name): str(value) for name, value in request.get("Environment", {}).items()}
    job = {"name": request["TrainingJobName"], "arn": request["TrainingJobArn"]}
    paths = [str(SITE), str(folder), asked.get("PYTHONPATH", ""), machine.get("PYTHONPATH", "")]
    return {
        "MPLBACKEND": "Agg",
        **machine,
        **asked,
        **script_variables(script, request, layout, job),
        **_kept_here(service, layout),
        MACHINE_VARIABLE: json.dumps(machine),
        "PATH": os.pathsep.join(
            [str(Path(sys.executable).parent), asked.get("PATH") or machine.get("PATH", "")]
        ),
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8",
    }


def _kept_here(service: Service, layout: Layout) -> dict[str, str]:
    """Return what points boto3, the SDK and our own package to the job's store, and away from AWS."""
    told = layout.root.parent / "sagemaker-config.yaml"
    told.write_text(NO_TELEMETRY, encoding="utf-8")
    return {
        "AWS_REGION": service.region,
        "AWS_DEFAULT_REGION": service.region,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "SAGEMAKER_REGION": service.region,
        "SAGEMAKER_USER_CONFIG_OVERRIDE": str(told),
        "SAGEMAKER_ADMIN_CONFIG_OVERRIDE": str(told),
        "SM_TRACK_BACKEND": "embedded",
        "SM_TRACK_HOME": str(service.folder.absolute()),
        "SM_TRACK_REGION": service.region,
        SETTINGS_VARIABLE: settings_of(service),
        FOLDER_VARIABLE: str(layout.root.parent.absolute()),
        PACKAGE_VARIABLE: str(PACKAGE_ROOT),
    }
