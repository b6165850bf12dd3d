"""One store, many kernels, threads and child processes: real ones, at once."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest
from store_check import faults
from store_together import FORK, come_and_go, open_engine, together, write_much

from sm_track_widgets.embedded import metrics as bulk
from sm_track_widgets.embedded.engine import Engine
from sm_track_widgets.embedded.schema import MIGRATIONS
from sm_track_widgets.embedded.store import Store

# -- opening ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["fork", "spawn"])
def test_a_fresh_folder_opened_by_many_at_once(tmp_path, kind):
    context = multiprocessing.get_context(kind)
    processes = 10 if kind == "fork" else 2
    together(open_engine, tmp_path / "home", processes=processes, context=context)
    store = Store(tmp_path / "home" / "store.sqlite")
    assert len(store.rows("SELECT * FROM experiments")) == processes
    store.close()
    assert faults(tmp_path / "home") == []


def test_an_old_store_migrated_by_many_at_once(tmp_path):
    path = tmp_path / "store.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript(MIGRATIONS[0])
    connection.executemany(
        "INSERT INTO components (id, name, key, display_name, created, modified) VALUES (?, ?, ?, 'd', 0, 0)",
        [(number, f"C{number}", f"c{number}") for number in range(2000)],
    )
    connection.execute("PRAGMA user_version = 1")
    connection.commit()
    connection.close()
    together(open_engine, tmp_path, processes=8)
    store = Store(path)
    assert store.row("SELECT count(*) FROM components")[0] == 2000
    assert len(store.rows("SELECT * FROM experiments")) == 8
    store.close()
    assert faults(tmp_path) == []


# -- writing ----------------------------------------------------------------------------------------------------


def write_together(clients, folder, processes, rounds):
    engine = Engine(folder)
    engine.call("sagemaker", "CreateExperiment", {"ExperimentName": "exp"})
    engine.call("sagemaker", "CreateTrial", {"TrialName": "trial", "ExperimentName": "exp"})
    engine.call("sagemaker", "CreateTrialComponent", {"TrialComponentName": "shared"})
    together(write_much, clients, folder, rounds, processes=processes)
    store = engine.service.store
    runs = processes * rounds
    assert store.row("SELECT count(*) FROM trial_components")[0] == runs
    assert store.row("SELECT count(*), sum(count) FROM series WHERE name = 'm'")[:] == (runs, 10 * runs)
    assert len(bulk.read_points(engine.service, [("shared", "shared")])[0]) == runs
    assert store.row("SELECT count(*) FROM objects")[0] == processes * len(
        [n for n in range(rounds) if n % 3]
    )
    engine.close()
    assert faults(folder) == []


def test_processes_write_and_read_together(tmp_path, shared_clients):
    write_together(shared_clients, tmp_path / "home", processes=5, rounds=8)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_many_processes_write_and_read_together_for_long(tmp_path, shared_clients):
    write_together(shared_clients, tmp_path / "home", processes=16, rounds=100)


@pytest.mark.shows("BatchPutMetrics", "one client may be shared by threads")
def test_clients_shared_by_threads(home, clients):
    sagemaker, metrics, s3 = clients["sagemaker"], clients["sagemaker-metrics"], clients["s3"]
    failures = []

    def work(number):
        try:
            for turn in range(15):
                name = f"run-{number}-{turn}"
                sagemaker.create_trial_component(TrialComponentName=name)
                data = [{"MetricName": "m", "Timestamp": 1_760_000_000, "Value": turn}]
                assert metrics.batch_put_metrics(TrialComponentName=name, MetricData=data)["Errors"] == []
                s3.put_object(Bucket=home.engine.service.default_bucket, Key=name, Body=name.encode())
                assert (
                    sagemaker.describe_trial_component(TrialComponentName=name)["Metrics"][0]["Last"] == turn
                )
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    found = list(
        sagemaker.get_paginator("list_trial_components").paginate().search("TrialComponentSummaries[]")
    )
    assert len(found) == 8 * 15
    home.close()
    assert faults(home.path) == []


# -- waiting ----------------------------------------------------------------------------------------------------


def test_a_writer_waits_for_another_and_readers_for_none(tmp_path):
    engine = Engine(tmp_path / "home")
    done = threading.Event()

    def write():
        engine.call("sagemaker", "CreateExperiment", {"ExperimentName": "late"})
        engine.close()
        done.set()

    with engine.service.store.atomic() as connection:
        connection.execute("INSERT INTO buckets VALUES ('held', 0)")
        writer = threading.Thread(target=write)
        writer.start()
        assert not done.wait(0.3)
        reader = Store(tmp_path / "home" / "store.sqlite")
        assert reader.row("SELECT * FROM buckets WHERE name = 'held'") is None
        reader.close()
    assert done.wait(30)
    writer.join()
    assert engine.call("sagemaker", "DescribeExperiment", {"ExperimentName": "late"})
    engine.close()


def test_all_answers_of_one_call_show_one_state(tmp_path):
    """While another process deletes and makes runs, a page of Search never holds half of one."""
    folder = tmp_path / "home"
    engine = Engine(folder)
    stop = FORK.Event()
    process = FORK.Process(target=come_and_go, args=(folder, stop))
    process.start()
    seen = 0
    while seen < 60:
        for hit in engine.call("sagemaker", "Search", {"Resource": "ExperimentTrialComponent"})["Results"]:
            component = hit["TrialComponent"]
            assert len(component["Parameters"]) == 5
            assert component["Metrics"][0]["Count"] == 10
            seen += 1
    stop.set()
    process.join(60)
    assert process.exitcode == 0
    engine.close()


# -- fork -------------------------------------------------------------------------------------------------------


FORKS = """
    import os, sys, threading
    from pathlib import Path
    from sm_track_widgets.embedded.store import Store

    store = Store(Path(sys.argv[1]), mounts=Path(sys.argv[2]))
    held, forked = threading.Event(), threading.Event()

    def write():
        with store.atomic() as connection:
            for number in range(200):
                connection.execute("INSERT INTO buckets VALUES (?, 0)", (f"before-{number}",))
            held.set()
            forked.wait(60)
            for number in range(200):
                connection.execute("INSERT INTO buckets VALUES (?, 0)", (f"after-{number}",))

    store.rows("SELECT 1")
    writer = threading.Thread(target=write)
    writer.start()
    held.wait(60)
    child = os.fork()
    if child == 0:
        # Ends as a program does, not as multiprocessing's children: what it holds is let go of.
        if sys.argv[3] == "reads":
            assert store.rows("SELECT * FROM buckets") == []
        sys.exit(0)
    _, status = os.waitpid(child, 0)
    forked.set()
    writer.join()
    assert status == 0, status
    assert len(store.rows("SELECT * FROM buckets")) == 400
"""


@pytest.mark.parametrize("child", ["ends", "reads"])
@pytest.mark.parametrize("kind", ["ext4", "nfs4"])
def test_a_fork_while_another_thread_writes(tmp_path, kind, child):
    """The child has a copy of that thread's connection, and must neither use nor close it."""
    path, mounts = tmp_path / "store.sqlite", tmp_path / "mounts"
    mounts.write_text(f"server:/ {tmp_path} {kind} rw 0 0\n")
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FORKS), path, mounts, child],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", "")]),
        },
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert faults(tmp_path) == []


def test_a_child_forked_inside_a_transaction_has_its_own(tmp_path):
    store = Store(tmp_path / "store.sqlite")

    def look():
        assert not store.connection().in_transaction
        assert store.rows("SELECT * FROM buckets") == []

    with store.atomic() as connection:
        connection.execute("INSERT INTO buckets VALUES ('parent', 0)")
        child = FORK.Process(target=look)
        child.start()
        child.join(60)
        assert child.exitcode == 0
    assert [row["name"] for row in store.rows("SELECT name FROM buckets")] == ["parent"]
    store.close()


def test_a_spawned_child_uses_the_store_of_its_parent(tmp_path):
    home: Path = tmp_path / "home"
    engine = Engine(home)
    together(open_engine, home, processes=1, context=multiprocessing.get_context("spawn"))
    assert engine.call("sagemaker", "DescribeExperiment", {"ExperimentName": "e0"})
    engine.close()
