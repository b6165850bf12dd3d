"""`sync`: what waits is delivered now, and it is told what became of it."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import run_home
from botocore.exceptions import ConnectionClosedError
from run_home import DENIED, points, stored

import sm_track_widgets
from sm_track_widgets import connection as connections
from sm_track_widgets._errors import TrackError
from sm_track_widgets._types import RunRef
from sm_track_widgets.connection import Connection
from sm_track_widgets.tracking.delivery.aside import aside_line
from sm_track_widgets.tracking.delivery.delivery import KERNEL_ENDED
from sm_track_widgets.tracking.journal.format import resend_path
from sm_track_widgets.tracking.journal.writer import JournalHeader, JournalWriter
from sm_track_widgets.tracking.outbox import sync as syncing
from sm_track_widgets.tracking.outbox.outbox import outbox_for
from sm_track_widgets.tracking.outbox.sync import sync
from sm_track_widgets.tracking.run import Run

GROUP = "Default-Run-Group-e"


@pytest.fixture(autouse=True)
def _no_other_outboxes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests before this one leave outboxes of their own in the process."""
    import weakref

    from sm_track_widgets.tracking.outbox import outbox

    monkeypatch.setattr(outbox, "_outboxes", weakref.WeakSet())
    monkeypatch.setattr(outbox, "_registry", {})


def leave(home: Connection, name: str, count: int, *, run: str = "left", **place: str) -> Path:
    """Leave a journal as a kernel does that is killed."""
    own = dict(zip(("home", "account", "region", "endpoint"), home.identity, strict=True))
    own |= {key.removeprefix("in_"): value for key, value in place.items()}
    ref = RunRef("e", GROUP, run, f"e-{run}")
    header = JournalHeader(journal=name * 32, run=ref, pid=1, started=time.time(), **own)  # type: ignore[arg-type]
    writer = JournalWriter(home.settings.path / "journals" / f"dead-{name}" / f"{name * 32}.smj", header)
    if home.identity == header.identity:
        home.client("sagemaker").create_trial_component(
            TrialComponentName=ref.component, Status={"PrimaryStatus": "InProgress"}
        )
    writer.record("open", {"opened": True, "arn": "", "new": True})
    for step in range(count):
        writer.metric("m", float(step), step, time.time())
    writer.disown()
    return writer.path


def test_with_nothing_to_do_it_says_so(home: Connection) -> None:
    report = sync(connection=home)
    assert str(report) == "Nothing was waiting: all that was logged has arrived."
    assert report.complete
    with Run("e", "r", connection=home) as run:
        run.log_metric("m", 1.0, step=0)
        assert str(sync(connection=home)).startswith(("Delivered 1 point of e/r.", "Nothing was waiting"))


def test_what_kernels_that_have_ended_left_is_delivered(home: Connection) -> None:
    paths = [leave(home, "a", 30), leave(home, "b", 1200, run="other")]
    foreign = leave(home, "c", 3, in_account="1" * 12, in_region="eu-west-1", in_home="aws")
    report = sync(connection=home)
    assert (report.delivered, report.waiting, report.complete) == (1230, 0, True)
    lines = str(report).splitlines()
    assert lines[0] == "Delivered 1,230 points of e/left, e/other."
    assert lines[1] == "Left open by a kernel that has ended, now Stopped: e/left, e/other."
    assert lines[2] == (
        "Elsewhere: 1 run for AWS account 111111111111 in eu-west-1: "
        "%sm_config --backend aws --region eu-west-1, then %sm_sync."
    )
    assert len(lines) == 3
    assert not any(path.exists() or path.parent.exists() for path in paths)
    assert foreign.exists()
    told = run_home.component(home, "e-left")["Status"]
    assert told == {"PrimaryStatus": "Stopped", "Message": KERNEL_ENDED}
    assert len(home.read_series([("e-other", "m")])[0]) == 1200


@pytest.mark.parametrize("close", [False, True], ids=["open", "closed"])
def test_after_a_cure_it_sends_what_was_refused(home: Connection, close: bool) -> None:
    with run_home.fault(home, "CreateTrialComponent", DENIED):
        run = Run("e", "Mine", connection=home)
        run.log_metric("m", 1.0, step=3)
        if close:
            run.close(timeout=0.2)
        start = time.monotonic()
        report = sync(connection=home)
        assert (
            time.monotonic() - start < 15
        )  # told no by a fresh try, it does not wait until its patience ends
        assert not report.complete
        assert report.waiting == 1
        first, second = str(report).splitlines()
        assert first.startswith(f"e/{run.run_name} is still waiting with 1 point: ")
        assert "not authorized" in first
        assert "%sm_sync" in second
    assert str(sync(connection=home)) == f"Delivered 1 point of e/{run.run_name}."
    assert points(run, "m") == [(3, 1.0)]
    assert stored(run)["Status"]["PrimaryStatus"] == ("Completed" if close else "InProgress")
    run.close()


def test_it_does_not_wait_for_ever(home: Connection) -> None:
    throttled = ("ThrottlingException", "Rate exceeded")
    leave(home, "a", 5)
    with run_home.fault(home, "CreateTrialComponent", throttled):
        run = Run("e", "r", connection=home)
        run.log_metric("m", 1.0, step=0)
        start = time.monotonic()
        report = sync(connection=home, patience=0.5)
        assert time.monotonic() - start < 15
        assert f"e/{run.run_name} is still waiting" in str(report)
        assert "Rate exceeded" in str(report)
        assert report.delivered == 5
    assert sync(connection=home).complete
    run.close()


def test_a_left_journal_that_cannot_be_delivered_stays(home: Connection) -> None:
    path = leave(home, "a", 5)
    with run_home.fault(home, "DescribeTrialComponent", DENIED):  # asked when the run becomes Stopped
        report = sync(connection=home)
        assert "e/left is still waiting" in str(report)
    assert path.exists()
    assert sync(connection=home).complete
    assert len(home.read_series([("e-left", "m")])[0]) == 5


def test_it_works_while_another_process_delivers(home: Connection) -> None:
    path = leave(home, "a", 5)
    from sm_track_widgets.tracking.delivery.lane import Lane

    lane = Lane.open(home, path, abandoned=True)
    assert lane is not None
    timer = threading.Timer(0.3, lane.work)
    timer.start()
    report = sync(connection=home)
    timer.join()
    lane.close()
    assert report.complete
    assert len(home.read_series([("e-left", "m")])[0]) == 5


def test_it_waits_for_the_sender_of_this_process_with_progress(tmp_path: Path) -> None:
    made = connections.connect("embedded", path=tmp_path)
    told: list[tuple[int, int, str]] = []
    with Run("e", "r", connection=made) as run:
        assert outbox_for(made).sender_pid is not None
        for step in range(50_000):
            run.log_metric("m", 1.0, step=step)
        report = sync(connection=made, on_progress=lambda *seen: told.append(seen))
        assert report.complete
        assert run.progress().delivered == 50_000
    outbox_for(made).close()
    connections.reset()
    assert all(delivered <= total for delivered, total, _ in told)


def test_a_sender_that_died_too_often_is_started_again(tmp_path: Path) -> None:
    made = connections.connect("embedded", path=tmp_path)
    run = Run("e", "r", connection=made)
    box: Any = outbox_for(made)
    courier = box._courier
    box.wait(run._writer, 10)
    courier._process.kill()
    courier._process.wait()
    courier._restarts = 99
    run.log_metric("m", 1.0, step=0)
    assert not box.wait(run._writer, 0.3)
    assert "the sender ended" in (run.progress().error or "")
    assert sync(connection=made).complete
    assert points(run, "m") == [(0, 1.0)]
    run.close()
    box.close()
    connections.reset()


@pytest.fixture
def lost(tmp_path: Path) -> Any:
    """AWS, where the first call with points is not answered."""
    home = run_home.aws(tmp_path)
    real = home.put_points
    errors = [ConnectionClosedError(endpoint_url="https://x")]

    def put(component: str, wanted: Any, mark: Any = None) -> Any:
        if errors:
            raise errors.pop()
        return real(component, wanted, mark)

    home.put_points = put  # type: ignore[method-assign]
    return home


def test_held_points_whose_deliverer_ends_without_looking(lost: Connection, monkeypatch: Any) -> None:
    """He had the journal in hand when he was asked, and did not come to see it."""
    run = Run("e", "r", connection=lost)
    for _ in range(5):
        run.log_metric("m", 1.0)
    run_home.until(lambda: run.progress().held == 5)
    run.close()
    run_home.until(lambda: not run._writer.path.exists())
    real, looks = syncing.resend_file, []

    def busy_at_first(*given: Any) -> Any:
        looks.append(1)
        return None if len(looks) < 3 else real(*given)

    monkeypatch.setattr(syncing, "resend_file", busy_at_first)
    assert "Sent again: 5 points." in str(sync(True, connection=lost))
    assert not resend_path(run._writer.path).exists()


@pytest.mark.parametrize("when", ["open", "closed", "gone"])
def test_held_points_are_sent_again_when_asked_for(lost: Connection, when: str) -> None:
    run = Run("e", "r", connection=lost)
    for _ in range(5):
        run.log_metric("m", 1.0)
    run_home.until(lambda: run.progress().held == 5)
    if when != "open":
        run.close()
    if when == "gone":
        run_home.until(lambda: not run._writer.path.exists())
    report = sync(connection=lost)
    assert not report.complete
    assert "Nobody knows whether 5 points of e/r arrived, since the answer was lost." in str(report)
    assert "%sm_sync --resend" in str(report)
    assert "Sent again: 5 points." in str(sync(True, connection=lost))
    assert sync(connection=lost).complete
    run.close()
    (summary,) = stored(run)["Metrics"]
    assert summary["Count"] == 5
    assert not resend_path(run._writer.path).exists()


def test_what_was_refused_is_told_with_its_reason_and_file(home: Connection) -> None:
    path = leave(home, "a", 2)
    home.client("sagemaker").delete_trial_component(TrialComponentName="e-left")
    report = sync(connection=home)
    told = str(report)
    refused = path.with_suffix(".refused")
    assert "records refused for good; the first: " in told
    assert str(refused) in told
    assert "does not exist" in told
    assert refused.exists()


def test_held_points_of_other_places_are_left_alone(home: Connection) -> None:
    header = JournalHeader("9" * 32, "aws", "1" * 12, "eu-west-1", "", RunRef("e", GROUP, "x", "e-x"), 1, 0.0)
    folder = home.settings.path / "journals" / "dead"
    folder.mkdir(parents=True)
    line = aside_line(
        header, {"metric": "m", "value": 1.0, "step": None, "time": 0.0}, kind="metric", held=True
    )
    import json

    (folder / f"{'9' * 32}.refused").write_text(json.dumps(line) + "\n")
    assert sync(True, connection=home).resent == 0
    assert (folder / f"{'9' * 32}.refused").exists()


def test_it_is_a_verb_of_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SM_TRACK_HOME", str(tmp_path))
    monkeypatch.setenv("SM_TRACK_BACKEND", "embedded")
    connections.reset()
    assert sm_track_widgets.sync().complete
    connections.reset()


def test_a_connection_that_cannot_be_used_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    made = connections.connect("aws", path=tmp_path, region="eu-west-1")
    with pytest.raises(TrackError) as caught:
        sync(connection=made)
    assert "\n" not in str(caught.value)
    connections.reset()
