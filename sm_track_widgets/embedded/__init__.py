"""SageMaker Experiments on this machine: boto3 clients and the SDK's session, answered from one folder."""

from __future__ import annotations

import importlib
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sm_track_widgets._errors import UsageError, did_you_mean
from sm_track_widgets.embedded.backup import backup
from sm_track_widgets.embedded.engine import OPERATIONS, Engine
from sm_track_widgets.embedded.jobs.settings import engine_options, settings_inside
from sm_track_widgets.embedded.records import present
from sm_track_widgets.embedded.service import DEFAULT_ACCOUNT, DEFAULT_REGION, JobOptions, Rules
from sm_track_widgets.embedded.wire import new_session

if TYPE_CHECKING:
    import os

    import boto3

    from sm_track_widgets._types import Clock

__all__ = ["EmbeddedSageMaker", "Rules"]


class EmbeddedSageMaker:
    """A SageMaker account in a folder: ``sagemaker``, ``sagemaker-metrics``, ``s3`` and ``sts`` without AWS.

    Several processes may use the same folder at once. What it does not offer is refused with ``UnsupportedOperation``;
    nothing is ever sent anywhere.

    Parameters
    ----------
    path
        The folder; made when missing.
    region, account_id
        What ARNs and the default bucket's name say. Account: ``000000000000``; inside a training job, the job's.
    rules
        Switches for what is not known of AWS.
    clock
        Seconds since the epoch. Training jobs, which are other processes, go by the machine's.
    max_jobs
        How many training jobs run at a time; the others wait.
    install_requirements
        Whether a training script's requirements.txt is installed, with pip, into this Python.
    stop_grace
        Seconds that a script has between SIGTERM and SIGKILL when its job is stopped; 120 on AWS [M].

    Raises
    ------
    StoreError
        When the folder cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> home = EmbeddedSageMaker(tempfile.mkdtemp())
    >>> sagemaker = home.boto_session().client("sagemaker")
    >>> sagemaker.create_experiment(ExperimentName="demo")["ExperimentArn"]
    'arn:aws:sagemaker:us-east-1:000000000000:experiment/demo'
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        region: str = DEFAULT_REGION,
        account_id: str | None = None,
        rules: Rules | None = None,
        clock: Clock = time.time,
        *,
        max_jobs: int = 1,
        install_requirements: bool = False,
        stop_grace: float = 120.0,
    ) -> None:
        self.path = Path(path)
        options: dict[str, Any] = {
            "account_id": DEFAULT_ACCOUNT,
            "jobs": JobOptions(max_jobs, install_requirements, stop_grace),
        }
        if inside := settings_inside(self.path):
            options = engine_options(inside)
        options |= {"region": region, **present(account_id=account_id, rules=rules)}
        self.engine = Engine(self.path, clock=clock, **options)
        self.region = region
        self.account_id = self.engine.service.account_id

    def boto_session(self) -> boto3.Session:
        """Return a new boto3 session; every client and resource made from it is answered here."""
        import boto3

        return boto3.Session(botocore_session=new_session(self.engine, self.region))

    def sagemaker_session(self) -> Any:
        """Return a SageMaker SDK ``Session`` on this home, telemetry off, the default bucket in place.

        Raises
        ------
        ConfigError
            When the SageMaker SDK is not installed.
        """
        # By name: the layers above import this package, not the other way round.
        seam = importlib.import_module("sm_track_widgets._sdk")
        bucket = self.engine.service.default_bucket
        return seam.session(self.boto_session(), default_bucket=bucket, telemetry=False)

    def fail_next(self, operation: str, code: str, message: str | None = None, *, times: int = 1) -> None:
        """Refuse the next calls of an operation, so that a caller's handling of the error can be tried.

        Some errors of AWS never happen here by themselves: ConflictException, ThrottlingException, InternalFailure. A
        call that is refused so has changed nothing. boto3 does not retry it: there was no request.

        Parameters
        ----------
        operation
            As boto3's ``client.meta.method_to_api_mapping`` names it: ``UpdateTrialComponent``.
        code
            AWS's code of the error.
        message
            Its text; known ones have AWS's.
        times
            How many calls from this object, in this process, are refused.

        Raises
        ------
        UsageError
            For an operation that is not offered.

        Examples
        --------
        >>> import tempfile
        >>> home = EmbeddedSageMaker(tempfile.mkdtemp())
        >>> home.fail_next("CreateExperiment", "ThrottlingException")
        >>> sagemaker = home.boto_session().client("sagemaker")
        >>> sagemaker.create_experiment(ExperimentName="demo")
        Traceback (most recent call last):
        ...
        botocore.exceptions.ClientError: ... (ThrottlingException) when calling the CreateExperiment ... Rate exceeded
        """
        known = [name for table in OPERATIONS.values() for name in table]
        if operation not in known:
            cure = did_you_mean(operation, known) or "boto3's method_to_api_mapping has the names."
            raise UsageError(f"The embedded service offers no operation {operation!r}.", cure)
        self.engine.planned.plan(operation, code, message, times)

    def backup(self, path: str | os.PathLike[str]) -> None:
        """Copy everything to another folder as it is now, also while others write; open the copy like any home.

        Parameters
        ----------
        path
            A folder that is empty or not there yet.

        Raises
        ------
        StoreError
            When it holds something, or cannot be written.
        """
        backup(self.engine.service, Path(path))

    def close(self) -> None:
        """Close this thread's connection to the store."""
        self.engine.close()
