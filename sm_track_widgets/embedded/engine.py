"""The operation table: what the embedded service offers, and the one door to it."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sm_track_widgets._types import Clock, Params
from sm_track_widgets.embedded import (
    cloudwatch,
    experiments,
    iam,
    identity,
    lineage,
    lineage_query,
    lineage_records,
    logs,
    metrics,
    objects,
    registry_groups,
    registry_models,
    registry_packages,
    registry_queries,
    search,
    tags,
    trial_components,
    trials,
)
from sm_track_widgets.embedded.faults import PlannedFaults, ServiceError, unsupported
from sm_track_widgets.embedded.jobs import operations as jobs
from sm_track_widgets.embedded.jobs import supervision
from sm_track_widgets.embedded.object_sweep import sweep
from sm_track_widgets.embedded.service import (
    DEFAULT_ACCOUNT,
    DEFAULT_REGION,
    JobOptions,
    Operation,
    Rules,
    Service,
)
from sm_track_widgets.embedded.store import Store
from sm_track_widgets.embedded.store_files import StoreError, told
from sm_track_widgets.embedded.validate import validate

OPERATIONS: Mapping[str, Mapping[str, Operation]] = {
    "sagemaker": {
        **experiments.OPERATIONS,
        **trials.OPERATIONS,
        **trial_components.OPERATIONS,
        **tags.OPERATIONS,
        **search.OPERATIONS,
        **lineage.OPERATIONS,
        **lineage_records.OPERATIONS,
        **lineage_query.OPERATIONS,
        **registry_groups.OPERATIONS,
        **registry_packages.OPERATIONS,
        **registry_queries.OPERATIONS,
        **registry_models.OPERATIONS,
        **jobs.OPERATIONS,
    },
    "sagemaker-metrics": metrics.OPERATIONS,
    "s3": objects.OPERATIONS,
    "sts": identity.OPERATIONS,
    "iam": iam.OPERATIONS,
    "logs": logs.OPERATIONS,
    "cloudwatch": cloudwatch.OPERATIONS,
}

_READS = ("Describe", "List", "Search", "BatchGet", "BatchDescribe", "Query")
"""How operations begin that ask several questions and must see one state in all answers."""


class Engine:
    """The embedded service of one folder: ``call(service, operation, params)`` as boto3 names them.

    Parameters
    ----------
    path
        Folder of the store; made when missing. Holds ``store.sqlite`` and ``objects/``.
    region, account_id
        What ARNs and the default bucket say.
    rules
        Switches for what is not known of AWS.
    clock
        Seconds since the epoch.
    jobs
        How training jobs run.

    Raises
    ------
    StoreError
        When the folder cannot be used.
    """

    def __init__(
        self,
        path: Path,
        *,
        region: str = DEFAULT_REGION,
        account_id: str = DEFAULT_ACCOUNT,
        rules: Rules | None = None,
        clock: Clock = time.time,
        jobs: JobOptions | None = None,
    ) -> None:
        self.service = Service(
            store=Store(path / "store.sqlite"),
            folder=path,
            region=region,
            account_id=account_id,
            rules=rules or Rules(),
            clock=clock,
            jobs=jobs or JobOptions(),
        )
        self.planned = PlannedFaults()
        with told(self.service.store.path):
            objects.ensure_bucket(self.service, self.service.default_bucket)
            sweep(self.service)

    def call(self, service: str, operation: str, params: Params) -> Params:
        """Answer one operation.

        Raises
        ------
        ServiceError
            As the real service would, or ``UnsupportedOperation``. ``InternalFailure`` says in one line what the disk
            did, and what to do.
        """
        handler = OPERATIONS.get(service, {}).get(operation)
        if handler is None:
            raise unsupported(service, operation)
        validate(service, operation, params, multiline=self.service.rules.multiline_text)
        self.planned.check(operation)
        with self._disk_told():
            if service == "sagemaker" and operation in supervision.OPERATIONS:
                supervision.supervise(self.service)
            if not operation.startswith(_READS):
                return handler(self.service, params)
            with self.service.store.snapshot():
                return handler(self.service, params)

    def presigned_url(self, service: str, operation: str, params: Params) -> str:
        """Return the ``file://`` URL of the S3 object that a presigned URL would read.

        Raises
        ------
        ServiceError
            ``UnsupportedOperation`` for anything but S3's GetObject and HeadObject, ``NoSuchKey``.
        """
        if service != "s3" or operation not in {"GetObject", "HeadObject"}:
            raise unsupported(service, f"generate_presigned_url({operation})")
        with self._disk_told():
            path = objects.object_file(self.service, params["Bucket"], params["Key"])
        if path is None:
            raise ServiceError("NoSuchKey", "The specified key does not exist.", 404)
        return path.resolve().as_uri()

    def close(self) -> None:
        """Close this thread's connection to the store."""
        self.service.store.close()

    @contextmanager
    def _disk_told(self) -> Generator[None, None, None]:
        try:
            with told(self.service.store.path):
                yield
        except StoreError as error:
            raise ServiceError("InternalFailure", str(error), 500) from error
