"""Several kernels read and write one cache at once, and some of them are killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cache_reader import connected
from run_records import plain

from sm_track_widgets.reading.cache import runs as cache
from sm_track_widgets.reading.fetch.pages import Scope

READER = Path(__file__).parents[1] / "support" / "cache_reader.py"


def start(folder, name, rounds):
    environment = {**os.environ, "PYTHONPATH": str(READER.parent)}
    return subprocess.Popen(
        [sys.executable, str(READER), str(folder), name, str(rounds)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def place(tmp_path):
    connection = connected(tmp_path)
    client = connection.client("sagemaker")
    client.create_experiment(ExperimentName="exp")
    client.create_trial(TrialName="t", ExperimentName="exp")
    yield connection
    cache._all_held.clear()


def check(connection, folder):
    """A new kernel finds on the disk what can be used, and after one look has what the service has."""
    cache._all_held.clear()
    assert cache.known(connection, "exp")
    found = cache.read(connection, Scope("exp"))
    assert found.refreshed
    assert plain(found.table) == plain(cache.read_uncached(connection, Scope("exp")).table)
    return found


def test_kernels_that_read_at_once(place, tmp_path):
    readers = [start(tmp_path, name, 24) for name in "abcd"]
    for reader in readers:
        out, error = reader.communicate(timeout=120)
        assert (reader.returncode, out) == (0, "done\n"), error
    assert len(check(place, tmp_path).table) == 4 * 24


@pytest.mark.parametrize("kills", [6, pytest.param(60, marks=pytest.mark.soak)])
def test_kernels_that_are_killed(place, tmp_path, kills):
    dice = random.Random(7)
    survivor = start(tmp_path, "survivor", 10 + 3 * kills)
    for number in range(kills):
        victim = start(tmp_path, f"victim{number}", 1000)
        deadline = time.monotonic() + 60
        made = f"exp-victim{number}-0"
        while made not in cache.read_uncached(place, Scope("exp")).table.components:
            assert time.monotonic() < deadline, victim.poll()
            time.sleep(0.05)
        time.sleep(dice.random() * 0.3)
        victim.send_signal(signal.SIGKILL)
        victim.communicate()
    out, error = survivor.communicate(timeout=150)
    assert (survivor.returncode, out) == (0, "done\n"), error
    assert len(check(place, tmp_path).table) >= 10 + 4 * kills
