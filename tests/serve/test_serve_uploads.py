"""Files through a server that misbehaves: they arrive whole, unchanged ones once, and their way can be watched."""

from __future__ import annotations

import os
import time

import pytest
from run_home import until

from sm_track_widgets.connection import connect, reset
from sm_track_widgets.tracking.run import Run

SIZE = 40 << 20


@pytest.fixture
def connection(server, tmp_path):
    yield connect("aws", session=server.boto_session(), path=tmp_path / "local")
    reset()


@pytest.fixture
def large(tmp_path):
    """A file that goes in five parts."""
    path = tmp_path / "model.bin"
    path.write_bytes(os.urandom(1 << 20) * 40)
    return path


def stored(connection, run, name):
    """Size of the object behind an artifact."""
    told = connection.client("sagemaker").describe_trial_component(TrialComponentName=run.ref.component)
    bucket, _, key = told["OutputArtifacts"][name]["Value"].removeprefix("s3://").partition("/")
    return connection.client("s3").head_object(Bucket=bucket, Key=key)["ContentLength"]


def test_a_slow_upload_is_seen_and_does_not_hold_the_loop(server, connection, large):
    with Run("e", connection=connection) as run:
        server.faults.latency = 0.3
        run.log_file(large)
        seen = until(lambda: run.progress() if run.progress().uploading else None)
        begun = time.perf_counter()
        for step in range(1000):
            run.log_metric("loss", 1.0, step=step)
        assert time.perf_counter() - begun < 0.3
        assert (seen.uploading, seen.upload_total) == ("model.bin", SIZE)
        half = until(lambda: run.progress() if run.progress().upload_done > 0 else None)
        assert 0 < half.upload_done <= SIZE
        server.faults.latency = 0.0
    assert run.progress().uploading == ""
    assert stored(connection, run, "model.bin") == SIZE


def test_an_upload_survives_what_goes_wrong(server, connection, large):
    server.faults.add("drop-reply", "UploadPart", times=2)
    server.faults.add("drop-request", "UploadPart", times=1)
    server.faults.add("error", ("CompleteMultipartUpload", "CreateMultipartUpload"), times=1)
    server.faults.add("throttle", "HeadObject", times=1)
    with Run("e", connection=connection) as run:
        run.log_file(large)
    assert run.progress().done
    assert stored(connection, run, "model.bin") == SIZE
    assert sum(server.faults.happened.values()) == 5


def test_an_unchanged_file_is_sent_once(connection, large):
    calls = connection.calls
    for _ in range(2):
        with Run("e", connection=connection) as run:
            run.log_file(large)
            run.log_file(large, "again")
        assert stored(connection, run, "again") == SIZE
    assert calls["CreateMultipartUpload"] == 1
    assert calls["PutObject"] == 0
