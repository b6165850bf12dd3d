"""What is set aside: sent again on request only, never twice unasked, and never forgotten."""

from __future__ import annotations

import time

import pytest
from delivery_bench import aws_bench, client_error
from unanswered import LOST, Unanswered, counts, log, once, told

from sm_track_widgets.connection import reset
from sm_track_widgets.tracking.delivery.aside import read_aside
from sm_track_widgets.tracking.delivery.held import resend_held
from sm_track_widgets.tracking.journal.format import refused_path

SETTLED = 0.3


@pytest.fixture
def aws(tmp_path):
    """A run made by its own journal."""
    bench = aws_bench(tmp_path)
    bench.writer.record("open", {"opened": True, "arn": "", "new": True})
    yield bench
    reset()


def test_held_points_are_sent_again_on_request_only(aws):
    for number in range(25):
        aws.writer.metric("loss", float(number), None, time.time())
    sent = Unanswered(aws.connection, ["stored", "missing"])
    delivery = aws.delivery(sent, settled=SETTLED)
    assert delivery.run()
    assert told(aws) == (5, 20, 0)
    assert delivery.resend()
    assert told(aws) == (25, 0, 0)
    assert aws.refused() == []
    (summary,) = aws.component()["Metrics"]
    assert summary["Count"] == 35  # ten were there already, as the user was told


def test_what_is_lost_or_refused_again_stays_known(aws):
    for number in range(25):
        aws.writer.metric("loss", float(number), None, time.time())
    sent = Unanswered(aws.connection, ["missing"] * 3)
    delivery = aws.delivery(sent, settled=SETTLED)
    assert delivery.run()
    assert told(aws) == (0, 25, 0)
    sent._script = ["missing"]
    sent._error = LOST
    assert delivery.resend()
    assert told(aws) == (15, 10, 0)
    assert "lost again" in aws.refused()[0]["reason"]
    sent._script, sent._error = ["missing"] * 11, client_error("ValidationException", message="too old")
    assert delivery.resend()
    assert told(aws) == (15, 0, 10)
    assert {entry["held"] for entry in aws.refused()} == {False}


def test_a_kill_while_sending_again_repeats_one_call_at_most(aws):
    for number in range(30):
        aws.writer.metric("loss", float(number), None, time.time())
    delivery = aws.delivery(Unanswered(aws.connection, ["missing"] * 3), settled=SETTLED)
    assert delivery.run()

    class Killed(BaseException):
        pass

    class Dying(Unanswered):
        calls = 0

        def put_points(self, component, points, mark=None):
            self.calls += 1
            answer = super().put_points(component, points, mark)
            if self.calls == 2:
                raise Killed
            return answer

    delivery._context.connection = Dying(aws.connection, [])
    with pytest.raises(Killed):
        resend_held(delivery._context)
    assert len(read_aside(refused_path(aws.writer.path))) == 20
    delivery._context.connection = aws.connection
    assert resend_held(delivery._context) == 20
    assert aws.component()["Metrics"][0]["Count"] == 40


def test_a_line_cut_off_by_a_kill_spoils_no_other(aws):
    path = refused_path(aws.writer.path)
    aws.writer.record("surprise", {"a": 1})
    assert aws.delivery().run()
    with path.open("a") as file:
        file.write('{"journal": "cut o')
    aws.writer.record("surprise", {"b": 1})
    assert aws.delivery().run()
    assert [line["payload"] for line in read_aside(path)] == [{"a": 1}, {"b": 1}]


def test_a_record_set_aside_twice_around_a_kill_is_one(aws):
    aws.writer.record("surprise", {"a": 1})
    assert aws.delivery().run()
    path = refused_path(aws.writer.path)
    path.write_text(path.read_text() * 2)
    assert len(read_aside(path)) == 1


def test_a_refused_file_that_cannot_be_written_blocks_and_loses_nothing(aws):
    path = refused_path(aws.writer.path)
    path.mkdir()
    aws.writer.record("surprise", {"a": 1})
    log(aws, 5)
    delivery = aws.delivery()
    assert not delivery.run()
    assert "cannot write" in aws.ack.load().error
    path.rmdir()
    assert delivery.run()
    assert [entry["payload"] for entry in aws.refused()] == [{"a": 1}]
    assert counts(aws) == once(range(5))
