"""The journal: what a call returned from is on this machine, whoever is killed, and is read back in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from sm_track_widgets._errors import ConfigError, UsageError
from sm_track_widgets._locks import lock_state
from sm_track_widgets._types import RunRef
from sm_track_widgets.tracking.journal.format import HEAD, METRIC_SIZE, segments_of
from sm_track_widgets.tracking.journal.reader import read_header
from sm_track_widgets.tracking.journal.writer import JournalError, JournalHeader, JournalReader, JournalWriter

REF = RunRef("exp", "Default-Run-Group-exp", "run", "exp-run")


def header(**fields):
    told = {
        "journal": "ab" * 16,
        "home": "embedded",
        "account": "0" * 12,
        "region": "us-east-1",
        "endpoint": "",
    }
    return JournalHeader(**{**told, "run": REF, "pid": os.getpid(), "started": 1.5, **fields})


@pytest.fixture
def writer(tmp_path):
    made = JournalWriter(tmp_path / "k" / "a.smj", header())
    yield made
    made.close()


def read_all(path, limit=1000):
    reader, offset, records = JournalReader(path), 0, []
    while True:
        found, offset = reader.read(offset, limit)
        if not found:
            reader.close()
            return records, offset
        records += found


def test_what_is_written_is_read_back_in_order(writer):
    writer.record("open", {"opened": True})
    writer.metric("loss", 0.5, 3, 100.25)
    writer.metric("val \N{GREEK SMALL LETTER LAMDA}", float("nan"), None, 101.0)
    writer.record("params", {"set": {"lr": 0.1, "text": "\N{SNOWMAN}"}})
    writer.metric("loss", 0.25, 4, 102.0)
    records, offset = read_all(writer.path)
    assert [record.kind for record in records] == ["open", "metric", "metric", "params", "metric"]
    assert records[0].payload == {"opened": True}
    first, second, third = (records[i].point for i in (1, 2, 4))
    assert (first.metric, first.value, first.step, first.time) == ("loss", 0.5, 3, 100.25)
    assert second.metric == "val \N{GREEK SMALL LETTER LAMDA}"
    assert second.value != second.value
    assert second.step is None
    assert third.step == 4
    assert records[3].payload == {"set": {"lr": 0.1, "text": "\N{SNOWMAN}"}}
    assert offset == writer.offset == records[-1].end
    assert writer.points == 3


def test_a_reader_sees_what_is_added_while_it_reads(writer):
    reader = JournalReader(writer.path)
    assert reader.read(0) == ([], reader.offset)
    offset = reader.offset
    for step in range(5):
        assert not reader.pending(offset)
        writer.metric("loss", step, step, 0.0)
        assert reader.pending(offset)
        records, offset = reader.read(offset)
        assert [record.point.step for record in records] == [step]
    writer.close()
    assert reader.read(offset) == ([], offset)
    assert reader.ended


def test_it_goes_on_in_further_segments_and_offsets_are_global(tmp_path):
    writer = JournalWriter(tmp_path / "a.smj", header(), first_segment=4096)
    for step in range(5000):
        writer.metric(f"m{step % 3}", float(step), step, 0.0)
        if step % 1000 == 0:
            writer.record("params", {"set": {"text": "x" * 3000, "step": step}})
    assert len(segments_of(writer.path)) > 2
    records, offset = read_all(writer.path, limit=7)
    assert [record.point.step for record in records if record.kind == "metric"] == list(range(5000))
    assert [record.payload["set"]["step"] for record in records if record.kind == "params"] == [
        0,
        1000,
        2000,
        3000,
        4000,
    ]
    assert offset == writer.offset
    ends = [record.end for record in records]
    assert ends == sorted(set(ends))
    for index in (0, 10, 2500, 4900):
        again, _ = JournalReader(writer.path).read(records[index].end, 1)
        assert again == [records[index + 1]]
    writer.close()


def test_a_record_larger_than_a_segment_gets_a_segment_that_holds_it(tmp_path):
    writer = JournalWriter(tmp_path / "a.smj", header(), first_segment=4096)
    writer.record("artifact", {"value": "y" * 100_000})
    writer.metric("loss", 1.0, 1, 0.0)
    records, _ = read_all(writer.path)
    assert [record.kind for record in records] == ["artifact", "metric"]
    with pytest.raises(UsageError, match="too large"):
        writer.record("artifact", {"value": "y" * (1 << 24)})
    writer.close()


def test_threads_lose_nothing(tmp_path):
    writer = JournalWriter(tmp_path / "a.smj", header(), first_segment=8192)

    def log(name):
        for step in range(2000):
            writer.metric(name, 1.0, step, 0.0)

    threads = [threading.Thread(target=log, args=(f"m{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    records, _ = read_all(writer.path)
    for i in range(4):
        assert [r.point.step for r in records if r.point.metric == f"m{i}"] == list(range(2000))
    writer.close()


CHILD = """
import os, signal, sys
from pathlib import Path
from sm_track_widgets._types import RunRef
from sm_track_widgets.tracking.journal.writer import JournalHeader, JournalWriter
header = JournalHeader("ab" * 16, "embedded", "0" * 12, "us-east-1", "", RunRef("e", "g", "r", "e-r"), os.getpid(), 0.0)
writer = JournalWriter(Path(sys.argv[1]), header, first_segment=4096)
writer.record("params", {"set": {"lr": 0.1}})
print("ready", flush=True)
step = 0
while True:
    writer.metric("loss", float(step), step, 0.0)
    os.write(1, b"%d\\n" % step)
    step += 1
"""


def test_kill_9_loses_nothing_that_was_returned_from(tmp_path):
    path = tmp_path / "k" / "a.smj"
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path)], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout.readline() == "ready\n"
        assert lock_state(path) == "held"
        for line in child.stdout:
            if int(line) >= 500:
                break
        child.send_signal(signal.SIGKILL)
        rest = child.stdout.read()
        child.wait()
    told = [int(line) for line in rest.split("\n")[:-1]] or [500]
    records, _ = read_all(path)
    assert records[0].payload == {"set": {"lr": 0.1}}
    steps = [record.point.step for record in records[1:]]
    assert steps == list(range(len(steps)))
    assert len(steps) >= told[-1] + 1
    assert lock_state(path) == "free"


def test_a_torn_tail_is_where_reading_stops(writer):
    writer.metric("loss", 1.0, 1, 0.0)
    writer.metric("loss", 2.0, 2, 0.0)
    path = writer.path
    end = writer.offset
    with path.open("r+b") as file:  # the last record, cut off in the middle
        file.seek(end - METRIC_SIZE + HEAD.size + 24)
        file.write(bytes(8))
    reader = JournalReader(path)
    records, offset = reader.read(0)
    assert [record.point.step for record in records] == [1]
    assert reader.torn
    assert offset == end - METRIC_SIZE
    assert reader.read(offset) == ([], offset)


def test_a_record_whose_call_was_interrupted_is_not_overwritten(writer):
    writer.metric("loss", 1.0, 1, 0.0)
    writer.metric("loss", 2.0, 2, 0.0)
    writer._position -= METRIC_SIZE  # a KeyboardInterrupt between writing and counting
    writer._points -= 1
    writer.metric("loss", 3.0, 3, 0.0)
    records, _ = read_all(writer.path)
    assert [record.point.step for record in records] == [1, 2, 3]
    assert writer.points == 3


def test_nothing_can_be_written_after_close(writer):
    writer.metric("loss", 1.0, 1, 0.0)
    offset = writer.offset
    writer.close()
    writer.close()
    assert writer.closed
    for late in (lambda: writer.metric("loss", 1.0, 1, 0.0), lambda: writer.metric("new", 1.0, 1, 0.0)):
        with pytest.raises(UsageError, match="closed"):
            late()
    with pytest.raises(UsageError):
        writer.record("params", {"set": {}})
    assert writer.offset == offset
    assert lock_state(writer.path) == "free"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_cannot_write_into_its_parents_journal(writer):
    writer.metric("loss", 1.0, 1, 0.0)
    child = os.fork()
    if child == 0:
        try:
            writer.metric("loss", 2.0, 2, 0.0)
        except UsageError:
            os._exit(7)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert lock_state(writer.path) == "held"
    writer.metric("loss", 3.0, 3, 0.0)
    records, _ = read_all(writer.path)
    assert [record.point.step for record in records] == [1, 3]


def test_the_header_is_read_back_and_other_files_are_refused(writer, tmp_path):
    assert read_header(writer.path) == header()
    assert read_header(writer.path).identity == ("embedded", "0" * 12, "us-east-1", "")
    for content in (b"", b"short", b"x" * 500):
        other = tmp_path / "other.smj"
        other.write_bytes(content)
        with pytest.raises(JournalError):
            read_header(other)


def test_a_folder_that_cannot_be_made_is_one_line_with_the_cure(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigError, match="%sm_config --path") as caught:
        JournalWriter(tmp_path / "file" / "a.smj", header())
    assert "\n" not in str(caught.value)


FULL = """
import errno, os, resource, signal, sys
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from sm_track_widgets._errors import ConfigError
from sm_track_widgets._types import RunRef
from sm_track_widgets.tracking.journal.writer import JournalHeader, JournalReader, JournalWriter
header = JournalHeader("ab" * 16, "embedded", "0" * 12, "us-east-1", "", RunRef("e", "g", "r", "e-r"), 1, 0.0)
path = Path(sys.argv[1])
writer = JournalWriter(path, header, first_segment=8192)
resource.setrlimit(resource.RLIMIT_FSIZE, (8192, resource.RLIM_INFINITY))
step = 0
try:
    while True:
        writer.metric("loss", 1.0, step, 0.0)
        step += 1
except ConfigError as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
writer.metric("loss", 1.0, step, 0.0)
records, _ = JournalReader(path).read(0, 10 ** 6)
assert [r.point.step for r in records] == list(range(step + 1)), len(records)
assert not list(path.parent.glob("*.new"))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs resource limits")
def test_a_disk_that_has_no_room_is_an_error_at_rotation_and_later_points_are_kept(tmp_path):
    path = tmp_path / "a.smj"
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Cannot write the journal" in done.stdout
    assert "%sm_config --path" in done.stdout


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux")
def test_zeros_are_written_where_the_system_cannot_allocate(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "posix_fallocate")
    writer = JournalWriter(tmp_path / "a.smj", header())
    assert (tmp_path / "a.smj").stat().st_blocks * 512 >= 1 << 20
    writer.close()


def test_a_metric_costs_microseconds(writer):
    writer.metric("loss", 1.0, 0, 0.0)
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        for step in range(5000):
            writer.metric("loss", 1.0, step, 0.0)
        best = min(best, (time.perf_counter() - start) / 5000)
    assert best < 10e-6
