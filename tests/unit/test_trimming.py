"""A journal keeps a bounded size while its run goes on, and a doubt is answered all the same."""

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError
from delivery_bench import REF, Flaky, aws_bench, embedded_bench

from sm_track_widgets._types import Point
from sm_track_widgets.connection import reset
from sm_track_widgets.tracking.delivery import delivery as deliveries
from sm_track_widgets.tracking.delivery.history import NOT_CLEAR, read_passed
from sm_track_widgets.tracking.journal.format import ack_path, passed_path, segments_of
from sm_track_widgets.tracking.journal.writer import JournalReader, JournalWriter

POINTS = 300
LOST = ConnectionClosedError(endpoint_url="https://example.invalid")


@pytest.fixture(params=[embedded_bench, aws_bench], ids=["embedded", "aws"])
def bench(request: Any, tmp_path: Any) -> Any:
    made = request.param(tmp_path)
    small(made)
    yield made
    reset()


def small(bench: Any) -> None:
    """Write with segments that hold about a hundred points."""
    header = bench.writer.header
    bench.writer.close()
    bench.writer.path.unlink()
    bench.writer = JournalWriter(bench.writer.path, header, first_segment=4096)
    bench.writer.record("open", {"opened": True, "arn": "", "new": True})


def log(bench: Any, steps: range, metric: str = "loss") -> None:
    for step in steps:
        bench.writer.metric(metric, float(step), step, time.time())


def numbers(bench: Any) -> list[str]:
    return [path.name.partition(".smj")[2] for path in segments_of(bench.writer.path)]


def test_segments_that_are_delivered_are_deleted_while_the_run_goes_on(bench: Any) -> None:
    delivery = bench.delivery()
    size = 0
    for first in range(0, 20 * POINTS, POINTS):
        log(bench, range(first, first + POINTS))
        assert delivery.run()
        size = max(size, len(numbers(bench)))
    assert size <= 2  # the first, which carries the lock, and the one at hand
    assert numbers(bench)[-1] == ""
    assert bench.steps() == list(range(20 * POINTS))
    assert bench.ack.load().delivered_points == 20 * POINTS


def test_another_sender_goes_on_where_segments_are_missing(bench: Any) -> None:
    log(bench, range(4 * POINTS))
    assert bench.delivery().run()
    log(bench, range(4 * POINTS, 5 * POINTS))
    assert bench.delivery().run()
    assert bench.steps() == list(range(5 * POINTS))
    bench.writer.close()
    last = bench.delivery()
    assert last.run()
    assert last.complete
    last.finish()
    assert segments_of(bench.writer.path) == []
    assert not passed_path(bench.writer.path).exists()


def test_what_is_not_delivered_is_never_deleted(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    log(bench, range(6 * POINTS))
    monkeypatch.setattr(deliveries, "trim", lambda *_, **__: None)
    assert bench.delivery().run()
    monkeypatch.undo()
    before = bench.ack.load().delivered
    log(bench, range(6 * POINTS, 12 * POINTS))
    stopping = bench.delivery(Flaky(bench.connection, wait=0.001), pause=lambda _: False)
    stopping.run()
    assert bench.ack.load().delivered >= before
    assert bench.delivery().run()
    assert sorted(bench.steps()) == list(range(12 * POINTS))


@pytest.fixture
def aws(tmp_path: Any) -> Any:
    made = aws_bench(tmp_path)
    small(made)
    yield made
    reset()


def test_a_doubt_looks_behind_deleted_segments(aws: Any) -> None:
    log(aws, range(4 * POINTS))
    assert aws.delivery().run()
    assert len(numbers(aws)) < 4
    assert read_passed(aws.writer.path)["loss"] >= POINTS
    log(aws, range(4 * POINTS, 4 * POINTS + 10))
    points = [Point("loss", 1.0, step, time.time()) for step in range(4 * POINTS, 4 * POINTS + 10)]
    aws.connection.put_points(REF.component, points)
    assert aws.delivery(Flaky(aws.connection, [LOST]), settled=0.2).run()
    assert aws.component()["Metrics"][0]["Count"] == 4 * POINTS + 10
    assert aws.ack.load().held == 0


def test_steps_that_may_stand_in_deleted_segments_stay_in_doubt(aws: Any) -> None:
    log(aws, range(4 * POINTS))
    assert aws.delivery().run()
    log(aws, range(POINTS, POINTS + 10))  # once more the same steps: how often were they there?
    assert aws.delivery(Flaky(aws.connection, [LOST]), settled=0.2).run()
    assert [NOT_CLEAR in entry["reason"] for entry in aws.refused()] == [True] * 10
    log(aws, range(10), "fresh")
    assert aws.delivery(Flaky(aws.connection, [LOST]), settled=0.2).run()
    assert aws.steps("fresh") == list(range(10))


def test_points_without_steps_in_deleted_segments_are_remembered(aws: Any) -> None:
    for _ in range(4 * POINTS):
        aws.writer.metric("loss", 1.0, None, time.time())
    assert aws.delivery().run()
    assert read_passed(aws.writer.path) == {"loss": None}


def test_a_reader_finds_every_record_whatever_is_deleted(aws: Any) -> None:
    log(aws, range(8 * POINTS))
    offset, ends = 0, []
    reader = JournalReader(aws.writer.path)
    while True:
        records, behind = reader.read(offset, 7)
        if not records:
            break
        ends.append((behind, records[-1].end))
        offset = behind
    middle = [path for path in segments_of(aws.writer.path) if path != aws.writer.path][1:]
    base = JournalReader(aws.writer.path)
    base.read(ends[-1][0], 1)
    for path in middle:
        path.unlink()
    fresh = JournalReader(aws.writer.path)
    records, _ = fresh.read(ends[-2][0], 100)
    assert records[-1].point.step == 8 * POINTS - 1
    whole, _ = JournalReader(aws.writer.path).read(0, 100_000)
    steps = [record.point.step for record in whole if record.kind == "metric"]
    assert steps == sorted(steps)
    assert steps[-1] == 8 * POINTS - 1
    assert ack_path(aws.writer.path).exists()
