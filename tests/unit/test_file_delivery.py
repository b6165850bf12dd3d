"""Files on their way: what is there already is not sent again, and how far a large one is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import run_home
from delivery_bench import embedded_bench

from sm_track_widgets.tracking.delivery import files as file_delivery
from sm_track_widgets.tracking.delivery.acks import AckFile, AckState
from sm_track_widgets.tracking.run import Run


@pytest.fixture(name="bench")
def fixture_bench(tmp_path: Path) -> Iterator[Any]:
    bench = embedded_bench(tmp_path)
    yield bench
    bench.writer.close()
    bench.ack.close()


def record(bench: Any, spool: Path, data: bytes, **fields: Any) -> dict[str, Any]:
    """Write a file to the spool and its record to the journal."""
    digest = hashlib.sha256(data).hexdigest()
    spool.write_bytes(data)
    payload = {
        "spool": str(spool),
        "bucket": bench.connection.bucket,
        "key": f"runs/{digest}/{spool.name}",
        "direction": "output",
        "name": spool.name,
        "media_type": "text/plain",
        "extra_args": None,
        "size": len(data),
        "sha256": digest,
        **fields,
    }
    bench.writer.record("file", payload)
    return payload


def puts(bench: Any) -> int:
    calls = bench.connection.calls
    return calls["PutObject"] + calls["CreateMultipartUpload"]


LARGE = b"x" * (1 << 20)


def test_unchanged_content_is_sent_once(bench: Any, tmp_path: Path) -> None:
    spool = tmp_path / "a.txt"
    record(bench, spool, LARGE)
    assert bench.delivery().run()
    assert puts(bench) == 1
    record(bench, spool, LARGE)
    assert bench.delivery().run()  # another process: it asks S3
    assert puts(bench) == 1
    assert not spool.exists()
    assert bench.refused() == []
    record(bench, spool, LARGE + b"y")
    assert bench.delivery().run()
    assert puts(bench) == 2


def test_the_same_sender_need_not_ask(bench: Any, tmp_path: Path) -> None:
    for number in range(3):
        record(bench, tmp_path / str(number), b"small", key=f"k/{hashlib.sha256(b'small').hexdigest()}")
    assert bench.delivery().run()
    assert puts(bench) == 1
    assert bench.connection.calls["HeadObject"] == 0
    assert set(bench.component()["OutputArtifacts"]) == {"0", "1", "2"}


@pytest.mark.parametrize(
    "other",
    [
        {"media_type": "text/csv"},
        {"extra_args": {"Metadata": {"a": "b"}}},
        {"key": "no/hash"},
    ],
)
def test_what_differs_is_sent(bench: Any, tmp_path: Path, other: dict[str, Any]) -> None:
    spool = tmp_path / "a.txt"
    record(bench, spool, LARGE)
    bench.delivery().run()
    payload = record(bench, spool, LARGE, **other)
    bench.delivery().run()
    assert puts(bench) == 2
    head = bench.connection.client("s3").head_object(Bucket=payload["bucket"], Key=payload["key"])
    assert head["ContentType"] == payload["media_type"]


def test_an_object_of_another_size_is_replaced(bench: Any, tmp_path: Path) -> None:
    spool = tmp_path / "a.txt"
    payload = record(bench, spool, LARGE)
    s3 = bench.connection.client("s3")
    s3.put_object(Bucket=payload["bucket"], Key=payload["key"], Body=b"torn", ContentType="text/plain")
    bench.delivery().run()
    assert s3.head_object(Bucket=payload["bucket"], Key=payload["key"])["ContentLength"] == len(LARGE)


def test_who_may_not_ask_sends(bench: Any, tmp_path: Path) -> None:
    bench.connection.embedded.fail_next("HeadObject", "403", "Forbidden", times=9)
    record(bench, tmp_path / "a.txt", LARGE)
    assert bench.delivery().run()
    assert bench.refused() == []
    assert "a.txt" in bench.component()["OutputArtifacts"]


def test_a_large_file_tells_how_far_it_is(
    bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_delivery, "TELL_EVERY", 0.0)
    told: list[AckState] = []
    save = AckFile.save

    def watched(file: AckFile, state: AckState) -> None:
        save(file, state)
        told.append(file.load())

    monkeypatch.setattr(AckFile, "save", watched)
    size = 20 << 20
    record(bench, tmp_path / "model.pt", bytes(size))
    assert bench.delivery().run()
    during = [state for state in told if state.uploading]
    assert {state.uploading for state in during} == {"model.pt"}
    assert {state.upload_total for state in during} == {size}
    done = [state.upload_done for state in during]
    assert done[0] == 0
    assert max(done) == size
    assert len(set(done)) >= 3
    assert told[-1].uploading == ""
    assert (told[-1].upload_done, told[-1].upload_total) == (0, 0)


def test_an_upload_beside_a_long_error_fits_the_file(tmp_path: Path) -> None:
    ack = AckFile(tmp_path / "a.ack")
    ack.save(AckState(error="e" * 2000, uploading="n" * 300 + "\0", upload_done=5, upload_total=1 << 40))
    found = ack.load()
    assert found.uploading == "n" * 128
    assert (found.upload_done, found.upload_total) == (5, 1 << 40)
    assert set(found.error) == {"e"}
    ack.save(AckState(sequence=found.sequence, error="short"))
    assert (ack.load().error, ack.load().uploading) == ("short", "")
    ack.close()


def test_a_run_tells_its_upload(tmp_path: Path) -> None:
    run = Run("e", connection=run_home.embedded(tmp_path / "home"))
    (tmp_path / "big.bin").write_bytes(bytes(9 << 20))
    run.log_file(tmp_path / "big.bin")
    run.close()
    assert (run.progress().uploading, run.progress().upload_total) == ("", 0)


def test_an_upload_that_a_killed_sender_left_is_forgotten(bench: Any) -> None:
    left = bench.ack.load()
    left.uploading, left.upload_done, left.upload_total = "model.pt", 5, 10
    bench.ack.save(left)
    bench.delivery().beat()
    assert (bench.ack.load().uploading, bench.ack.load().upload_total) == ("", 0)
