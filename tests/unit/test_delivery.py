"""From journal to service: everything arrives, once, in order; what is refused never hinders what follows."""

from __future__ import annotations

import time

import pytest
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError
from delivery_bench import REF, Flaky, aws_bench, client_error, embedded_bench

from sm_track_widgets._failures import Backoff, judge
from sm_track_widgets._types import RunRef
from sm_track_widgets.connection import reset
from sm_track_widgets.tracking.delivery.acks import AckFile, AckState
from sm_track_widgets.tracking.delivery.delivery import KERNEL_ENDED, Delivery
from sm_track_widgets.tracking.journal.format import ack_path
from sm_track_widgets.tracking.journal.writer import JournalHeader, JournalReader, JournalWriter
from sm_track_widgets.tracking.opening import OpenRequest


@pytest.fixture
def embedded(tmp_path):
    yield embedded_bench(tmp_path)
    reset()


@pytest.fixture(params=[embedded_bench, aws_bench], ids=["embedded", "aws"])
def bench(request, tmp_path):
    yield request.param(tmp_path)
    reset()


def file_record(connection, spool, key, **fields):
    spool.write_text("content")
    told = {"spool": str(spool), "bucket": connection.bucket, "key": key, "media_type": "text/plain"}
    return {**told, "name": spool.name, "direction": "output", "sha256": "0", **fields}


def test_every_kind_of_record_arrives(bench):
    writer, now = bench.writer, time.time()
    writer.record("open", {"opened": True})
    writer.record("params", {"set": {"lr": 0.1, "text": "a"}})
    for step in range(25):
        writer.metric("loss", 1.0 / (step + 1), step, now)
    writer.record("tags", {"set": {"team": "vision"}})
    data = {"direction": "input", "name": "data", "value": "s3://b/d", "media_type": "text/csv"}
    writer.record("artifact", data)
    writer.record("close", {"status": "Completed", "message": "fine", "ended": now + 5})
    writer.close()
    delivery = bench.delivery()
    assert delivery.run()
    assert delivery.complete
    assert bench.refused() == []
    assert sorted(bench.steps()) == list(range(25))
    found = bench.component()
    assert found["Parameters"] == {"lr": {"NumberValue": 0.1}, "text": {"StringValue": "a"}}
    assert found["InputArtifacts"]["data"] == {"Value": "s3://b/d", "MediaType": "text/csv"}
    assert found["Status"] == {"PrimaryStatus": "Completed", "Message": "fine"}
    assert found["EndTime"].timestamp() == pytest.approx(now + 5, abs=1)
    tags = bench.sagemaker.list_tags(ResourceArn=found["TrialComponentArn"])["Tags"]
    assert {"Key": "team", "Value": "vision"} in tags
    state = bench.ack.load()
    assert (state.delivered_points, state.refused, state.closed) == (25, 0, True)
    assert state.delivered == writer.offset


def test_files_and_their_lineage_arrive(bench, tmp_path):
    spool, bucket = tmp_path / "spool.txt", bench.connection.bucket
    uri = f"s3://{bucket}/runs/a/spool.txt"
    bench.writer.record("file", file_record(bench.connection, spool, "runs/a/spool.txt"))
    graph = {
        "source_uri": uri,
        "etag": None,
        "artifact_type": "DataSet",
        "association": "Produced",
        "name": "graph",
    }
    bench.writer.record("lineage", graph)
    bench.writer.record("lineage", graph)
    assert bench.delivery().run()
    assert bench.refused() == []
    found = bench.component()
    assert found["OutputArtifacts"]["spool.txt"] == {"Value": uri, "MediaType": "text/plain"}
    body = bench.connection.client("s3").get_object(Bucket=bucket, Key="runs/a/spool.txt")["Body"].read()
    assert body == b"content"
    assert not spool.exists()
    produced = bench.sagemaker.list_associations(SourceArn=found["TrialComponentArn"])["AssociationSummaries"]
    assert [entry["AssociationType"] for entry in produced] == ["Produced"]


def test_a_large_file_goes_in_parts(bench, tmp_path):
    spool = tmp_path / "large.bin"
    payload = file_record(bench.connection, spool, "large.bin")
    spool.write_bytes(bytes(range(256)) * (40 << 10))  # 10 MiB
    bench.writer.record("file", payload)
    assert bench.delivery().run()
    assert bench.refused() == []
    head = bench.connection.client("s3").head_object(Bucket=bench.connection.bucket, Key="large.bin")
    assert head["ContentLength"] == 10 << 20


def test_neighbours_share_a_call(bench):
    for number in range(30):
        bench.writer.record("params", {"set": {f"p{number}": number}})
        bench.writer.metric("loss", 1.0, number, time.time())
    bench.writer.record("close", {"status": "Completed", "message": "", "ended": time.time()})
    before = bench.connection.calls["UpdateTrialComponent"]
    bench.delivery().run()
    assert bench.connection.calls["UpdateTrialComponent"] - before == 1
    assert len(bench.component()["Parameters"]) == 30


def test_what_is_refused_is_set_aside_alone(bench):
    now = time.time()
    bench.writer.record("params", {"set": {"good": 1, "bad": "x" * 2501, "fine": 2}})
    bench.writer.metric("loss", 1.0, 1, now)
    artifact = {"direction": "output", "name": "a", "value": "s3://b/a", "media_type": "not a type!"}
    bench.writer.record("artifact", artifact)
    bench.writer.record("surprise", {"x": 1})
    bench.writer.record("file", {"nothing": "here"})
    bench.writer.record("params", {"set": {"after": 3}})
    bench.writer.metric("loss", 2.0, 2, now)
    bench.writer.record("close", {"status": "Completed", "message": "", "ended": now})
    assert bench.delivery().run()
    found = bench.component()
    assert set(found["Parameters"]) == {"good", "fine", "after"}
    assert found["Status"]["PrimaryStatus"] == "Completed"
    assert bench.steps() == [1, 2]
    aside = bench.refused()
    assert [entry["kind"] for entry in aside] == ["params", "artifact", "surprise", "file"]
    assert aside[0]["payload"] == {"bad": {"StringValue": "x" * 2501}}
    assert "ValidationException" in aside[0]["reason"]
    assert bench.ack.load().refused == 4


def test_a_file_whose_copy_is_gone_is_refused_unless_it_was_delivered(bench, tmp_path):
    spool = tmp_path / "s.txt"
    payload = file_record(bench.connection, spool, "k")
    bench.writer.record("file", payload)
    bench.delivery().run()
    replayed = bench.ack.load()
    replayed.delivered = 0  # the sender ended between delivering and saying so
    bench.ack.save(replayed)
    bench.writer.record("file", {**payload, "key": "never", "name": "n"})
    bench.delivery().run()
    assert set(bench.component()["OutputArtifacts"]) == {"s.txt"}
    assert [entry["payload"]["name"] for entry in bench.refused()] == ["n"]


def test_embedded_points_are_stored_once_when_the_ack_is_lost(embedded):
    for step in range(1000):
        embedded.writer.metric("loss", 1.0, step, time.time())
    embedded.delivery().run()
    for step in range(1000, 1500):
        embedded.writer.metric("loss", 1.0, step, time.time())
    embedded.ack.save(AckState(sequence=embedded.ack.load().sequence))
    assert embedded.delivery().run()
    assert embedded.steps() == list(range(1500))
    assert embedded.ack.load().delivered_points == 1500


def test_embedded_delivery_waits_for_a_store_that_is_locked(embedded):
    import sqlite3

    embedded.writer.metric("loss", 1.0, 1, time.time())
    flaky = Flaky(embedded.connection, [sqlite3.OperationalError("database is locked")] * 3)
    assert embedded.delivery(flaky).run()
    assert embedded.steps() == [1]
    assert embedded.ack.load().error == ""


def test_while_everything_is_denied_nothing_is_lost(bench):
    for step in range(20):
        bench.writer.metric("loss", 1.0, step, time.time())
    bench.writer.record("close", {"status": "Completed", "message": "", "ended": time.time()})
    clock = [1000.0]
    flaky = Flaky(bench.connection, [client_error("AccessDeniedException", message="not allowed")] * 2)
    delivery = bench.delivery(flaky, clock=lambda: clock[0])
    assert not delivery.run()
    state = bench.ack.load()
    assert state.blocked
    assert "not allowed" in state.error
    assert not delivery.due()
    clock[0] += 31
    assert delivery.due()
    while not delivery.run():
        assert bench.ack.load().blocked
    assert sorted(bench.steps()) == list(range(20))
    state = bench.ack.load()
    assert (state.blocked, state.error, state.refused, state.delivered_points) == (False, "", 0, 20)
    assert bench.component()["Status"]["PrimaryStatus"] == "Completed"


def test_told_to_stop_it_stops_and_goes_on_later(bench):
    for step in range(20):
        bench.writer.metric("loss", 1.0, step, time.time())
    flaky = Flaky(bench.connection, [client_error("ThrottlingException")] * 50)
    assert not bench.delivery(flaky, pause=lambda _: False).run()
    assert bench.delivery().run()
    assert sorted(bench.steps()) == list(range(20))


def test_an_abandoned_run_becomes_stopped_only_while_in_progress(bench):
    bench.writer.metric("loss", 1.0, 1, time.time())
    assert bench.delivery().settle(ended=1_700_000_000.0)
    found = bench.component()
    assert found["Status"] == {"PrimaryStatus": "Stopped", "Message": KERNEL_ENDED}
    assert found["EndTime"].timestamp() == 1_700_000_000.0
    bench.sagemaker.update_trial_component(
        TrialComponentName=REF.component, Status={"PrimaryStatus": "Completed"}
    )
    state = bench.ack.load()
    state.closed = False
    bench.ack.save(state)
    assert bench.delivery().settle(ended=1_700_000_000.0)
    assert bench.component()["Status"]["PrimaryStatus"] == "Completed"


def test_a_component_that_was_deleted_refuses_its_records(bench):
    bench.sagemaker.delete_trial_component(TrialComponentName=REF.component)
    bench.writer.record("params", {"set": {"a": 1}})
    bench.writer.metric("loss", 1.0, 1, time.time())
    assert bench.delivery().run()
    assert {entry["kind"] for entry in bench.refused()} == {"params", "metric"}


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (client_error("ThrottlingException"), "transient"),
        (client_error("Whatever", 503), "transient"),
        (client_error("ConflictException"), "transient"),
        (client_error("ValidationException"), "refused"),
        (client_error("UnsupportedOperation", 501), "refused"),
        (client_error("AccessDeniedException"), "denied"),
        (EndpointConnectionError(endpoint_url="x"), "transient"),
        (ConnectionClosedError(endpoint_url="x"), "lost"),
        (OSError(28, "No space left on device"), "transient"),
        (ValueError("a bug"), "refused"),
    ],
)
def test_what_errors_mean(error, meaning):
    assert judge(error).meaning == meaning


def test_waiting_grows_and_is_bounded():
    backoff = Backoff(base=0.1, cap=5.0, chance=lambda: 0.0)
    waits = [backoff.next() for _ in range(100)]
    assert waits[:4] == [0.1, 0.2, 0.4, 0.8]
    assert max(waits) == 5.0
    backoff.reset()
    assert backoff.next() == 0.1
    assert Backoff(base=1.0, chance=lambda: 1.0).next() == 0.5


def test_the_ack_survives_a_torn_write(tmp_path):
    ack = AckFile(tmp_path / "a.ack")
    assert ack.load() == AckState()
    ack.save(AckState(sequence=0, delivered=10, error="first \N{SNOWMAN}"))
    ack.save(AckState(sequence=1, delivered=20, blocked=True, heartbeat=2.5))
    newest = ack.load()
    assert (newest.delivered, newest.blocked, newest.heartbeat, newest.sequence) == (20, True, 2.5, 2)
    raw = bytearray((tmp_path / "a.ack").read_bytes())
    raw[12] ^= 255  # a byte of the slot written last
    (tmp_path / "a.ack").write_bytes(raw)
    older = AckFile(tmp_path / "a.ack").load()
    assert (older.delivered, older.error) == (10, "first \N{SNOWMAN}")


def request(run):
    ref = RunRef("later", "Default-Run-Group-later", run, f"later-{run}")
    asked = OpenRequest(ref, "later", run, time.time(), {"lr": 0.5}, {"team": "x"})
    return {**asked.to_json(), "opened": False, "arn": ""}


@pytest.fixture
def unopened(bench, tmp_path):
    """The journal of a run that the kernel could not open in the service."""
    spec = request("r")
    home, account, region, endpoint = bench.connection.identity
    header = JournalHeader("ef" * 16, home, account, region, endpoint, RunRef(**spec["ref"]), 1, 0.0)
    writer = JournalWriter(tmp_path / "k" / "b.smj", header)
    writer.record("open", spec)
    writer.metric("loss", 1.0, 1, time.time())
    writer.record("close", {"status": "Failed", "message": "E", "ended": time.time()})
    writer.close()
    return writer.path


def test_a_run_the_kernel_did_not_open_is_opened_first(bench, unopened):
    ack = AckFile(ack_path(unopened))
    assert Delivery(bench.connection, JournalReader(unopened), ack).run()
    found = bench.sagemaker.describe_trial_component(TrialComponentName="later-r")
    assert found["Parameters"] == {"lr": {"NumberValue": 0.5}}
    assert found["Status"] == {"PrimaryStatus": "Failed", "Message": "E"}
    assert list(bench.connection.read_series([("later-r", "loss")])[0].steps) == [1]
    ack.save(AckState(sequence=ack.load().sequence))
    if bench.connection.home == "embedded":  # opened again by a sender that does not know of the first
        assert Delivery(bench.connection, JournalReader(unopened), ack).run()
        assert list(bench.connection.read_series([("later-r", "loss")])[0].steps) == [1]


def test_a_refused_open_keeps_the_points_until_it_is_allowed(bench, unopened):
    real = bench.connection.client("sagemaker")

    class Forbidden:
        exceptions = real.exceptions

        def create_trial_component(self, **_):
            raise client_error("AccessDeniedException", message="ask your administrator")

    class Strict(Flaky):
        forbidden = True

        def client(self, service, **how):
            return Forbidden() if self.forbidden and service == "sagemaker" else real

    strict, ack = Strict(bench.connection), AckFile(ack_path(unopened))
    delivery = Delivery(strict, JournalReader(unopened), ack)
    assert not delivery.run()
    state = ack.load()
    assert state.blocked
    assert "ask your administrator" in state.error
    assert (state.refused, state.delivered_points) == (0, 0)
    strict.forbidden = False
    assert Delivery(strict, JournalReader(unopened), ack).run()
    assert list(bench.connection.read_series([("later-r", "loss")])[0].steps) == [1]
