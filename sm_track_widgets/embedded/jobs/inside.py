"""Inside a job: every boto3 session that its script makes is answered by the store that the job belongs to."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sm_track_widgets.embedded.engine import Engine
from sm_track_widgets.embedded.jobs.settings import SETTINGS_VARIABLE, engine_options
from sm_track_widgets.embedded.wire import attach as answer

if TYPE_CHECKING:
    import botocore.session


def attach(session: botocore.session.Session) -> None:
    """Have `session`, which has just been made, answered by the job's store."""
    told = _told()
    session.set_config_variable("region", told["region"])
    session.set_credentials("embedded", "embedded")
    answer(session, _engine())


@cache
def _told() -> Mapping[str, Any]:
    return json.loads(os.environ[SETTINGS_VARIABLE])


@cache
def _engine() -> Engine:
    return Engine(Path(_told()["folder"]), **engine_options(_told()))
