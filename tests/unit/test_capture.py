"""What a run keeps of its cell: the tail of the output as a terminal shows it, and streams left as they were."""

from __future__ import annotations

import io
import logging
import os
import platform
import sys
import threading
import time
from pathlib import Path

import pytest

from sm_track_widgets.tracking.capture.document import GAPS_KEPT, SOURCE_BYTES, Capture
from sm_track_widgets.tracking.capture.output import TAIL_BYTES, Tail, Tee, collapse, fold
from sm_track_widgets.tracking.redact import Redactor


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\n", "a\nb\n"),
        ("1%\r50%\r100%\n", "100%\n"),
        ("1%\r50%\r", "50%"),
        ("\x1b[31mred\x1b[0m and \x1b[1;38;5;3mbold\x1b[m\n", "red and bold\n"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("100%|##########| done\rshort", "short##########| done"),
        ("100%\r\x1b[Kgone", "gone"),
        ("outer 0\ninner 0\x1b[A\router 1\n\rinner 1\n", "outer 1\ninner 1\n"),
        ("a\nb\nc\x1b[2F\x1b[Jd", "d"),
        ("spin |\x08/\x08-", "spin -"),
        ("x\x1b[99999999Cy", "x" + " " * 1000 + "y"),
        ("\x1b[?25lhidden cursor\x1b[?25h", "hidden cursor"),
        ("windows\r\nlines\r\n", "windows\nlines\n"),
        ("\rfirst\rsecond", "second"),
        ("\r\r", ""),
        ("", ""),
    ],
)
def test_redrawn_lines_count_once(text: str, shown: str) -> None:
    assert collapse(text) == shown
    assert collapse(shown) == shown


def test_pieces_collapse_as_the_whole_does() -> None:
    tail = Tail(limit=40)
    for percent in range(1000):
        tail.add(f"\r{percent / 10:.1f}%")
    tail.add("\ndone\n")
    assert tail.text() == "99.9%\ndone\n"
    assert not tail.dropped


@pytest.mark.parametrize("size", [1, 3, 7, 50])
def test_nested_bars_in_pieces_are_as_the_whole(size: int) -> None:
    """Two bars as tqdm draws them: down to the inner one, up again."""
    text = "head\n" + "".join(f"\router {n}%\n\rinner {n * 7 % 100}%\x1b[A" for n in range(100))
    text += "\n\nend\n"
    folded = ""
    for place in range(0, len(text), size):
        if text[place - 1 : place] != "\x1b" and "\x1b" not in text[max(place - 3, 0) : place]:
            folded = fold(folded)
        folded += text[place : place + size]
    assert collapse(folded) == collapse(text) == "head\nouter 99%\ninner 93%\nend\n"


def test_the_tail_is_kept_from_the_start_of_a_line() -> None:
    tail = Tail()
    for number in range(100_000):
        tail.add(f"line {number}\n")
    text = tail.text()
    assert TAIL_BYTES - 20 < len(text.encode()) <= TAIL_BYTES
    assert text.startswith("line ")
    assert text.endswith("line 99999\n")
    assert tail.dropped


def test_the_limit_counts_bytes_and_never_cuts_a_letter() -> None:
    tail = Tail(limit=10)
    tail.add("ü" * 100)
    assert tail.text() == "ü" * 5
    tail = Tail(limit=9)
    tail.add("ü" * 100)
    assert tail.text() == "ü" * 4


class Closed:
    """A stream whose object takes no attributes."""

    __slots__ = ("text",)

    def write(self, text: str) -> int:
        self.text = text
        return len(text)


def test_a_stream_that_takes_no_attributes_is_left_alone() -> None:
    stream, tail = Closed(), Tail()
    tee = Tee(stream, tail)  # type: ignore[arg-type]  # as much of a stream as print needs
    assert tee.start() is False
    print("x", file=stream)  # type: ignore[call-overload]
    tee.stop()
    assert tail.text() == ""


def test_a_tee_on_a_file(tmp_path: Path) -> None:
    tail = Tail()
    with (tmp_path / "log.txt").open("w") as stream:
        tee = Tee(stream, tail)
        assert tee.start()
        print("x", file=stream)
        tee.stop()
        print("y", file=stream)
        assert not vars(stream).get("write")
    assert tail.text() == "x\n"
    assert (tmp_path / "log.txt").read_text() == "x\ny\n"


class Stream(io.StringIO):
    """A stream as ipykernel's: an object of a Python class."""


def test_a_tee_on_a_python_stream() -> None:
    stream, tail = Stream(), Tail()
    held = stream.write
    handler = logging.StreamHandler(stream)
    tee = Tee(stream, tail)
    assert tee.start()
    assert stream.write("abc") == 3
    print("print", file=stream)
    stream.writelines(["x\n", "y\n"])
    handler.emit(logging.LogRecord("n", 20, "p", 1, "logged", (), None))
    with pytest.raises(TypeError):
        stream.write(b"bytes")  # type: ignore[arg-type]  # the mistake under test
    tee.stop()
    assert tail.text() == "abcprint\nx\ny\nlogged\n" == stream.getvalue()
    assert "write" not in vars(stream)
    assert stream.write == held
    stream.write("after")
    assert "after" not in tail.text()


def test_a_wrapper_that_was_there_comes_back() -> None:
    stream, tail = Stream(), Tail()
    theirs = stream.write
    stream.write = theirs  # type: ignore[method-assign]  # what another library did
    tee = Tee(stream, tail)
    tee.start()
    tee.stop()
    assert vars(stream)["write"] is theirs


def test_a_wrapper_put_over_ours_stays_and_passes_through() -> None:
    stream, tail = Stream(), Tail()
    tee = Tee(stream, tail)
    tee.start()
    inner = stream.write

    def outer(text: str) -> int:
        return inner(text.upper())

    stream.write = outer  # type: ignore[method-assign]
    tee.stop()
    stream.write("x")
    assert stream.getvalue() == "X"
    assert tail.text() == ""
    assert vars(stream)["write"] is outer


def test_two_tees_ended_in_either_order() -> None:
    for order in ((0, 1), (1, 0)):
        stream = Stream()
        tails = [Tail(), Tail()]
        tees = [Tee(stream, tail) for tail in tails]
        for tee in tees:
            tee.start()
        stream.write("both ")
        for index in order:
            tees[index].stop()
        stream.write("none")
        assert [tail.text() for tail in tails] == ["both ", "both "]
        assert stream.getvalue() == "both none"


def test_writing_threads() -> None:
    stream, tail = Stream(), Tail()
    tee = Tee(stream, tail)
    tee.start()
    threads = [threading.Thread(target=lambda: [stream.write("x\n") for _ in range(2000)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tee.stop()
    assert tail.text().count("x\n") == 8000


def captured(monkeypatch: pytest.MonkeyPatch) -> Capture:
    monkeypatch.setattr(sys, "stdout", Stream())
    monkeypatch.setattr(sys, "stderr", Stream())
    return Capture(Redactor())


def test_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    capture = captured(monkeypatch)
    assert not capture.wanted
    capture.source('password = "hunter2"\n1/0')
    capture.start_output()
    capture.start_output()
    print("token=abc123 ok")
    print("warned", file=sys.stderr)
    capture.stop_output()
    capture.stop_output()
    print("after")
    capture.error(ZeroDivisionError("division by zero"))
    gaps = {"loss": [1, None, *range(2 * GAPS_KEPT)]}
    document = capture.document(started=10.0, ended=12.5, gaps=gaps)
    assert capture.wanted
    assert document["source"] == 'password = "[redacted]"\n1/0'
    assert document["output"] == "token=[redacted] ok\nwarned\n"
    assert document["output_cut"] is False
    assert document["exception"] == {
        "type": "ZeroDivisionError",
        "message": "ZeroDivisionError: division by zero",
    }
    assert document["gaps"]["loss"]["count"] == 2 * GAPS_KEPT + 2
    assert len(document["gaps"]["loss"]["steps"]) == GAPS_KEPT
    assert document["duration_s"] == 2.5
    assert document["python"] == platform.python_version()
    assert document["platform"]


def test_a_cut_output_says_how_much_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    capture = captured(monkeypatch)
    capture.start_output()
    for number in range(20_000):
        print("line", number)
    capture.stop_output()
    document = capture.document(started=0, ended=0, gaps={})
    first, rest = document["output"].split("\n", 1)
    written = sum(len(f"line {number}\n") for number in range(20_000))
    assert document["output_cut"] is True
    assert first == f"[{written - len(rest):,} bytes before this line were not kept]"


def test_a_long_source_is_cut() -> None:
    capture = Capture(Redactor())
    capture.source("x" * (SOURCE_BYTES + 1))
    document = capture.document(started=0, ended=0, gaps={})
    assert (len(document["source"]), document["source_cut"]) == (SOURCE_BYTES, True)


def test_the_traceback_begins_in_the_cell() -> None:
    capture = Capture(Redactor())
    capture.source("")
    caller: dict[str, object] = {"__name__": "IPython.core.interactiveshell"}
    exec("def run_code(call):\n    call()", caller)
    try:
        caller["run_code"](lambda: int("password=hunter2"))  # type: ignore[operator]  # defined above
    except ValueError as error:
        error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
        capture.error(error)
    told = capture.document(started=0, ended=0, gaps={})["exception"]
    assert "in run_code" not in told["traceback"]
    assert 'int("password=' in told["traceback"]
    assert "hunter2" not in str(told)


def test_nothing_asked_for_keeps_no_exception_either() -> None:
    capture = Capture(Redactor())
    capture.error(ValueError("x"))
    assert "exception" not in capture.document(started=0, ended=0, gaps={"loss": [1]})


def test_a_git_that_hangs_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    git = tmp_path / "git"
    git.write_text("#!/bin/sh\nsleep 30\n")
    git.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    capture = Capture(Redactor())
    began = time.monotonic()
    capture.git(tmp_path)
    document = capture.document(started=0, ended=0, gaps={}, wait=0.2)
    assert time.monotonic() - began < 2
    assert document["git"] == {}


def test_the_tail_for_the_card(monkeypatch: pytest.MonkeyPatch) -> None:
    capture = captured(monkeypatch)
    assert capture.tail() == ""
    capture.start_output()
    for number in range(50):
        print("line", number)
    print("10%\r20%", end="")
    assert capture.tail(2) == "line 49\n20%"
    capture.stop_output()


def test_one_object_for_both_streams_is_copied_once(monkeypatch: pytest.MonkeyPatch) -> None:
    capture = captured(monkeypatch)
    monkeypatch.setattr(sys, "stderr", sys.stdout)
    capture.start_output()
    print("once")
    capture.stop_output()
    assert capture.document(started=0, ended=0, gaps={})["output"] == "once\n"


def test_a_run_without_a_cell_keeps_little() -> None:
    document = Capture(Redactor()).document(started=1.0, ended=1.0, gaps={})
    assert not {"source", "output", "exception", "gaps"} & set(document)
