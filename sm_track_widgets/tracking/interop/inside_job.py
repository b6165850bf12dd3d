"""The run that a SageMaker job was started under, as seen by the script that runs in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sm_track_widgets import _aws
from sm_track_widgets._errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sm_track_widgets.connection import Connection

_DESCRIBE = {
    "training-job": ("describe_training_job", "TrainingJobName"),
    "processing-job": ("describe_processing_job", "ProcessingJobName"),
    "transform-job": ("describe_transform_job", "TransformJobName"),
}
"""Resource type of a job's ARN -> boto3's method, and its one argument [M]."""
_CURE = "Start the job while a run is open, or name the run: load_run('run', 'experiment')"


class RunOfJob(NamedTuple):
    """Names as stored: experiment, trial ("" when the job names none) and run."""

    experiment: str
    group: str
    run: str


def run_of_job(connection: Connection, arn: str) -> RunOfJob:
    """Return the run named by the ExperimentConfig of the job with this ARN; asks the service once.

    Raises
    ------
    NotFoundError
        The job was started under no run.
    ServiceRefusedError, ConfigError
        The service does not tell.
    """
    kind, _, name = arn.rpartition(":")[2].partition("/")
    if kind not in _DESCRIBE:
        raise NotFoundError(f"{arn!r} is no ARN of a job.", _CURE)
    method, argument = _DESCRIBE[kind]
    try:
        told = getattr(connection.client("sagemaker"), method)(**{argument: name})
    except Exception as error:
        raise _aws.explain(error, f"ask for the run of job {name!r}") or error from error
    return _names(name, told.get("ExperimentConfig") or {})


def _names(job: str, config: Mapping[str, Any]) -> RunOfJob:
    """Take the names apart: RunName is the name of the whole component, ``<experiment>-<run>`` [S]."""
    experiment, component = str(config.get("ExperimentName", "")), str(config.get("RunName", ""))
    prefix = f"{experiment}-"
    if not experiment or not component.lower().startswith(prefix.lower()) or component == prefix:
        raise NotFoundError(f"Job {job!r} was not started under a run.", _CURE)
    return RunOfJob(experiment, str(config.get("TrialName", "")), component[len(prefix) :])
