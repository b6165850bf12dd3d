"""What every operation of the embedded service works on: the store, the object folder, the account, the rules."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal

from botocore.utils import parse_to_aware_datetime

from sm_track_widgets._types import Clock, Params
from sm_track_widgets.embedded.store import Store

DEFAULT_REGION = "us-east-1"
DEFAULT_ACCOUNT = "000000000000"


@dataclass(frozen=True, slots=True)
class Rules:
    """Switches for what is not known of AWS; each is a row of ``docs/assumptions.md``.

    quotas
        ``"none"``: count quotas are not enforced; ``"aws"``: `max_trials_per_experiment` and
        `max_components_per_trial` are. Patterns and sizes are always enforced.
    max_trials_per_experiment
        Trials that one experiment may hold with ``quotas="aws"``; 300 is AWS's default, of accounts that have not
        asked for more.
    max_components_per_trial
        Components that may be associated with one trial with ``quotas="aws"``; 50 is AWS's default.
    metrics_touch_modified
        Whether BatchPutMetrics moves LastModifiedTime of the component [inf].
    tags_touch_modified
        Whether AddTags and DeleteTags do [inf].
    multiline_text
        Whether a pattern ``.*`` lets line breaks pass; in Java, which AWS's services run on, it does not [inf].
    boolean_numbers
        Whether a JSON ``true`` or ``false`` is taken as a NumberValue, as 1 or 0 [inf].
    whole_seconds
        Whether times given by the caller lose their fraction, as the timestamps that older botocore versions send do
        [M]. Off, because here nothing is serialised and a run of half a second should say so.
    names_any_case
        Whether experiments, trials and components are found whatever the case of the name given [inf]. That names are
        unique without regard to case is known [M].
    associate_again
        Whether AssociateTrialComponent takes a pair that is associated already [inf].
    metric_window
        Whether BatchPutMetrics refuses points older than 14 days or more than 2 hours ahead, as the SDK does [inf].
    truncated_at
        From how many values on a result of BatchGetMetrics is cut and has the Status ``Truncated`` [M]; where AWS does
        so is not known [inf]. None: never.
    metrics_shown_at_once
        Whether BatchGetMetrics shows a point as soon as BatchPutMetrics has taken it; off: a second later [inf].
    search_ignores_case
        Whether Search compares text values without regard to case [inf]; property names and ARNs always are.
    not_equals_matches_absent
        Whether Search's NotEquals holds for records that lack the property [inf].
    runs_name_their_jobs
        Whether a run's component names in Sources the jobs that were started under it [inf].
    jobs_tell_their_instances
        Whether the component of a training job has its instances among its parameters, as ``SageMaker.InstanceType``
        and ``SageMaker.InstanceCount`` [inf].
    """

    quotas: Literal["none", "aws"] = "none"
    max_trials_per_experiment: int = 300
    max_components_per_trial: int = 50
    metrics_touch_modified: bool = False
    tags_touch_modified: bool = False
    multiline_text: bool = True
    boolean_numbers: bool = True
    whole_seconds: bool = False
    names_any_case: bool = True
    associate_again: bool = True
    metric_window: bool = True
    truncated_at: int | None = None
    metrics_shown_at_once: bool = True
    search_ignores_case: bool = False
    not_equals_matches_absent: bool = True
    runs_name_their_jobs: bool = True
    jobs_tell_their_instances: bool = True


@dataclass(frozen=True, slots=True)
class JobOptions:
    """How training jobs run on this machine.

    max_jobs
        How many run at a time; the others wait.
    install_requirements
        Whether a script's requirements are installed, with pip, into the Python that runs it.
    stop_grace
        Seconds between SIGTERM and SIGKILL for a job that is stopped or over its time; 120 on AWS [M].
    """

    max_jobs: int = 1
    install_requirements: bool = False
    stop_grace: float = 120.0


@dataclass(slots=True)
class Service:
    """One account in one region."""

    store: Store
    folder: Path
    region: str = DEFAULT_REGION
    account_id: str = DEFAULT_ACCOUNT
    rules: Rules = field(default_factory=Rules)
    clock: Clock = time.time
    jobs: JobOptions = field(default_factory=JobOptions)
    late: list[tuple[float, str, str]] = field(default_factory=list[tuple[float, str, str]])
    """Time, component and metric of points that are not to be shown yet; see `Rules.metrics_shown_at_once`."""

    @property
    def default_bucket(self) -> str:
        """The bucket the SDK expects to exist [S]: ``sagemaker-<region>-<account>``."""
        return f"sagemaker-{self.region}-{self.account_id}"

    def arn(self, kind: str, name: str) -> str:
        """``arn:aws:sagemaker:<region>:<account>:<kind>/<name>``."""
        return f"arn:aws:sagemaker:{self.region}:{self.account_id}:{kind}/{name}"

    def named(self, row: Any, name: str) -> bool:
        """Whether `row`, found by the lower case of `name`, is what the rules let that name mean."""
        return row is not None and (self.rules.names_any_case or row["name"] == name)

    def moment(self, value: Any) -> float:
        """Seconds since the epoch of a time the caller gave: a datetime, a number or a text, as boto3 takes them."""
        found = seconds(value)
        return float(int(found)) if self.rules.whole_seconds else found


Operation = Callable[[Service, Params], Params]
"""One boto3 operation: checked parameters in native Python types -> output in native Python types."""


def seconds(value: Any) -> float:
    """Seconds since the epoch of what boto3 accepts as a timestamp: a datetime, a number or a text."""
    return float(parse_to_aware_datetime(value).timestamp())


def stamp(seconds: float | None) -> Any:
    """Seconds since the epoch -> the aware datetime boto3 would return; None stays None."""
    return None if seconds is None else datetime.fromtimestamp(seconds, tz=timezone.utc)
