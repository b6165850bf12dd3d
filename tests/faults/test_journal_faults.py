"""Journals that are damaged, of a newer version, on a full disk, under a clock that jumps."""

from __future__ import annotations

import errno
import json
import os
import time

import pytest
from fault_home import SLOWEST
from run_home import component, points, until

from sm_track_widgets._types import RunRef
from sm_track_widgets.connection import connect, reset
from sm_track_widgets.tracking.delivery.delivery import KERNEL_ENDED
from sm_track_widgets.tracking.delivery.orphans import replay
from sm_track_widgets.tracking.journal import format as journal_format
from sm_track_widgets.tracking.journal import pen
from sm_track_widgets.tracking.journal.format import METRIC_SIZE, SEGMENT_HEAD
from sm_track_widgets.tracking.journal.writer import JournalHeader, JournalReader, JournalWriter
from sm_track_widgets.tracking.outbox.outbox import outbox_for
from sm_track_widgets.tracking.outbox.standing import others_line, waiting_elsewhere
from sm_track_widgets.tracking.run import Run


@pytest.fixture
def home(tmp_path):
    yield connect("embedded", path=tmp_path / "home")
    reset()


def leave(home, run, count, first_segment=1 << 20):
    """Write what a killed kernel has left, and return its path and the offset behind each point."""
    home.client("sagemaker").create_trial_component(
        TrialComponentName=f"exp-{run}", Status={"PrimaryStatus": "InProgress"}
    )
    name, account, region, endpoint = home.identity
    ref = RunRef("exp", "Default-Run-Group-exp", run, f"exp-{run}")
    header = JournalHeader(run.ljust(32, "0"), name, account, region, endpoint, ref, 1, time.time())
    path = home.settings.path / "journals" / "dead" / f"{header.journal}.smj"
    writer, ends = JournalWriter(path, header, first_segment=first_segment), []
    for step in range(count):
        writer.metric("loss", step * 0.5, step, time.time())
        ends.append(writer.offset)
    writer.disown()  # the lock is given up and no end is marked, as at a kill
    return path, ends


def steps(home, run):
    return list(home.read_series([(f"exp-{run}", "loss")])[0].steps)


def overwrite(path, place, data):
    with path.open("r+b") as file:
        file.seek(place)
        file.write(data)


def test_a_record_in_the_middle_that_fails_its_checksum_costs_itself_only(home):
    path, ends = leave(home, "damaged", 100)
    overwrite(path, ends[50] - 8, b"\xff" * 8)  # a value
    overwrite(path, ends[70] - METRIC_SIZE, b"\xff" * METRIC_SIZE)  # a whole record, its length too
    report = replay(home)
    assert (report.journals, report.waiting, report.refused) == (1, 0, 2)
    assert steps(home, "damaged") == [step for step in range(100) if step not in {50, 70}]
    told = [json.loads(line) for line in path.with_suffix(".refused").read_text().splitlines()]
    assert [line["code"] for line in told] == ["Damaged", "Damaged"]
    assert "fail their checksum" in told[0]["reason"]
    assert component(home, "exp-damaged")["Status"]["Message"] == KERNEL_ENDED


def test_the_damage_of_a_living_journal_is_stepped_over_in_a_moment(home):
    run = Run("exp", "living", connection=home)
    run.log_metric("loss", 0.0, step=0)
    until(lambda: run.progress().done)
    end = run._writer.offset
    run.log_metric("loss", 0.5, step=1)
    overwrite(run._writer.path, end + 24, b"\xff" * 8)
    run.log_metric("loss", 1.0, step=2)
    until(lambda: run.progress().done)
    run.close()
    # The sender may have been quicker than the damage; then there is none.
    assert [step for step, _ in points(run, "loss")] in ([0, 2], [0, 1, 2])


def test_a_damaged_end_of_a_segment_does_not_hide_the_next(home):
    path, ends = leave(home, "segments", 300, first_segment=4096)
    last = max(end for end in ends if end < 4096)
    overwrite(path, last, b"\xff" * 8)  # the mark that leads on
    assert replay(home).waiting == 0
    assert steps(home, "segments") == list(range(300))


def test_a_reader_that_comes_later_steps_over_the_same_damage(home):
    path, ends = leave(home, "later", 20)
    overwrite(path, ends[5] - 8, b"\xff" * 8)
    records, _ = JournalReader(path).read(ends[9])
    assert [record.point.step for record in records] == list(range(10, 20))


def test_a_torn_tail_ends_the_journal_and_nothing_is_said(home):
    path, ends = leave(home, "torn", 10)
    overwrite(path, ends[-1] - 8, bytes(8))
    report = replay(home)
    assert (report.journals, report.waiting, report.refused) == (1, 0, 0)
    assert steps(home, "torn") == list(range(9))
    assert not path.with_suffix(".refused").exists()


def test_a_journal_of_a_newer_version_is_left_alone_and_told(home, monkeypatch):
    with monkeypatch.context() as newer:
        newer.setattr(journal_format, "FORMAT", journal_format.FORMAT + 1)
        path, _ = leave(home, "newer", 10)
    before = path.read_bytes()
    assert replay(home).journals == 0
    assert path.read_bytes() == before
    line = others_line(waiting_elsewhere(home.settings.path / "journals"), home)
    assert line == "1 run of a newer version of sm-track-widgets: install that, then %sm_sync"
    assert SEGMENT_HEAD.size < len(before)


class FullDisk:
    """What `os.posix_fallocate` does where there is no room, until there is again."""

    def __init__(self, monkeypatch):
        self.full, self._allocate = False, os.posix_fallocate
        monkeypatch.setattr(os, "posix_fallocate", self)

    def __call__(self, *arguments):
        if self.full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._allocate(*arguments)


def test_a_disk_that_fills_up_costs_a_line_and_no_point(home, monkeypatch):
    monkeypatch.setattr(pen, "TRY_EVERY", 0.05)
    disk, said = FullDisk(monkeypatch), []
    run = Run("exp", "full", connection=home)
    run.on_warning = said.append
    disk.full = True
    count = 30_000  # more than the first segment holds
    begin = time.perf_counter()
    for step in range(count):
        run.log_metric("loss", 1.0, step=step)
    assert (time.perf_counter() - begin) / count < SLOWEST
    assert len(said) == 1
    assert "No space left on device" in said[0]
    disk.full = False

    def written():
        run.log_parameter("lr", 0.1)
        return run._pen.kept == 0

    until(written)
    run.close()
    assert [step for step, _ in points(run, "loss")] == list(range(count))
    assert said[1:] == ["The journal can be written again; nothing was lost."]


def test_a_disk_that_is_full_when_a_run_opens_is_one_line(home, monkeypatch):
    FullDisk(monkeypatch).full = True
    with pytest.raises(Exception, match="No space left on device") as caught:
        Run("exp", "none", connection=home)
    assert "\n" not in str(caught.value)


def test_a_clock_that_jumps_forth_and_back_changes_no_delivery(tmp_path):
    """Kernel and sender by the same clock, which is set by hours: waiting and giving up go by another one."""
    from sm_track_widgets import config
    from sm_track_widgets.connection import Connection

    shift = [0.0]
    home = Connection(
        config.resolve({"backend": "embedded", "path": tmp_path}), clock=lambda: time.time() + shift[0]
    )
    run = Run("exp", "clock", connection=home)
    run._clock = lambda: time.time() + shift[0]
    for number, jump in enumerate((0.0, 7200.0, -7200.0, 90_000.0, -90_000.0)):
        shift[0] = jump
        for step in range(200):
            run.log_metric("loss", 1.0, step=number * 200 + step)
        until(lambda: run.progress().done)
    run.close()
    assert [step for step, _ in points(run, "loss")] == list(range(1000))
    outbox_for(home).close()
