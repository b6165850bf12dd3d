"""How a runner and its script open the store: with the region, account, rules and options of who asked for the job."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sm_track_widgets.embedded.service import JobOptions, Rules, Service

SETTINGS_VARIABLE = "SM_TRACK_JOB"


def settings_of(service: Service) -> str:
    """Return what describes `service` to another process, as one line of JSON."""
    return json.dumps(
        {
            "folder": str(service.folder.absolute()),
            "region": service.region,
            "account_id": service.account_id,
            "rules": dataclasses.asdict(service.rules),
            "jobs": dataclasses.asdict(service.jobs),
        }
    )


def settings_inside(folder: Path) -> Mapping[str, Any] | None:
    """Return what `settings_of` described, in a process of a job whose store is in `folder`; None elsewhere."""
    told = json.loads(os.environ.get(SETTINGS_VARIABLE, "null"))
    return told if told is not None and Path(told["folder"]) == folder.absolute() else None


def engine_options(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keyword arguments of `Engine` that `settings_of` described."""
    return {
        "region": told["region"],
        "account_id": told["account_id"],
        "rules": Rules(**told["rules"]),
        "jobs": JobOptions(**told["jobs"]),
    }
