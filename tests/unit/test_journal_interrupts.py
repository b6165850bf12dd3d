"""An interrupt at every place where Python can raise one inside the journal's writer: nothing lost, nothing doubled."""

from __future__ import annotations

import sys

import pytest

from sm_track_widgets._errors import UsageError
from sm_track_widgets._types import RunRef
from sm_track_widgets.tracking.journal.writer import JournalHeader, JournalReader, JournalWriter

HEADER = JournalHeader("ab" * 16, "embedded", "0" * 12, "us-east-1", "", RunRef("e", "g", "r", "e-r"), 1, 0.0)
WRITERS = ("journal/writer.py", "journal/segments.py")
FIRST, LEFT = 4096, 150  # bytes of the first segment; those that are left in it, for two points or three


class Interrupt:
    """Raises KeyboardInterrupt at the `place`-th place inside the writer where Python looks for signals.

    That is where a Python function begins and where a built-in one has returned.
    """

    def __init__(self, place):
        self.left = place

    def __enter__(self):
        sys.setprofile(self._look)
        return self

    def __exit__(self, *_):
        sys.setprofile(None)

    def _look(self, frame, event, _argument):
        if event in {"call", "c_return"} and frame.f_code.co_filename.endswith(WRITERS):
            self.left -= 1
            if self.left == 0:
                sys.setprofile(None)
                raise KeyboardInterrupt


def deeds(writer):
    """Calls that fill the first segment, need a second one, then one for a large record, then end."""
    for step in range(6):
        yield step, lambda step=step: writer.metric(("a", "b")[step % 2], float(step), step, 0.0)
    for name in ("big", "bigger"):
        yield name, lambda name=name: writer.record("params", {"name": name, "text": "x" * 20_000})
    for step in range(6, 9):
        yield step, lambda step=step: writer.metric("c", float(step), step, 0.0)
    yield "close", writer.close


def kept(path):
    reader, offset, found = JournalReader(path), 0, []
    while True:
        records, offset = reader.read(offset, 50)
        if not records:
            break
        found += [
            record.payload["name"] if record.kind == "params" else record.point.step for record in records
        ]
    assert not reader.torn
    ended = reader.ended
    reader.close()
    return found, offset, ended


def interrupted(folder, place):
    """Do everything, interrupted once; return whether it was, what had to be there, and what is."""
    writer = JournalWriter(folder / str(place) / "a.smj", HEADER, first_segment=FIRST)
    while writer.offset < FIRST - LEFT:
        writer.metric("a", 0.0, 1000, 0.0)
    filled = writer.points
    returned, cut = [], None
    with Interrupt(place) as interrupt:
        for name, deed in deeds(writer):
            try:
                deed()
            except KeyboardInterrupt:  # noqa: PERF203 - it is what this is about
                cut = name
            else:
                returned.append(name)
    offset = writer.offset
    writer.close()
    found, end, ended = kept(writer.path)
    assert ended, place
    assert end == offset, place
    assert writer.points == len([name for name in found if isinstance(name, int)]), place
    return interrupt.left <= 0, cut, returned, found[filled:]


def test_nothing_is_lost_and_nothing_doubled_wherever_it_comes(tmp_path):
    place, cuts = 1, set()
    while True:
        happened, cut, returned, found = interrupted(tmp_path, place)
        if not happened:
            break
        cuts.add(cut)
        wanted = [name for name in returned if name != "close"]
        assert [name for name in found if name != cut] == wanted, (place, cut)
        assert found.count(cut) <= 1
        place += 1
    assert cuts >= {0, 3, "big", 6, "close"}  # also those that start a segment


def test_a_file_that_a_killed_rotation_left_is_not_in_the_way(tmp_path):
    writer = JournalWriter(tmp_path / "a.smj", HEADER, first_segment=FIRST)
    (tmp_path / "a.smj.1.new").write_bytes(b"half")
    for step in range(200):
        writer.metric("a", 0.0, step, 0.0)
    writer.close()
    assert kept(writer.path)[0] == list(range(200))
    with pytest.raises(UsageError, match="closed"):
        writer.metric("a", 0.0, 0, 0.0)
