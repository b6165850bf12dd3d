"""What every operation of the embedded service works on: the store, the object folder, the account, the rules."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from sm_track_widgets._types import Clock, Params
from sm_track_widgets.embedded.store import Store

DEFAULT_REGION = "us-east-1"
DEFAULT_ACCOUNT = "000000000000"


@dataclass(frozen=True, slots=True)
class Rules:
    """Switches for what is not known of AWS; each is a row of ``docs/assumptions.md``.

    quotas
        ``"none"``: count quotas are not enforced; ``"aws"``: as AWS's defaults (50 components per trial, 300 trials
        per experiment). Patterns and sizes are always enforced.
    metrics_touch_modified
        Whether BatchPutMetrics moves LastModifiedTime of the component [inf].
    tags_touch_modified
        Whether AddTags and DeleteTags do [inf].
    """

    quotas: Literal["none", "aws"] = "none"
    metrics_touch_modified: bool = False
    tags_touch_modified: bool = False


@dataclass(slots=True)
class Service:
    """One account in one region."""

    store: Store
    folder: Path
    region: str = DEFAULT_REGION
    account_id: str = DEFAULT_ACCOUNT
    rules: Rules = field(default_factory=Rules)
    clock: Clock = time.time

    @property
    def default_bucket(self) -> str:
        """The bucket the SDK expects to exist [S]: ``sagemaker-<region>-<account>``."""
        return f"sagemaker-{self.region}-{self.account_id}"

    def arn(self, kind: str, name: str) -> str:
        """``arn:aws:sagemaker:<region>:<account>:<kind>/<name>``."""
        return f"arn:aws:sagemaker:{self.region}:{self.account_id}:{kind}/{name}"


Operation = Callable[[Service, Params], Params]
"""One boto3 operation: checked parameters in native Python types -> output in native Python types."""


def stamp(seconds: float | None) -> Any:
    """Seconds since the epoch -> the aware datetime boto3 would return; None stays None."""
    from datetime import datetime, timezone

    return None if seconds is None else datetime.fromtimestamp(seconds, tz=timezone.utc)
