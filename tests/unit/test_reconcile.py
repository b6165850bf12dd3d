"""Answers that were lost: what the service has is neither sent again nor forgotten; what cannot be told is held."""

from __future__ import annotations

import json
import threading
import time

import pytest
from botocore.exceptions import ReadTimeoutError
from delivery_bench import REF, Bench, Flaky, aws_bench, client_error
from marks import leave_in_flight
from unanswered import LOST, Unanswered, counts, log, once, told

from sm_track_widgets._failures import judge
from sm_track_widgets._names import CONTINUED_PARAMETER
from sm_track_widgets._types import Point
from sm_track_widgets.connection import connect, reset
from sm_track_widgets.embedded import EmbeddedSageMaker, Rules
from sm_track_widgets.tracking.delivery import history
from sm_track_widgets.tracking.delivery.acks import ANSWERED, SENT
from sm_track_widgets.tracking.journal.writer import JournalReader

SETTLED = 0.3


@pytest.fixture
def aws(tmp_path):
    """A run made by its own journal."""
    bench = aws_bench(tmp_path)
    bench.writer.record("open", {"opened": True, "arn": "", "new": True})
    yield bench
    reset()


@pytest.mark.parametrize(
    "error", [LOST, ReadTimeoutError(endpoint_url="https://x"), client_error("504", 504)]
)
@pytest.mark.parametrize("fate", ["stored", "missing"])
def test_a_batch_whose_answer_was_lost_is_there_once(aws, fate, error):
    log(aws, 30)
    sent = Unanswered(aws.connection, [fate, fate], error)
    assert aws.delivery(sent, settled=SETTLED).run()
    assert counts(aws) == once(range(30))
    assert told(aws) == (30, 0, 0)
    assert aws.refused() == []
    assert max(sent.sent.values()) == (1 if fate == "stored" else 3)


@pytest.mark.parametrize(
    "rules", [Rules(metrics_shown_at_once=False), Rules(truncated_at=3)], ids=["late", "cut"]
)
@pytest.mark.parametrize("fate", ["stored", "missing"])
def test_whatever_is_so_on_aws(tmp_path, fate, rules):
    """Points that are shown a second late; answers that are cut."""
    session = EmbeddedSageMaker(tmp_path / "account", rules=rules).boto_session()
    bench = Bench(connect("aws", session=session, path=tmp_path / "local"), tmp_path)
    bench.writer.record("open", {"opened": True, "arn": "", "new": True})
    log(bench, 25)
    assert bench.delivery(Unanswered(bench.connection, [None, fate]), settled=1.5).run()
    assert told(bench) == (25, 0, 0)
    assert bench.component()["Metrics"][0]["Count"] == 25
    reset()


def test_order_is_kept_through_lost_answers(aws):
    log(aws, 40)
    sent = Unanswered(aws.connection, ["missing", "stored", "missing", "stored"])
    assert aws.delivery(sent, settled=SETTLED).run()
    assert aws.steps() == list(range(40))


def test_a_batch_that_was_stored_in_part_is_completed(aws):
    log(aws, 10)
    assert aws.delivery(Unanswered(aws.connection, [4]), settled=SETTLED).run()
    assert counts(aws) == once(range(10))
    assert told(aws) == (10, 0, 0)


def test_what_is_missing_is_not_sent_before_it_has_had_time_to_appear(aws):
    """A service that shows points late is not taken for one that has lost them."""
    log(aws, 10)
    sent = Unanswered(aws.connection, ["missing"])
    late = threading.Timer(0.6, lambda: aws.connection.put_points(REF.component, points))
    points = [Point("loss", float(step), step, time.time()) for step in range(10)]
    late.start()
    assert aws.delivery(sent, settled=3.0).run()
    late.join()
    assert counts(aws) == once(range(10))
    assert max(sent.sent.values()) == 1


def test_other_metrics_go_on_meanwhile(aws):
    log(aws, 10)
    log(aws, 50, "acc")
    delivery = aws.delivery(Unanswered(aws.connection, ["missing"]), settled=2.0)
    thread = threading.Thread(target=delivery.run)
    thread.start()
    deadline = time.monotonic() + 10
    while len(aws.steps("acc")) + len(aws.steps()) < 50:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert aws.ack.load().delivered_points < 60
    thread.join()
    assert (counts(aws), counts(aws, "acc")) == (once(range(10)), once(range(50)))


@pytest.mark.parametrize("stored", [True, False])
def test_a_sender_killed_before_the_answer(aws, stored):
    """Ten points in flight, ten answered behind them, ten never sent."""
    log(aws, 10)
    log(aws, 10, "acc")
    log(aws, 10, first=10)
    leave_in_flight(aws.ack, aws.writer.path, range(10))
    leave_in_flight(aws.ack, aws.writer.path, range(10, 20), what=ANSWERED)
    now = time.time()
    aws.connection.put_points(REF.component, [Point("acc", 1.0, step, now) for step in range(10)])
    if stored:
        aws.connection.put_points(REF.component, [Point("loss", 1.0, step, now) for step in range(10)])
    sent = Unanswered(aws.connection, [])
    assert aws.delivery(sent, settled=SETTLED).run()
    assert (counts(aws), counts(aws, "acc")) == (once(range(20)), once(range(10)))
    assert aws.refused() == []
    assert sent.sent["acc", 0] == 0
    assert sent.sent["loss", 0] == (0 if stored else 1)
    assert sent.sent["loss", 10] == 1


def test_points_are_marked_before_they_are_sent_and_when_they_are_answered(aws):
    log(aws, 25)
    records, _ = JournalReader(aws.writer.path).read(0)
    base = records[1].start
    seen = []

    class Watching(Unanswered):
        def put_points(self, component, points, mark=None):
            marks = aws.ack.marks(base, 25)
            seen.append({marks[point.step] for point in points})
            return super().put_points(component, points, mark)

    assert aws.delivery(Watching(aws.connection, [])).run()
    assert seen == [{SENT}] * 3
    assert set(aws.ack.marks(base, 25)) == {ANSWERED}


def test_a_kill_while_it_is_being_found_out_changes_nothing(aws):
    log(aws, 10)
    sent = Unanswered(aws.connection, ["stored"])
    told_to_stop = threading.Event()

    def pause(seconds):
        told_to_stop.set()
        return False

    assert not aws.delivery(sent, pause=pause, settled=30.0).run() or told(aws) == (10, 0, 0)
    assert aws.delivery(settled=SETTLED).run()
    assert counts(aws) == once(range(10))
    assert told(aws)[1:] == (0, 0)


def test_steps_that_were_logged_before_are_counted(aws):
    """The same steps three times over, as an evaluation beside the training does."""
    for _ in range(3):
        log(aws, 10)
    sent = Unanswered(aws.connection, ["stored", "missing", "stored"])
    assert aws.delivery(sent, settled=SETTLED).run()
    assert counts(aws) == dict.fromkeys(range(10), 3)
    assert told(aws) == (30, 0, 0)


def test_several_points_of_one_step_in_one_call(aws):
    for _ in range(5):
        log(aws, 2)
    assert aws.delivery(Unanswered(aws.connection, ["stored"]), settled=SETTLED).run()
    assert counts(aws) == {0: 5, 1: 5}
    for _ in range(5):
        log(aws, 2, "part")
    assert aws.delivery(Unanswered(aws.connection, [3]), settled=SETTLED).run()
    assert counts(aws, "part") == {0: 2, 1: 1}  # which two and which one, nobody can say
    assert [entry["reason"] for entry in aws.refused()] == [f"the answer was lost; {history.NOT_CLEAR}"] * 10
    assert told(aws) == (10, 10, 0)


def test_points_without_a_step_are_held(aws):
    for number in range(12):
        aws.writer.metric("loss", float(number), None if number % 2 else number, time.time())
    log(aws, 5, "acc")
    sent = Unanswered(aws.connection, ["stored"])
    assert aws.delivery(sent, settled=SETTLED).run()
    assert max(sent.sent[key] for key in sent.sent if key[1] is not None) == 1
    held = aws.refused()
    assert len(held) == 10
    assert all(entry["held"] and history.NO_STEPS in entry["reason"] for entry in held)
    assert counts(aws, "acc") == once(range(5))


def continued(bench):
    bench.sagemaker.update_trial_component(
        TrialComponentName=REF.component, Parameters={CONTINUED_PARAMETER: {"NumberValue": 1}}
    )


def written_by_others(bench):
    bench.connection.put_points(REF.component, [Point("loss", 9.0, step, time.time()) for step in range(10)])
    bench.connection.put_points(REF.component, [Point("loss", 9.0, step, time.time()) for step in range(10)])


@pytest.mark.parametrize(
    ("others", "why"), [(continued, history.NOT_ALONE), (written_by_others, history.NOT_CLEAR)]
)
def test_where_others_write_it_is_held(aws, others, why):
    log(aws, 10)
    others(aws)
    sent = Unanswered(aws.connection, ["missing"])
    assert aws.delivery(sent, settled=SETTLED).run()
    assert max(sent.sent.values()) == 1
    assert [why in entry["reason"] for entry in aws.refused()] == [True] * 10
    assert told(aws) == (0, 10, 0)


def test_a_run_that_was_continued_is_never_compared(tmp_path):
    bench = aws_bench(tmp_path)
    bench.writer.record("open", {"opened": True, "arn": "", "new": False})
    log(bench, 10)
    assert bench.delivery(Unanswered(bench.connection, ["stored"]), settled=SETTLED).run()
    assert counts(bench) == once(range(10))
    assert told(bench) == (0, 10, 0)
    reset()


def test_a_service_that_shows_nothing_is_not_believed(aws):
    """What it had acknowledged is not there, so that what is missing may be there as well."""
    log(aws, 10)
    assert aws.delivery(settled=SETTLED).run()
    log(aws, 10, first=10)

    class Forgetful:
        def batch_get_metrics(self, MetricQueries):  # noqa: N803 - boto3's
            return {"MetricQueryResults": [{"Status": "Complete", "XAxisValues": [], "MetricValues": []}]}

    class Blind(Unanswered):
        def client(self, service, **how):
            return Forgetful() if service == "sagemaker-metrics" else self._connection.client(service)

    sent = Blind(aws.connection, ["stored"])
    assert aws.delivery(sent, settled=SETTLED).run()
    assert counts(aws) == once(range(20))
    assert told(aws) == (10, 10, 0)


@pytest.mark.parametrize("status", ["Truncated", "InternalError", "ValidationError"])
def test_an_answer_that_is_not_whole_is_not_believed(aws, status):
    log(aws, 10)

    class Partial:
        def batch_get_metrics(self, MetricQueries):  # noqa: N803 - boto3's
            return {"MetricQueryResults": [{"Status": status, "XAxisValues": [], "MetricValues": []}]}

    class Blind(Unanswered):
        def client(self, service, **how):
            return Partial() if service == "sagemaker-metrics" else self._connection.client(service)

    assert aws.delivery(Blind(aws.connection, ["stored"]), settled=SETTLED).run()
    assert counts(aws) == once(range(10))
    assert told(aws) == (0, 10, 0)


def test_a_reader_without_permission_holds_and_says_so(aws):
    log(aws, 10)

    class Forbidden:
        def batch_get_metrics(self, **_):
            raise client_error("AccessDeniedException", message="sagemaker:BatchGetMetrics")

    class Blind(Unanswered):
        def client(self, service, **how):
            return Forbidden() if service == "sagemaker-metrics" else self._connection.client(service)

    assert aws.delivery(Blind(aws.connection, ["stored"]), settled=SETTLED).run()
    assert "sagemaker:BatchGetMetrics" in aws.refused()[0]["reason"]
    assert told(aws) == (0, 10, 0)


def test_credentials_that_expire_meanwhile_wait_for_the_cure(aws):
    log(aws, 20)

    class Expired(Unanswered):
        expired = True

        def client(self, service, **how):
            if self.expired and service == "sagemaker-metrics":
                raise client_error("ExpiredTokenException", message="renew them")
            return self._connection.client(service)

    sent = Expired(aws.connection, ["stored"])
    delivery = aws.delivery(sent, settled=SETTLED)
    assert not delivery.run()
    state = aws.ack.load()
    assert (state.blocked, state.held, state.tries) == (True, 0, 1)
    assert "renew them" in state.error
    sent.expired = False
    assert delivery.run()
    assert counts(aws) == once(range(20))
    assert told(aws) == (20, 0, 0)


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (ReadTimeoutError(endpoint_url="x"), "lost"),
        (client_error("504", 504), "lost"),
        (client_error("502", 502), "lost"),
        (client_error("503", 503), "transient"),
        (client_error("InternalFailure", 500), "transient"),
    ],
)
def test_an_answer_that_may_hide_a_success_is_lost(error, meaning):
    assert judge(error).meaning == meaning


def test_other_unreadable_answers_are_lost_too():
    from botocore.exceptions import IncompleteReadError, SSLError
    from botocore.parsers import ResponseParserError

    assert judge(ResponseParserError("<html>")).meaning == "lost"
    assert judge(IncompleteReadError(actual_bytes=1, expected_bytes=2)).meaning == "lost"
    assert judge(SSLError(endpoint_url="x", error="EOF occurred in violation of protocol")).meaning == "lost"
    assert judge(SSLError(endpoint_url="x", error="CERTIFICATE_VERIFY_FAILED")).meaning == "transient"


def test_a_batch_that_has_flaky_neighbours(aws):
    """Everything at once: throttled, refused for a while, lost, stored in part; each point there once."""
    for step in range(200):
        for metric in ("a", "b", "c"):
            aws.writer.metric(metric, 1.0, step, time.time())
    script = ["stored", "missing", 3, None, "missing", None, None, 7, "stored", None] * 2
    sent = Unanswered(aws.connection, script)
    mixed = Flaky(sent, [None, client_error("ThrottlingException"), None, client_error("Whatever", 500)] * 4)
    assert aws.delivery(mixed, settled=SETTLED).run()
    for metric in ("a", "b", "c"):
        assert counts(aws, metric) == once(range(200))
    assert told(aws) == (600, 0, 0)
    assert json.dumps(aws.refused()) == "[]"
