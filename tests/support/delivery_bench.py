"""What the tests of delivery share: a journal with a run to deliver to, and a connection with a will of its own."""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict

from botocore.exceptions import ClientError

from sm_track_widgets._failures import Backoff
from sm_track_widgets._types import RunRef
from sm_track_widgets.connection import connect
from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.tracking.delivery.acks import AckFile
from sm_track_widgets.tracking.delivery.delivery import Delivery
from sm_track_widgets.tracking.journal.format import ack_path, refused_path
from sm_track_widgets.tracking.journal.writer import JournalHeader, JournalReader, JournalWriter

REF = RunRef("exp", "Default-Run-Group-exp", "run", "exp-run")


def fast():
    return Backoff(base=0.001, cap=0.01)


class Bench:
    """A journal, a connection, a component to write to."""

    def __init__(self, connection, folder):
        self.connection = connection
        self.sagemaker = connection.client("sagemaker")
        self.sagemaker.create_trial_component(
            TrialComponentName=REF.component, Status={"PrimaryStatus": "InProgress"}
        )
        home, account, region, endpoint = connection.identity
        header = JournalHeader("cd" * 16, home, account, region, endpoint, REF, 1, 0.0)
        self.writer = JournalWriter(folder / "k" / "a.smj", header)
        self.ack = AckFile(ack_path(self.writer.path))

    def delivery(self, connection=None, **options):
        options.setdefault("backoff", fast)
        return Delivery(connection or self.connection, JournalReader(self.writer.path), self.ack, **options)

    def steps(self, metric="loss"):
        return list(self.connection.read_series([(REF.component, metric)])[0].steps)

    def component(self):
        return self.sagemaker.describe_trial_component(TrialComponentName=REF.component)

    def refused(self):
        path = refused_path(self.writer.path)
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def embedded_bench(folder):
    return Bench(connect("embedded", path=folder), folder)


def aws_bench(folder):
    """The path to AWS, on a session that the embedded service answers."""
    service = EmbeddedSageMaker(folder / "account")
    return Bench(connect("aws", session=service.boto_session(), path=folder / "local"), folder)


class Flaky:
    """A real connection whose put_points does what `script` says first: an error to raise, or refusals."""

    def __init__(self, connection, script=(), wait=0.0):
        self._connection, self._script, self._wait = connection, list(script), wait
        self._lock = threading.Lock()
        self.flying = defaultdict(int)
        self.most_calls = self.calls = self.clashes = 0

    def __getattr__(self, name):
        return getattr(self._connection, name)

    def put_points(self, component, points, mark=None):
        metrics = {point.metric for point in points}
        with self._lock:
            self.calls += 1
            self.clashes += any(self.flying[metric] for metric in metrics)
            for metric in metrics:
                self.flying[metric] += 1
            self.most_calls = max(self.most_calls, self.calls)
            act = self._script.pop(0) if self._script else None
        try:
            time.sleep(self._wait)
            if isinstance(act, Exception):
                raise act
            if act:
                return act
            return self._connection.put_points(component, points, mark)
        finally:
            with self._lock:
                self.calls -= 1
                for metric in metrics:
                    self.flying[metric] -= 1


def client_error(code, status=400, message="no"):
    answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "BatchPutMetrics")
