"""What a request wants to have run: the script of SDK 2.x's hyperparameters or of SDK 3.x's channels."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.jobs.storage import joined, read
from sm_track_widgets.embedded.service import Service

DRIVERS = "sm_drivers"
CODE = "code"
CONTAINER_ROOT = "/opt/ml"
DEFAULT_REQUIREMENTS = "requirements.txt"


@dataclass(frozen=True, slots=True)
class Script:
    """What to run.

    style
        ``"toolkit"``: as sagemaker-training-toolkit does it in the images of SDK 2.x, from a tar file; ``"trainer"``:
        as the drivers of SDK 3.x's ModelTrainer do, from the channel ``code``.
    program
        The entry point, relative to the source's folder; empty for a command.
    source
        Toolkit only: the ``s3://`` URI of the tar file, or its path below ``/opt/ml``.
    command
        A line for the shell; empty for a program.
    requirements
        File of packages to install; empty for none.
    distributed
        Name of the distribution that is asked for; empty for none.
    """

    style: Literal["toolkit", "trainer"]
    program: str
    source: str = ""
    command: str = ""
    requirements: str = ""
    distributed: str = ""


def find_script(service: Service, params: Params) -> Script | None:
    """Return what the request wants to have run, or None when only its image knows."""
    return _toolkit(params) or _trainer(service, params)


def decoded(value: str) -> Any:
    """Return what a hyperparameter's text means: JSON, or else the text itself."""
    try:
        return json.loads(value)
    except ValueError:
        return value


def channel(params: Params, name: str) -> Mapping[str, Any] | None:
    """Return the S3 data source of a channel."""
    for entry in params.get("InputDataConfig", []):
        if entry["ChannelName"] == name:
            return entry["DataSource"].get("S3DataSource")
    return None


def _toolkit(params: Params) -> Script | None:
    settings = {name.lower(): value for name, value in params.get("Environment", {}).items()}
    settings |= params.get("HyperParameters", {})
    program = decoded(settings.get("sagemaker_program", '""'))
    source = decoded(settings.get("sagemaker_submit_directory", '""'))
    if not program or not source:
        return None
    return Script("toolkit", str(program), source=str(source), requirements=DEFAULT_REQUIREMENTS)


def _trainer(service: Service, params: Params) -> Script | None:
    drivers = channel(params, DRIVERS)
    if drivers is None:
        return None
    told = _json(service, joined(drivers["S3Uri"], "sourcecode.json"))
    program, command = told.get("entry_script") or "", told.get("command") or ""
    if not program and not command:
        return None
    arguments = told.get("args") or []
    requirements = told.get("requirements") or ""
    return Script(
        "trainer",
        "" if command else program,
        command=" ".join([command, *(shlex.quote(str(argument)) for argument in arguments)])
        if command
        else "",
        requirements=DEFAULT_REQUIREMENTS if requirements == "auto" else requirements,
        distributed="distributed" if _json(service, joined(drivers["S3Uri"], "distributed.json")) else "",
    )


def _json(service: Service, uri: str) -> Mapping[str, Any]:
    text = read(service, uri)
    try:
        found = json.loads(text or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
