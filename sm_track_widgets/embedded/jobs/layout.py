"""The folders and files of a job: what is ``/opt/ml`` in a container, below the job's working folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sm_track_widgets._types import Params

HOST = "algo-1"
INTERFACE = "lo"


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things are; the names below `root` are those below ``/opt/ml`` [D]."""

    root: Path

    @property
    def code(self) -> Path:
        """Where the source of SDK 2.x is extracted."""
        return self.root / "code"

    @property
    def model(self) -> Path:
        """What becomes model.tar.gz."""
        return self.root / "model"

    @property
    def input(self) -> Path:
        """Channels and configuration."""
        return self.root / "input"

    @property
    def data(self) -> Path:
        """One folder for each channel."""
        return self.input / "data"

    @property
    def config(self) -> Path:
        """The three JSON files."""
        return self.input / "config"

    @property
    def output(self) -> Path:
        """Holds the file ``failure``, if the script writes one."""
        return self.root / "output"

    @property
    def output_data(self) -> Path:
        """What becomes output.tar.gz."""
        return self.output / "data"

    @property
    def intermediate(self) -> Path:
        """Output while the job runs."""
        return self.output / "intermediate"

    @property
    def checkpoints(self) -> Path:
        """What is copied to CheckpointConfig.S3Uri."""
        return self.root / "checkpoints"

    def make(self) -> None:
        """Make all folders."""
        for folder in (
            self.code,
            self.model,
            self.data,
            self.config,
            self.output_data,
            self.intermediate,
            self.checkpoints,
        ):
            folder.mkdir(parents=True, exist_ok=True)

    def write_config(self, request: Params) -> None:
        """Write hyperparameters.json, inputdataconfig.json and resourceconfig.json as the container finds them [D]."""
        files = {
            "hyperparameters.json": request.get("HyperParameters", {}),
            "inputdataconfig.json": input_data_config(request),
            "resourceconfig.json": resource_config(request),
        }
        for name, content in files.items():
            (self.config / name).write_text(json.dumps(content), encoding="utf-8")


def input_data_config(request: Params) -> dict[str, Any]:
    """Return what inputdataconfig.json says of the channels."""
    common = request["AlgorithmSpecification"]["TrainingInputMode"]
    found: dict[str, Any] = {}
    for entry in request.get("InputDataConfig", []):
        source = entry["DataSource"]["S3DataSource"]
        found[entry["ChannelName"]] = {
            **({"ContentType": entry["ContentType"]} if entry.get("ContentType") else {}),
            "TrainingInputMode": entry.get("InputMode") or common,
            "S3DistributionType": source.get("S3DataDistributionType", "FullyReplicated"),
            "RecordWrapperType": entry.get("RecordWrapperType", "None"),
        }
    return found


def resource_config(request: Params) -> dict[str, Any]:
    """Return what resourceconfig.json says of the machine; the instance type is the one that was asked for."""
    kind = request.get("ResourceConfig", {}).get("InstanceType", "local")
    group = {"instance_group_name": "homogeneousCluster", "instance_type": kind, "hosts": [HOST]}
    return {
        "current_host": HOST,
        "current_instance_type": kind,
        "current_group_name": "homogeneousCluster",
        "hosts": [HOST],
        "instance_groups": [group],
        "network_interface_name": INTERFACE,
    }
