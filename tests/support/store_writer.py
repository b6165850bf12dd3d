"""A process that writes to a store in every way, at random and without end: somebody kills it."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from embedded_home import Clients

from sm_track_widgets._types import JournalMark, Point
from sm_track_widgets.embedded import metrics as bulk
from sm_track_widgets.embedded.engine import Engine

BUCKET = "crash-bucket"
EXPERIMENT, TRIAL = "crash", "crash-trial"
PARAMETERS, TAGS = 12, 3
BULK, TENS = "bulk", "tens"
START = 1_760_000_000.0
KEPT_RUNS, KEPT_OBJECTS = 8, 10
PART_BYTES = 5 << 20


def point(number: int) -> Point:
    """The point that belongs at this place of a journal."""
    return Point(BULK, math.sin(number) * 1000, number, START + number / 7)


class Writer:
    """One life of a writer; what it does follows from `seed`. Only one at a time logs to the runs of `owner`."""

    def __init__(self, clients: Clients, folder: Path, seed: int, owner: int = 0) -> None:
        self.engine = Engine(folder)
        clients.switch.target = self.engine
        self.sagemaker, self.metrics, self.s3 = (
            clients["sagemaker"],
            clients["sagemaker-metrics"],
            clients["s3"],
        )
        self.random = random.Random(seed)
        self.seed, self.owner = seed, owner
        self.made = 0
        for call in (
            lambda: self.sagemaker.create_experiment(ExperimentName=EXPERIMENT),
            lambda: self.sagemaker.create_trial(TrialName=TRIAL, ExperimentName=EXPERIMENT),
            lambda: self.s3.create_bucket(Bucket=BUCKET),
        ):
            attempt(call)

    def act(self) -> None:
        """Do one thing."""
        deeds = (
            self.create_run,
            self.log,
            self.log,
            self.log,
            self.put,
            self.upload,
            self.delete,
            self.relate,
        )
        attempt(self.random.choice(deeds))

    def create_run(self) -> None:
        self.made += 1
        name = f"run-{self.owner}-{self.seed}-{self.made}"
        self.sagemaker.create_trial_component(
            TrialComponentName=name,
            Parameters={f"p{place}": {"NumberValue": place} for place in range(PARAMETERS)},
            Tags=[{"Key": f"t{place}", "Value": "v"} for place in range(TAGS)],
        )
        self.sagemaker.associate_trial_component(TrialComponentName=name, TrialName=TRIAL)

    def log(self) -> None:
        """Go on with a journal where the store says it is, as our sender does; or send ten."""
        name = self._any_run(f"run-{self.owner}-")
        if name is None:
            return
        service = self.engine.service
        offset = bulk.journal_offset(service, name) or 0
        count = self.random.choice((1, 10, 10, 10, 300, 4000))
        points = [point(number) for number in range(offset, offset + count)]
        bulk.append_points(service, name, points, JournalMark(name, offset + count))
        ten = [
            {"MetricName": TENS, "Timestamp": self.engine.service.clock(), "Value": place}
            for place in range(10)
        ]
        self.metrics.batch_put_metrics(TrialComponentName=name, MetricData=ten)

    def put(self) -> None:
        body = self.random.randbytes(self.random.choice((10, 5000, 400_000)))
        self.s3.put_object(Bucket=BUCKET, Key=f"k{self.random.randrange(KEPT_OBJECTS)}", Body=body)

    def upload(self) -> None:
        key = f"m{self.random.randrange(3)}"
        upload = self.s3.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]
        where = {"Bucket": BUCKET, "Key": key, "UploadId": upload}
        parts = []
        for number, size in ((1, PART_BYTES), (2, 1000)):
            body = self.random.randbytes(size)
            etag = self.s3.upload_part(**where, PartNumber=number, Body=body)["ETag"]
            parts.append({"PartNumber": number, "ETag": etag})
        self.s3.complete_multipart_upload(**where, MultipartUpload={"Parts": parts})

    def delete(self) -> None:
        self.s3.delete_object(Bucket=BUCKET, Key=f"k{self.random.randrange(KEPT_OBJECTS)}")
        names = self._runs()
        if len(names) > KEPT_RUNS:
            name = self.random.choice(names)
            attempt(
                lambda: self.sagemaker.disassociate_trial_component(TrialComponentName=name, TrialName=TRIAL)
            )
            self.sagemaker.delete_trial_component(TrialComponentName=name)

    def relate(self) -> None:
        """Add an association, as graph loggers do, or a tag."""
        name = self._any_run()
        if name is None:
            return
        run = self.sagemaker.describe_trial_component(TrialComponentName=name)["TrialComponentArn"]
        self.made += 1
        artifact = self.sagemaker.create_artifact(
            ArtifactType="t", Source={"SourceUri": f"s3://b/{self.seed}-{self.made}"}
        )["ArtifactArn"]
        self.sagemaker.add_association(SourceArn=run, DestinationArn=artifact)
        if self.random.random() < 0.5:
            self.sagemaker.delete_association(SourceArn=run, DestinationArn=artifact)
            self.sagemaker.delete_artifact(ArtifactArn=artifact)

    def _runs(self) -> list[str]:
        return [row["key"] for row in self.engine.service.store.rows("SELECT key FROM components")]

    def _any_run(self, prefix: str = "") -> str | None:
        names = [name for name in self._runs() if name.startswith(prefix)]
        return self.random.choice(names) if names else None


def attempt(call: Callable[[], Any]) -> None:
    """Call; that another writer was quicker, or that somebody died half-way, is no failure."""
    try:
        call()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code not in {"ValidationException", "ResourceNotFound", "NoSuchUpload"}:
            raise


def write_for_ever(clients: Clients, folder: Path, seed: int, owner: int, ready: Any) -> None:
    """Body of the process; `ready` is set after the first deed."""
    writer = Writer(clients, folder, seed, owner)
    while True:
        writer.act()
        ready.set()
