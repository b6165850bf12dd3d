"""What is read of a kernel's processes and their machine, and what happens where something cannot be read."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
import run_home

from sm_track_widgets.tracking.system import machine
from sm_track_widgets.tracking.system.machine import Machine
from sm_track_widgets.tracking.system.sensor_process import answer

PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "print('x', flush=True)\\nwhile True: pass"], stdout=subprocess.PIPE)
child.stdout.read(1)
held = b"x" * 60_000_000
print("ready", flush=True)
sys.stdin.read(1)
child.kill()
"""


@pytest.fixture
def family():
    """A process of 60 MB that sleeps, whose child keeps a core busy."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", PARENT], **pipes) as parent:
        parent.stdout.readline()
        yield parent
        if parent.poll() is None:
            parent.communicate(b"x")


def looked_for(watched: Machine, seconds: float) -> dict[str, float]:
    watched.look()
    start = time.monotonic()
    run_home.until(lambda: time.monotonic() - start > seconds)
    watched.look()
    return watched.rates()


def test_the_children_s_cpu_and_memory_count(family):
    watched = Machine(family.pid)
    rates = looked_for(watched, 0.4)
    assert 10 < rates["cpu_percent"] < 130
    assert rates["cpu_percent"] <= rates["machine_cpu_percent"] * (os.cpu_count() or 1) + 40
    levels = watched.levels("/")
    assert 60 < levels["memory_mb"] < 400
    assert 0 < levels["memory_percent"] < levels["memory_mb"]
    assert 0 < levels["machine_memory_percent"] <= 100
    assert 0 < levels["disk_percent"] <= 100


def test_the_process_that_reads_is_not_among_what_is_read():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        watched = Machine(os.getppid())
        seen = {pid for pid, _ in watched._now.tree}
        child.communicate(b"x\n")
    assert os.getppid() in seen
    assert child.pid in seen
    assert os.getpid() not in seen


def test_there_is_no_rate_before_the_second_look(family):
    assert Machine(family.pid).rates() == {}


def test_written_bytes_are_a_rate_per_second(tmp_path):
    watched = Machine(os.getpid())
    if watched._now.tree.popitem()[1].written is None:
        pytest.skip("this system does not count what a process writes")
    watched.look()
    clock = iter([watched._now.at + 2.0])
    watched._clock = lambda: next(clock)
    with (tmp_path / "file").open("wb") as file:
        file.write(b"x" * 8_000_000)
        os.fsync(file.fileno())
    watched.look()
    assert 3.5 < watched.rates()["disk_write_mb_s"] < 6


def test_a_tree_that_has_ended_has_no_values_and_the_machine_still_has(family):
    watched = Machine(family.pid)
    family.communicate(b"x")
    family.wait()
    watched.look()
    assert set(watched.rates()) <= {"machine_cpu_percent", "network_in_mb_s", "network_out_mb_s"}
    assert set(watched.levels("/")) == {"machine_memory_percent", "disk_percent"}


def test_a_missing_sensor_leaves_the_others(family, tmp_path):
    watched = Machine(family.pid)

    def refused(*_, **__):
        raise PermissionError("not for you")

    broken = {"virtual_memory": refused, "net_io_counters": refused, "cpu_times": refused}
    watched._psutil = SimpleNamespace(**{**vars(watched._psutil), **broken})
    rates = looked_for(watched, 0.1)
    assert "cpu_percent" in rates
    assert not {"machine_cpu_percent", "network_in_mb_s"} & set(rates)
    assert set(watched.levels(str(tmp_path / "gone"))) == {"memory_mb", "memory_percent"}


def test_the_container_s_limit_counts_where_it_is_lower(tmp_path):
    limit, none = tmp_path / "memory.max", tmp_path / "unlimited"
    limit.write_text("1000000\n")
    none.write_text("max\n")
    files = (str(none), str(tmp_path / "missing"))
    assert machine._container_memory((*files, str(limit))) == 1_000_000
    assert machine._container_memory(files) == float("inf")


def test_the_loopback_is_no_network():
    card = SimpleNamespace(bytes_recv=5, bytes_sent=7)
    assert machine._traffic({"lo": card}) is None
    assert machine._traffic({"lo": card, "eth0": card, "eth1": card}) == (10, 14)


def test_each_key_has_its_own_look_before(family):
    machines: dict[str, Machine] = {}
    question = {"kernel": family.pid, "folder": "/", "visible": None}
    assert answer({"key": "a", **question}, machines)["rates"] == {}
    assert "cpu_percent" in answer({"key": "a", **question}, machines)["rates"]
    assert answer({"key": "b", **question}, machines)["rates"] == {}


def test_without_psutil_the_answer_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "psutil", None)
    question = {"key": "a", "kernel": os.getpid(), "folder": "/", "visible": None}
    assert answer(question, {}) == {"missing": True}
