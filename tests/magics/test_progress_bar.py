"""The line that says how far a long call is: when it is there, where, and that it goes; an interrupt of such a call."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import subprocess
import sys
import time

import pytest
from kernel import Kernel

from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.magics.progress_bar import ProgressBar
from sm_track_widgets.serve import Faults, Server

RUNS = 700
"""Seven pages."""
TOLD = "Reading the runs of 'slow': "


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


def lines(written: str) -> list[str]:
    return [line.rstrip() for line in written.split("\r")]


def test_nothing_is_shown_of_what_takes_less_than_a_second(clock, capsys):
    bar = ProgressBar("Reading runs", clock=clock)
    for done in range(50):
        clock.now = done * 0.0199
        bar.show(done, 50)
    bar.clear()
    assert capsys.readouterr().out == ""


def test_one_line_is_written_over_itself_and_taken_away(clock, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    bar = ProgressBar("Delivering", "points", clock=clock)
    for clock.now, done in ((1.0, 1200), (1.05, 1300), (1.2, 1400)):
        bar.show(done, 1000, "no network" if done > 1300 else "")
    bar.clear()
    bar.clear()
    written = capsys.readouterr().out
    assert lines(written) == [
        "",
        "Delivering: 1,200 of 1,200 points",
        "Delivering: 1,400 of 1,400 points; no network",
        "",
        "",
    ]
    assert "\n" not in written
    assert {len(line) for line in written.split("\r")} == {0, 59}


@pytest.mark.parametrize(
    "name", ["a\nb\r\x1b[2Jc", "\u202egnp.exe", "実" * 80, "<img src=x onerror=alert(1)>"]
)
def test_no_name_moves_the_cursor_or_makes_two_lines(clock, capsys, monkeypatch, name):
    monkeypatch.setenv("COLUMNS", "40")
    bar = ProgressBar(f"Reading {name}", clock=clock)
    clock.now = 2
    bar.show(1, 2)
    line = capsys.readouterr().out.removeprefix("\r")
    assert line.isprintable()
    assert sum(2 if sign == "実" else 1 for sign in line) == 39


# -- in a kernel, beside a service that takes its time -------------------------------------------------------------


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slow")
    with Server(EmbeddedSageMaker(folder / "account"), faults=Faults(seed=3)) as server:
        client = server.home.boto_session().client("sagemaker")
        client.create_experiment(ExperimentName="slow")
        client.create_trial(ExperimentName="slow", TrialName="group")
        for number in range(RUNS):
            name = f"slow-r{number:03}"
            client.create_trial_component(TrialComponentName=name, DisplayName=f"r{number:03}")
            client.associate_trial_component(TrialComponentName=name, TrialName="group")
        yield server


@pytest.fixture(scope="module")
def kernel(service, tmp_path_factory):
    environment = {**service.environment(), "SM_TRACK_BACKEND": "aws"}
    made = Kernel(tmp_path_factory.mktemp("kernel"), **environment)
    loaded = made.run(
        "%load_ext sm_track_widgets\nimport sm_track_widgets as sm\nfrom threading import Thread"
    )
    assert loaded.status == "ok", loaded.traceback
    warm = made.run("%sm_status\n%sm_runs --unassigned --df")  # what is imported, and who the account is
    assert warm.status == "ok", warm.traceback
    yield made
    made.stop()


@pytest.fixture
def slow(service):
    service.faults.latency = 0.6
    yield service
    service.faults.clear()


def test_a_long_read_says_how_far_it_is_and_leaves_a_blank_line(kernel, slow):
    cell = kernel.run("found = %sm_runs -e slow --no-cache\nprint(len(found))")
    assert cell.status == "ok", cell.traceback
    written = lines(cell.text.removesuffix(f"{RUNS}\n"))
    told = [line for line in written if line]
    assert told
    assert all(line.startswith(TOLD) and line.endswith(f" of {RUNS}") for line in told)
    assert written[-2:] == ["", ""]


@pytest.mark.parametrize(
    "code",
    [
        "thread = Thread(target=lambda: sm.runs('slow', cached=False)); thread.start(); thread.join()",
        "from sm_track_widgets.magics.base import quiet\nwith quiet: sm.runs('slow', cached=False)",
        "%%capture\nsm.runs('slow', cached=False)",
    ],
    ids=["thread", "quiet", "captured"],
)
def test_nothing_is_shown_elsewhere(kernel, slow, code):
    cell = kernel.run(code)
    assert cell.status == "ok", cell.traceback
    assert cell.text == ""


def test_an_interrupt_ends_a_long_read_at_once_in_one_line_and_the_next_call_works(kernel, service):
    service.faults.latency = 1.5
    before = service.calls["Search"]
    sent = kernel.send("%sm_runs -e slow --no-cache")
    deadline = time.monotonic() + 30
    while service.calls["Search"] == before and time.monotonic() < deadline:
        time.sleep(0.01)
    begun = time.monotonic()
    kernel.manager.interrupt_kernel()
    cell = kernel.collect(sent)
    assert time.monotonic() - begun < 1
    service.faults.clear()
    assert cell.errors == ["KeyboardInterrupt"]
    assert len(cell.traceback) == 1
    assert "interrupted" in cell.traceback[0]
    assert cell.plain == ""
    again = kernel.run("found = %sm_runs -e slow\nlen(found)")
    assert again.result == str(RUNS), again.traceback


def test_unloaded_nothing_is_shown(kernel, slow):
    kernel.run("%unload_ext sm_track_widgets")
    try:
        assert kernel.run("sm.runs('slow', cached=False);").text == ""
    finally:
        kernel.run("%load_ext sm_track_widgets")


# -- in a terminal -------------------------------------------------------------------------------------------------


SCRIPT = """
from IPython.core.interactiveshell import InteractiveShell
import time
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "sm_track_widgets")
shell.run_cell("import time\\nfrom sm_track_widgets import _progress\\n"
    "with _progress.told('Reading runs') as tell:\\n"
    "    for done in (1, 2):\\n"
    "        time.sleep(1.01)\\n"
    "        tell(done, 2)\\n")
"""


def in_terminal(home) -> str:
    """What the script writes to a terminal."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "HOME": str(home), "SM_TRACK_HOME": str(home / "data"), "COLUMNS": "50"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], stdout=theirs, env=environment, check=True, timeout=60
    )
    os.close(theirs)
    written = io.BytesIO()
    with contextlib.suppress(OSError):  # all has been read
        while True:
            written.write(os.read(ours, 4096))
    os.close(ours)
    assert done.returncode == 0
    return written.getvalue().decode()


def test_in_a_terminal_it_is_one_line_too(tmp_path):
    assert lines(in_terminal(tmp_path)) == ["", "Reading runs: 1 of 2", "Reading runs: 2 of 2", "", ""]


def test_written_to_a_file_there_is_none(tmp_path):
    environment = {**os.environ, "HOME": str(tmp_path), "SM_TRACK_HOME": str(tmp_path / "data")}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True,
        env=environment,
        check=True,
        text=True,
        timeout=60,
    )
    assert done.stdout == ""
