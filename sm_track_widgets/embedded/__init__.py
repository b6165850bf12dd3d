"""SageMaker Experiments on this machine: boto3 clients and the SDK's session, answered from one folder."""

from __future__ import annotations

import importlib
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sm_track_widgets.embedded.engine import Engine
from sm_track_widgets.embedded.service import DEFAULT_ACCOUNT, DEFAULT_REGION, Rules
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
        What ARNs and the default bucket's name say.
    rules
        Switches for what is not known of AWS.
    clock
        Seconds since the epoch.

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
        account_id: str = DEFAULT_ACCOUNT,
        rules: Rules | None = None,
        clock: Clock = time.time,
    ) -> None:
        self.path = Path(path)
        self.region = region
        self.account_id = account_id
        self.engine = Engine(self.path, region=region, account_id=account_id, rules=rules, clock=clock)

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

    def close(self) -> None:
        """Close this thread's connection to the store."""
        self.engine.close()
