"""Writers killed at random moments: whatever they were doing, the store opens and every promise of it holds."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import time

import pytest
import store_writer
from store_check import faults
from store_writer import BULK, PARAMETERS, TAGS, TENS, point, write_for_ever

from sm_track_widgets.embedded import points as storage
from sm_track_widgets.embedded.engine import Engine
from sm_track_widgets.embedded.object_sweep import MARKER
from sm_track_widgets.embedded.schema import MIGRATIONS
from sm_track_widgets.embedded.store import Store

FORK = multiprocessing.get_context("fork")
LONGEST_LIFE = 0.25  # seconds from the first deed to the kill
OLD_RUNS = 400


def kill(process, after):
    """Kill the process `after` seconds from now; it must be alive until then."""
    process.join(after)
    assert process.exitcode is None, f"the writer ended by itself: {process.exitcode}"
    os.kill(process.pid, signal.SIGKILL)
    process.join()


def broken_promises(folder):
    """Return what the checks of every store find, and then what holds for a store of these writers."""
    found = faults(folder)
    if found:
        return found
    store = Store(folder / "store.sqlite")
    for row in store.rows("SELECT id, key FROM components"):
        parameters = store.rows("SELECT 1 FROM component_parameters WHERE component_id = ?", row["id"])
        tags = store.rows("SELECT 1 FROM tags WHERE lower(arn) LIKE '%/' || ?", row["key"])
        if (len(parameters), len(tags)) != (PARAMETERS, TAGS):
            found.append(f"half a run: {row['key']}")
        offset = store.row("SELECT offset FROM journals WHERE journal = ?", row["key"])
        series = storage.read(store.connection(), row["key"], BULK)
        expected = [point(number) for number in range(offset["offset"] if offset else 0)]
        if list(series.values) != [one.value for one in expected]:
            found.append(f"points of {row['key']}: {len(series)}, journal: {len(expected)}")
        if len(storage.read(store.connection(), row["key"], TENS)) % 10:
            found.append(f"half a batch: {row['key']}")
    store.close()
    return found


def kill_writers(folder, clients, kills, writers, seed):
    """Kill `kills` times all of so many writers; check after each time."""
    dice = random.Random(seed)
    for number in range(kills):
        running = []
        for place in range(writers):
            ready = FORK.Event()
            life = seed * 1_000_000 + number * 100 + place
            process = FORK.Process(target=write_for_ever, args=(clients, folder, life, place, ready))
            process.start()
            running.append((process, ready))
        for _, ready in running:
            assert ready.wait(60)
        for process, _ in running:
            kill(process, dice.random() * LONGEST_LIFE)
        assert broken_promises(folder) == [], f"after kill {number}, seed {seed}"


@pytest.fixture(scope="module")
def warm(shared_clients):
    """Clients that a forked writer has at once."""
    for service in ("sagemaker", "sagemaker-metrics", "s3"):
        assert shared_clients[service]
    return shared_clients


def leave_nothing_behind(folder):
    """Let a week pass and open the store: what the killed have left among the files is gone."""
    long_ago = time.time() - 8 * 86400
    for path in (folder / "objects").rglob("*"):
        os.utime(path, (long_ago, long_ago))
    (folder / MARKER).unlink(missing_ok=True)
    engine = Engine(folder, clock=lambda: time.time() + 8 * 86400)
    named = engine.service.store.rows("SELECT DISTINCT file FROM objects")
    assert engine.service.store.rows("SELECT * FROM uploads") == []
    engine.close()
    left = {path.name for path in (folder / "objects").rglob("*") if path.is_file()}
    assert left == {row["file"] for row in named}
    assert broken_promises(folder) == []


@pytest.mark.shows("BatchPutMetrics", "a killed writer leaves all points of a call or none")
@pytest.mark.shows("CreateTrialComponent", "a killed writer leaves the whole component or nothing")
@pytest.mark.shows("CompleteMultipartUpload", "a killed writer leaves the whole object or the one before")
def test_writers_killed_while_they_write(tmp_path, warm):
    kill_writers(tmp_path / "home", warm, kills=14, writers=1, seed=1)
    leave_nothing_behind(tmp_path / "home")


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_hundreds_of_writers_killed(tmp_path, warm):
    seed = int(time.time()) % 10_000
    for round_number in range(10):
        folder = tmp_path / str(round_number)
        kill_writers(folder, warm, kills=30, writers=1 + round_number % 3, seed=seed + round_number)
        leave_nothing_behind(folder)
        shutil.rmtree(folder)


def open_store(folder):
    Store(folder / "store.sqlite").close()


def fill_old_store(path):
    """A store of version 1, large enough that migrating it takes a while."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(MIGRATIONS[0])
    connection.execute("PRAGMA user_version = 1")
    for number in range(OLD_RUNS):
        connection.execute(
            "INSERT INTO components (id, name, key, display_name, created, modified) VALUES (?, ?, ?, ?, 0, 0)",
            (number, f"Run-{number}", f"run-{number}", "r"),
        )
        connection.executemany(
            "INSERT INTO component_parameters VALUES (?, ?, NULL, ?)",
            [(number, f"p{place}", place) for place in range(PARAMETERS)],
        )
    connection.commit()
    connection.close()


def kill_openers(folder, prepare, kills, longest, seed):
    """Kill `kills` times who opens a store that `prepare` made, while it makes or migrates it."""
    dice = random.Random(seed)
    for number in range(kills):
        home = folder / str(number)
        home.mkdir(parents=True)
        prepare(home / "store.sqlite")
        process = FORK.Process(target=open_store, args=(home,))
        process.start()
        process.join(dice.random() * longest)
        process.kill()  # unless it was quicker
        process.join()
        assert faults(home) == [], f"after kill {number}, seed {seed}"
        yield home


def how_long(home, prepare):
    """Seconds that opening takes when nobody is killed."""
    home.mkdir()
    prepare(home / "store.sqlite")
    begin = time.perf_counter()
    open_store(home)
    return time.perf_counter() - begin


@pytest.mark.parametrize("kills", [3, pytest.param(100, marks=pytest.mark.soak)])
def test_killed_while_making_a_store(tmp_path, kills):
    longest = how_long(tmp_path / "whole", lambda _path: None) + 0.01
    assert len(list(kill_openers(tmp_path, lambda _path: None, kills, longest, seed=2))) == kills


@pytest.mark.parametrize("kills", [3, pytest.param(100, marks=pytest.mark.soak)])
def test_killed_while_migrating_a_store(tmp_path, kills):
    longest = how_long(tmp_path / "whole", fill_old_store) + 0.01
    for home in kill_openers(tmp_path, fill_old_store, kills, longest, seed=3):
        store = Store(home / "store.sqlite")
        assert store.row("SELECT count(*) FROM components")[0] == OLD_RUNS
        assert store.row("SELECT count(*), sum(number) FROM component_parameters")[:] == (
            OLD_RUNS * PARAMETERS,
            OLD_RUNS * sum(range(PARAMETERS)),
        )
        store.close()


def test_the_check_notices(tmp_path, warm):
    """What the checks are worth: each kind of damage, done on purpose, is found."""
    folder = tmp_path / "home"
    writer = store_writer.Writer(warm, folder, seed=5)
    for deed in (writer.create_run, writer.log, writer.put, writer.upload, writer.relate):
        deed()
    assert broken_promises(folder) == []
    writer.engine.close()
    damages = (
        "UPDATE series SET count = count + 1",
        "UPDATE series SET mean = mean + 1",
        "UPDATE chunks SET position = position + 1",
        "UPDATE chunks SET data = substr(data, 2)",
        "UPDATE journals SET offset = offset + 1",
        "DELETE FROM component_parameters WHERE name = 'p3'",
        "UPDATE objects SET size = size + 1",
        "UPDATE objects SET file = 'none'",
        "UPDATE tags SET arn = arn || 'x'",
        "DELETE FROM artifacts",
        "INSERT INTO trial_components VALUES (99, 99, 0)",
    )
    for number, damage in enumerate(damages):
        copy = tmp_path / str(number)
        shutil.copytree(folder, copy)
        connection = sqlite3.connect(copy / "store.sqlite")
        connection.execute(damage)
        connection.commit()
        connection.close()
        assert broken_promises(copy) != [], damage
